// The training loop as a user sees it: progress, ending it, giving way, what is not finite, schedules, and state along streams.

import { describe, expect, test } from "vitest";
import {
  adam,
  add,
  cell,
  compile,
  cosineDecay,
  crossEntropy,
  type Data,
  type Definition,
  delay,
  dense,
  dropout,
  embedding,
  examples,
  exp,
  exponentialDecay,
  features,
  type Loss,
  last,
  meanSquared,
  model,
  type Network,
  NonFiniteError,
  open,
  type Progress,
  rnn,
  sgd,
  stepDecay,
  type TrainOptions,
  tokens,
  warmUp,
  windows,
} from "../../src/index.ts";

const text = Int32Array.from({ length: 121 }, (_, i) => (i * i + (i >> 2)) % 5);
const letters = model({ input: tokens(5), layers: [embedding(4), rnn(7), dense(5)], loss: crossEntropy() });
const corpus = (): Data => windows(text, { batch: 2, steps: 6 });

async function progressOf(net: Network, data: Data, options: TrainOptions = {}): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const progress of net.train(data, options)) seen.push(progress);
  return seen;
}
const weightsOf = (net: Network): Float32Array[] => [...net.parameters].map((parameter) => parameter.get());
/** y = w·x with w at 1, no bias, so that every gradient can be said by heart. */
const LINE = model({ input: features(1), layers: [dense(1, { bias: false })], loss: meanSquared() });
async function line(w = 1): Promise<Network> {
  const net = await compile(LINE);
  net.parameters.get("layer 1/dense/w").set([w]);
  return net;
}
const point = (x: number, y: number): Data => examples([{ input: [x], target: [y] }]);
const weight = (net: Network): number => net.parameters.get("layer 1/dense/w").get()[0];

describe("progress", () => {
  test("says every step, epoch, loss, norm and rate", async () => {
    using net = await compile(letters);
    const seen = await progressOf(net, corpus(), { epochs: 3, optimizer: adam(0.01) });
    expect(seen).toHaveLength(30);
    seen.forEach((progress, i) => {
      expect(progress).toMatchObject({ step: i + 1, epoch: Math.floor(i / 10), rate: 0.01, action: "updated" });
      expect(progress.clipped).toEqual({ value: 0, parameters: 0, norm: false });
      expect(progress.gradientNorm).toBeGreaterThan(0);
      expect(progress.tokensPerSecond).toBeGreaterThan(0);
    });
    expect(seen[0].loss).toBeCloseTo(Math.log(5), 0);
    expect(seen[29].loss).toBeLessThan(seen[0].loss);
  });

  test("loss and norm are those by hand", async () => {
    using net = await line(1);
    // loss (w·x − y)² = (2 − 5)² = 9; its derivative 2·(2 − 5)·2 = −12; the step 1 + 0.01·12.
    const [{ loss, gradientNorm }] = await progressOf(net, point(2, 5), { optimizer: sgd(0.01) });
    expect(loss).toBe(9);
    expect(gradientNorm).toBe(12);
    expect(weight(net)).toBe(Math.fround(1.12));
  });
});

