// Losses side by side as a user has them: what is told of each, drawn of each, predicted and scored, in a file; and what blocks that do not fit get.

import { describe, expect, test } from "vitest";
import {
  adam,
  binaryCrossEntropy,
  blockwise,
  compile,
  crossEntropy,
  type Definition,
  dense,
  examples,
  features,
  gaussian,
  gru,
  type Loss,
  last,
  meanSquared,
  mixtureDensity,
  model,
  open,
  plan,
  rnn,
  seq2seq,
  stopOutput,
  tokens,
  vector,
  windows,
} from "../../src/index.ts";
import { folded, unfolded } from "../../src/picture/index.ts";
import type { Anything } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";
import { givesBack, loud } from "../support/speaking.ts";

/** 2 · (1 + 2·2) numbers of where, 3 of what, 1 of how far. */
const loss = blockwise({
  offset: { width: 2, loss: mixtureDensity(2), weight: 0.5 },
  pen: { width: 3, loss: binaryCrossEntropy(), weight: 2 },
  pressure: { width: 1, loss: meanSquared() },
});
const goesOn = model({ input: features(6), layers: [rnn(7), dense(14)], loss, seed: 3 });
const decoder = seq2seq({
  source: vector(2),
  context: "both",
  target: features(6),
  decoder: [gru(7), dense(14)],
  loss,
  stop: stopOutput({ weight: 3 }),
  maximum: 20,
  seed: 3,
});
const track = Array.from({ length: 60 }, (_, t) => [Math.sin(t / 3), Math.cos(t / 4), t % 2, +(t % 5 > 2), +(t % 7 > 4), (t % 4) / 4]);
const pairs = Array.from({ length: 8 }, (_, i) => ({ source: [i / 8, 1 - i / 8], target: track.slice(i, 2 * i + 3) }));

const SOME: readonly (readonly [string, Definition, () => ReturnType<typeof examples> | ReturnType<typeof windows>])[] = [
  ["a model", goesOn, () => windows(track.slice(0, -1), { batch: 2, steps: 7, targets: track.slice(1) })],
  ["a decoder", decoder, () => examples(pairs, { batch: 3 })],
];
describe.each(SOME)("%s", (_, definition, data) => {
  test("each block's loss is told, and the whole is their sum with the weights", async () => {
    using net = await compile(definition);
    for (const teacherForcing of definition.decoding ? [true, 0.5, false] : [true]) {
      const seen = [];
      for await (const progress of net.train(data(), { optimizer: adam(1e-2), clip: { norm: 1 }, epochs: 15, teacherForcing }))
        seen.push(progress);
      for (const { loss, losses } of [...seen, await net.evaluate(data(), { teacherForcing: teacherForcing !== false })]) {
        const { target, stop, ...blocks } = losses;
        expect(Object.keys(blocks)).toEqual(["target/offset", "target/pen", "target/pressure"]);
        expect(target).toBeCloseTo(0.5 * losses["target/offset"] + 2 * losses["target/pen"] + losses["target/pressure"], 12);
        expect(loss).toBeCloseTo(target + 3 * (stop ?? 0), 12);
      }
      if (teacherForcing === true)
        for (const [name, before] of Object.entries(seen[0].losses)) expect(seen.at(-1)?.losses[name]).toBeLessThan(before);
    }
  });

  test("is drawn again the same, each block by itself, and scored as it was drawn", async () => {
    using net = await loud(definition, 2);
    const asked = definition.decoding ? { source: [0.3, 0.6], maximum: 12 } : { prompt: track.slice(0, 5), length: 12 };
    const options = { ...asked, samples: 40, seed: 7 } as Parameters<typeof net.generateAll>[0];
    const all = net.generateAll(options);
    expect(net.generateAll(options)).toEqual(all);
    // Draw 3 has the seeds of draw 0 of another call.
    const [alone] = net.generateAll({ ...asked, seed: 10 } as typeof options);
    expect(alone).toEqual(all[3]);
    for (const { steps, logProbabilities, ended } of all.slice(0, 5)) {
      for (const step of steps) {
        expect(step.length).toBe(6);
        for (const bit of step.subarray(2, 5)) expect([0, 1]).toContain(bit);
      }
      const scored = definition.decoding
        ? net.score({ source: [0.3, 0.6], target: steps }, { ended })
        : net.score(steps, { prompt: track.slice(0, 5) });
      expect(scored.logProbabilities).toEqual(logProbabilities);
    }
    // Block by block the first step is another in each draw, but for what is certain.
    const firsts = all.map(({ steps: [first] }) => first);
    expect(new Set(firsts.map(([x]) => x)).size).toBe(40);
    expect(new Set(firsts.map((step) => step.subarray(2, 5).join())).size).toBeGreaterThan(3);
    expect(new Set(firsts.map((step) => step[5])).size).toBe(1);
    await givesBack(net, () => void net.generateAll(options));
  });

  test("greedy and cold: the means of the likelier component, and the likelier bits", async () => {
    using net = await loud(definition, 2);
    const asked = definition.decoding ? { source: [0.3, 0.6], maximum: 4 } : { prompt: track.slice(0, 5), length: 4 };
    const [{ steps }] = net.generateAll({ ...asked, greedy: true } as Parameters<typeof net.generateAll>[0]);
    if (definition.decoding) return expect(steps.length).toBeGreaterThan(0);
    const [weight, other, ...rest] = net.predict(track.slice(0, 5)).at(-1) as Float32Array;
    const first = weight > other ? 0 : 2;
    expect(Array.from(steps[0])).toEqual([rest[first], rest[first + 1], ...rest.slice(8, 11).map((chance) => +(chance > 0.5)), rest[11]]);
  });

  test("travels in a file, is printed and drawn", async () => {
    using net = await compile(definition);
    using opened = await open(net.save());
    expect(opened.definition).toEqual(net.definition);
    expect(await opened.evaluate(data())).toEqual(await net.evaluate(data()));
    expect(String(plan(definition))).toContain("binaryCrossEntropy(%");
    for (const picture of [folded(definition), unfolded(definition, 3)])
      for (const name of ["mixture density", "binary cross-entropy", "mean squared"]) expect(picture).toContain(name);
  });
});

