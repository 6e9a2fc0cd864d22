// Sequences of different lengths as data: which stand side by side, what is written where, and what a pass has no use for.

import { describe, expect, test } from "vitest";
import { randomFrom } from "../../src/engine/random.ts";
import {
  type Batch,
  compile,
  crossEntropy,
  type Data,
  type Definition,
  dense,
  type Example,
  type ExampleOptions,
  examples,
  features,
  gru,
  last,
  meanSquared,
  model,
  rnn,
  type Seq2seqOptions,
  type Slots,
  seq2seq,
  sgd,
  tokens,
  vector,
  windows,
} from "../../src/index.ts";
import { refuses } from "../support/refuse.ts";

const perStep = model({ input: tokens(7), layers: [rnn(2), dense(7)], loss: crossEntropy() });
const perSequence = model({ input: features(2), layers: [rnn(2), last(), dense(3)], loss: crossEntropy() });

/** One batch as what it writes: for each row of it the steps of every name. */
interface Seen {
  readonly rows: number;
  readonly steps: number;
  readonly lengths: number[];
  readonly written: Record<string, number[][]>;
}

/** A pass, written into memory that was full of NaN (of symbols −1), with rows in an order of their own. */
async function pass(data: Data, seed: number | null, widths: Record<string, number>): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const { rows = data.batch, steps, lengths, write } of data.batches(seed === null ? null : randomFrom(seed, "a pass"))) {
    const order = Int32Array.from({ length: rows }, (_, b) => rows - 1 - b);
    const [room, stride] = [rows + 1, 3];
    const slots = Object.entries(widths).map(([name, width]): [string, Slots] => {
      const values =
        width === 0 ? new Int32Array(room * steps * stride).fill(-1) : new Float32Array(room * steps * stride).fill(Number.NaN);
      return [name, { values, stride, batch: room, order: name === "label" ? null : order }];
    });
    write(Object.fromEntries(slots));
    const written = slots.map(([name, { values, order: places }]): [string, number[][]] => [
      name,
      Array.from({ length: rows }, (_, b) =>
        Array.from({ length: steps }, (__, t) => [
          ...values.subarray(
            (t * room + (places?.[b] ?? b)) * stride,
            (t * room + (places?.[b] ?? b)) * stride + Math.max(1, widths[name]),
          ),
        ]).flat(),
      ),
    ]);
    seen.push({ rows, steps, lengths: lengths ? [...lengths] : new Array(rows).fill(steps), written: Object.fromEntries(written) });
  }
  return seen;
}

/** Sequences that say which they are: number i has the symbols i mod 7, and its length. */
const named = (lengths: readonly number[]): Example[] =>
  lengths.map((length, i) => ({ input: new Array(length).fill(i % 7), target: Array.from({ length }, (_, t) => t % 7) }));
const LENGTHS = Array.from({ length: 100 }, (_, i) => 1 + ((i * 37 + (i >> 2)) % 23));
const checked = (list: readonly Example[], options?: ExampleOptions) => {
  const data = examples(list, options);
  data.check(perStep);
  return data;
};
const order = async (data: Data, seed: number | null): Promise<string[]> =>
  (await pass(data, seed, { input: 0 })).flatMap(({ lengths, written }) => lengths.map((length, b) => `${written.input[b][0]}:${length}`));
const all = LENGTHS.map((length, i) => `${i % 7}:${length}`);

