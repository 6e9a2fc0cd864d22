// How parameters begin: what each initialiser promises of a matrix, gate by gate, from seed and path alone.

import { describe, expect, test } from "vitest";
import { firstValues } from "../../src/engine/initialise.ts";
import { randomFrom } from "../../src/engine/random.ts";
import {
  blocks,
  compile,
  constant,
  type Definition,
  dense,
  features,
  gru,
  type Initializer,
  identity,
  lstm,
  meanSquared,
  model,
  normal,
  open,
  orthogonal,
  rnn,
  spectral,
  uniform,
} from "../../src/index.ts";
import { spectralRadiusOf } from "../../src/numeric/eigenvalues.ts";

const withLayer = (layer: Parameters<typeof model>[0]["layers"][number], seed = 1): Definition =>
  model({ input: features(3), layers: [layer, dense(1)], loss: meanSquared(), seed });

async function firstOf(definition: Definition, path: string): Promise<{ values: Float32Array; rows: number; columns: number }> {
  using net = await compile(definition);
  const parameter = net.parameters.get(path);
  return { values: parameter.get(), rows: parameter.shape[0], columns: parameter.shape[1] };
}

/** The first values of a recurrent weight [units × units], or of a dense one [3 × units]. */
const recurrent = (units: number, wh: Initializer, seed = 1) => firstOf(withLayer(rnn(units, { initial: { wh } }), seed), "layer 1/rnn/wh");
const wide = (units: number, w: Initializer) => firstOf(withLayer(dense(units, { initial: { w } })), "layer 1/dense/w");

/** Columns from … of a matrix, as rows of a smaller one. */
const columnsOf = ({ values, rows, columns }: { values: Float32Array; rows: number; columns: number }, from: number, width: number) => ({
  values: Float32Array.from({ length: rows * width }, (_, i) => values[Math.floor(i / width) * columns + from + (i % width)]),
  rows,
  columns: width,
});

/** The greatest distance of WᵀW (or WWᵀ, whichever is smaller) from a multiple of the identity. */
function distanceFromOrthogonal(
  { values, rows, columns }: { values: Float32Array; rows: number; columns: number },
  square: number,
): number {
  const [many, few] = [Math.max(rows, columns), Math.min(rows, columns)];
  const at = (i: number, k: number): number => (rows >= columns ? values[i * columns + k] : values[k * columns + i]);
  let worst = 0;
  for (let a = 0; a < few; a++)
    for (let b = 0; b < few; b++) {
      let sum = 0;
      for (let i = 0; i < many; i++) sum += at(i, a) * at(i, b);
      worst = Math.max(worst, Math.abs(sum - (a === b ? square : 0)));
    }
  return worst;
}

/** Sums of some dozens of products of f32, each rounded to 2⁻²⁴ of a number below 1. */
const ROUNDED = 1e-6;

describe("what is promised", () => {
  test.each([1, 2, 3, 8, 17, 64])("orthogonal, %i units", async (units) => {
    expect(distanceFromOrthogonal(await recurrent(units, orthogonal()), 1)).toBeLessThan(ROUNDED);
    expect(distanceFromOrthogonal(await recurrent(units, orthogonal(0.5)), 0.25)).toBeLessThan(ROUNDED);
    expect(distanceFromOrthogonal(await wide(units, orthogonal()), 1)).toBeLessThan(ROUNDED);
  });

  test("orthogonal: no direction is preferred", async () => {
    // Columns are unit vectors, so each element has mean 0 and variance 1/n; over 64² of them the mean is within 5 standard errors of 1/64·1/8.
    const { values } = await recurrent(64, orthogonal());
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(5 / 512);
    // Signs, too: R's diagonal is positive, so that Q's is as often below zero as above; 64 flips of a coin, 5 deviations of 4.
    const above = Array.from({ length: 64 }, (_, i) => values[i * 65] > 0).filter(Boolean).length;
    expect(Math.abs(above - 32)).toBeLessThan(20);
    const matrices = Array.from({ length: 40 }, (_, seed) => firstValues(orthogonal(), 2, 2, randomFrom(seed, "w")));
    const turned = matrices.filter(([a, b, c, d]) => a * d - b * c > 0).length;
    // Rotations and reflections are equally many: 40 flips, 5 deviations of √10.
    expect(Math.abs(turned - 20)).toBeLessThan(16);
  });

  test("identity, square and not", async () => {
    expect([...(await recurrent(3, identity())).values]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...(await wide(2, identity(0.5))).values]).toEqual([0.5, 0, 0, 0.5, 0, 0]);
  });

  test("normal: mean and deviation", async () => {
    const { values } = await recurrent(64, normal(0.5));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    const beyond = values.filter((x) => Math.abs(x) > 1).length / values.length;
    // 4096 numbers: five standard errors of the mean (σ/64), the deviation (σ/√8192) and the share beyond 2σ (4.55 %, ± 0.33 %).
    expect(Math.abs(mean)).toBeLessThan((5 * 0.5) / 64);
    expect(Math.abs(deviation - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(8192));
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(5 * 0.0033);
  });

  test.each([
    [1, 0.9, 1],
    [5, 1.2, 1],
    [40, 0.95, 1],
    [40, 0.95, 0.1],
    [3, 2, 0.05],
    [7, 0, 1],
  ])("spectral, %i units, radius %f, density %f", async (units, radius, density) => {
    const { values } = await recurrent(units, spectral(radius, { density }));
    // Rounding n² weights to f32 moves an eigenvalue by about its condition (some tens) times 2⁻²⁴.
    expect(Math.abs(spectralRadiusOf(values, units) - radius)).toBeLessThanOrEqual(1e-5 * radius);
    const share = values.filter((x) => x !== 0).length / values.length;
    // 1600 draws at 0.1: five deviations of √(0.09/1600).
    if (units === 40 && density < 1) expect(Math.abs(share - density)).toBeLessThan(5 * 0.0075);
    if (units === 40 && density === 1) expect(share).toBe(1);
  });

  test("blocks, each in its own way", async () => {
    const given = await wide(6, blocks(constant(1), identity(), constant(-2)));
    expect([...given.values]).toEqual([1, 1, 1, 0, -2, -2, 1, 1, 0, 1, -2, -2, 1, 1, 0, 0, -2, -2]);
  });
});