describe("ending it", () => {
  test("`steps` ends it, across epochs too", async () => {
    using net = await compile(letters);
    expect(await progressOf(net, corpus(), { epochs: 5, steps: 13 })).toHaveLength(13);
    expect(await progressOf(net, corpus(), { steps: 3 })).toHaveLength(3);
  });

  test("passes without end are ended by the loop", async () => {
    using net = await compile(letters);
    for await (const { epoch } of net.train(corpus(), { epochs: Number.POSITIVE_INFINITY })) if (epoch === 2) break;
    expect((await progressOf(net, corpus(), { epochs: Number.POSITIVE_INFINITY, steps: 21 })).at(-1)).toMatchObject({ step: 21, epoch: 2 });
  });

  test("leaving the loop ends it, and another may begin", async () => {
    using net = await compile(letters);
    for await (const { step } of net.train(corpus())) if (step === 2) break;
    expect((await progressOf(net, corpus(), { steps: 2 })).map(({ step }) => step)).toEqual([1, 2]);
  });

  test("an error in the loop's body ends it, and another may begin", async () => {
    using net = await compile(letters);
    const failing = async (): Promise<void> => {
      for await (const { step } of net.train(corpus())) if (step === 3) throw new Error("enough");
    };
    await expect(failing()).rejects.toThrow("enough");
    expect(await progressOf(net, corpus(), { steps: 1 })).toHaveLength(1);
  });

  test("an AbortSignal ends it after the step that runs; an evaluation is refused", async () => {
    using net = await compile(letters);
    const abort = new AbortController();
    let steps = 0;
    for await (const { step } of net.train(corpus(), { epochs: 100, signal: abort.signal })) {
      steps = step;
      if (step === 4) abort.abort(new RangeError("the user left"));
    }
    expect(steps).toBe(4);
    expect(await progressOf(net, corpus(), { signal: abort.signal })).toEqual([]);
    await expect(net.evaluate(corpus(), { signal: abort.signal })).rejects.toThrow("the user left");
  });

  test("trainings of one pass each are one training of as many: order, masks, rates and what the optimizer remembers", async () => {
    const dropping = model({ input: tokens(5), layers: [embedding(4), dropout(0.3), rnn(6), dense(5)], loss: crossEntropy(), seed: 4 });
    const list = Array.from({ length: 5 }, (_, i) => ({ input: text.subarray(i, 2 * i + 1), target: text.subarray(i + 1, 2 * i + 2) }));
    const rates: number[] = [];
    const optimizer = adam((step) => {
      rates.push(step);
      return 0.01 / (1 + step);
    });
    for (const data of [() => examples(list, { batch: 2, pool: 2 }), corpus]) {
      using whole = await compile(dropping);
      await progressOf(whole, data(), { optimizer, epochs: 2 });
      using parts = await compile(dropping);
      for (let epoch = 0; epoch < 2; epoch++) {
        await parts.evaluate(data());
        await progressOf(parts, data(), { optimizer });
      }
      expect(weightsOf(parts)).toEqual(weightsOf(whole));
      const half = rates.length / 2;
      expect(rates.splice(0)).toEqual([...Array(half).keys(), ...Array(half).keys()]);
    }
  });

  test("a break costs nothing: the same steps in two loops, over data without carried state, are the same bits", async () => {
    const data = (): Data => examples([{ input: text.subarray(0, 9), target: text.subarray(1, 10) }]);
    using whole = await compile(letters);
    await progressOf(whole, data(), { epochs: 6 });
    using parts = await compile(letters);
    for await (const { step } of parts.train(data(), { epochs: 6 })) if (step === 2) break;
    await progressOf(parts, data(), { epochs: 4 });
    expect(weightsOf(parts)).toEqual(weightsOf(whole));
  });
});

describe("schedules reach the optimizer", () => {
  test.each<[string, Parameters<typeof sgd>[0], number[]]>([
    ["stepDecay", stepDecay(1, { every: 2, factor: 0.5 }), [1, 1, 0.5, 0.5, 0.25]],
    ["exponentialDecay", exponentialDecay(1, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]],
    ["cosineDecay", cosineDecay(1, { steps: 4, floor: 0 }), [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0]],
    ["warmUp", warmUp(2, exponentialDecay(1, 0.5)), [0.5, 1, 1, 0.5, 0.25]],
    ["a function", (step) => step / 8, [0, 0.125, 0.25, 0.375, 0.5]],
  ])("%s", async (_, rate, rates) => {
    using net = await line(0);
    let w = 0;
    let i = 0;
    for await (const progress of net.train(point(1, 1), { optimizer: sgd(rate), epochs: 5, clip: { value: 1e-3 } })) {
      expect(progress.rate).toBeCloseTo(rates[i], 12);
      // The gradient is cut to −1e-3 throughout, so that each step is its rate.
      w += rates[i++] * 1e-3;
      expect(weight(net)).toBeCloseTo(w, 8);
    }
    expect(i).toBe(5);
  });

  test("go on over several trainings, and a rate that is none ends one with a sentence", async () => {
    using net = await line(0);
    const rate = (step: number): number => (step < 3 ? 1 / (1 + step) : Number.NaN);
    expect((await progressOf(net, point(1, 1), { optimizer: sgd(rate), steps: 2, epochs: 2 })).map((progress) => progress.rate)).toEqual([
      1, 0.5,
    ]);
    await expect(progressOf(net, point(1, 1), { optimizer: sgd(rate), epochs: 4 })).rejects.toThrow(/rate at step 3 .*NaN/);
    expect(await progressOf(net, point(1, 1))).toHaveLength(1);
  });
});

