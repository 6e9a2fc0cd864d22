// Eigenvalues and singular values against NumPy, against matrices whose values are known, and against what holds for every matrix.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Eigenvalues, eigenvaluesOf, spectralRadiusOf } from "../../src/numeric/eigenvalues.ts";
import { singularValuesOf } from "../../src/numeric/singular.ts";
import { blocks, formula, product, random, reflected, rotation } from "../support/matrices.ts";

type Pair = readonly [real: number, imaginary: number];

interface Fixture {
  readonly square: readonly { order: number; eigenvalues: Pair[]; singular: number[] }[];
  readonly oblong: readonly { rows: number; columns: number; singular: number[] }[];
}
const fixture: Fixture = JSON.parse(readFileSync(new URL("../fixtures/eigenvalues.json", import.meta.url), "utf8"));

const pairsOf = ({ real, imaginary }: Eigenvalues): Pair[] => Array.from(real, (part, i) => [part, imaginary[i]] as const);

/** Each expected value has one found value of its own within `tolerance`: the nearest that is left. */
function expectAll(found: Eigenvalues, expected: readonly Pair[], tolerance: number): void {
  const left = pairsOf(found);
  expect(left.length).toBe(expected.length);
  for (const [real, imaginary] of expected) {
    const distances = left.map(([a, b]) => Math.hypot(a - real, b - imaginary));
    const nearest = distances.indexOf(Math.min(...distances));
    expect(distances[nearest], `no eigenvalue near ${real} + ${imaginary}i`).toBeLessThanOrEqual(tolerance);
    left.splice(nearest, 1);
  }
}

/** What is promised: 1e-10 of the largest. Where the values are well conditioned, as here, rounding leaves n·ε, below 1e-13. */
const PROMISED = 1e-10;
const ROUNDING = 1e-13;

