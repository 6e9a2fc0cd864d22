// Scheduled sampling as an option of training: what it mixes, that it follows from the seed, and what is refused.

import { describe, expect, test } from "vitest";
import {
  binaryCrossEntropy,
  blockwise,
  compile,
  crossEntropy,
  type Definition,
  dense,
  embedding,
  examples,
  features,
  gaussian,
  gru,
  type Loss,
  meanSquared,
  mixtureDensity,
  model,
  open,
  rnn,
  seq2seq,
  sgd,
  type TrainOptions,
  tokens,
  windows,
} from "../../src/index.ts";
import { type Row, refuses } from "../support/refuse.ts";

const letters = model({ input: tokens(5), layers: [rnn(9, { recurrence: "output" }), dense(5)], loss: crossEntropy(), seed: 3 });
const numbers = model({ input: features(1), layers: [rnn(7, { recurrence: "both" }), dense(1)], loss: meanSquared(), seed: 3 });

const chances = model({ input: features(1), layers: [rnn(7, { recurrence: "both" }), dense(1)], loss: binaryCrossEntropy(), seed: 3 });
const told = (layers: number, loss?: Loss): Definition =>
  seq2seq({ target: features(1), decoder: [gru(7), dense(layers)], seed: 3, ...(loss ? { loss } : {}) });
const bits = told(1, binaryCrossEntropy());
const density = told(2, gaussian());
const mixture = told(9, mixtureDensity(3));
const blocks = seq2seq({
  target: features(1),
  decoder: [gru(7), dense(9)],
  loss: blockwise({ place: { width: 1, loss: mixtureDensity(3) } }),
  seed: 3,
});
const words = seq2seq({ target: tokens(5), decoder: [embedding(4), gru(7), dense(5)], seed: 3 });

const symbols = Int32Array.from({ length: 400 }, (_, i) => (i * i + (i >> 2)) % 5);
const wave = Array.from({ length: 400 }, (_, i) => [Math.sin(i / 5)]);
/** The wave in pieces of 5 to 11 steps, of bits where its loss is of bits. */
const piecesOf = ({ decoding, heads: [head] }: Definition) =>
  Array.from({ length: 16 }, (_, i) => {
    const [from, to] = [11 * i, 11 * i + 5 + (i % 7)];
    if (decoding?.target.kind === "tokens") return { target: symbols.slice(from, to) };
    return { target: wave.slice(from, to).map(([x]) => [head.terms[0].loss.kind === "binaryCrossEntropy" ? Number(x > 0) : x]) };
  });
function dataOf(definition: Definition) {
  if (definition.decoding) return examples(piecesOf(definition), { batch: 4 });
  if (definition.inputs.input?.kind === "tokens") return windows(symbols, { batch: 3, steps: 11 });
  const truth = definition.heads[0].terms[0].loss.kind === "binaryCrossEntropy" ? wave.map(([x]) => [Number(x > 0)]) : wave;
  return windows(truth.slice(0, -1), { batch: 3, steps: 11, targets: truth.slice(1) });
}

async function losses(definition: Definition, teacherForcing: NonNullable<TrainOptions["teacherForcing"]>, steps = 6): Promise<number[]> {
  using net = await compile(definition);
  const found: number[] = [];
  for await (const { loss } of net.train(dataOf(definition), { optimizer: sgd(0.1), teacherForcing, epochs: 9, steps })) found.push(loss);
  return found;
}

describe.each([
  ["symbols", letters],
  ["numbers", numbers],
  ["a decoder of bits", bits],
  ["a decoder of a mixture", mixture],
])("%s", (_, definition) => {
  test("a share of 1 is the truth, of 0 the model's own, and what lies between is neither", async () => {
    const [forced, free, half] = [await losses(definition, true), await losses(definition, false), await losses(definition, 0.5)];
    expect(await losses(definition, 1)).toEqual(forced);
    expect(await losses(definition, 0)).toEqual(free);
    expect(half).not.toEqual(forced);
    expect(half).not.toEqual(free);
    expect(half).not.toEqual(await losses(definition, 0.6));
  });

  test("the same seed, the same coins and draws", async () => {
    expect(await losses(definition, 0.5)).toEqual(await losses(definition, 0.5));
    expect(await losses({ ...definition, seed: 4 }, 0.5)).not.toEqual(await losses(definition, 0.5));
  });

  test("a schedule is asked at every step, and no other plan is made for what it says", async () => {
    using net = await compile(definition);
    const asked: number[] = [];
    const plans = new Set<unknown>();
    const teacherForcing = (step: number): number => {
      asked.push(step);
      return 1 - step / 10;
    };
    for await (const { step } of net.train(dataOf(definition), { teacherForcing, steps: 4 })) {
      plans.add(net.plan);
      expect(step).toBe(asked.length);
    }
    expect(asked).toEqual([0, 1, 2, 3]);
    expect(plans.size).toBe(1);
    expect(String(net.plan)).toContain("scheduled sampling");
  });

  test("where every coin says the truth, it is what teacher forcing is", async () => {
    const forced = await losses(definition, true);
    const mixed = await losses(definition, () => 1);
    // The same sums, some of them step by step: rounding in f32, after six steps of training.
    mixed.forEach((loss, step) => {
      expect(Math.abs(loss - forced[step])).toBeLessThan(1e-5 * forced[step]);
    });
  });
});

