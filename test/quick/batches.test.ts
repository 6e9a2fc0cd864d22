// Batches and what comes of them, by hand: rows as they come, ragged lengths, state along streams, where an overflow began, what is counted.

import { describe, expect, test } from "vitest";
import { randomFrom } from "../../src/engine/random.ts";
import {
  add,
  cell,
  compile,
  constant,
  crossEntropy,
  dense,
  examples,
  exp,
  features,
  last,
  meanSquared,
  model,
  type NonFiniteError,
  type Progress,
  rnn,
  sgd,
  tokens,
  windows,
} from "../../src/index.ts";
import { deal, windowsIn } from "../../src/train/stretches.ts";
import type { Anything } from "../support/bad-models.ts";

const letters = Int32Array.from({ length: 200 }, (_, i) => (i * i + (i >> 1)) % 5);
const small = model({ input: tokens(5), layers: [rnn(6), dense(5)], loss: crossEntropy(), seed: 1 });
const data = windows(letters, { batch: 2, steps: 8 });

async function collect(steps: AsyncIterable<Progress>): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const progress of steps) seen.push(progress);
  return seen;
}

test("trainings that are left, by break or by an error, leave no memory behind", async () => {
  using net = await compile(small);
  await collect(net.train(data));
  const { total } = net.bytes;
  for (let i = 0; i < 50; i++) {
    for await (const _ of net.train(data)) break;
    const failing = async (): Promise<void> => {
      for await (const _ of net.train(data)) throw new Error("of the user's own");
    };
    await expect(failing()).rejects.toThrow("of the user's own");
  }
  expect(net.bytes.total).toBe(total);
});

test("the event loop gets a turn at least every 10 ms, as far as a single step takes less", async () => {
  using net = await compile(small);
  const start = performance.now();
  let [steps, turned, before, during, worst] = [0, start, start, 0, 0];
  let [fresh, ended] = [true, false];
  const turn = (): void => {
    turned = performance.now();
    fresh = true;
    if (!ended) setImmediate(turn);
  };
  setImmediate(turn);
  for await (const _ of net.train(data, { epochs: 1_000_000 })) {
    const now = performance.now();
    const step = now - before;
    if (fresh) during = step;
    fresh = false;
    // A busy machine may pause the process at any time: what has passed since the last turn, but for this step and the one with the turn in it.
    worst = Math.max(worst, now - turned - step - during);
    before = now;
    steps++;
    if (now - start > 250 && steps > 500) break;
  }
  ended = true;
  expect(worst).toBeLessThan(10);
});

test("where a recurrence overflows its own weights, layer, time step and row are named", async () => {
  using net = await compile(model({ input: features(1), layers: [rnn(2, { activation: "relu" }), dense(1)], loss: meanSquared() }));
  net.parameters.get("layer 1/rnn/wx").set([1, 1]);
  net.parameters.get("layer 1/rnn/wh").set([1e19, 0, 0, 1e19]);
  const steep = examples([{ input: [1, 1, 1, 1], target: [0, 0, 0, 0] }]);
  const { first } = (await collect(net.train(steep)).catch((reason: unknown) => reason)) as NonFiniteError;
  // 1, 1e19, 1e38, then 1e57, which f32 does not have.
  expect(first).toMatchObject({ time: 3, row: 0 });
  expect(first?.label).toContain("layer 1/rnn");
});

