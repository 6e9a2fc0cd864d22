// Reservoirs: weights as asked for, kept as their entries, fixed; bad input in sentences.

import { describe, expect, test } from "vitest";
import { randomFrom } from "../../src/engine/random.ts";
import { entriesOfMatrix } from "../../src/engine/sparse.ts";
import { sparse } from "../../src/graph/initializer.ts";
import {
  bytesOf,
  cell,
  compile,
  dense,
  examples,
  features,
  meanSquared,
  model,
  open,
  plan,
  type ReservoirOptions,
  reservoir,
  tanh,
  uniform,
} from "../../src/index.ts";
import { setSpectralRadius } from "../../src/inspect/index.ts";
import { spectralRadiusOf } from "../../src/numeric/eigenvalues.ts";
import { spectralRadiusOfEntries } from "../../src/numeric/entries.ts";

const WH = "layer 1/reservoir/wh";
const of = (n: number, options: ReservoirOptions = {}, seed = 1) =>
  model({ input: features(2), layers: [reservoir(n, options), dense(1)], loss: meanSquared(), seed });
const weightOf = async (n: number, options: ReservoirOptions, seed = 1): Promise<Float32Array> => {
  using net = await compile(of(n, options, seed));
  return net.parameters.get(WH).get();
};

describe("the spectral radius is the one asked for", () => {
  // f32 weights: each is off by 2⁻²⁵ of itself, and so is the radius to first order; what an ill-conditioned eigenvalue adds stays below 1e-6.
  test.each([
    [1, {}],
    [2, { density: 0.1 }],
    [7, { density: 0.2, radius: 1.5 }],
    [64, { density: 0.02 }],
    [80, { radius: 1.25 }],
    [100, { density: 0.5, radius: 0.1 }],
    [180, { density: 0.04, radius: 0.99 }],
    [40, { topology: "ring", radius: 0.7 }],
    [48, { topology: "orthogonal", radius: 0.95 }],
  ] as [number, ReservoirOptions][])("%i units, %o", async (n, options) => {
    for (const seed of n < 100 ? [1, 2, 3] : [1]) {
      const radius = spectralRadiusOf(await weightOf(n, options, seed), n);
      expect(Math.abs(radius / (options.radius ?? 0.9) - 1)).toBeLessThan(1e-6);
    }
  });

  test("0: no unit hears another", async () => expect((await weightOf(20, { radius: 0 })).every((value) => value === 0)).toBe(true));

  test("and can be set to another", async () => {
    using net = await compile(of(40, { density: 0.1 }));
    setSpectralRadius(net.parameters.get(WH), 0.5);
    expect(Math.abs(spectralRadiusOf(net.parameters.get(WH).get(), 40) / 0.5 - 1)).toBeLessThan(1e-6);
  });

  test("of an ordinary matrix, by Arnoldi's method as by reduction", () => {
    const random = randomFrom(5, "matrix");
    for (const n of [1, 2, 30, 170]) {
      const matrix = Float64Array.from({ length: n * n }, () => random.uniform() - 0.3);
      const kept = entriesOfMatrix({ path: "", rows: n, width: n, entries: n }, matrix);
      const expected = spectralRadiusOf(Float32Array.from(matrix), n);
      // Both are backward stable in f64.
      const start = Float64Array.from({ length: n }, () => random.uniform());
      expect(Math.abs(spectralRadiusOfEntries(kept.values, kept.rows, n, start) / expected - 1)).toBeLessThan(1e-10);
    }
  });
});

