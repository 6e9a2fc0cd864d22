// Bits, not tolerances: one seed decides everything, and a result does not depend on how the work was cut up.

import { describe, expect, test } from "vitest";
import {
  adam,
  add,
  cell,
  compile,
  concat,
  crossEntropy,
  type Data,
  type Definition,
  delay,
  dense,
  dropout,
  embedding,
  examples,
  features,
  type Layer,
  last,
  meanSquared,
  model,
  rnn,
  type Sequence,
  tanh,
  tokens,
  windows,
} from "../../src/index.ts";

const text = Int32Array.from({ length: 97 }, (_, i) => (i * i * 3 + (i >> 1)) % 7);
const rows = Array.from({ length: 97 }, (_, i) => [Math.sin(i), Math.cos(i * i), (i % 5) / 5]);
const letters = (seed: number, ...layers: Layer[]): Definition => model({ input: tokens(7), layers, loss: crossEntropy(), seed });

/** Weights, shuffling and dropout all take part. */
const everything = (seed: number): Definition => letters(seed, embedding(5), dropout(0.4), rnn(9), dense(7));
const shuffled = (): Data =>
  examples(
    Array.from({ length: 24 }, (_, i) => ({ input: text.subarray(i, i + 3 + (i % 3)), target: text.subarray(i + 1, i + 4 + (i % 3)) })),
    { batch: 3 },
  );

/** Everything that a training leaves behind: losses, norms, weights and optimizer state, symbols drawn. */
async function history(definition: Definition, data: Data): Promise<unknown> {
  using net = await compile(definition);
  const seen: number[] = [];
  for await (const { loss, gradientNorm } of net.train(data, { optimizer: adam(1e-2), epochs: 3 })) seen.push(loss, gradientNorm);
  return [seen, net.save({ optimizer: true }), net.generate({ prompt: [1], length: 30 })];
}