test("a block's draws have the bits that its loss alone would draw, of the first", async () => {
  const layers = [rnn(4), dense(8)];
  const sliced = { offset: { width: 2, loss: gaussian() }, more: { width: 2, loss: gaussian() } };
  const whole = model({ input: features(4), layers, loss: gaussian(), seed: 1 });
  const parts = model({ input: features(4), layers, loss: blockwise(sliced), seed: 1 });
  using one = await compile(whole);
  using two = await compile(parts);
  // Columns of means and deviations, in the order of the blocks.
  const turn = (values: Float32Array, rows: number) =>
    values.map((_, i) => values[8 * Math.floor(i / 8) + [0, 1, 4, 5, 2, 3, 6, 7][i % 8]] * (rows > 0 ? 1 : 0));
  for (const name of ["layer 2/dense/w", "layer 2/dense/b"]) two.parameters.get(name).set(turn(one.parameters.get(name).get(), 1));
  const prompt = [[0, 0.5, 1, -1]];
  const [[a], [b]] = [one, two].map((net) => net.generateAll({ prompt, length: 1, seed: 5 }));
  expect(b.steps[0].subarray(0, 2)).toEqual(a.steps[0].subarray(0, 2));
  expect(b.steps[0].subarray(2)).not.toEqual(a.steps[0].subarray(2));
  const step = [0.1, -0.2, 0.3, 0.4];
  const [scoreA, scoreB] = [one, two].map((net) => net.score([step], { prompt }).logProbability);
  // Sums of four terms in f64, whose logarithms are f32: the same but for the order of the sum.
  expect(scoreB).toBeCloseTo(scoreA, 6);
  expect(two.predict(prompt)[0]).toEqual(turn(one.predict(prompt)[0], 1));
});

test("two blocks of the same bits fall each by itself", async () => {
  const coin = { width: 1, loss: binaryCrossEntropy() };
  using net = await compile(model({ input: features(2), layers: [dense(2)], loss: blockwise({ a: coin, b: coin }) }));
  for (const parameter of net.parameters) parameter.set(parameter.get().fill(0));
  const [{ steps }] = net.generateAll({ prompt: [[0, 0]], length: 4000, seed: 2 });
  const both = [0, 1, 2, 3].map((kind) => steps.filter(([a, b]) => a + 2 * b === kind).length);
  // A quarter each, within five standard deviations of 27.4.
  for (const count of both) expect(Math.abs(count - 1000)).toBeLessThan(137);
});

test("a head of blocks, a stream and a read-out in closed form", async () => {
  const small = blockwise({ place: { width: 1, loss: meanSquared() }, up: { width: 1, loss: binaryCrossEntropy() } });
  const definition = model({
    input: features(1),
    layers: [rnn(5), dense(2)],
    loss: small,
    heads: { more: { layers: [last(), dense(4)], loss: blockwise({ tilt: { width: 2, loss: gaussian() } }), weight: 2 } },
    seed: 1,
  });
  using net = await compile(definition);
  const list = track.slice(0, 20).map(([x, y, bit], i) => ({
    input: [x, y, x * y],
    target: [
      [x, bit],
      [y, 1],
      [x, 0],
    ],
    heads: { more: [i / 20, y] },
  }));
  const { loss, losses } = await net.evaluate(examples(list));
  expect(Object.keys(losses)).toEqual(["target", "target/place", "target/up", "more", "more/tilt"]);
  expect(loss).toBeCloseTo(losses["target/place"] + losses["target/up"] + 2 * losses["more/tilt"], 12);
  const said = net.predict([0.1, 0.2, 0.3], { head: "more" });
  expect(said[0].length).toBe(4);
  const only = model({ input: features(1), layers: [rnn(5), dense(2)], loss: small, seed: 1 });
  using alone = await compile(only);
  const flat = examples(list.map(({ input, target }) => ({ input, target })));
  const before = await alone.evaluate(flat);
  await alone.solve(flat, { ridge: 1e-6 });
  const after = await alone.evaluate(flat);
  expect(after.losses["target/place"]).toBeLessThan(before.losses["target/place"]);
  expect(after.losses["target/up"]).toBeLessThan(before.losses["target/up"]);
  using stream = alone.stream();
  const raw = alone.predict([0.1, 0.2, 0.3], { raw: true });
  const shown = alone.predict([0.1, 0.2, 0.3]);
  shown.forEach((step, t) => {
    expect(stream.push([[0.1], [0.2], [0.3]][t])).toEqual(step);
    expect(step[0]).toBe(raw[t][0]);
    expect(step[1]).toBeCloseTo(1 / (1 + Math.exp(-raw[t][1])), 6);
  });
});

