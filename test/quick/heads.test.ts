// Several heads as a user has them: what is told of each, over windows and examples alike, in a file; and what heads that do not fit get.

import { describe, expect, test } from "vitest";
import {
  adam,
  binaryCrossEntropy,
  compile,
  crossEntropy,
  dense,
  examples,
  features,
  gaussian,
  last,
  lstm,
  meanSquared,
  model,
  type NonFiniteError,
  open,
  type Progress,
  plan,
  rnn,
  tokens,
  windows,
} from "../../src/index.ts";
import { gradientFlow } from "../../src/inspect/index.ts";
import type { Anything } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";

const STEPS = 12;
const heard = Int32Array.from({ length: STEPS * 4 }, (_, t) => (t * t + (t >> 2)) % 3);
const said = heard.map((symbol) => (symbol + 1) % 3);
const marks = Array.from(heard, (symbol) => Number(symbol === 2));
const places = Array.from(heard, (symbol, t) => [symbol - 1, Math.sin(t)]);

const definition = model({
  input: tokens(3),
  layers: [rnn(8), dense(3)],
  loss: crossEntropy(),
  heads: {
    mark: { layers: [dense(1)], loss: binaryCrossEntropy(), weight: 2 },
    place: { layers: [dense(5), dense(4)], loss: gaussian(), weight: 0.25 },
  },
  seed: 3,
});
const heads = { mark: marks, place: places };
const streams = windows(heard, { batch: 1, steps: STEPS * 4, targets: said, heads });
const separate = examples([{ input: heard, target: said, heads }]);

async function collect(steps: AsyncIterable<Progress>): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const progress of steps) seen.push(progress);
  return seen;
}

test("every loss is told, and the whole is their sum with the weights", async () => {
  using net = await compile(definition);
  const seen = await collect(net.train(streams, { epochs: 60, optimizer: adam(1e-2), clip: { norm: 1 } }));
  for (const { loss, losses } of [...seen, await net.evaluate(streams)]) {
    expect(Object.keys(losses)).toEqual(["target", "mark", "place"]);
    expect(loss).toBeCloseTo(losses.target + 2 * losses.mark + 0.25 * losses.place, 12);
  }
  const [first, end] = [seen[0].losses, seen[seen.length - 1].losses];
  for (const name of ["target", "mark", "place"]) expect(end[name]).toBeLessThan(0.7 * first[name] + 0.1);
});

test("examples and windows say the same", async () => {
  using net = await compile(definition);
  const { count, ...over } = await net.evaluate(separate);
  expect(await net.evaluate(streams)).toEqual({ count, ...over });
  expect(count).toBe(STEPS * 4);
});

test("the mean over sequences: Σ of the steps' losses by how many there are, each batch by how many it has", async () => {
  const layers = [rnn(4), dense(3)];
  const of = (mean: "steps" | "sequences") => model({ input: tokens(3), layers, loss: crossEntropy(), mean, seed: 1 });
  const cut = (from: number, to: number) => ({ input: heard.subarray(from, to), target: said.subarray(from, to) });
  const list = [cut(0, 5), cut(5, 8), cut(8, 20), cut(20, 21), cut(21, 30)];
  using bySteps = await compile(of("steps"));
  using bySequences = await compile(of("sequences"));
  const data = examples(list, { batch: 2 });
  const steps = await bySteps.evaluate(data);
  const sequences = await bySequences.evaluate(data);
  expect([steps.count, sequences.count]).toEqual([30, 5]);
  // The same sums in f64.
  expect(sequences.loss).toBeCloseTo((steps.loss * 30) / 5, 12);
  const alone = await Promise.all(list.map(async (one) => (await bySteps.evaluate(examples([one]))).loss * one.input.length));
  expect(sequences.loss).toBeCloseTo(alone.reduce((sum, loss) => sum + loss, 0) / 5, 6);
});