describe("one seed", () => {
  test("gives the same bits twice", async () => {
    expect(await history(everything(5), shuffled())).toEqual(await history(everything(5), shuffled()));
  });

  test("another seed gives other weights, another order, other masks, and other draws", async () => {
    using one = await compile(everything(5));
    using other = await compile(everything(6));
    for (const { path, get } of one.parameters) expect(other.parameters.get(path).get(), path).not.toEqual(get());
    const order = async (seed: number): Promise<number[]> => {
      // One weight, and a rate of 0: the loss depends on the order of the examples alone.
      using net = await compile(model({ input: features(1), layers: [dense(1, { bias: false })], loss: meanSquared(), seed }));
      net.parameters.get("layer 1/dense/w").set([0]);
      const list = Array.from({ length: 12 }, (_, i) => ({ input: [0], target: [i] }));
      const losses: number[] = [];
      for await (const { loss } of net.train(examples(list, { batch: 1 }), { optimizer: adam(0), epochs: 2 }))
        losses.push(Math.round(Math.sqrt(loss)));
      return losses;
    };
    const [first, second] = [await order(5), await order(6)];
    expect(first).not.toEqual(second);
    expect(first.slice(0, 12)).not.toEqual(first.slice(12));
    for (const list of [first.slice(0, 12), first.slice(12), second.slice(0, 12)])
      expect(list.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const draw = (net: typeof one, seed: number): number[] => net.generate({ prompt: [1], length: 40, temperature: 2, seed });
    expect(draw(one, 1)).toEqual(draw(one, 1));
    expect(draw(one, 1)).not.toEqual(draw(one, 2));
    expect(one.generate({ prompt: [1], length: 20 })).toEqual(one.generate({ prompt: [1], length: 20, seed: 5 }));
  });

  test("masks differ from step to step and from seed to seed, and evaluation has none", async () => {
    const losses = async (seed: number): Promise<number[]> => {
      using net = await compile(
        model({ input: features(32), layers: [dropout(0.5), dense(1, { bias: false })], loss: meanSquared(), seed }),
      );
      net.parameters.get("layer 2/dense/w").set(new Array(32).fill(1));
      const data = examples([{ input: [new Array(32).fill(1)], target: [0] }]);
      const seen: number[] = [];
      for await (const { loss } of net.train(data, { optimizer: adam(0), epochs: 6 })) seen.push(loss);
      expect((await net.evaluate(data)).loss).toBe(1024);
      return seen;
    };
    const [one, other] = [await losses(1), await losses(2)];
    expect(new Set(one).size).toBeGreaterThan(2);
    expect(one).not.toEqual(other);
  });
});

/** A cell that hears the output through a weight, and looks two steps back. */
const listening = cell({
  name: "listening",
  state: { h: 6 },
  step: ({ x, y, h, linear }) => ({ h: tanh(add(linear("x", x, 6), linear("y", y, 6), linear("h", h, 6), linear("two", delay(h, 2), 6))) }),
});
const doubled = cell({
  name: "doubled",
  state: { h: 4, c: 3 },
  step({ x, h, c, linear }) {
    const next = tanh(add(linear("c", concat(h, c), 3), linear("x", x, 3)));
    return { h: tanh(linear("h", concat(h, next), 4)), c: next, output: concat(next, h) };
  },
});
const numbers = (...layers: Layer[]): Definition => model({ input: features(3), layers, loss: meanSquared(), seed: 2 });

const MODELS: readonly (readonly [string, Definition, Sequence])[] = [
  ["hidden recurrence", letters(1, embedding(5), rnn(9), dense(7)), text],
  ["no recurrence", numbers(dense(5, { activation: "tanh" }), dense(2)), rows],
  ["two layers", numbers(rnn(9), rnn(5, { activation: "sigmoid" }), dense(2)), rows],
  ["softmax heard", letters(1, rnn(9, { recurrence: "output" }), dense(7)), text],
  [
    "symbol heard",
    model({ input: tokens(7), layers: [rnn(8, { recurrence: "both" }), dense(7)], loss: crossEntropy(), feedback: "symbol" }),
    text,
  ],
  ["output heard", numbers(rnn(8, { recurrence: "output" }), dense(3)), rows],
  ["a cell that listens", numbers(listening, dense(3)), rows],
  ["a cell of two states", numbers(doubled, dense(2)), rows],
  ["sequence to vector", numbers(rnn(9), last(), dense(4)), rows],
  ["dropout", numbers(rnn(9), dropout(0.5), dense(4)), rows],
];

describe.each(MODELS)("%s", (_, definition, sequence) => {
  test("a stream gives the bits of predict, whatever the length", async () => {
    using net = await compile(definition);
    const isVector = net.predict(sequence).length === 1;
    using stream = net.stream();
    const pushed = Array.from(sequence as ArrayLike<number>, (step) => stream.push(step).slice());
    if (isVector)
      for (const length of [1, 2, 5, 64, 65, 97])
        expect(net.predict(Array.from(sequence as number[]).slice(0, length))).toEqual([pushed[length - 1]]);
    else
      for (const length of [1, 3, 64, 97])
        expect(net.predict(Array.from(sequence as number[]).slice(0, length))).toEqual(pushed.slice(0, length));
    stream.reset();
    expect(stream.push((sequence as number[])[0])).toEqual(pushed[0]);
  });

  test("streams pushed together, some at a time, give the bits of one alone, and go on elsewhere from a state", async () => {
    using net = await compile(definition);
    using alone = net.stream();
    const steps = Array.from(sequence as ArrayLike<number>);
    const expected = steps.slice(0, 12).map((step) => alone.push(step).slice());
    using streams = net.streams(5);
    const { width } = streams;
    // Stream i takes its turn in all rounds but each i + 2nd, and once in a while all do, in another order.
    const taken = [0, 0, 0, 0, 0];
    for (let round = 0; round < 9; round++) {
      const which = [3, 0, 4, 1, 2].filter((i) => round === 4 || round % (i + 2) !== 0);
      const outputs = streams.push(
        which.map((i) => steps[taken[i]++]),
        which,
      );
      for (let i = 0; i < 5; i++)
        expect(outputs.slice(i * width, (i + 1) * width)).toEqual(taken[i] > 0 ? expected[taken[i] - 1] : new Float32Array(width));
    }
    alone.restore(
      JSON.parse(JSON.stringify(streams.state(2), (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value))),
    );
    expect(alone.push(steps[taken[2]])).toEqual(expected[taken[2]]);
    streams.restore(1, structuredClone(alone.state()));
    streams.reset(4);
    const [all] = [streams.push([steps[0], steps[taken[2] + 1], steps[0], steps[0], steps[0]])];
    expect(all.slice(width, 2 * width)).toEqual(expected[taken[2] + 1]);
    expect(all.slice(4 * width)).toEqual(expected[0]);
    streams.reset();
    expect(streams.push([steps[0]], [3]).slice(3 * width, 4 * width)).toEqual(expected[0]);
  });

  test("two streams do not disturb each other, nor does a prediction", async () => {
    using net = await compile(definition);
    using alone = net.stream();
    using one = net.stream();
    using other = net.stream();
    const steps = Array.from(sequence as ArrayLike<number>).slice(0, 9);
    steps.forEach((step, t) => {
      const expected = alone.push(step).slice();
      other.push(steps[8 - t]);
      net.predict(steps);
      expect(one.push(step)).toEqual(expected);
    });
  });
});

test("a row's loss and gradient do not depend on its neighbours in the batch", async () => {
  // One example alone, against the same example in a batch of ignored ones.
  const definition = model({ input: tokens(7), layers: [embedding(5), rnn(9), dense(7)], loss: crossEntropy({ ignore: 0 }), seed: 1 });
  const real = { input: text.subarray(0, 12), target: text.subarray(1, 13) };
  const run = async (batch: number, at: number): Promise<unknown> => {
    using net = await compile(definition);
    const list = Array.from({ length: batch }, (_, row) =>
      row === at ? real : { input: text.subarray(row + 20, row + 32), target: new Int32Array(12) },
    );
    return net.evaluate(examples(list, { batch }));
  };
  const alone = await run(1, 0);
  for (const batch of [2, 3, 4, 5, 8, 17])
    for (const at of [0, batch - 1]) expect(await run(batch, at), `row ${at} of ${batch}`).toEqual(alone);
});

test("an evaluation does not depend on its window, nor on a training that goes on meanwhile", async () => {
  using net = await compile(letters(1, embedding(5), rnn(9), dense(7)));
  const evaluate = (steps: number) => net.evaluate(windows(text, { batch: 1, steps }));
  const whole = await evaluate(96);
  for (const steps of [1, 7, 32, 50]) {
    const { loss, count } = await evaluate(steps);
    expect(count).toBe(96);
    // Sums of the windows are added in another order, in f64.
    expect(loss).toBeCloseTo(whole.loss, 12);
  }
  const before = net.save();
  for await (const _ of net.train(windows(text, { batch: 2, steps: 8 }), { optimizer: adam(0) })) expect(await evaluate(96)).toEqual(whole);
  expect(net.save()).toEqual(before);
});
