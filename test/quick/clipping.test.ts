// Clipping: the order of the three, their lengths and directions, what they say of themselves, and that bits repeat.

import { describe, expect, test } from "vitest";
import {
  type Clip,
  type Clipped,
  compile,
  crossEntropy,
  type Data,
  dense,
  embedding,
  examples,
  features,
  meanSquared,
  model,
  type Progress,
  rnn,
  sgd,
  tokens,
  windows,
} from "../../src/index.ts";
import { BINARIES } from "../support/engine.ts";

async function progressOf(steps: AsyncIterable<Progress>): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const progress of steps) seen.push(progress);
  return seen;
}
const length = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
const NOTHING: Clipped = { value: 0, parameters: 0, norm: false };

/** y = w·x + b at (3, 0) for x = 2, y = 1: the error is 5, the gradient (2·5·2, 2·5) = (20, 10), and its length √500. */
const line = model({ input: features(1), layers: [dense(1)], loss: meanSquared() });
const point = (): Data => examples([{ input: [2], target: [1] }]);
const W = 3;

describe("by hand", () => {
  const root = Math.sqrt(500);
  const short = (limit: number, norm: number): number => limit / (norm + 1e-6);
  test.each<[Clip, Clipped, readonly [dw: number, db: number]]>([
    [{}, NOTHING, [20, 10]],
    [{ value: 20, parameterNorm: 21, norm: 23 }, NOTHING, [20, 10]],
    [{ value: 15 }, { ...NOTHING, value: 1 }, [15, 10]],
    [{ value: 5 }, { ...NOTHING, value: 2 }, [5, 5]],
    [{ parameterNorm: 12 }, { ...NOTHING, parameters: 1 }, [20 * short(12, 20), 10]],
    [{ norm: 5 }, { ...NOTHING, norm: true }, [20 * short(5, root), 10 * short(5, root)]],
    // Value first: by then neither number is beyond 8, and the length is 8·√2.
    [{ value: 8, norm: 12 }, { ...NOTHING, value: 2 }, [8, 8]],
    [{ value: 8, norm: 2 }, { value: 2, parameters: 0, norm: true }, [8 * short(2, 8 * Math.SQRT2), 8 * short(2, 8 * Math.SQRT2)]],
    [{ value: 8, parameterNorm: 9 }, { ...NOTHING, value: 2 }, [8, 8]],
    // Then each parameter, then all: (20, 10) → (12, 10) → (6, 6) → the length 6.
    [
      { value: 12, parameterNorm: 6, norm: 6 },
      { value: 1, parameters: 2, norm: true },
      [6 * short(6, 6 * Math.SQRT2), 6 * short(6, 6 * Math.SQRT2)],
    ],
    [{ parameterNorm: 12, norm: 15.7 }, { ...NOTHING, parameters: 1 }, [12, 10]],
  ])("%o", async (clip, clipped, [dw, db]) => {
    using net = await compile(line);
    const [weight, bias] = ["w", "b"].map((name) => net.parameters.get(`layer 1/dense/${name}`));
    weight.set([W]);
    bias.set([0]);
    const [progress] = await progressOf(net.train(point(), { optimizer: sgd(1), clip }));
    expect(progress).toMatchObject({ loss: 25, clipped });
    // The length is that before clipping, whatever was clipped.
    expect(progress.gradientNorm).toBe(root);
    // Two factors, two products and a difference are rounded to f32: five roundings of numbers of at most 20.
    const allowed = 5 * 20 * 2 ** -24;
    expect(Math.abs(W - weight.get()[0] - dw)).toBeLessThanOrEqual(allowed);
    expect(Math.abs(-bias.get()[0] - db)).toBeLessThanOrEqual(allowed);
  });
});

const letters = model({ input: tokens(5), layers: [embedding(3), rnn(7), dense(5)], loss: crossEntropy(), seed: 6 });
const text = Int32Array.from({ length: 241 }, (_, i) => (i * i + (i >> 2)) % 5);
const corpus = (): Data => windows(text, { batch: 3, steps: 8 });

/** One step's gradient as it was clipped, with its sign turned, parameter by parameter. */
async function stepOf(module: WebAssembly.Module, clip: Clip): Promise<{ progress: Progress; steps: Float32Array[] }> {
  using net = await compile(letters, { module });
  // At this rate the old weights are lost below the last bit of the step, so that it can be read exactly; a power of two rounds nothing.
  const before = [...net.parameters].map((parameter) => parameter.get());
  const [progress] = await progressOf(net.train(corpus(), { optimizer: sgd(2 ** 60), clip, steps: 1 }));
  const steps = [...net.parameters].map((parameter, index) => parameter.get().map((value, i) => (value - before[index][i]) / 2 ** 60));
  return { progress, steps };
}

