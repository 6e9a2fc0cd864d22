// Masks: they follow the seed, differ from step to step, serve a whole sequence where they should, are gone outside training, and do not
// depend on how the batch is split. Which elements they keep is judged against another Philox in test/full/engine.test.ts.

import { describe, expect, test } from "vitest";
import {
  add,
  bidirectional,
  cell,
  compile,
  crossEntropy,
  type Definition,
  dense,
  drop,
  dropout,
  embedding,
  examples,
  features,
  gru,
  type Layer,
  layerNorm,
  lstm,
  meanSquared,
  model,
  sgd,
  tanh,
  tokens,
  zoneout,
} from "../../src/index.ts";

const WIDTH = 24;

/** Recurrent dropout and zoneout in a user's own words. */
const forgetful = (units: number, rate: number): Layer =>
  cell({
    name: "forgetful",
    state: { h: units },
    step({ x, h, linear }) {
      const heard = linear("u", drop(h, rate, { perSequence: true }), units);
      return { h: zoneout(h, tanh(add(linear("w", x, units), heard)), rate) };
    },
  });

/** Without a bias, so that zeros give zeros. */
const tanh9 = (): Layer => dense(9, { activation: "tanh", bias: false });

const numbers = (seed: number, ...layers: Layer[]): Definition =>
  model({ input: features(WIDTH), layers: [...layers, dense(1, { bias: false })], loss: meanSquared(), seed });

/** Rows that differ; those from `rows` on are zeros. */
const rowsOf = (batch: number, steps: number, rows = batch) =>
  Array.from({ length: batch }, (_, row) => ({
    input: Array.from({ length: steps }, (_, t) =>
      Array.from({ length: WIDTH }, (_, i) => (row < rows ? Math.sin(1 + row + 3 * t + i) : 0)),
    ),
    target: Array.from({ length: steps }, () => 0),
  }));

/** The losses of a training that learns nothing. */
async function losses(definition: Definition, list: ReturnType<typeof rowsOf>, epochs = 4): Promise<number[]> {
  using net = await compile(definition);
  const seen: number[] = [];
  // One batch, whose rows are in the order of the list: the order of one example is the order of all of its batch.
  const data = ordered(list);
  for await (const { loss } of net.train(data, { optimizer: sgd(0), epochs })) seen.push(loss);
  return seen;
}

/** A batch of all examples, never shuffled. */
const ordered = (list: ReturnType<typeof rowsOf>): ReturnType<typeof examples> => examples(list, { batch: list.length, bucket: false });

const PLACES: readonly (readonly [string, (rate: number) => Layer[]])[] = [
  ["on features", (rate) => [dropout(rate)]],
  ["one mask a sequence", (rate) => [dropout(rate, { perSequence: true })]],
  ["between layers", (rate) => [tanh9(), dropout(rate), tanh9()]],
  ["recurrent, and zoneout", (rate) => [forgetful(WIDTH, rate)]],
  ["in a stock cell", (rate) => [lstm(9, { bias: false, recurrentDropout: rate, zoneout: { h: rate, c: rate / 2 } })]],
  ["both ways", (rate) => [bidirectional(gru(5, { bias: false, recurrentDropout: rate, zoneout: rate }))]],
  ["beside layer normalisation", (rate) => [layerNorm(), dropout(rate)]],
];

describe.each(PLACES)("%s", (_, layers) => {
  test("follows the seed and differs from step to step", async () => {
    const one = await losses(numbers(1, ...layers(0.5)), rowsOf(3, 4));
    expect(await losses(numbers(1, ...layers(0.5)), rowsOf(3, 4))).toEqual(one);
    expect(new Set(one).size).toBe(4);
    using net = await compile(numbers(1, ...layers(0.5)));
    using other = await compile(numbers(2, ...layers(0.5)));
    for (const { path, get } of net.parameters) other.parameters.get(path).set(get());
    const seen: number[] = [];
    for await (const { loss } of other.train(ordered(rowsOf(3, 4)), { optimizer: sgd(0), epochs: 4 })) seen.push(loss);
    expect(seen).not.toEqual(one);
  });

  test("is gone in evaluation and use", async () => {
    using net = await compile(numbers(1, ...layers(0.5)));
    const { loss } = await net.evaluate(ordered(rowsOf(3, 4)));
    const squares = rowsOf(3, 4).flatMap(({ input }) => net.predict(input).map(([y]) => y * y));
    // The loss is summed in f64 over outputs rounded to f32.
    expect(loss).toBeCloseTo(
      squares.reduce((sum, y) => sum + y / 12, 0),
      12,
    );
    expect((await net.evaluate(ordered(rowsOf(3, 4)))).loss).toBe(loss);
  });

  test("a row's mask does not depend on how many rows there are", async () => {
    const four = await losses(numbers(1, ...layers(0.5)), rowsOf(4, 3));
    const eight = await losses(numbers(1, ...layers(0.5)), rowsOf(8, 3, 4));
    // Rows of zeros stay zeros through all of these and give no loss: half the mean, exactly.
    expect(eight.map((loss) => 2 * loss)).toEqual(four);
  });
});

test("one mask a sequence is one mask, and each step has its own otherwise", async () => {
  const ones = (steps: number) => [
    { input: Array.from({ length: steps }, () => new Array(WIDTH).fill(1)), target: new Array(steps).fill(0) },
  ];
  const loss = async (perSequence: boolean, steps: number): Promise<number> => {
    using net = await compile(numbers(3, dropout(0.5, { perSequence })));
    net.parameters.get("layer 2/dense/w").set(Array.from({ length: WIDTH }, (_, i) => i + 1));
    for await (const { loss } of net.train(ordered(ones(steps)), { optimizer: sgd(0) })) return loss;
    return Number.NaN;
  };
  // Whole numbers: sums and means are exact.
  expect(await loss(true, 8)).toBe(await loss(true, 1));
  expect(await loss(false, 8)).not.toBe(await loss(false, 1));
});

test("on symbols after an embedding", async () => {
  const definition = model({ input: tokens(5), layers: [embedding(8), dropout(0.5), dense(5)], loss: crossEntropy(), seed: 1 });
  using net = await compile(definition);
  const data = examples([{ input: [1, 2, 3], target: [2, 3, 4] }]);
  const seen = new Set<number>();
  for await (const { loss } of net.train(data, { optimizer: sgd(0), epochs: 5 })) seen.add(loss);
  expect(seen.size).toBe(5);
});

test("zoneout outside training is the mean of staying and going on", async () => {
  const stays = cell({ name: "stays", state: { h: 2 }, step: ({ x, h }) => ({ h: zoneout(h, x, 0.25) }) });
  using net = await compile(model({ input: features(2), layers: [dense(2, { bias: false }), stays], loss: meanSquared() }));
  net.parameters.get("layer 1/dense/w").set([1, 0, 0, 1]);
  // h = 0.25·h + 0.75·x: powers of two, so exact.
  expect(
    net
      .predict([
        [1, -2],
        [1, 0],
        [0, 4],
      ])
      .map((row) => [...row]),
  ).toEqual([
    [0.75, -1.5],
    [0.9375, -0.375],
    [0.234375, 2.90625],
  ]);
  // While training each element stays or goes on.
  const data = examples([{ input: [[1, 1]], target: [[0, 0]] }]);
  const seen = new Set<number>();
  for await (const { loss } of net.train(data, { optimizer: sgd(0), epochs: 24 })) seen.add(loss);
  expect([...seen].sort()).toEqual([0, 0.5, 1]);
});
