// Eigenvalues and singular values of a matrix as wide as they are promised for: right, and in seconds.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eigenvaluesOf } from "../../src/numeric/eigenvalues.ts";
import { singularValuesOf } from "../../src/numeric/singular.ts";
import { formula } from "../support/matrices.ts";

interface Wide {
  readonly order: number;
  readonly radius: number;
  readonly eigenvalues: readonly [number, number][];
  readonly singular: readonly number[];
}
const { order, radius, eigenvalues, singular }: Wide = JSON.parse(
  readFileSync(new URL("../fixtures/eigenvalues.json", import.meta.url), "utf8"),
).wide;

/** Seconds of processor time. Measured: 4 and 2; minutes would be a broken promise. */
const SECONDS = 40;
function timed<T>(work: () => T): T {
  const before = process.cpuUsage();
  const result = work();
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(SECONDS);
  return result;
}

test("eigenvalues at 1024", () => {
  const { real, imaginary } = timed(() => eigenvaluesOf(formula(order), order));
  const sizes = real.map((x, i) => Math.hypot(x, imaginary[i]));
  expect(Math.abs(Math.max(...sizes) - radius)).toBeLessThanOrEqual(1e-10 * radius);
  for (const [a, b] of eigenvalues) {
    const distances = real.map((x, i) => Math.hypot(x - a, imaginary[i] - b));
    expect(Math.min(...distances)).toBeLessThanOrEqual(1e-10 * radius);
  }
});

test("singular values at 1024", () => {
  const values = timed(() => singularValuesOf(formula(order), order, order));
  [0, 511, 1023].forEach((place, i) => {
    expect(Math.abs(values[place] - singular[i])).toBeLessThanOrEqual(1e-10 * singular[0]);
  });
});