describe("eigenvalues", () => {
  test.each(fixture.square.map((entry) => [entry.order, entry] as const))("of order %i are those of NumPy", (order, { eigenvalues }) => {
    const largest = Math.max(...eigenvalues.map(([a, b]) => Math.hypot(a, b)));
    expectAll(eigenvaluesOf(formula(order), order), eigenvalues, ROUNDING * 10 * largest);
    expect(Math.abs(spectralRadiusOf(formula(order), order) - largest)).toBeLessThanOrEqual(ROUNDING * largest);
  });

  test("of a hidden block diagonal matrix are those of its blocks, complex pairs among them", () => {
    const { matrix, order } = blocks(rotation(0.9, 1), rotation(1.25, 0.3), [[-1.1]], [[0.5]], rotation(0.01, 3), [[0]]);
    const expected: Pair[] = [
      ...[[0.9, 1] as const, [1.25, 0.3] as const, [0.01, 3] as const].flatMap(([size, angle]): Pair[] => [
        [size * Math.cos(angle), size * Math.sin(angle)],
        [size * Math.cos(angle), -size * Math.sin(angle)],
      ]),
      [-1.1, 0],
      [0.5, 0],
      [0, 0],
    ];
    const hidden = reflected(reflected(matrix, order, 1), order, 2);
    expectAll(eigenvaluesOf(hidden, order), expected, ROUNDING);
    expect(spectralRadiusOf(hidden, order)).toBeCloseTo(1.25, 13);
  });

  test.each([3, 8, 64, 101])("of a ring of %i are the roots of unity: no ordinary shift moves it", (order) => {
    const ring = Float64Array.from({ length: order * order }, (_, at) => ((Math.floor(at / order) + 1) % order === at % order ? 1 : 0));
    const roots = Array.from({ length: order }, (_, k): Pair => [Math.cos((2 * Math.PI * k) / order), Math.sin((2 * Math.PI * k) / order)]);
    expectAll(eigenvaluesOf(ring, order), roots, ROUNDING);
  });

  test("of a triangular matrix stand on its diagonal", () => {
    const upper = random(9, 9, 3).map((x, at) => (Math.floor(at / 9) > at % 9 ? 0 : Math.floor(at / 9) === at % 9 ? (at % 9) - 4 : x));
    const diagonal = Array.from({ length: 9 }, (_, i): Pair => [i - 4, 0]);
    expectAll(eigenvaluesOf(upper, 9), diagonal, ROUNDING);
  });

  test("of a Jordan block are as near as its conditioning allows", () => {
    const block = [1, 1, 0, 0, 1, 1, 0, 0, 1];
    expectAll(
      eigenvaluesOf(block, 3),
      [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
      0,
    );
    // A triple eigenvalue moves by the cube root of what disturbs the matrix: (1e-15)^(1/3) = 1e-5, some times over.
    expectAll(
      eigenvaluesOf(reflected(block, 3, 4), 3),
      [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
      1e-4,
    );
  });

  test("of a nilpotent matrix are zero", () => {
    const shift = Float64Array.from({ length: 36 }, (_, at) => (Math.floor(at / 6) + 1 === at % 6 ? 1 : 0));
    expect(spectralRadiusOf(shift, 6)).toBe(0);
    expect(spectralRadiusOf(new Float64Array(25), 5)).toBe(0);
  });

  test("of a badly scaled matrix keep their digits", () => {
    const order = 12;
    const plain = random(order, order, 5);
    const scales = Array.from({ length: order }, (_, i) => 2 ** ((i * 17) % 41));
    const scaled = plain.map((x, at) => (x * scales[Math.floor(at / order)]) / scales[at % order]);
    expectAll(eigenvaluesOf(scaled, order), pairsOf(eigenvaluesOf(plain, order)), ROUNDING * 10);
  });

  test.each([1e-200, 1e200])("of a matrix times %d are so many times as large", (size) => {
    const order = 7;
    const plain = eigenvaluesOf(formula(order), order);
    const found = eigenvaluesOf(
      formula(order).map((x) => x * size),
      order,
    );
    const back = { real: found.real.map((x) => x / size), imaginary: found.imaginary.map((x) => x / size) };
    expectAll(back, pairsOf(plain), ROUNDING);
  });

  test.each([2, 6, 15, 40])("of any matrix of order %i add up to its trace, and their squares to that of its square", (order) => {
    const matrix = random(order, order, order);
    const trace = (a: Float64Array): number => a.reduce((sum, x, at) => sum + (at % (order + 1) === 0 ? x : 0), 0);
    const { real, imaginary } = eigenvaluesOf(matrix, order);
    expect(Math.abs(real.reduce((sum, x) => sum + x, 0) - trace(matrix))).toBeLessThanOrEqual(ROUNDING * order);
    const squares = real.reduce((sum, x, i) => sum + x * x - imaginary[i] ** 2, 0);
    expect(Math.abs(squares - trace(product(matrix, matrix, order)))).toBeLessThanOrEqual(ROUNDING * order);
    expect(imaginary.reduce((sum, x) => sum + x, 0)).toBe(0);
  });
});

describe("singular values", () => {
  const expectNear = (found: Float64Array, expected: readonly number[], tolerance = ROUNDING): void => {
    expect(found.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(Math.abs(found[i] - value), `singular value ${i}`).toBeLessThanOrEqual(tolerance * Math.max(expected[0], PROMISED));
    });
  };

  test.each(fixture.square.map((entry) => [entry.order, entry] as const))("of order %i are those of NumPy", (order, { singular }) =>
    expectNear(singularValuesOf(formula(order), order, order), singular),
  );

  test.each(fixture.oblong.map((entry) => [entry.rows, entry.columns, entry] as const))(
    "of %i × %i are those of NumPy",
    (m, n, { singular }) => expectNear(singularValuesOf(formula(m, n), m, n), singular),
  );

  test("of a rotation are 1, of a ring too, of zeros 0", () => {
    const { matrix, order } = blocks(rotation(1, 0.4), rotation(1, 2), [[-1]]);
    expectNear(singularValuesOf(reflected(matrix, order, 7), order, order), [1, 1, 1, 1, 1]);
    expect([...singularValuesOf(new Float64Array(12), 3, 4)]).toEqual([0, 0, 0]);
  });

  test("a small one beside a large one is right to ε of the large one", () => {
    const { matrix, order } = blocks([[1e6]], [[1]], [[1e-7]]);
    const a = reflected(matrix, order, 8);
    // 1e6·ε = 2e-10, some times over; the squares of AᵀA would leave nothing of 1e-7.
    const [first, second, third] = singularValuesOf(a, order, order);
    expect(Math.abs(first - 1e6)).toBeLessThan(1e-8);
    expect(Math.abs(second - 1)).toBeLessThan(1e-8);
    expect(Math.abs(third - 1e-7)).toBeLessThan(2e-9);
  });

  test("their squares add up to those of the entries, and none is below zero", () => {
    const a = random(23, 17, 9);
    const values = singularValuesOf(a, 23, 17);
    const sum = (list: Float64Array): number => list.reduce((total, x) => total + x * x, 0);
    expect(Math.abs(sum(values) - sum(a))).toBeLessThanOrEqual(ROUNDING * sum(a));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });
});