describe("state between windows", () => {
  /** Counts its steps: h(t) = h(t−1) + x(t) with weights of 1, and nothing to learn at a rate of 0. */
  const counter = model({ input: features(1), layers: [rnn(1, { activation: "identity" })], loss: meanSquared() });
  const counting = async (source: Anything, options: Anything): Promise<number[]> => {
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

  test("reads everything: streams and documents end with what is left, and idle until all have ended", async () => {
    // Streams of three and four: 1, 2 | 3 beside 1, 2 | 3, 4.
    const side = [(1 + 4 + 1 + 4) / 4, (9 + 9 + 16) / 3].map(Math.fround);
    expect((await counting(ones(7), { batch: 2, steps: 2, targets: zeros(7) })).map(Math.fround)).toEqual([...side, ...side]);
    const lists = (of: (count: number) => number[]) => [5, 1, 2].map((length) => of(length).map((number) => [number]));
    // A stream of the document of five, 1, 2 | 3, 4 | 5, beside one of the two short ones, 1 | 1, 2.
    const losses = [(1 + 4 + 1) / 3, (9 + 16 + 1 + 4) / 4, 25];
    const documents = windows(lists(ones), { batch: 2, steps: 2, targets: lists(zeros) });
    expect(await counting(lists(ones), { batch: 2, steps: 2, targets: lists(zeros) })).toEqual([...losses, ...losses]);
    documents.check(counter);
    // Room for 2 + 2 + 1 steps of two rows, of which 1, none, and 1 idle.
    expect([documents.count, documents.size, documents.longest, documents.wasted]).toEqual([3, 8, 2, 2 / 10]);
  });

  test("is carried from pool to pool of what is read, where a stream goes on", async () => {
    const chunk = { input: ones(19), target: zeros(19) };
    // Pools of two windows a stream: 1, 2 | 3, 4 twice; then the second goes on, 5, 6 | 7, 8, beside a new one; then that one, 5, 6 | 7.
    const losses = [(1 + 4 + 1 + 4) / 4, (9 + 16 + 9 + 16) / 4, (25 + 36 + 1 + 4) / 4, (49 + 64 + 9 + 16) / 4, (25 + 36) / 2, 49];
    expect(await counting(() => [chunk], { batch: 2, steps: 2, pool: 2 })).toEqual([...losses, ...losses]);
    // One stream is the whole sequence.
    expect(await counting(() => [chunk], { batch: 1, steps: 2, pool: 3 })).toEqual(
      await counting(chunk.input, { batch: 1, steps: 2, targets: chunk.target }),
    );
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

test("documents of any lengths are dealt, each step once, to streams of about as many windows", () => {
  const random = randomFrom(1, "documents");
  for (let round = 0; round < 200; round++) {
    const steps = 1 + Math.floor(random.uniform() * 9);
    const lengths = Array.from({ length: 1 + Math.floor(random.uniform() * 12) }, () => Math.floor(random.uniform() ** 3 * 60));
    const weight = lengths.reduce((sum, length) => sum + (length > 0 ? Math.max(length, steps) : 0), 0);
    const batch = Math.min(1 + Math.floor(random.uniform() * 6), Math.floor(weight / steps));
    if (batch === 0) continue;
    const streams = deal(lengths, batch, steps);
    // One behind the other they are the documents, and what is cut is longer than a window.
    const read = lengths.map(() => 0);
    for (const { document, from, length } of streams.flat()) {
      expect(from === read[document] && length > 0 && (length === lengths[document] || lengths[document] > steps)).toBe(true);
      read[document] += length;
    }
    expect(read).toEqual(lengths);
    const counts = streams.map((stretches) => windowsIn(stretches, steps));
    expect(Math.min(...counts)).toBeGreaterThan(0);
    // A stretch has one window more than its share of the weight at most, and a cut moves by less than half a window on either side.
    const most = Math.max(...streams.map((stretches) => stretches.length));
    expect(Math.max(...counts)).toBeLessThanOrEqual(weight / batch / steps + 1 + most);
  }
});

describe("what counts", () => {
  test("an evaluation is a mean over symbols, not over batches, with what does not fill a window", async () => {
    using net = await compile(small);
    const { loss, count } = await net.evaluate(windows(letters, { batch: 1, steps: 30 }));
    expect(count).toBe(199);
    const said = net.predict(letters);
    const sum = said.slice(0, -1).reduce((total, probabilities, t) => total - Math.log(probabilities[letters[t + 1]]), 0);
    expect(loss).toBeCloseTo(sum / 199, 5);
  });

  test("ragged examples come once an epoch, are as long as they are, and tell what idles", async () => {
    const lengths = [3, 1, 7, 3, 3, 1, 5, 3];
    const list = lengths.map((length, i) => ({ input: letters.subarray(i, i + length), target: letters.subarray(i + 1, i + 1 + length) }));
    const ragged = examples(list, { batch: 3 });
    using net = await compile(small);
    const seen = await collect(net.train(ragged, { epochs: 3 }));
    expect([ragged.count, ragged.size, ragged.longest]).toEqual([3, 26, 7]);
    expect(seen).toHaveLength(9);
    // One pool, sorted: 1 1 3 | 3 3 3 | 5 7, of which 4 of 9, none, and 2 of 14 idle.
    expect(
      seen
        .slice(0, 3)
        .map(({ wasted }) => wasted)
        .sort(),
    ).toEqual([0, 2 / 14, 4 / 9]);
    expect(ragged.wasted).toBeCloseTo(6 / 32, 12);
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
    expect(await net.evaluate(wanted)).toEqual({ loss: 0, losses: { target: 0 }, count: 3 });
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

test("several documents of one number a step", async () => {
  using net = await compile(model({ input: features(1), layers: [rnn(3), dense(1)], loss: meanSquared() }));
  const documents = [Float32Array.from({ length: 9 }, (_, t) => t / 9), Float32Array.from({ length: 13 }, (_, t) => -t / 13)];
  const { count } = await net.evaluate(windows(documents, { batch: 2, steps: 4 }));
  expect(count).toBe(8 + 12);
});

test.each(["skip", "randomStep"] as const)("%s: a state that is not finite is not carried into the next window", async (onNonFinite) => {
  // The sum of all that was heard, as powers of e: one reading of 200 is beyond f32, and would stay there for ever.
  const sum = cell({ name: "sum", state: { h: 1 }, step: ({ x, h }) => ({ h: add(h, exp(x)) }) });
  using net = await compile(model({ input: features(1), layers: [sum, dense(1)], loss: meanSquared() }));
  const readings = Float32Array.from({ length: 20 }, (_, t) => (t === 6 ? 200 : 0));
  const reading = windows(readings, { targets: new Float32Array(20), batch: 1, steps: 4 });
  const actions = (await collect(net.train(reading, { optimizer: sgd(0), onNonFinite }))).map(({ action }) => action);
  expect(actions).toEqual(["updated", onNonFinite === "skip" ? "skipped" : "randomStep", "updated", "updated", "updated"]);
});
