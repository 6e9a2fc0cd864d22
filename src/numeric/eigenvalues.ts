// The eigenvalues of a real square matrix, in f64 and without a library: balanced, reduced to Hessenberg form, iterated.

import { type Eigenvalues, francis } from "./francis.ts";
import { balance, reduceToHessenberg } from "./hessenberg.ts";
import { magnitude, Rows } from "./rows.ts";

export type { Eigenvalues } from "./francis.ts";

/**
 * All n eigenvalues of a matrix of finite numbers, [n × n] row by row; in no particular order, a conjugate pair side by side. Errors are a small
 * multiple of ε·‖A‖ in the matrix (backward stable). Time grows with n³; the README of this folder has it measured.
 */
export function eigenvaluesOf(matrix: ArrayLike<number>, order: number): Eigenvalues {
  const size = magnitude(matrix);
  const work = new Rows(order, order);
  work.fill((i, j) => matrix[i * order + j] / size);
  balance(work);
  reduceToHessenberg(work);
  const { real, imaginary } = francis(work);
  return { real: real.map((part) => part * size), imaginary: imaginary.map((part) => part * size) };
}

/** The largest absolute value of an eigenvalue. */
export function spectralRadiusOf(matrix: ArrayLike<number>, order: number): number {
  const { real, imaginary } = eigenvaluesOf(matrix, order);
  return real.reduce((most, part, index) => Math.max(most, Math.hypot(part, imaginary[index])), 0);
}