describe("what is not finite", () => {
  /** h(t) = exp(h(t−1) + x(t)): from inputs of 2 the units are e², e^(2+e²) ≈ 1.2e4, then Infinity, at time step 2. */
  const tower: Definition = model({
    input: features(2),
    layers: [cell({ name: "tower", state: { h: 2 }, step: ({ x, h }) => ({ h: exp(add(h, x)) }) }), dense(1)],
    loss: meanSquared(),
  });
  // Row 1, column 1 is the one that overflows.
  const rows = (overflows: boolean) => Array.from({ length: 5 }, () => [-9, overflows ? 2 : -9]);
  const data = (): Data =>
    examples([
      { input: rows(false), target: [0, 0, 0, 0, 0] },
      { input: rows(true), target: [0, 0, 0, 0, 0] },
    ]);

  test("throw: names the layer, the time step and the element, and leaves everything as it was", async () => {
    using net = await compile(tower);
    const before = net.save({ optimizer: true });
    const error = (await progressOf(net, data()).catch((reason) => reason)) as NonFiniteError;
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error.step).toBe(1);
    expect(error.first).toMatchObject({ label: "layer 1/tower/h", time: 2, column: 1, value: Number.POSITIVE_INFINITY });
    expect(error.message).toMatch(/layer 1\/tower\/h at time step 2, row [01], column 1.*unchanged/);
    expect(weightsOf(net)).toEqual(weightsOf(await compile(tower)));
    expect(net.save().length).toBe(before.length);
    // It can train on: with data that are good.
    expect(await progressOf(net, examples([{ input: rows(false), target: [0, 0, 0, 0, 0] }]))).toHaveLength(1);
  });

  test("skip: says so, leaves the parameters, and goes on", async () => {
    using net = await compile(tower);
    const before = weightsOf(net);
    const seen = await progressOf(net, data(), { onNonFinite: "skip", epochs: 3 });
    expect(seen.map(({ action }) => action)).toEqual(["skipped", "skipped", "skipped"]);
    expect(seen.map(({ counts }) => counts.skipped)).toEqual([1, 2, 3]);
    expect(weightsOf(net)).toEqual(before);
  });

  test.each([
    ["randomStep", 1e-2],
    [{ randomStep: 0.5 }, 0.5],
  ] as const)("%j: the parameters move by that length, in a direction that the seed decides", async (onNonFinite, length) => {
    const move = async (seed: number): Promise<number[]> => {
      using net = await compile({ ...tower, seed });
      const before = weightsOf(net).flatMap((values) => [...values]);
      const seen = await progressOf(net, data(), { onNonFinite });
      expect(seen.map(({ action, counts }) => [action, counts.randomSteps])).toEqual([["randomStep", 1]]);
      const after = weightsOf(net).flatMap((values) => [...values]);
      return after.map((value, i) => value - before[i]);
    };
    const moved = await move(1);
    // Weights of about 1 are rounded to 2⁻²⁴.
    expect(Math.hypot(...moved)).toBeCloseTo(length, 6);
    expect(await move(1)).toEqual(moved);
    expect(await move(2)).not.toEqual(moved);
  });
});

describe("state along streams", () => {
  /** Gives back the input of two steps ago, exactly, from delays alone. */
  const echo: Definition = model({
    input: features(1),
    layers: [cell({ name: "echo", state: { h: 1 }, step: ({ x, linear }) => ({ h: linear("w", delay(x, 2), 1) }) })],
    loss: meanSquared(),
  });
  const numbers = Float32Array.from({ length: 24 }, (_, i) => i + 1);
  const delayed = (list: Float32Array): Float32Array => Float32Array.from(list, (_, i) => (i < 2 ? 0 : list[i - 2]));
  const lossesOf = async (data: Data): Promise<number[]> => {
    using net = await compile(echo);
    net.parameters.get("layer 1/echo/w").set([1]);
    return (await progressOf(net, data, { optimizer: sgd(0), epochs: 2 })).map(({ loss }) => loss);
  };

  test("is carried from window to window, and begins anew with the epoch", async () => {
    expect(await lossesOf(windows(numbers, { batch: 1, steps: 4, targets: delayed(numbers) }))).toEqual(new Array(12).fill(0));
    // Windows shorter than the delay reach over two boundaries.
    expect(await lossesOf(windows(numbers, { batch: 1, steps: 1, targets: delayed(numbers) }))).toEqual(new Array(48).fill(0));
  });

  test("begins anew with each document of a stream, while its neighbour goes on", async () => {
    const documents = [numbers.subarray(0, 8), numbers.subarray(8, 12), numbers.subarray(12, 16)].map((list) =>
      Array.from(list, (n) => [n]),
    );
    const targets = documents.map((list) => Array.from(delayed(Float32Array.from(list.flat())), (n) => [n]));
    expect(await lossesOf(windows(documents, { batch: 2, steps: 2, targets }))).toEqual(new Array(8).fill(0));
  });

  test("passes no gradient from window to window", async () => {
    // d loss/d w of the second window alone: with carried x(0), x(1) the same as in one long window, but only over its own steps.
    using net = await compile(echo);
    net.parameters.get("layer 1/echo/w").set([1]);
    const zeros = new Float32Array(4);
    const list = numbers.subarray(0, 4);
    const seen = await progressOf(net, windows(list, { batch: 1, steps: 2, targets: zeros }), { optimizer: sgd(0) });
    // Outputs 0, 0 | 1, 2: the mean of 2·o·x over two steps is (2·1·1 + 2·2·2)/2 = 5.
    expect(seen.map(({ gradientNorm }) => gradientNorm)).toEqual([0, 5]);
  });
});