describe("a pass", () => {
  test.each<[string, ExampleOptions]>([
    ["by default", {}],
    ["of small pools", { batch: 8, pool: 2 }],
    ["of batches as they come", { batch: 8, pool: 1 }],
    ["in the order of the list", { batch: 8, bucket: false }],
    ["of single sequences", { batch: 1 }],
    ["of one batch", { batch: 1000 }],
  ])("%s: holds every sequence once, in full batches but the last of a pool", async (_, options) => {
    const data = checked(named(LENGTHS), options);
    const batches = await pass(data, 3, { input: 0 });
    expect(batches).toHaveLength(data.count);
    expect(batches.filter(({ rows }) => rows < data.batch).length).toBeLessThanOrEqual(1);
    expect((await order(data, 3)).sort()).toEqual([...all].sort());
    for (const { steps, lengths } of batches) expect(Math.max(...lengths)).toBe(steps);
    expect([data.size, data.longest]).toEqual([LENGTHS.reduce((a, b) => a + b), Math.max(...LENGTHS)]);
  });

  test("is the same for the same numbers, and another for others; without any it is sorted, and the user's order is kept", async () => {
    const data = checked(named(LENGTHS), { batch: 8, pool: 4 });
    expect(await order(data, 3)).toEqual(await order(data, 3));
    expect(await order(data, 3)).not.toEqual(await order(data, 4));
    const lengths = (await order(data, null)).map((text) => Number(text.split(":")[1]));
    expect(lengths).toEqual([...LENGTHS].sort((a, b) => a - b));
    for (const seed of [3, null]) expect(await order(checked(named(LENGTHS), { batch: 8, bucket: false }), seed)).toEqual(all);
  });

  test("mixes what is of one length, and the batches", async () => {
    const data = checked(named(new Array(70).fill(5)), { batch: 7 });
    const batches = await pass(data, 3, { input: 0 });
    for (const { written } of batches) expect(new Set(written.input.map(([symbol]) => symbol)).size).toBeGreaterThan(1);
    const sorted = (await pass(checked(named(LENGTHS), { batch: 5 }), 3, { input: 0 })).map(({ steps }) => steps);
    expect(sorted).not.toEqual([...sorted].sort((a, b) => a - b));
  });

  test("has less use for nothing the larger the pools are", async () => {
    const wasted = (options: ExampleOptions): number => checked(named(LENGTHS), { batch: 10, ...options }).wasted;
    // 23 lengths: batches of chance are almost as long as the longest, ten batches of a sorted list span two or three lengths each.
    expect(wasted({ pool: 1 })).toBeGreaterThan(0.35);
    expect(wasted({ pool: 3 })).toBeLessThan(0.25);
    expect(wasted({ pool: 10 })).toBeLessThan(0.1);
    const inOrder = LENGTHS.map((_, i) => Math.max(...LENGTHS.slice(i - (i % 10), i - (i % 10) + 10)));
    expect(wasted({ bucket: false })).toBeCloseTo(1 - LENGTHS.reduce((a, b) => a + b) / inOrder.reduce((a, b) => a + b), 12);
    expect(checked(named([4, 4, 4]), { batch: 2 }).wasted).toBe(0);
    // Until a model says what a sequence is, nobody knows how long it is.
    expect(examples(named([4, 4, 4])).wasted).toBeNaN();
  });
});

describe("what is written", () => {
  test("is each row's own steps and no more, where the row stands", async () => {
    const list = named([3, 1, 2]);
    const [{ steps, lengths, written }] = await pass(checked(list, { bucket: false }), null, { input: 0, target: 0 });
    expect([steps, lengths]).toEqual([3, [3, 1, 2]]);
    expect(written.input).toEqual([
      [0, 0, 0],
      [1, -1, -1],
      [2, 2, -1],
    ]);
    expect(written.target).toEqual([
      [0, 1, 2],
      [0, -1, -1],
      [0, 1, -1],
    ]);
  });

  test("is one symbol, or one vector, for a sequence → vector model, also where there is no step", async () => {
    const data = examples(
      [
        { input: [], target: 2 },
        {
          input: [
            [1, 2],
            [3, 4],
          ],
          target: 0,
        },
      ],
      { bucket: false },
    );
    data.check(perSequence);
    expect([data.count, data.size, data.longest]).toEqual([1, 2, 2]);
    const [{ lengths, written }] = await pass(data, null, { input: 2, target: 0 });
    expect(lengths).toEqual([0, 2]);
    expect(written.input).toEqual([new Array(4).fill(Number.NaN), [1, 2, 3, 4]]);
    expect(written.target.map(([symbol]) => symbol)).toEqual([2, 0]);
    const vectors = examples([{ input: [[1, 2]], target: [0.5, 1, 2] }]);
    vectors.check(model({ input: features(2), layers: [rnn(2), last(), dense(3)], loss: meanSquared() }));
    expect((await pass(vectors, null, { target: 3 }))[0].written.target).toEqual([[0.5, 1, 2]]);
  });

  test("sequences without a step teach nothing where each step is taught, and are left out", async () => {
    const data = checked([...named([2, 0]), { input: [], target: [] }]);
    expect([data.count, data.size]).toEqual([1, 2]);
    expect((await pass(data, 1, { input: 0 })).map(({ lengths }) => lengths)).toEqual([[2]]);
  });
});

