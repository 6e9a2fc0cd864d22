// Scheduled sampling as an option of training: what it mixes, that it follows from the seed, and what is refused.

import { describe, expect, test } from "vitest";
import {
  compile,
  crossEntropy,
  type Definition,
  dense,
  features,
  gaussian,
  meanSquared,
  model,
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

const symbols = Int32Array.from({ length: 400 }, (_, i) => (i * i + (i >> 2)) % 5);
const wave = Array.from({ length: 400 }, (_, i) => [Math.sin(i / 5)]);
const dataOf = (definition: Definition) =>
  definition.inputs.input?.kind === "tokens"
    ? windows(symbols, { batch: 3, steps: 11 })
    : windows(wave.slice(0, -1), { batch: 3, steps: 11, targets: wave.slice(1) });

async function losses(definition: Definition, teacherForcing: NonNullable<TrainOptions["teacherForcing"]>, steps = 6): Promise<number[]> {
  using net = await compile(definition);
  const found: number[] = [];
  for await (const { loss } of net.train(dataOf(definition), { optimizer: sgd(0.1), teacherForcing, epochs: 9, steps })) found.push(loss);
  return found;
}

describe.each([
  ["symbols", letters],
  ["numbers", numbers],
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

const training =
  (teacherForcing: unknown, definition: Definition = numbers) =>
  async () => {
    using net = await compile(definition);
    for await (const _ of net.train(dataOf(definition), { teacherForcing: teacherForcing as number }));
  };
const drawn = seq2seq({ target: features(1), decoder: [rnn(3), dense(2)], loss: gaussian() });
const rows: Row<null>[] = [
  ["a share above 1", training(1.5), RangeError, "teacherForcing", "1.5", "between 0 and 1"],
  ["a share below 0", training(-0.1), RangeError, "teacherForcing", "-0.1"],
  ["a share that is none", training(Number.NaN), TypeError, "teacherForcing", "NaN"],
  ["a word", training("mixed"), TypeError, "teacherForcing", '"mixed"', "schedule"],
  ["a schedule that leaves the range", training((step: number) => 1 + step), RangeError, "teacherForcing at step 1", "2"],
  ["a density that would be heard", training(0.5, drawn), TypeError, "teacherForcing is 0.5", "gaussian", "true"],
];
describe("what cannot be", () => refuses(() => null, rows));