test.each<[string, (list: number[][][]) => void]>([
  ["a row that is gone", (list) => list[1].splice(2, 1, undefined as unknown as number[])],
  ["a number that is none any more", (list) => list[1][2].fill(Number.NaN)],
])("%s while the training gave way ends it with row and step, and the network stays as it was", async (_, change) => {
  using net = await line();
  const list = [0, 1].map(() => Array.from({ length: 4 }, (__, t) => [t]));
  const steps = net.train(examples(list.map((input) => ({ input, target: input }))), { epochs: 3 });
  await steps.next();
  const learned = weight(net);
  change(list);
  await expect(steps.next()).rejects.toThrow(/a batch: row [01], step 2 .*was changed while it was read/);
  expect(weight(net)).toBe(learned);
});

describe("evaluation", () => {
  test("steps without an answer do not count, in sequences of different lengths and for vectors", async () => {
    const [loss, marked] = [crossEntropy(), crossEntropy({ ignore: -100 })];
    const tagging = (judged: Loss) => model({ input: tokens(3), layers: [rnn(4), dense(3)], loss: judged, seed: 2 });
    using all = await compile(tagging(loss));
    using net = await compile(tagging(marked));
    const logs = (input: number[], target: number[]): number[] =>
      net.predict(input).flatMap((chances, t) => (target[t] < 0 ? [] : -Math.log(chances[target[t]])));
    const list = [
      { input: [0, 1, 2, 0], target: [1, -100, -100, 2] },
      { input: [1], target: [-100] },
      { input: [2, 2], target: [-100, 0] },
    ];
    const each = list.flatMap(({ input, target }) => logs(input, target));
    const { loss: mean, count } = await net.evaluate(examples(list));
    expect(count).toBe(3);
    // Logarithms of the engine are within 2 ULP, chances rounded to 24 bits.
    expect(mean).toBeCloseTo(each.reduce((sum, one) => sum + one) / 3, 6);
    // What has an answer throughout is learned alike.
    const answered = [{ input: [0, 1, 2, 0], target: [1, 0, 0, 2] }];
    for (const one of [all, net]) await progressOf(one, examples(answered), { epochs: 3 });
    expect(weightsOf(net)).toEqual(weightsOf(all));
    using again = await open(net.save());
    expect(await again.evaluate(examples(list))).toEqual(await net.evaluate(examples(list)));
    await expect(all.evaluate(examples(list))).rejects.toThrow("examples[0].target[1] is -100 but must be a symbol from 0 to 2.");
    await expect(net.evaluate(examples([{ input: [-100], target: [0] }]))).rejects.toThrow("input[0] is -100");
    await expect(net.evaluate(examples([{ input: [0], target: [-1] }]))).rejects.toThrow("from 0 to 2, or -100 where there is none");

    using classes = await compile(model({ input: tokens(3), layers: [rnn(4), last(), dense(3)], loss: marked }));
    expect(await classes.evaluate(examples(list.map(({ input }, i) => ({ input, target: [2, -100, -100][i] }))))).toMatchObject({
      count: 1,
    });
  });

  test("counts what is not ignored", async () => {
    using net = await compile(model({ input: tokens(3), layers: [dense(3)], loss: crossEntropy({ ignore: 0 }) }));
    for (const parameter of net.parameters) parameter.set(new Float32Array(parameter.shape[0] * parameter.shape[1]));
    const data = (targets: number[]): Data => windows([0, 1, 2, 0, 1, 2], { batch: 1, steps: 2, targets });
    expect(await net.evaluate(data([0, 1, 2, 0, 1, 2]))).toMatchObject({ loss: Math.fround(Math.log(3)), count: 4 });
    expect(await net.evaluate(data([0, 0, 0, 0, 0, 0]))).toMatchObject({ loss: 0, count: 0 });
    // A batch of nothing but ignored targets has no loss and no gradient.
    const seen = await progressOf(net, data([0, 0, 1, 1, 0, 0]), { optimizer: sgd(0) });
    expect(seen.map(({ loss, gradientNorm }) => [loss > 0, gradientNorm > 0])).toEqual([
      [false, false],
      [true, true],
      [false, false],
    ]);
  });

  test("reads to the end what does not fill a window, and changes nothing", async () => {
    using net = await compile(letters);
    const before = net.save();
    const { count } = await net.evaluate(windows(text.subarray(0, 60), { batch: 2, steps: 8 }));
    expect(count).toBe(59);
    expect(net.save()).toEqual(before);
  });
});
