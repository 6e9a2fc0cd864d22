// Small tasks with a known answer: what each kind of network must learn, and quickly.

import { describe, expect, test } from "vitest";
import {
  adam,
  add,
  binaryCrossEntropy,
  cell,
  compile,
  crossEntropy,
  dense,
  embedding,
  examples,
  features,
  type Layer,
  last,
  meanSquared,
  mix,
  model,
  mul,
  type Network,
  plan,
  rnn,
  sigmoid,
  type TrainOptions,
  tanh,
  tokens,
  windows,
} from "../../src/index.ts";

/** Reproducible numbers from [0, 1): Lehmer's generator of 1951, modulus 2³¹ − 1. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
const symbols = (count: number, below: number, seed: number): Int32Array => {
  const random = lehmer(seed);
  return Int32Array.from({ length: count }, () => Math.floor(below * random()));
};

/** The symbol of largest probability at each step. */
const answers = (net: Network, input: ArrayLike<number>): number[] =>
  net.predict(input).map((probabilities) => probabilities.indexOf(Math.max(...probabilities)));

/** How many of `wanted` are answered, from step `from` on. */
const share = (net: Network, input: Int32Array, wanted: Int32Array, from: number): number =>
  answers(net, input).filter((answer, t) => t >= from && answer === wanted[t]).length / (input.length - from);

async function train(net: Network, ...[data, options]: Parameters<Network["train"]>): Promise<number[]> {
  const losses: number[] = [];
  for await (const { loss } of net.train(data, options)) losses.push(loss);
  return losses;
}

/** The minimal gated unit (Zhou et al. 2016), in words. */
const mgu = (units: number): Layer =>
  cell({
    name: "mgu",
    state: { h: units },
    step({ x, h, linear, bias }) {
      const forget = sigmoid(add(linear("wf", x, units), linear("uf", h, units), bias("bf", units)));
      const fresh = tanh(add(linear("wn", x, units), linear("un", mul(forget, h), units), bias("bn", units)));
      return { h: mix(forget, fresh, h) };
    },
  });

describe("echo: say what was heard 3 steps ago", () => {
  const DELAY = 3;
  const echo = (count: number, below: number, seed: number): { input: Int32Array; target: Int32Array } => {
    const input = symbols(count, below, seed);
    return { input, target: Int32Array.from(input, (_, t) => (t < DELAY ? 0 : input[t - DELAY])) };
  };
  const CASES: readonly (readonly [string, number, readonly Layer[], TrainOptions])[] = [
    ["4 symbols, rnn", 4, [rnn(32), dense(4)], { optimizer: adam(1e-2), clip: { norm: 1 } }],
    ["8 symbols, embedding and rnn", 8, [embedding(16), rnn(64), dense(8)], { optimizer: adam(5e-3), clip: { norm: 1 } }],
    ["4 symbols, relu", 4, [rnn(48, { activation: "relu" }), dense(4)], { optimizer: adam(3e-3), clip: { norm: 1 } }],
    ["4 symbols, a minimal gated unit of one's own", 4, [mgu(40), dense(4)], { optimizer: adam(1e-2), clip: { norm: 1 } }],
    ["4 symbols, both recurrences", 4, [rnn(32, { recurrence: "both" }), dense(4)], { optimizer: adam(1e-2), clip: { norm: 1 } }],
  ];
  test.each(CASES)("%s", async (_, below, layers, options) => {
    using net = await compile(model({ input: tokens(below), layers, loss: crossEntropy(), seed: 1 }));
    const { input, target } = echo(16_400, below, 11);
    const losses = await train(net, windows(input, { targets: target, batch: 16, steps: 32 }), { ...options, epochs: 12 });
    expect(losses[0]).toBeCloseTo(Math.log(below), 0);
    // Unseen symbols, and far more steps than a window has.
    const unseen = echo(1000, below, 12);
    expect(share(net, unseen.input, unseen.target, DELAY)).toBe(1);
  });
});