describe("the weights", () => {
  test("have equally many entries in each column, in random places", async () => {
    const weight = await weightOf(50, { density: 0.1 });
    const rows = new Array(50).fill(0);
    for (let column = 0; column < 50; column++) {
      let count = 0;
      for (let row = 0; row < 50; row++)
        if (weight[row * 50 + column] !== 0) {
          count++;
          rows[row]++;
        }
      expect(count).toBe(5);
    }
    expect(new Set(rows).size).toBeGreaterThan(4);
  });

  test("of a ring: each unit hears the one before it", async () => {
    const weight = await weightOf(5, { topology: "ring", radius: 0.5 });
    for (let row = 0; row < 5; row++)
      for (let column = 0; column < 5; column++) expect(weight[row * 5 + column]).toBe(column === (row + 1) % 5 ? 0.5 : 0);
  });

  test("of an orthogonal reservoir: the radius times an orthogonal matrix", async () => {
    const weight = await weightOf(12, { topology: "orthogonal", radius: 0.8 });
    for (let a = 0; a < 12; a++)
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let k = 0; k < 12; k++) dot += weight[a * 12 + k] * weight[b * 12 + k];
        expect(Math.abs(dot - (a === b ? 0.64 : 0))).toBeLessThan(1e-6); // twelve products of f32 weights
      }
  });

  test("follow the model's seed, or the reservoir's own", async () => {
    const options = { density: 0.2, bias: 0.5, feedback: 0.5 };
    expect(await weightOf(20, options, 1)).not.toEqual(await weightOf(20, options, 2));
    using a = await compile(of(20, { ...options, seed: 7 }, 1));
    using b = await compile(of(20, { ...options, seed: 7 }, 2));
    for (const name of ["wx", "wh", "wy", "b"])
      expect(a.parameters.get(`layer 1/reservoir/${name}`).get()).toEqual(b.parameters.get(`layer 1/reservoir/${name}`).get());
    expect(a.parameters.get("layer 2/dense/w").get()).not.toEqual(b.parameters.get("layer 2/dense/w").get());
  });

  test("are scaled as asked", async () => {
    using net = await compile(of(200, { inputScale: 0.1, bias: 3, feedback: 2 }));
    for (const [name, limit] of [
      ["wx", 0.1],
      ["b", 3],
      ["wy", 2],
    ] as const) {
      const largest = Math.max(...net.parameters.get(`layer 1/reservoir/${name}`).get().map(Math.abs));
      expect(largest).toBeLessThanOrEqual(Math.fround(limit));
      expect(largest).toBeGreaterThan(0.9 * limit);
    }
  });

  test("are read, set and saved as a whole matrix, though only their entries are kept", async () => {
    using net = await compile(of(30, { density: 0.1 }));
    const parameter = net.parameters.get(WH);
    expect(parameter.shape).toEqual([30, 30]);
    const matrix = parameter.get();
    parameter.set(matrix);
    expect(parameter.get()).toEqual(matrix);
    // Other places will do as well, as long as no column has more of them.
    const shifted = matrix.map((_, i) => matrix[(i + 30 * 11) % 900]);
    parameter.set(shifted);
    const input = Array.from({ length: 9 }, (_, t) => [Math.sin(t), Math.cos(t)]);
    const saved = net.save();
    using copy = await open(saved);
    expect(copy.parameters.get(WH).get()).toEqual(shifted);
    expect(copy.predict(input)).toEqual(net.predict(input));
    // 3 of 30 rows, each with a number and a place, instead of 30.
    expect(saved.length).toBeLessThan(4 * (900 / 2) + 4096);
    const full = matrix.slice();
    full[5] = full[35] = full[65] = full[95] = 1;
    expect(() => parameter.set(full)).toThrow(/layer 1\/reservoir\/wh: column 5 has \d+ numbers that are not 0, but 3/);
    expect(parameter.get()).toEqual(shifted);
  });

  test("cost memory for their entries only, and none for gradients", () => {
    const { parameters, gradients } = bytesOf(of(1000, { density: 0.01 }), { batch: 1, steps: 1 });
    expect(parameters).toBeLessThan(130_000); // 80,000 for wh, 8,000 for wx, and what the read-out takes: 1000 padded rows of 32
    expect(gradients).toBeLessThan(40_000); // 1000 rows of one number, each padded to 32 bytes
  });
});

