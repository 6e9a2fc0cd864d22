// How near f32 results must be to what PyTorch computed in f64.

import { expect } from "vitest";

/** max |x|; not a number if one is not. */
export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Two right f32 implementations differ from the truth by errors of one size, not by the same ones: they sum in different orders, ours
 * in `simd` without fused products. Allowed is eight times the error that is recorded as f32's, or 2⁻²⁴ of the largest element where that
 * is more. (Worst seen: 3.8 times, with either binary. A wrong term is off by thousands.)
 */
export function asGoodAsPyTorch(what: string, values: ArrayLike<number>, truth: ArrayLike<number>, float32: number): void {
  expect(values.length, what).toBe(truth.length);
  const allowed = 8 * Math.max(float32, 2 ** -24 * largest(truth));
  const off = largest(Array.from(values, (value, i) => value - truth[i]));
  expect(off, what).toBeLessThanOrEqual(allowed);
}