describe("several heads", () => {
  const mood = model({
    input: tokens(7),
    layers: [rnn(3), dense(7)],
    heads: { mood: { layers: [last(), dense(2)], loss: crossEntropy() }, pitch: { layers: [dense(1)], loss: meanSquared() } },
    loss: crossEntropy(),
  });
  const list: Example[] = [
    { input: [1, 2], target: [2, 3], heads: { mood: 1, pitch: [0.5, 0.25] } },
    { input: [], target: [], heads: { mood: 0, pitch: [] } },
  ];

  test("are each written by name, and a sequence without a step teaches the one that wants none", async () => {
    const data = examples(list, { bucket: false });
    data.check(mood);
    const [{ lengths, written }] = await pass(data, null, { input: 0, target: 0, pitch: 1 });
    expect(lengths).toEqual([2, 0]);
    expect(written).toMatchObject({
      target: [
        [2, 3],
        [-1, -1],
      ],
      pitch: [
        [0.5, 0.25],
        [Number.NaN, Number.NaN],
      ],
    });
    const values = new Int32Array(2);
    const [batch] = data.batches(null) as Iterable<Batch>;
    batch.write({ mood: { values, stride: 1, batch: 2, order: null } });
    expect([...values]).toEqual([1, 0]);
    using net = await compile(mood);
    expect(await net.evaluate(data)).toMatchObject({ count: 2 });
  });

  refuses<void>(
    () => undefined,
    [
      [
        "no target for one",
        () => examples([{ input: [1], target: [2], heads: { mood: 1 } }]).check(mood),
        TypeError,
        "examples[0].heads.pitch",
        "undefined",
      ],
      [
        "no targets",
        () => examples([{ input: [1], target: [2] }]).check(mood),
        RangeError,
        "examples[0].heads.mood",
        "undefined",
        "0 to 1",
      ],
      [
        "too few for one",
        () => examples([{ ...list[0], heads: { mood: 1, pitch: [1] } }]).check(mood),
        RangeError,
        "examples[0]",
        "2 steps",
        "has 1",
      ],
    ],
  );
});