test("each head is predicted by its name", async () => {
  using net = await compile(definition);
  const [mark, place] = ["mark", "place"].map((head) => net.predict(heard, { head }));
  expect(net.predict(heard, { head: "target" })).toEqual(net.predict(heard));
  expect([mark[0].length, place[0].length, mark.length]).toEqual([1, 4, STEPS * 4]);
  expect(net.predictAll([heard, heard.subarray(0, 5)], { head: "mark" })).toEqual([mark, mark.slice(0, 5)]);
  const raw = net.predict(heard, { head: "place", raw: true });
  // exp in f32 and its sum with the floor: three roundings.
  place.forEach(([, , deviation], t) => {
    expect(Math.abs(deviation / (1e-3 + Math.exp(raw[t][2])) - 1)).toBeLessThan(2e-7);
  });
  expect(() => net.predict(heard, { head: "end" })).toThrow('"target", "mark", "place"');
});

test("heads travel in a file, and are looked at like the rest", async () => {
  using net = await compile(definition);
  await collect(net.train(streams, { epochs: 2 }));
  using opened = await open(net.save());
  expect(await opened.evaluate(streams)).toEqual(await net.evaluate(streams));
  expect(String(plan(definition))).toContain("rnn(8) → dense(3), mark: dense(1), place: dense(5) → dense(4) on tokens(3)");
  const flow = await gradientFlow(net, streams);
  expect(flow.loss).toBeCloseTo((await net.evaluate(streams)).loss, 12);
  expect(flow.parameters.map(({ path }) => path)).toContain("place/layer 2/dense/w");
});

test("a loss that is not finite is found in the head where it began", async () => {
  const huge = model({
    input: features(1),
    layers: [rnn(2), dense(1)],
    loss: meanSquared(),
    heads: { far: { layers: [dense(1)], loss: meanSquared() } },
  });
  using net = await compile(huge);
  const data = examples([{ input: [1, 2], target: [0, 0], heads: { far: [3e38, 3e38] } }]);
  const failed = await collect(net.train(data)).catch((error: unknown) => error as NonFiniteError);
  expect((failed as NonFiniteError).message).toContain("far");
});

describe("bad heads", () => {
  const head = { layers: [dense(2)], loss: meanSquared() };
  const with_ =
    (heads: Anything, more: Anything = {}) =>
    () =>
      model({ input: features(1), layers: [rnn(2), dense(1)], loss: meanSquared(), heads, ...more });
  const rows: readonly Row<null>[] = [
    ["a list", with_([head]), TypeError, "model: heads", "an array of 1"],
    ["a name with a slash", with_({ "a/b": head }), TypeError, '"a/b"', '"/"'],
    ["a name that is taken", with_({ target: head }), TypeError, 'head "target"', "taken"],
    ["no layers", with_({ end: { ...head, layers: [] } }), TypeError, 'head "end"', "layers", "an array of 0"],
    ["no loss", with_({ end: { layers: [dense(1)] } }), TypeError, 'head "end"', "loss", "undefined"],
    ["an unknown option", with_({ end: { ...head, wait: 1 } }), TypeError, 'head "end"', '"wait"', "weight"],
    ["a weight of 0", with_({ end: { ...head, weight: 0 } }), RangeError, 'head "end"', "weight is 0"],
    ["a weight below 0", with_({ end: { ...head, weight: -1 } }), RangeError, 'head "end": weight', "-1"],
    ["an output that does not fit", with_({ end: { layers: [dense(3)], loss: gaussian() } }), RangeError, "end/layer 1/dense", "3 wide"],
    [
      "a layer that listens",
      with_({ end: { layers: [rnn(2, { recurrence: "output" })], loss: meanSquared() } }),
      TypeError,
      "end/layer 1/rnn",
      "listens",
    ],
    ["too many", with_(Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`head ${i}`, head]))), RangeError, "17 losses", "16"],
    ["an unknown mean", with_({}, { mean: "words" }), TypeError, "model: mean", '"words"', '"sequences"'],
  ];
  refuses(() => null, rows);
});

