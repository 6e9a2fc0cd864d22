// The spectrum of weights as users ask for it: what is returned, what is set, and what is refused.

import { afterAll, describe, expect, test } from "vitest";
import { compile, dense, features, lstm, meanSquared, model, type Network, rnn } from "../../src/index.ts";
import { eigenvalues, setSpectralRadius, singularValues, spectralRadius } from "../../src/inspect/index.ts";
import { rotation } from "../support/matrices.ts";
import { type Row, refuses } from "../support/refuse.ts";

const net = await compile(model({ input: features(3), layers: [rnn(24, { name: "r" }), lstm(8), dense(2)], loss: meanSquared(), seed: 5 }));
afterAll(() => net.close());

describe("eigenvalues", () => {
  test("come with the largest first and a conjugate pair side by side", () => {
    const [upper, lower, third] = eigenvalues([
      [0.5, 0, 0],
      [0, 0, -2],
      [0, 2, 0],
    ]);
    expect(upper.im).toBeCloseTo(2, 14);
    expect(lower.im).toBeCloseTo(-2, 14);
    expect(third).toEqual({ re: 0.5, im: 0 });
  });

  test("of a parameter, of numbers with a shape and of rows are the same", () => {
    const parameter = net.parameters.get("r/wh");
    const values = parameter.get();
    const rows = Array.from({ length: 24 }, (_, i) => values.subarray(24 * i, 24 * i + 24));
    expect(eigenvalues({ shape: [24, 24], values })).toEqual(eigenvalues(parameter));
    expect(eigenvalues(rows)).toEqual(eigenvalues(parameter));
    expect(spectralRadius(parameter)).toBeCloseTo(Math.hypot(eigenvalues(parameter)[0].re, eigenvalues(parameter)[0].im), 14);
  });

  test("singular values of a weight that is not square", () => {
    const values = singularValues(net.parameters.get("r/wx"));
    expect(values.length).toBe(3);
    expect(singularValues(rotation(3, 1)).map((value) => Math.round(value * 1e12) / 1e12)).toEqual(Float64Array.of(3, 3));
  });
});

describe("setting the radius", () => {
  test.each([0.9, 1, 1.25, 1e-3])("to %d holds to the rounding of f32", (radius) => {
    const parameter = net.parameters.get("r/wh");
    const before = parameter.get();
    const factor = setSpectralRadius(parameter, radius);
    // 24 × 24 numbers are rounded by 2⁻²⁴ each; eigenvalues of such a matrix move by a few times that.
    expect(Math.abs(spectralRadius(parameter) / radius - 1)).toBeLessThan(1e-6);
    expect(parameter.get()).toEqual(Float32Array.from(before, (value) => value * factor));
  });

  test("to 0 makes zeros", () => {
    const parameter = {
      path: "p",
      shape: [2, 2] as const,
      values: Float32Array.of(0, 1, 0, 0),
      get: () => parameter.values,
      set: (v: ArrayLike<number>) => parameter.values.set(v),
    };
    expect(setSpectralRadius(parameter, 0)).toBe(0);
    expect([...parameter.values]).toEqual([0, 0, 0, 0]);
  });
});

const at = (values: number[][]) => ({
  path: "p",
  shape: [values.length, values[0].length] as const,
  get: () => Float32Array.from(values.flat()),
  set() {},
});

const ROWS: Row<Network>[] = [
  ["eigenvalues of an oblong matrix", () => eigenvalues([[1, 2, 3]]), RangeError, "1 × 3", "square"],
  [
    "the radius of a weight of four gates",
    (n) => spectralRadius(n.parameters.get("layer 2/lstm/wh")),
    RangeError,
    "8 × 32",
    "4 gates",
    "8 columns",
  ],
  ["rows of unequal length", () => spectralRadius([[1, 2], [3]]), RangeError, "row 1 has 1", "row 0 has 2"],
  ["no matrix", () => eigenvalues(7 as never), TypeError, "7"],
  ["no matrix but a text", () => eigenvalues("wh" as never), TypeError, '"wh"'],
  ["an empty matrix", () => singularValues([]), RangeError, "0 × 0"],
  ["an entry that is not a number", () => singularValues([[1, Number.NaN]]), TypeError, "row 0, column 1", "NaN"],
  [
    "an entry that is infinite",
    () =>
      eigenvalues([
        [1, 2],
        [Infinity, 1],
      ]),
    TypeError,
    "row 1, column 0",
    "Infinity",
  ],
  ["too few numbers for the shape", () => eigenvalues({ shape: [3, 3], values: [1, 2] }), RangeError, "3 × 3", "2"],
  ["a negative radius", (n) => setSpectralRadius(n.parameters.get("r/wh"), -0.5), RangeError, "r/wh", "-0.5", "0 or more"],
  ["an infinite radius", (n) => setSpectralRadius(n.parameters.get("r/wh"), Infinity), RangeError, "Infinity", "finite"],
  ["a radius that is no number", (n) => setSpectralRadius(n.parameters.get("r/wh"), "1" as never), TypeError, '"1"'],
  ["a complex radius", (n) => setSpectralRadius(n.parameters.get("r/wh"), { re: 0, im: 1 } as never), TypeError, "an object"],
  [
    "a nilpotent matrix",
    () =>
      setSpectralRadius(
        at([
          [0, 1],
          [0, 0],
        ]),
        0.9,
      ),
    RangeError,
    "eigenvalues are 0",
    "0.9",
    "nilpotent",
  ],
  ["a radius for an oblong parameter", (n) => setSpectralRadius(n.parameters.get("r/wx"), 1), RangeError, "r/wx", "3 × 24"],
  [
    "a radius beyond f32",
    () =>
      setSpectralRadius(
        at([
          [1e-30, 1],
          [0, 1e-30],
        ]),
        1e30,
      ),
    RangeError,
    "e-30",
    "1e+30",
  ],
  ["a radius for no parameter", () => setSpectralRadius([[1]] as never, 1), TypeError, "net.parameters"],
];
describe("is refused:", () => refuses(() => net, ROWS));