describe("recurrence from the output", () => {
  // Say the symbol that is heard, or if that is 0, what was said last: a 0 cannot be answered without one's own last word.
  const repeat = (input: Int32Array): Int32Array => {
    const said = new Int32Array(input.length);
    for (let t = 0; t < input.length; t++) said[t] = input[t] === 0 ? (said[t - 1] ?? 0) : input[t];
    return said;
  };
  const input = symbols(8200, 5, 21);
  const data = windows(input, { targets: repeat(input), batch: 16, steps: 16 });
  // Begins with a symbol to say: a 0 before there was a last word is too rare in the data to be learned.
  const unseen = Int32Array.from([1, ...symbols(600, 5, 22)]);
  const define = (recurrence: "output" | "hidden", feedback?: "symbol") =>
    model({
      input: tokens(5),
      layers: [...(recurrence === "output" ? [rnn(24, { recurrence })] : [dense(24, { activation: "tanh" })]), dense(5)],
      loss: crossEntropy(),
      seed: 3,
      ...(feedback ? { feedback } : {}),
    });

  test("without it a zero can only be guessed", async () => {
    using net = await compile(define("hidden"));
    await train(net, data, { optimizer: adam(1e-2), epochs: 10 });
    expect(share(net, unseen, repeat(unseen), 1)).toBeLessThan(0.95);
  });

  test.each([[undefined], ["symbol"] as const])(
    "teacher forced it is learned, and holds when left to itself, feedback %s",
    async (feedback) => {
      const definition = define("output", feedback);
      expect(plan(definition, { batch: 16, steps: 16 }).stages.every(({ direction }) => direction === 0)).toBe(true);
      using net = await compile(definition);
      await train(net, data, { optimizer: adam(1e-2), epochs: 10 });
      expect(share(net, unseen, repeat(unseen), 0)).toBe(1);
      const [taught, free] = [await net.evaluate(data), await net.evaluate(data, { teacherForcing: false })];
      expect(taught.loss).toBeLessThan(0.05);
      expect(free.loss).toBeLessThan(0.05);
    },
  );

  test("free running it is learned through the output that is fed back", async () => {
    using net = await compile(define("output"));
    const losses = await train(net, data, { optimizer: adam(1e-2), epochs: 12, clip: { norm: 1 }, teacherForcing: false });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 10);
    expect(share(net, unseen, repeat(unseen), 0)).toBeGreaterThan(0.98);
  });

  test("numbers: the running sum, of which each step is told only its part", async () => {
    const random = lehmer(5);
    const list = Array.from({ length: 256 }, () => {
      let sum = 0;
      const parts = Float32Array.from({ length: 12 }, () => (random() - 0.5) / 2);
      return { input: parts, target: parts.map((part) => (sum += part)) };
    });
    using net = await compile(
      model({ input: features(1), layers: [rnn(8, { recurrence: "output", activation: "identity" }), dense(1)], loss: meanSquared() }),
    );
    await train(net, examples(list, { batch: 16 }), { optimizer: adam(1e-2), epochs: 30 });
    expect((await net.evaluate(examples(list), { teacherForcing: false })).loss).toBeLessThan(1e-4);
  });
});

describe("sequence to vector", () => {
  const random = lehmer(31);
  const flips = (length: number): number[] => Array.from({ length }, () => (random() < 0.5 ? 0 : 1));

  test("the class of a sequence is its first symbol, whatever follows, at several lengths", async () => {
    const list = Array.from({ length: 300 }, (_, i) => {
      const input = symbols(4 + (i % 5), 4, 100 + i);
      return { input, target: input[0] };
    });
    using net = await compile(
      model({ input: tokens(4), layers: [embedding(8), rnn(24), last(), dense(4)], loss: crossEntropy(), seed: 2 }),
    );
    await train(net, examples(list, { batch: 20 }), { optimizer: adam(1e-2), clip: { norm: 1 }, epochs: 25 });
    const right = list.filter(({ input, target }) => answers(net, input)[0] === target).length;
    expect(right).toBe(list.length);
  });

  test("two questions at once, yes or no: did more ones than zeros come, and was the last a one", async () => {
    const list = Array.from({ length: 400 }, () => {
      const bits = flips(9);
      const ones = bits.reduce((sum, bit) => sum + bit, 0);
      return { input: bits, target: [ones > 4 ? 1 : 0, bits[8]] };
    });
    using net = await compile(model({ input: features(1), layers: [rnn(12), last(), dense(2)], loss: binaryCrossEntropy(), seed: 4 }));
    const before = (await net.evaluate(examples(list))).loss;
    await train(net, examples(list, { batch: 20 }), { optimizer: adam(1e-2), clip: { norm: 1 }, epochs: 30 });
    expect(before).toBeGreaterThan(0.6);
    const right = list.filter(({ input, target }) => net.predict(input)[0].every((p, i) => p > 0.5 === target[i] > 0.5)).length;
    expect(right / list.length).toBeGreaterThan(0.97);
  });
});

test("what was learned is said: a cycle of symbols goes on for ever", async () => {
  const cycle = Int32Array.from({ length: 1300 }, (_, t) => [0, 1, 0, 2, 0, 3][t % 6]);
  using net = await compile(model({ input: tokens(4), layers: [rnn(24), dense(4)], loss: crossEntropy(), seed: 5 }));
  await train(net, windows(cycle, { batch: 4, steps: 18 }), { optimizer: adam(1e-2), clip: { norm: 1 }, epochs: 15 });
  expect(net.generate({ prompt: [0, 1, 0], length: 12, greedy: true })).toEqual([2, 0, 3, 0, 1, 0, 2, 0, 3, 0, 1, 0]);
  expect(net.generate({ prompt: [0, 1], length: 50, greedy: true, stop: 3 })).toEqual([0, 2, 0]);
  expect(net.generate({ prompt: [0, 1], length: 50, greedy: true, stop: [1, 2] })).toEqual([0]);
});
