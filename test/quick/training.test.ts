// The training loop: what it reports, how it ends, clipping, what is not finite, state between windows, schedules, what counts.

import { describe, expect, test } from "vitest";
import {
  adam,
  add,
  cell,
  compile,
  constant,
  cosineDecay,
  crossEntropy,
  dense,
  examples,
  exp,
  exponentialDecay,
  features,
  last,
  meanSquared,
  model,
  type Network,
  NonFiniteError,
  type Progress,
  rnn,
  sgd,
  stepDecay,
  type TrainOptions,
  tokens,
  warmUp,
  windows,
} from "../../src/index.ts";

const letters = Int32Array.from({ length: 200 }, (_, i) => (i * i + (i >> 1)) % 5);
const small = model({ input: tokens(5), layers: [rnn(6), dense(5)], loss: crossEntropy(), seed: 1 });
const data = windows(letters, { batch: 2, steps: 8 });
/** y = w·x with one weight, so that every number of a training is known. */
const line = model({ input: features(1), layers: [dense(1, { bias: false })], loss: meanSquared() });
const weight = (net: Network): number => net.parameters.get("layer 1/dense/w").get()[0];
const point = (x: number, y: number) => examples([{ input: [x], target: [y] }]);

async function collect(steps: AsyncIterable<Progress>): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const progress of steps) seen.push(progress);
  return seen;
}
const numbersOf = (net: Network): number[][] => [...net.parameters].map((parameter) => Array.from(parameter.get()));

describe("progress", () => {
  test("counts steps and epochs, and tells loss, norm, rate and speed", async () => {
    using net = await compile(small);
    const seen = await collect(net.train(data, { optimizer: adam(1e-3), epochs: 2 }));
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 2 * data.count }, (_, i) => i + 1));
    expect(seen.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 2 * data.count }, (_, i) => Math.floor(i / data.count)));
    for (const { loss, gradientNorm, clipped, action, rate, tokensPerSecond } of seen) {
      expect(loss).toBeGreaterThan(0);
      expect(gradientNorm).toBeGreaterThan(0);
      expect(clipped).toBe(false);
      expect(action).toBe("updated");
      expect(rate).toBe(1e-3);
      expect(tokensPerSecond).toBeGreaterThan(0);
    }
  });

  test("by hand: loss, norm and update of one weight", async () => {
    using net = await compile(line);
    net.parameters.get("layer 1/dense/w").set([3]);
    const [{ loss, gradientNorm }] = await collect(net.train(point(2, 1), { optimizer: sgd(0.125) }));
    // (3·2 − 1)² = 25; its derivative by w is 2·5·2 = 20.
    expect([loss, gradientNorm, weight(net)]).toEqual([25, 20, 3 - 0.125 * 20]);
  });

  test("steps end a training, whatever the epochs", async () => {
    using net = await compile(small);
    expect(await collect(net.train(data, { steps: 3, epochs: 9 }))).toHaveLength(3);
    expect(await collect(net.train(data, { steps: 99 }))).toHaveLength(data.count);
  });
});