test("noise is heard while training only, and is the same for the same seed", async () => {
  const data = examples([
    {
      input: [
        [1, 0],
        [0, 1],
      ],
      target: [[0], [1]],
    },
  ]);
  const losses = async (seed: number, noise: number): Promise<number[]> => {
    using net = await compile(of(10, { noise, seed: 3 }, seed));
    net.parameters.get("layer 2/dense/w").set(new Float32Array(10).fill(1));
    const { loss } = await net.evaluate(data);
    const seen = [loss];
    for await (const { loss } of net.train(data, { epochs: 2 })) seen.push(loss);
    return seen;
  };
  const still = await losses(1, 0);
  const first = await losses(1, 0.1);
  expect(first[0]).toBe(still[0]);
  expect(first[1]).not.toBe(still[1]);
  expect(await losses(1, 0.1)).toEqual(first);
  expect((await losses(2, 0.1))[1]).not.toBe(first[1]);
});

test("a trained layer below asks for the way back through it, the read-out alone does not", () => {
  const above = model({ input: features(2), layers: [dense(3), reservoir(16), dense(1)], loss: meanSquared() });
  const back = ({ stages }: ReturnType<typeof plan>) => stages.filter(({ direction }) => direction === -1).length;
  expect(back(plan(of(16), { batch: 2, steps: 4 }))).toBe(0);
  expect(back(plan(above, { batch: 2, steps: 4 }))).toBe(1);
});

describe("bad input", () => {
  test.each([
    ["a radius below 0", { radius: -0.5 }, "radius is -0.5 but must be"],
    ["a radius that is no real number", { radius: Number.NaN }, "radius must be a finite number"],
    ["a complex radius", { radius: { real: 0, imaginary: 0.9 } }, "radius must be a finite number but is an object"],
    ["a density of 0", { density: 0 }, "density is 0"],
    ["a density above 1", { density: 1.5 }, "density is 1.5"],
    ["a density of a ring", { density: 0.5, topology: "ring" }, "Leave density out"],
    ["a leak of 0", { leak: 0 }, "leak is 0"],
    ["a leak above 1", { leak: 2 }, "leak is 2"],
    ["a scale below 0", { inputScale: -1 }, "inputScale is -1"],
    ["noise below 0", { noise: -1 }, "noise is -1"],
    ["an unknown activation", { activation: "sine" }, "activation must be one of"],
    ["an unknown topology", { topology: "star" }, "topology must be one of"],
    ["a seed that is none", { seed: 0.5 }, "seed must be a whole number"],
    ["an unknown option", { sparsity: 0.1 }, "no option"],
  ])("%s", (_, options, part) => expect(() => reservoir(10, options as ReservoirOptions)).toThrow(part));

  test("a sparse weight that should be trained", () => {
    const layer = cell({ name: "c", state: { h: 4 }, step: ({ h, linear }) => ({ h: tanh(linear("wh", h, 4, sparse(2, 1))) }) });
    expect(() => model({ input: features(4), layers: [layer], loss: meanSquared() })).toThrow("never trained");
  });

  test("a sparse weight that is not square, or has too many entries", () => {
    const layer = (entries: number, units: number) =>
      cell({ name: "c", state: { h: units }, step: ({ x, linear }) => ({ h: linear("w", x, units, sparse(entries, 1), false) }) });
    expect(() => model({ input: features(4), layers: [layer(2, 5)], loss: meanSquared() })).toThrow("4 rows and 5 columns");
    expect(() => model({ input: features(4), layers: [layer(5, 4)], loss: meanSquared() })).toThrow("5 entries a column");
  });

  test("a forged definition that reads entries as something else", async () => {
    const definition = structuredClone(of(8)) as unknown as { nodes: { op: string; attributes: Record<string, unknown> }[] };
    const weight = definition.nodes.find(({ attributes }) => attributes.path === WH);
    if (weight) weight.attributes.initial = uniform(1);
    await expect(compile(definition as never)).rejects.toThrow("another form");
  });
});