describe("gates side by side", () => {
  test("orthogonal, identity and spectral are meant gate by gate", async () => {
    const start = (wh: Initializer) => firstOf(withLayer(lstm(5, { initial: { wh } })), "layer 1/lstm/wh");
    const turned = await start(orthogonal());
    const copying = await start(identity());
    const echoing = await start(spectral(0.8));
    expect(turned.columns).toBe(20);
    for (const gate of [0, 1, 2, 3]) {
      expect(distanceFromOrthogonal(columnsOf(turned, gate * 5, 5), 1)).toBeLessThan(ROUNDED);
      expect(columnsOf(copying, gate * 5, 5).values[6]).toBe(1);
      expect(spectralRadiusOf(columnsOf(echoing, gate * 5, 5).values, 5)).toBeCloseTo(0.8, 5);
    }
    expect(columnsOf(turned, 0, 5).values).not.toEqual(columnsOf(turned, 5, 5).values);
    expect((await firstOf(withLayer(gru(4, { reset: "before", initial: { wn: identity() } })), "layer 1/gru/wn")).values[5]).toBe(1);
  });

  test("the forget gate remembers, whatever the others begin with", async () => {
    const start = async (options: Parameters<typeof lstm>[1]) =>
      [...(await firstOf(withLayer(lstm(2, options)), "layer 1/lstm/b")).values].map((x) => Math.round(x * 100) / 100);
    expect((await start({})).slice(2, 4)).toEqual([1, 1]);
    expect((await start({ forgetBias: 3 })).slice(2, 4)).toEqual([3, 3]);
    expect(await start({ initial: { b: constant(0) } })).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(await start({ initial: { b: constant(0) }, coupled: true })).toEqual([1, 1, 0, 0, 0, 0]);
    const own = blocks(constant(0), constant(0.25), constant(0), constant(-1));
    expect(await start({ initial: { b: own } })).toEqual([0, 0, 0.25, 0.25, 0, 0, -1, -1]);
    const others = (await start({})).filter((_, index) => index !== 2 && index !== 3);
    expect(Math.max(...others.map(Math.abs))).toBeLessThan(1 / Math.SQRT2 + 0.01);
    expect(new Set(others).size).toBe(6);
  });

  test("gains begin at 1, a learned leak at ½", async () => {
    expect([...(await firstOf(withLayer(lstm(1, { layerNorm: true })), "layer 1/lstm/gx")).values]).toEqual([1, 1, 1, 1]);
    expect([...(await firstOf(withLayer(rnn(2, { leak: "learned" })), "layer 1/rnn/a")).values]).toEqual([0, 0]);
  });
});

describe("the same from run to run", () => {
  const KINDS: readonly (readonly [string, Initializer])[] = [
    ["uniform", uniform(0.1)],
    ["normal", normal(0.1)],
    ["orthogonal", orthogonal()],
    ["spectral", spectral(0.9, { density: 0.5 })],
    ["blocks", blocks(normal(1), uniform(1))],
  ];
  test.each(KINDS)("%s: decided by seed and path", async (_, how) => {
    const first = (await recurrent(6, how)).values;
    expect((await recurrent(6, how)).values).toEqual(first);
    expect((await recurrent(6, how, 2)).values).not.toEqual(first);
    const named = withLayer(rnn(6, { initial: { wh: how }, name: "memory" }));
    expect((await firstOf(named, "memory/wh")).values).not.toEqual(first);
  });

  test("a definition tells how its parameters begin, and a file keeps it", async () => {
    const definition = withLayer(rnn(4, { initial: { wh: spectral(0.9), wx: blocks(orthogonal(), normal(0.1)) } }));
    using net = await compile(JSON.parse(JSON.stringify(definition)));
    using again = await open(net.save());
    expect(again.definition).toEqual(definition);
    for (const { path, get } of again.parameters) expect(get()).toEqual(net.parameters.get(path).get());
  });
});