describe("what is written for a sequence that is made of another", () => {
  const letters = (source?: Seq2seqOptions["source"], maximum = 4): Definition =>
    seq2seq({
      ...(source && { source, ...(source.kind !== "vector" && { encoder: [gru(2)] }) }),
      target: tokens(5),
      decoder: [gru(2), dense(5)],
      maximum,
    });
  const pairs: Example[] = [
    { input: [1, 2], target: [3] },
    { source: [], target: [0, 1, 2, 4] },
    { source: [0], target: [] },
  ];
  const written = async (definition: Definition, list: readonly Example[], widths: Record<string, number>) => {
    const data = examples(list, { bucket: false });
    data.check(definition);
    const [batch] = data.batches(null) as Iterable<Batch>;
    const [{ steps, lengths, written: values }] = await pass(data, null, widths);
    return {
      steps,
      lengths,
      source: batch.source && [batch.source.steps, [...(batch.source.lengths ?? [])]],
      wasted: data.wasted,
      written: values,
    };
  };

  test("lengths of both timelines, and the boundary behind the last symbol", async () => {
    const seen = await written(letters(tokens(3)), pairs, { source: 0, target: 0 });
    expect(seen).toMatchObject({ steps: 5, lengths: [2, 5, 1], source: [2, [2, 0, 1]] });
    expect(seen.written.target).toEqual([
      [3, 5, -1, -1, -1],
      [0, 1, 2, 4, 5],
      [5, -1, -1, -1, -1],
    ]);
    // Room for 3 · (5 + 2) steps, of which 8 + 3 are used.
    expect(seen.wasted).toBeCloseTo(10 / 21, 12);
  });

  test("of a vector, of nothing", async () => {
    const targets = [{ target: [1] }, { target: [2, 3] }];
    const vectors = targets.map((pair, i) => ({ ...pair, source: [i, 0.5] }));
    expect(await written(letters(vector(2)), vectors, { target: 0 })).toMatchObject({ steps: 3, lengths: [2, 3], source: undefined });
    expect(await written(letters(), targets, { target: 0 })).toMatchObject({ steps: 3, lengths: [2, 3], source: undefined });
  });

  test("one row of a vector", () => {
    const data = examples(
      [
        { source: [7, 0.5], target: [2, 3] },
        { input: [8, 0.25], target: [1] },
      ],
      { bucket: false },
    );
    data.check(letters(vector(2)));
    const [batch] = data.batches(null) as Iterable<Batch>;
    expect(batch.source).toBeUndefined();
    const values = new Float32Array(4);
    batch.write({ source: { values, stride: 2, batch: 2, order: null } });
    expect([...values]).toEqual([7, 0.5, 8, 0.25]);
  });

  test.each<[string, object, number[], Record<string, number[][]>]>([
    [
      "nothing where nothing stops it",
      { stop: null },
      [1, 4],
      {
        target: [
          [3, -1, -1, -1],
          [0, 1, 2, 4],
        ],
      },
    ],
    [
      "whether a step is the last",
      { stop: { kind: "stopOutput", weight: 1 } },
      [1, 4],
      {
        stop: [
          [1, Number.NaN, Number.NaN, Number.NaN],
          [0, 0, 0, 1],
        ],
      },
    ],
    [
      "the steps that are left, as a share of the most",
      { stop: { kind: "predictedLength", maximum: 8, weight: 1 }, maximum: 8 },
      [1, 4],
      {
        "steps left": [
          [0, Number.NaN, Number.NaN, Number.NaN],
          [3 / 8, 2 / 8, 1 / 8, 0],
        ],
      },
    ],
  ])("%s", async (_, decoding, lengths, values) => {
    const definition = letters(tokens(3));
    const widths = Object.fromEntries(Object.keys(values).map((name) => [name, name === "target" ? 0 : 1]));
    const seen = await written(
      { ...definition, decoding: { ...definition.decoding, ...decoding } } as Definition,
      pairs.slice(0, 2),
      widths,
    );
    expect(seen).toMatchObject({ lengths, written: values });
  });

  test("is trained on, and judged by every symbol and every end", async () => {
    using net = await compile(letters(tokens(3)));
    const data = examples(pairs, { batch: 2 });
    const { count, loss } = await net.evaluate(data);
    expect(count).toBe(8);
    for await (const step of net.train(data, { epochs: 20, optimizer: sgd(1) })) expect(step.wasted).toBeLessThan(0.5);
    expect((await net.evaluate(data)).loss).toBeLessThan(loss);
  });

  refuses<void>(
    () => undefined,
    [
      [
        "a target that is too long",
        () => examples([pairs[0], { input: [1], target: [1, 2, 3, 4, 0] }]).check(letters(tokens(3))),
        RangeError,
        "examples[1].target",
        "5 steps",
        "4 at most",
        "maximum",
      ],
      [
        "the boundary as a symbol",
        () => examples([{ input: [1], target: [0, 5] }]).check(letters(tokens(3))),
        RangeError,
        "examples[0].target[1]",
        "5",
        "0 to 4",
      ],
      [
        "a source that is none",
        () => examples([{ input: [1, 3], target: [0] }]).check(letters(tokens(3))),
        RangeError,
        "examples[0].input[1]",
        "3",
        "0 to 2",
      ],
      [
        "NaN in a vector",
        () => examples([{ source: [0, Number.NaN], target: [0] }]).check(letters(vector(2))),
        TypeError,
        "examples[0].source[1]",
        "NaN",
      ],
      [
        "no source where one is wanted",
        () => examples([{ target: [0] }]).check(letters(tokens(3))),
        TypeError,
        "examples[0]",
        "{ source, target }",
      ],
      [
        "a source where none is wanted",
        () => examples([{ source: [0], target: [0] }]).check(letters()),
        TypeError,
        "examples[0]",
        "from nothing",
      ],
      [
        "two sources",
        () => examples([{ source: [0], input: [0], target: [0] }]).check(letters(tokens(3))),
        TypeError,
        "examples[0]",
        "both",
      ],
      [
        "windows",
        () => windows([0, 1, 2], { batch: 1, steps: 1 }).check(letters(tokens(5))),
        TypeError,
        "no input",
        "examples([{ source, target }])",
      ],
      [
        "no step for a stop that is said at one",
        () => {
          const definition = letters(tokens(3));
          examples(pairs).check({ ...definition, decoding: { ...definition.decoding, stop: { kind: "stopOutput" } } } as never);
        },
        RangeError,
        "examples[2].target",
        "no step",
        "endSymbol()",
      ],
    ],
  );
});

test("what is read is what is in a list, pool by pool", async () => {
  const list = named(LENGTHS);
  const read = (options: ExampleOptions): Data => {
    const data = examples(() => list.values(), options);
    data.check(perStep);
    return data;
  };
  const seen = async (data: Data, seed: number | null) => pass(data, seed, { input: 0, target: 0 });
  // In order, or as one pool, there is no difference.
  for (const options of [{ batch: 8, bucket: false }, { batch: 10, pool: 10 }, { batch: 30 }])
    for (const seed of [5, null]) expect(await seen(read(options), seed)).toEqual(await seen(checked(list, options), seed));
  const pools = (await order(read({ batch: 5, pool: 4 }), 6)).map((text) => text);
  for (let from = 0; from < 100; from += 20) expect(pools.slice(from, from + 20).sort()).toEqual(all.slice(from, from + 20).sort());
  expect(pools.slice(0, 20)).not.toEqual(all.slice(0, 20));
});