describe.each([
  ["symbols", words],
  ["bits", bits],
  ["a Gaussian", density],
  ["a mixture", mixture],
  ["a single block", blocks],
])("a decoder of %s", (_, definition) => {
  test("hears its own draws where none is the truth, whether a share says so or a schedule", async () => {
    expect(await losses(definition, 0)).toEqual(await losses(definition, () => 0));
  });

  test("evaluated by itself draws the same each time, whatever has been trained, and another way for each batch", async () => {
    using net = await compile(definition);
    const one = examples(piecesOf(definition).slice(0, 4), { batch: 4 });
    const { loss } = await net.evaluate(one, { teacherForcing: false });
    expect(loss).not.toBe((await net.evaluate(one)).loss);
    for await (const _ of net.train(dataOf(definition), { optimizer: sgd(0), steps: 2 }));
    expect((await net.evaluate(one, { teacherForcing: false })).loss).toBe(loss);
    // The same rows once more, in a second batch: what they hear is not the same.
    const twice = examples([...piecesOf(definition).slice(0, 4), ...piecesOf(definition).slice(0, 4)], { batch: 4 });
    expect((await net.evaluate(twice, { teacherForcing: false })).loss).not.toBe(loss);
  });
});

const VALUES: Readonly<Record<string, number>> = { "layer 1/rnn/wx": 0, "layer 1/rnn/wy": 3, "layer 1/rnn/b": 0.5 };
test("what was interrupted goes on with the draws that it would have made", async () => {
  const options = { optimizer: sgd(0.1), teacherForcing: 0.5, epochs: 3 };
  const [whole, found]: number[][] = [[], []];
  using net = await compile(mixture);
  for await (const { loss } of net.train(dataOf(mixture), options)) whole.push(loss);
  using first = await compile(mixture);
  for await (const { loss, position, step } of first.train(dataOf(mixture), options)) {
    found.push(loss);
    if (step < 5) continue;
    using second = await open(first.save({ optimizer: true }));
    for await (const { loss } of second.train(dataOf(mixture), { ...options, from: position })) found.push(loss);
    break;
  }
  expect(found).toEqual(whole);
});

test("a model of chances that is left to itself hears them, as predict shows them", async () => {
  expect(chances.feedback).toBe("sigmoid");
  using net = await compile(
    model({ input: features(1), layers: [rnn(1, { recurrence: "output", activation: "identity" })], loss: binaryCrossEntropy() }),
  );
  for (const parameter of net.parameters) parameter.set([VALUES[parameter.path]]);
  const [[first], [second]] = net.predict([[0], [0]], { raw: true });
  expect(first).toBe(0.5);
  // One sigmoid in f32, times 3.
  expect(Math.abs(second - (0.5 + 3 / (1 + Math.exp(-0.5))))).toBeLessThan(2 ** -21);
});

const training =
  (teacherForcing: unknown, definition: Definition = numbers) =>
  async () => {
    using net = await compile(definition);
    for await (const _ of net.train(dataOf(definition), { teacherForcing: teacherForcing as number }));
  };
const rows: Row<null>[] = [
  ["a share above 1", training(1.5), RangeError, "teacherForcing", "1.5", "between 0 and 1"],
  ["a share below 0", training(-0.1), RangeError, "teacherForcing", "-0.1"],
  ["a share that is none", training(Number.NaN), TypeError, "teacherForcing", "NaN"],
  ["a word", training("mixed"), TypeError, "teacherForcing", '"mixed"', "schedule"],
  ["a schedule that leaves the range", training((step: number) => 1 + step), RangeError, "teacherForcing at step 1", "2"],
];
describe("what cannot be", () => refuses(() => null, rows));