describe("targets that do not fit the heads", () => {
  const check =
    (data: () => { check(of: typeof definition): void }, of = definition) =>
    () =>
      data().check(of);
  const over = (heads: Anything) => () => windows(heard, { batch: 1, steps: 6, targets: said, heads });
  const whole = model({
    input: tokens(3),
    layers: [rnn(2), dense(3)],
    loss: crossEntropy(),
    heads: { whole: { layers: [last(), dense(2)], loss: meanSquared() } },
  });
  const bySequences = model({ input: tokens(3), layers: [rnn(2), dense(3)], loss: crossEntropy(), mean: "sequences" });
  const rows: readonly Row<null>[] = [
    ["none, in windows", check(over({ mark: marks })), TypeError, 'head "place"', "heads: { place: … }"],
    ["none, in examples", check(() => examples([{ input: heard, target: said, heads: { mark: marks } }])), TypeError, "heads.place"],
    ["an unknown head", check(over({ ...heads, end: marks })), TypeError, '"end"', 'only "mark", "place"'],
    ["too few", check(over({ ...heads, mark: marks.slice(1) })), RangeError, "48 steps", "heads.mark have 47"],
    ["beyond 1", check(over({ ...heads, mark: marks.map((x) => 2 * x) })), RangeError, "heads.mark[", "from 0 to 1"],
    ["too narrow", check(over({ ...heads, place: places.map(([x]) => [x]) })), RangeError, "heads.place[0] has 1 numbers", "2"],
    ["no list", over({ mark: 3 }), TypeError, "windows: heads.mark", "3"],
    ["a vector, in windows", check(over({ whole: [[1, 2]] }), whole), TypeError, '"whole"', "examples()"],
    ["a mean over sequences, in windows", check(over({}), bySequences), TypeError, "mean over sequences", "examples()"],
  ];
  refuses(() => null, rows);
});

test("a stream, and many, tell what every head says, to the bit what predict gives, in arrays that stay the same", async () => {
  using net = await compile(
    model({
      input: tokens(3),
      layers: [rnn(8), dense(3)],
      loss: crossEntropy(),
      heads: {
        // A name that an object would put first; a head with a state of its own; and one of the whole sequence.
        1: { layers: [dense(1)], loss: binaryCrossEntropy() },
        place: { layers: [lstm(3), dense(4)], loss: gaussian() },
        whole: { layers: [last(), dense(2)], loss: meanSquared() },
      },
      seed: 3,
    }),
  );
  const names = ["target", "1", "place", "whole"];
  const sequences = [heard.slice(0, 12), heard.slice(12, 20), heard.slice(30, 33)];
  const expected = names.map((head) => sequences.map((sequence) => net.predict(sequence, { head })));
  using stream = net.stream();
  const arrays = names.map((name) => stream.head(name));
  expect(arrays.map((array) => [...array].join())).toEqual(["0,0,0", "0", "0,0,0,0", "0,0"]);
  for (const [k, sequence] of sequences.entries()) {
    for (const [t, symbol] of sequence.entries()) {
      expect(stream.push(symbol)).toBe(arrays[0]);
      for (const [h, name] of names.entries()) {
        expect(stream.head(name)).toBe(arrays[h]);
        // Of a whole sequence predict gives what is said at its end.
        if (name !== "whole") expect(arrays[h]).toEqual(expected[h][k][t]);
        else if (t === sequence.length - 1) expect([arrays[h]]).toEqual(expected[h][k]);
      }
    }
    stream.reset();
    expect(arrays.every((array) => array.every((number) => number === 0))).toBe(true);
  }
  using three = net.streams(3);
  for (let t = 0; t < 12; t++) {
    const which = [2, 0, 1].filter((i) => t < sequences[i].length);
    three.push(
      which.map((i) => sequences[i][t]),
      which,
    );
  }
  for (const [h, name] of names.entries())
    expect(three.head(name)).toEqual(Float32Array.from(expected[h].flatMap((outputs) => [...(outputs.at(-1) as Float32Array)])));
  three.reset(1);
  expect([...three.head("whole").slice(2, 4)]).toEqual([0, 0]);
  expect([...three.head("whole").slice(4)]).toEqual([...expected[3][2][0]]);
  expect(() => stream.head("mark")).toThrow('head: the name must be one of "1", "target", "place", "whole" but is "mark"');
  stream.close();
  expect(() => stream.head("whole")).toThrow(/closed/);
});