describe("bad blocks", () => {
  const block = { width: 1, loss: meanSquared() };
  const of = (blocks: Anything) => () => blockwise(blocks);
  const many = (count: number) => blockwise(Object.fromEntries(Array.from({ length: count }, (_, i) => [`block ${i}`, block])));
  const ending =
    (units: number, more: Anything = {}) =>
    () =>
      model({ input: features(2), layers: [rnn(3), dense(units)], loss, ...more });
  const rows: readonly Row<null>[] = [
    ["nothing", of(undefined), TypeError, "blockwise", "undefined", "{ width, loss, weight }"],
    ["a list", of([block]), TypeError, "blockwise", "an array of 1"],
    ["none", of({}), TypeError, "blockwise", "one at least"],
    ["no block", of({ pen: null }), TypeError, 'block "pen"', "null"],
    ["a name with a slash", of({ "a/b": block }), TypeError, '"a/b"'],
    ["a number for a name", of({ pen: block, 2: block }), TypeError, 'block "2"', "its place"],
    ["no width", of({ pen: { loss: meanSquared() } }), TypeError, 'block "pen": width', "undefined"],
    ["a width of 0", of({ pen: { ...block, width: 0 } }), RangeError, 'block "pen": width', "0"],
    ["a weight of 0", of({ pen: { ...block, weight: 0 } }), RangeError, 'block "pen"', "weight is 0"],
    ["an unknown option", of({ pen: { ...block, wide: 1 } }), TypeError, 'block "pen"', '"wide"', "width"],
    ["no loss", of({ pen: { width: 1 } }), TypeError, 'block "pen": loss', "undefined"],
    ["symbols", of({ pen: { width: 1, loss: crossEntropy() } }), TypeError, 'block "pen"', '"crossEntropy"', "a head of their own"],
    ["blocks of blocks", of({ pen: { width: 1, loss: loss as unknown as Loss } }), TypeError, 'block "pen"', '"blockwise"'],
    ["an output that does not fit", ending(13), RangeError, "layer 2/dense", "needs 14 numbers", '10 for "offset"', "13 wide", "dense(14)"],
    ["too many", () => model({ input: features(1), layers: [dense(17)], loss: many(17) }), RangeError, "17 losses", "16"],
    [
      "another target",
      () => seq2seq({ target: features(5), decoder: [gru(3), dense(14)], loss }),
      RangeError,
      "decoder 2/dense",
      "targets of 6 numbers",
      "features(5)",
    ],
    [
      "a target of symbols",
      () => seq2seq({ target: tokens(5), decoder: [gru(3), dense(14)], loss }),
      TypeError,
      "tokens(5)",
      '"blockwise"',
    ],
    [
      "an output that is heard",
      () => model({ input: features(2), layers: [rnn(3, { recurrence: "output" }), dense(14)], loss }),
      TypeError,
      "layer 2/dense",
      "blockwise",
      "listens",
    ],
    ["a feedback", ending(14, { feedback: "sigmoid" }), TypeError, "feedback", "blockwise"],
  ];
  refuses(() => null, rows);

  test("targets: which column of which must be a chance", async () => {
    using net = await compile(goesOn);
    const with_ = (step: number[]) => examples([{ input: [track[0]], target: [step] }]);
    await expect(net.evaluate(with_([5, -5, 0, 1, 0.5, 7]))).resolves.toBeTruthy();
    await expect(net.evaluate(with_([5, -5, 0, 2, 0, 7]))).rejects.toThrow("examples[0].target[0][3] is 2 but");
    await expect(net.evaluate(with_([0, 0, 0, 0, 0]))).rejects.toThrow("has 5 numbers but the model takes 6");
  });

  test("a density has no read-out that is solved for", async () => {
    using net = await compile(goesOn);
    await expect(async () => net.solve(examples([{ input: [track[0]], target: [track[1]] }]), { ridge: 1 })).rejects.toThrow(
      "mixtureDensity",
    );
  });

  test("what goes on needs to take what it says", async () => {
    using net = await compile(model({ input: features(2), layers: [rnn(3), dense(14)], loss }));
    expect(() => net.generateAll({ prompt: [[0, 0]], length: 2 })).toThrow("mixtureDensity and binaryCrossEntropy and meanSquared");
  });
});