describe.each(BINARIES)("direction, $name", ({ module }) => {
  test("by norm every number is multiplied by one factor, exactly: the direction is kept", async () => {
    const { progress, steps: whole } = await stepOf(module, {});
    const limit = progress.gradientNorm / 3;
    const { progress: said, steps } = await stepOf(module, { norm: limit });
    expect(said.clipped).toEqual({ ...NOTHING, norm: true });
    // The limit is handed over as f32, the factor is computed in f64 and rounded once.
    const factor = Math.fround(Math.fround(limit) / (progress.gradientNorm + 1e-6));
    expect(steps).toEqual(whole.map((values) => values.map((value) => Math.fround(value * factor))));
    // Rounding of each number: 2⁻²⁴ of it at most, and so of the length; and as much for limit and factor.
    const reached = length(steps.flatMap((values) => [...values]));
    expect(Math.abs(reached / limit - 1)).toBeLessThan(1e-6 / progress.gradientNorm + 3 * 2 ** -24);
  });

  test("by value it is not", async () => {
    const { steps: whole } = await stepOf(module, {});
    const flat = whole.flatMap((values) => [...values]);
    const limit = 0.25 * flat.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const { progress, steps } = await stepOf(module, { value: limit });
    const cut = steps.flatMap((values) => [...values]);
    const bound = Math.fround(limit);
    expect(cut).toEqual(flat.map((value) => Math.max(-bound, Math.min(bound, value))));
    expect(progress.clipped).toEqual({ ...NOTHING, value: flat.filter((value) => Math.abs(value) > bound).length });
    const cosine = flat.reduce((sum, value, i) => sum + value * cut[i], 0) / (length(flat) * length(cut));
    // Were the direction kept, 1 less a few roundings.
    expect(cosine).toBeLessThan(0.98);
    expect(cosine).toBeGreaterThan(0);
  });

  test("by parameter norm each parameter keeps its own direction, and what is short enough is left alone", async () => {
    const { steps: whole } = await stepOf(module, {});
    const lengths = whole.map(length);
    // Between the second and the third of the lengths.
    const [, second, third] = lengths.toSorted((a, b) => b - a);
    const limit = Math.fround((second + third) / 2);
    const { progress, steps } = await stepOf(module, { parameterNorm: limit });
    expect(progress.clipped).toEqual({ ...NOTHING, parameters: 2 });
    for (const [index, values] of steps.entries()) {
      if (lengths[index] < limit) expect(values).toEqual(whole[index]);
      else {
        const factor = Math.fround(limit / (lengths[index] + 1e-6));
        expect(values).toEqual(whole[index].map((value) => Math.fround(value * factor)));
      }
    }
  });
});

test("counts add up what every step says, and begin anew with every training", async () => {
  using net = await compile(letters);
  const clip = { value: 0.2, parameterNorm: 0.33, norm: 0.52 };
  const sums = { clippedByValue: 0, clippedByParameterNorm: 0, clippedByNorm: 0, skipped: 0, randomSteps: 0 };
  let steps = 0;
  for await (const { clipped, counts } of net.train(corpus(), { optimizer: sgd(0.5), clip, epochs: 6 })) {
    sums.clippedByValue += Number(clipped.value > 0);
    sums.clippedByParameterNorm += Number(clipped.parameters > 0);
    sums.clippedByNorm += Number(clipped.norm);
    steps++;
    expect(counts).toEqual(sums);
  }
  // Each acted, and not always: else nothing was counted here.
  for (const acted of [sums.clippedByValue, sums.clippedByParameterNorm, sums.clippedByNorm]) {
    expect(acted).toBeGreaterThan(0);
    expect(acted).toBeLessThan(steps);
  }
  const [first] = await progressOf(net.train(corpus(), { steps: 1 }));
  expect(Object.values(first.counts)).toEqual([0, 0, 0, 0, 0]);
});

test("the same training clipped in all three ways gives the same bits", async () => {
  const run = async (): Promise<Uint8Array> => {
    using net = await compile(letters);
    await progressOf(net.train(corpus(), { clip: { value: 0.05, parameterNorm: 0.1, norm: 0.15 }, epochs: 2 }));
    return net.save({ optimizer: true });
  };
  expect(await run()).toEqual(await run());
});
