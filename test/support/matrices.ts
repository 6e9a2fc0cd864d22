// Matrices for what is said about matrices: by a formula that every language computes alike, by their eigenvalues, and by chance.

import { type Random, randomFrom } from "../../src/engine/random.ts";

/** The matrix of test/fixtures/record_eigenvalues.py. */
export function formula(rows: number, columns = rows): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns) + 1, (at % columns) + 1];
    return ((i * i * 131 + j * j * j * 197 + i * j * 31 + i * 7) % 10007) / 10007 - 0.5;
  });
}

/** Uniform in ±1. */
export function random(rows: number, columns: number, seed: number): Float64Array {
  const source: Random = randomFrom(seed, "matrix");
  return Float64Array.from({ length: rows * columns }, () => 2 * source.uniform() - 1);
}

export function product(a: ArrayLike<number>, b: ArrayLike<number>, order: number): Float64Array {
  const c = new Float64Array(order * order);
  for (let i = 0; i < order; i++)
    for (let k = 0; k < order; k++) for (let j = 0; j < order; j++) c[i * order + j] += a[i * order + k] * b[k * order + j];
  return c;
}

/** H·A·H for H = I − 2·v·vᵀ/vᵀv: the same eigenvalues and singular values in other clothes. */
export function reflected(a: ArrayLike<number>, order: number, seed: number): Float64Array {
  const v = random(order, 1, seed);
  const square = v.reduce((sum, x) => sum + x * x, 0);
  const h = Float64Array.from({ length: order * order }, (_, at) => {
    const [i, j] = [Math.floor(at / order), at % order];
    return (i === j ? 1 : 0) - (2 * v[i] * v[j]) / square;
  });
  return product(product(h, a, order), h, order);
}

/** Blocks along the diagonal. */
export function blocks(...parts: readonly (readonly (readonly number[])[])[]): { matrix: Float64Array; order: number } {
  const order = parts.reduce((sum, part) => sum + part.length, 0);
  const matrix = new Float64Array(order * order);
  let from = 0;
  for (const part of parts) {
    part.forEach((row, i) => {
      row.forEach((entry, j) => {
        matrix[(from + i) * order + from + j] = entry;
      });
    });
    from += part.length;
  }
  return { matrix, order };
}

/** A rotation by `angle`, times `size`: the eigenvalues size·e^(±i·angle). */
export const rotation = (size: number, angle: number): number[][] => [
  [size * Math.cos(angle), size * Math.sin(angle)],
  [-size * Math.sin(angle), size * Math.cos(angle)],
];