describe("ending", () => {
  test("an AbortSignal ends it after the step that is running; one that is aborted already lets none begin", async () => {
    using net = await compile(small);
    const stop = new AbortController();
    let steps = 0;
    for await (const { step } of net.train(data, { epochs: 99, signal: stop.signal })) if ((steps = step) === 5) stop.abort();
    expect(steps).toBe(5);
    const before = numbersOf(net);
    expect(await collect(net.train(data, { signal: AbortSignal.abort() }))).toEqual([]);
    expect(numbersOf(net)).toEqual(before);
    await expect(net.evaluate(data, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  test("a timer can abort it", async () => {
    using net = await compile(small);
    const seen = await collect(net.train(data, { epochs: 1_000_000, signal: AbortSignal.timeout(30) }));
    expect(seen.length).toBeGreaterThan(1);
  });

  test("leaving the loop, by break or by an error, frees the network, and memory does not grow", async () => {
    using net = await compile(small);
    await collect(net.train(data));
    const { total } = net.bytes;
    for (let i = 0; i < 50; i++) {
      for await (const _ of net.train(data)) break;
      await expect(
        (async () => {
          for await (const _ of net.train(data)) throw new Error("of the user's own");
        })(),
      ).rejects.toThrow("of the user's own");
    }
    expect(net.bytes.total).toBe(total);
    expect(await collect(net.train(data))).toHaveLength(data.count);
  });
});

test("the event loop gets a turn at least every 10 ms, as far as a single step takes less", async () => {
  using net = await compile(small);
  const turns: number[] = [performance.now()];
  let ended = false;
  const turn = (): void => {
    turns.push(performance.now());
    if (!ended) setImmediate(turn);
  };
  setImmediate(turn);
  let [steps, longest] = [0, 0];
  let before = performance.now();
  const start = before;
  for await (const _ of net.train(data, { epochs: 1_000_000 })) {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
    steps++;
    if (now - start > 250) break;
  }
  ended = true;
  const gaps = turns.slice(1).map((time, i) => time - turns[i]);
  expect(steps).toBeGreaterThan(500);
  expect(turns.length).toBeGreaterThan(20);
  // On a busy machine the process itself may be paused: a gap is judged against the longest step seen.
  expect(Math.max(...gaps)).toBeLessThan(10 + longest);
});

describe("clipping", () => {
  const trained = async (clip: TrainOptions["clip"]): Promise<[Progress, number]> => {
    using net = await compile(line);
    net.parameters.get("layer 1/dense/w").set([3]);
    const [progress] = await collect(net.train(point(2, 1), { optimizer: sgd(1), ...(clip ? { clip } : {}) }));
    return [progress, weight(net)];
  };
  // The gradient is 20. All numbers are exact in f32 but the coefficient max/(norm + 1e-6), which PyTorch defines so.
  test.each([
    [undefined, false, 3 - 20],
    [{ value: 5 }, true, 3 - 5],
    [{ value: 20 }, false, 3 - 20],
    [{ norm: 5 }, true, 3 - 20 * (5 / (20 + 1e-6))],
    [{ norm: 21 }, false, 3 - 20],
    [{ value: 8, norm: 2 }, true, 3 - 8 * (2 / (8 + 1e-6))],
  ] as const)("%o", async (clip, clipped, expected) => {
    const [progress, after] = await trained(clip);
    expect(progress.clipped).toBe(clipped);
    expect(progress.gradientNorm).toBe(20);
    // The coefficient and the product are rounded to f32: two roundings of numbers below 8.
    expect(Math.abs(after - expected)).toBeLessThanOrEqual(8 * 2 ** -23);
  });
});

describe("what is not finite", () => {
  /** h(t) = e^(h(t−1) + x(t)): e, then e^e, then e^15.2, then infinite, when x is 0 after a first 1. */
  const exploding = model({
    input: features(1),
    layers: [
      cell({
        name: "tower",
        state: { h: 1 },
        step: ({ x, h, linear }) => ({ h: exp(add(linear("w", x, 1, constant(1)), h)) }),
      }),
    ],
    loss: meanSquared(),
  });
  const steep = examples([{ input: [1, 0, 0, 0, 0], target: [0, 0, 0, 0, 0] }]);

  test("throw names tensor, time step, row and column, and changes nothing", async () => {
    using net = await compile(exploding);
    const before = net.save({ optimizer: true });
    const error = await collect(net.train(steep)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteError);
    const { first, step, message } = error as NonFiniteError;
    expect(step).toBe(1);
    // e, e^e = 15.15, e^15.15 = 3.8e6, e^3.8e6 = ∞: at the fourth step, which is number 3.
    expect(first).toEqual({ label: "layer 1/tower/h", time: 3, row: 0, column: 0, value: Number.POSITIVE_INFINITY });
    expect(message).toContain("layer 1/tower/h at time step 3, row 0, column 0");
    expect(message).toContain("The parameters are unchanged.");
    expect([...net.parameters.get("layer 1/tower/w").get()]).toEqual([1]);
    expect(before.length).toBeLessThanOrEqual(net.save({ optimizer: true }).length);
    // And the network goes on with better data.
    expect(await collect(net.train(examples([{ input: [0, -1], target: [1, 1] }])))).toHaveLength(1);
  });

  test("the row of the batch is named, and a gradient that overflows as well", async () => {
    using net = await compile(exploding);
    const rows = examples(
      [0, 1, 2].map((row) => ({ input: row === 1 ? [1, 0, 0, 0] : [-5, -5, -5, -5], target: [0, 0, 0, 0] })),
      { batch: 3 },
    );
    const error = (await collect(net.train(rows)).catch((reason: unknown) => reason)) as NonFiniteError;
    expect(error.first?.time).toBe(3);
    expect(error.first?.value).toBe(Number.POSITIVE_INFINITY);
    // Examples are shuffled: the row is that of the batch, and only one of three.
    expect([0, 1, 2]).toContain(error.first?.row);
    using deep = await compile(model({ input: features(1), layers: [rnn(2, { activation: "relu" }), dense(1)], loss: meanSquared() }));
    deep.parameters.get("layer 1/rnn/wx").set([1, 1]);
    deep.parameters.get("layer 1/rnn/wh").set([1e19, 0, 0, 1e19]);
    const over = (await collect(deep.train(examples([{ input: [1, 1, 1, 1], target: [0, 0, 0, 0] }]))).catch(
      (reason: unknown) => reason,
    )) as NonFiniteError;
    // 1, 1e19, 1e38, then 1e57, which f32 does not have.
    expect(over.first).toMatchObject({ time: 3, row: 0 });
    expect(over.first?.label).toContain("layer 1/rnn");
  });

  test("skip changes nothing, reports it, and goes on", async () => {
    using net = await compile(exploding);
    const [bad] = await collect(net.train(steep, { onNonFinite: "skip", optimizer: sgd(0.1) }));
    expect(bad.action).toBe("skipped");
    expect([...net.parameters.get("layer 1/tower/w").get()]).toEqual([1]);
    const [good] = await collect(net.train(examples([{ input: [-1], target: [1] }]), { onNonFinite: "skip", optimizer: sgd(0.1) }));
    expect(good.action).toBe("updated");
    expect(net.parameters.get("layer 1/tower/w").get()[0]).not.toBe(1);
  });

  test.each([
    ["randomStep", 1e-2],
    [{ randomStep: 0.5 }, 0.5],
    [{ randomStep: 0 }, 0],
  ] as const)("%o moves the parameters by exactly that length, in the same direction each time", async (onNonFinite, length) => {
    const wide = model({
      input: features(1),
      layers: [rnn(5, { activation: "relu" }), dense(3)],
      loss: meanSquared(),
      seed: 7,
    });
    const moves: number[][] = [];
    for (const _ of [1, 2]) {
      using net = await compile(wide);
      net.parameters.get("layer 1/rnn/wx").set([1, 1, 1, 1, 1]);
      net.parameters.get("layer 1/rnn/b").set([3e38, 3e38, 3e38, 3e38, 3e38]);
      net.parameters.get("layer 1/rnn/wh").set(new Array(25).fill(1));
      // Small parameters, so that the move is not rounded away; the biases stay huge and are left out of the sum.
      const before = numbersOf(net);
      const [{ action }] = await collect(
        net.train(
          examples([
            {
              input: [1, 1],
              target: [
                [0, 0, 0],
                [0, 0, 0],
              ],
            },
          ]),
          { onNonFinite },
        ),
      );
      expect(action).toBe("randomStep");
      const after = numbersOf(net);
      moves.push(after.flatMap((values, p) => values.map((value, i) => value - before[p][i])));
    }
    expect(moves[0]).toEqual(moves[1]);
    const paths = 5 + 25 + 5 + 15 + 3;
    expect(moves[0]).toHaveLength(paths);
    const moved = Math.sqrt(moves[0].reduce((sum, move) => sum + move * move, 0));
    // The five biases of 3e38 swallow their part: 5 of 53 equally likely numbers.
    expect(moved).toBeLessThanOrEqual(length * (1 + 1e-5));
    expect(moved).toBeGreaterThanOrEqual(length * Math.sqrt(1 - 25 / paths));
  });

  test("a random step of one weight is its length, to the rounding of f32", async () => {
    using net = await compile(exploding);
    await collect(net.train(steep, { onNonFinite: { randomStep: 0.25 } }));
    expect(Math.abs(net.parameters.get("layer 1/tower/w").get()[0] - 1)).toBeCloseTo(0.25, 6);
  });
});

describe("state between windows", () => {
  /** Counts its steps: h(t) = h(t−1) + x(t) with weights of 1, and nothing to learn at a rate of 0. */
  const counter = model({ input: features(1), layers: [rnn(1, { activation: "identity" })], loss: meanSquared() });
  const counting = async (...[source, options]: Parameters<typeof windows>): Promise<number[]> => {
    using net = await compile(counter);
    net.parameters.get("layer 1/rnn/wx").set([1]);
    net.parameters.get("layer 1/rnn/wh").set([1]);
    net.parameters.get("layer 1/rnn/b").set([0]);
    return (await collect(net.train(windows(source, options), { optimizer: sgd(0), epochs: 2 }))).map(({ loss }) => loss);
  };
  const ones = (count: number): number[] => new Array(count).fill(1);
  const zeros = (count: number): number[] => new Array(count).fill(0);

  test("is carried along one sequence, and begins anew with every epoch", async () => {
    // The outputs are 1, 2 | 3, 4 | 5, 6: losses are the means of their squares.
    const losses = [(1 + 4) / 2, (9 + 16) / 2, (25 + 36) / 2];
    expect(await counting(ones(6), { batch: 1, steps: 2, targets: zeros(6) })).toEqual([...losses, ...losses]);
    // Two streams of three, side by side: each counts for itself.
    const side = [1, 4, 9];
    expect(await counting(ones(6), { batch: 2, steps: 1, targets: zeros(6) })).toEqual([...side, ...side]);
  });

  test("begins anew with every document, stream by stream", async () => {
    const documents = [4, 2, 2].map((length) => ones(length).map((one) => [one]));
    const targets = [4, 2, 2].map((length) => zeros(length).map((zero) => [zero]));
    // The first stream reads the document of 4, the second the two of 2: (1,2 | 3,4) beside (1,2 | 1,2).
    const losses = [(1 + 4 + 1 + 4) / 4, (9 + 16 + 1 + 4) / 4];
    expect(await counting(documents, { batch: 2, steps: 2, targets })).toEqual([...losses, ...losses]);
  });

  test("the gradient ends at the window", async () => {
    using net = await compile(counter);
    net.parameters.get("layer 1/rnn/wx").set([1]);
    net.parameters.get("layer 1/rnn/wh").set([1]);
    net.parameters.get("layer 1/rnn/b").set([0]);
    const seen = await collect(net.train(windows([1, 1], { batch: 1, steps: 1, targets: [0, 0] }), { optimizer: sgd(0) }));
    // h = 1, then 2. d(h²) = 2h·(dwx·x, dwh·h(t−1), db): with x = 1 and h(t−1) a constant: (2, 0, 2), then (4, 4, 4).
    expect(seen[0].gradientNorm).toBeCloseTo(Math.hypot(2, 0, 2), 12);
    expect(seen[1].gradientNorm).toBeCloseTo(Math.hypot(4, 4, 4), 12);
  });
});

test("schedules reach the optimizer, count on from training to training, and are exact", async () => {
  using net = await compile(line);
  for (const [schedule, expected] of [
    [stepDecay(1, { every: 2, factor: 0.5 }), [1, 1, 0.5, 0.5, 0.25]],
    [exponentialDecay(1, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]],
    [cosineDecay(1, { steps: 4, floor: 0 }), [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0]],
    [warmUp(2, exponentialDecay(1, 0.5)), [0.5, 1, 1, 0.5, 0.25]],
  ] as const) {
    using fresh = await compile(line);
    const rates = (await collect(fresh.train(point(0, 0), { optimizer: sgd(schedule), epochs: 3 }))).map(({ rate }) => rate);
    rates.push(...(await collect(fresh.train(point(0, 0), { optimizer: sgd(schedule), epochs: 2 }))).map(({ rate }) => rate));
    rates.forEach((rate, step) => {
      expect(rate).toBeCloseTo(expected[step], 15);
    });
  }
  net.parameters.get("layer 1/dense/w").set([3]);
  await collect(net.train(point(2, 1), { optimizer: sgd((step) => (step === 0 ? 0 : 0.125)), epochs: 2 }));
  expect(weight(net)).toBe(3 - 0.125 * 20);
});

describe("what counts", () => {
  test("targets that are ignored count neither in training nor in evaluation", async () => {
    const definition = model({ input: tokens(5), layers: [rnn(6), dense(5)], loss: crossEntropy({ ignore: 0 }), seed: 1 });
    using net = await compile(definition);
    const input = [1, 2, 3, 4];
    const some = examples([{ input, target: [0, 3, 0, 2] }]);
    const { loss, count } = await net.evaluate(some);
    expect(count).toBe(2);
    const said = net.predict(input);
    expect(loss).toBeCloseTo(-(Math.log(said[1][3]) + Math.log(said[3][2])) / 2, 5);
    const none = examples([{ input, target: [0, 0, 0, 0] }]);
    expect(await net.evaluate(none)).toEqual({ loss: 0, count: 0 });
    const before = numbersOf(net);
    const [progress] = await collect(net.train(none, { optimizer: sgd(1) }));
    expect([progress.loss, progress.gradientNorm]).toEqual([0, 0]);
    expect(numbersOf(net)).toEqual(before);
  });

  test("an evaluation is a mean over symbols, not over batches, with what does not fill a window", async () => {
    using net = await compile(small);
    const { loss, count } = await net.evaluate(windows(letters, { batch: 1, steps: 30 }));
    expect(count).toBe(199);
    const said = net.predict(letters);
    const sum = said.slice(0, -1).reduce((total, probabilities, t) => total - Math.log(probabilities[letters[t + 1]]), 0);
    expect(loss).toBeCloseTo(sum / 199, 5);
  });

  test("ragged examples are batched by length, each once an epoch, and are as long as they are", async () => {
    const lengths = [3, 1, 7, 3, 3, 1, 5, 3];
    const list = lengths.map((length, i) => ({ input: letters.subarray(i, i + length), target: letters.subarray(i + 1, i + 1 + length) }));
    const ragged = examples(list, { batch: 3 });
    using net = await compile(small);
    // Lengths 3 (four of them), 1 (two), 7, 5: two batches, and one each.
    expect([ragged.count, ragged.size]).toEqual([5, 26]);
    expect(await collect(net.train(ragged, { epochs: 3 }))).toHaveLength(15);
    const { loss, count } = await net.evaluate(ragged);
    expect(count).toBe(26);
    const sum = list.reduce(
      (total, { input, target }) => total - net.predict(input).reduce((part, said, t) => part + Math.log(said[target[t]]), 0),
      0,
    );
    expect(loss).toBeCloseTo(sum / 26, 5);
  });

  test("a model that ignores its input trains, evaluates, predicts and streams", async () => {
    const deaf = model({
      input: features(2),
      layers: [cell({ name: "deaf", state: { h: 1 }, step: ({ h, bias }) => ({ h: add(h, bias("b", 1, constant(1))) }) })],
      loss: meanSquared(),
    });
    using net = await compile(deaf);
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(net.predict(rows).map(([h]) => h)).toEqual([1, 2, 3]);
    const wanted = examples([{ input: rows, target: [1, 2, 3] }]);
    expect(await net.evaluate(wanted)).toEqual({ loss: 0, count: 3 });
    expect((await collect(net.train(wanted)))[0].loss).toBe(0);
    using stream = net.stream();
    expect(rows.map((row) => stream.push(row)[0])).toEqual([1, 2, 3]);
  });

  test("rows of width 1 may be numbers, lists, or both", async () => {
    using net = await compile(model({ input: features(1), layers: [rnn(3), last(), dense(1)], loss: meanSquared() }));
    const expected = net.predict([0.5, -1, 2]);
    expect(net.predict([[0.5], -1, [2]] as never)).toEqual(expected);
    expect(net.predict([0.5, [-1], Float32Array.of(2)] as never)).toEqual(expected);
    const loss = await net.evaluate(examples([{ input: [0.5, -1, 2], target: 1 }]));
    expect(await net.evaluate(examples([{ input: [[0.5], -1, 2] as never, target: [1] }]))).toEqual(loss);
  });
});
