// Balancing and the reduction to upper Hessenberg form: the two steps that come before the eigenvalues of a real matrix are iterated.

import { reflector } from "./reflector.ts";
import type { Rows } from "./rows.ts";

const RADIX = 2;

/** The power of two by which a row is to be divided and its column multiplied, so that their norms come near each other; 1 if that gains little. */
export function balancingFactor(column: number, row: number): number {
  if (column === 0 || row === 0) return 1;
  const before = column + row;
  let factor = 1;
  for (; column < row / RADIX; factor *= RADIX, row /= RADIX) column *= RADIX;
  for (; column >= row * RADIX; factor /= RADIX, row *= RADIX) column /= RADIX;
  return column + row >= 0.95 * before ? 1 : factor;
}

/**
 * Scales rows and columns by powers of two, exactly, until their norms are alike: D⁻¹·A·D has the eigenvalues of A, and smaller errors where
 * A was badly scaled (Parlett and Reinsch 1969; in the 2-norm, James, Langou and Lowery 2014). In place.
 */
export function balance({ width: order, stride, values }: Rows): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < order; i++) {
      let column = 0;
      let row = 0;
      for (let j = 0; j < order; j++) {
        if (j === i) continue;
        column += values[j * stride + i] ** 2;
        row += values[i * stride + j] ** 2;
      }
      const factor = balancingFactor(Math.sqrt(column), Math.sqrt(row));
      if (factor === 1) continue;
      changed = true;
      for (let j = 0; j < order; j++) values[i * stride + j] /= factor;
      for (let j = 0; j < order; j++) values[j * stride + i] *= factor;
    }
  }
}

/**
 * A ← Qᵀ·A·Q with zeros below the first subdiagonal, by n − 2 Householder reflections I − β·v·vᵀ. In place; Q is not kept.
 *
 * A reflection from both sides is A − v·wᵀ − y·vᵀ, with y = β·A·v, z = β·Aᵀ·v and w = z − β·(v·y)·v. Both products need the matrix that the
 * step before has left; so the update of the step before, A·v and Aᵀ·v are made in one pass over memory instead of four.
 */
export function reduceToHessenberg({ width: n, stride, values: a }: Rows): void {
  let [v, w, y] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  let [nextV, nextW, nextY] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 2; k++) {
    for (let i = 0; i < n; i++) a[i * stride + k] -= v[i] * w[k] + y[i] * v[k];
    const beta = reflector(a, (k + 1) * stride + k, stride, k + 1, n, nextV);
    nextW.fill(0);
    for (let i = 0; i < n; i++) {
      const row = i * stride;
      const [vi, yi, reflected] = [v[i], y[i], nextV[i]];
      let product = 0;
      for (let j = k + 1; j < n; j++) {
        const value = a[row + j] - vi * w[j] - yi * v[j];
        a[row + j] = value;
        product += value * nextV[j];
        nextW[j] += value * reflected;
      }
      nextY[i] = beta * product;
    }
    let both = 0;
    for (let i = k + 1; i < n; i++) both += nextV[i] * nextY[i];
    for (let j = k + 1; j < n; j++) nextW[j] = beta * (nextW[j] - both * nextV[j]);
    [v, nextV, w, nextW, y, nextY] = [nextV, v, nextW, w, nextY, y];
  }
  for (let i = 0; i < n; i++) for (let j = Math.max(0, n - 2); j < n; j++) a[i * stride + j] -= v[i] * w[j] + y[i] * v[j];
}
