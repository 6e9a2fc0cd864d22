// The spectrum of a weight: eigenvalues, spectral radius, singular values, and setting a parameter to a wanted radius.

import { describe } from "../define/check.ts";
import { eigenvaluesOf, spectralRadiusOf } from "../numeric/eigenvalues.ts";
import { singularValuesOf } from "../numeric/singular.ts";
import { entriesOf, type Matrix, squareOf } from "./matrix.ts";

/** A complex number. */
export interface Eigenvalue {
  readonly re: number;
  readonly im: number;
}

/**
 * The eigenvalues of a square matrix [n × n], the largest in absolute value first, of a conjugate pair the upper one first. In f64, with errors
 * of a few ε·‖A‖ in the matrix; seconds at n = 1024.
 *
 * @throws RangeError if the matrix is not square; TypeError if an entry is not finite.
 */
export function eigenvalues(matrix: Matrix): Eigenvalue[] {
  const { rows, values } = squareOf("eigenvalues", matrix);
  const { real, imaginary } = eigenvaluesOf(values, rows);
  return Array.from(real, (re, i) => ({ re, im: imaginary[i] })).sort(
    (a, b) => Math.hypot(b.re, b.im) - Math.hypot(a.re, a.im) || b.re - a.re || b.im - a.im,
  );
}

/**
 * The largest absolute value of an eigenvalue of a square matrix, also where the dominant pair is complex. Under h(t) = h(t−1)·W what is smaller
 * than 1 shrinks, what is larger explodes (Goodfellow et al. 2016, §10.7).
 *
 * @throws RangeError if the matrix is not square; TypeError if an entry is not finite.
 */
export function spectralRadius(matrix: Matrix): number {
  const { rows, values } = squareOf("spectralRadius", matrix);
  return spectralRadiusOf(values, rows);
}

/**
 * The singular values of a matrix [m × n], min(m, n) of them, the largest first. The largest is the matrix's 2-norm: the most by which it
 * lengthens a vector. Right to a few ε of the largest.
 *
 * @throws TypeError if an entry is not finite.
 */
export function singularValues(matrix: Matrix): Float64Array {
  const { rows, columns, values } = entriesOf("singularValues", matrix);
  return singularValuesOf(values, rows, columns);
}

/** A parameter as it can be set. */
interface Settable {
  readonly path: string;
  readonly shape: readonly [rows: number, columns: number];
  get(): Float32Array;
  set(values: ArrayLike<number>): void;
}

/**
 * Scales a square parameter so that its spectral radius is `radius`, to the rounding of its f32 numbers. Returns the factor.
 *
 * @throws RangeError if the radius is negative or not finite, if the parameter is not square, or if all its eigenvalues are zero, which no
 * factor changes.
 */
export function setSpectralRadius(parameter: Settable, radius: number): number {
  if (typeof parameter?.set !== "function")
    throw new TypeError(`setSpectralRadius needs a parameter but got ${describe(parameter)}. Use net.parameters.get(path).`);
  const place = `setSpectralRadius of ${parameter.path}`;
  if (typeof radius !== "number") throw new TypeError(`${place}: the radius must be a number but is ${describe(radius)}.`);
  if (!(radius >= 0 && radius < Number.POSITIVE_INFINITY))
    throw new RangeError(`${place}: the radius is ${radius} but must be a finite number of 0 or more: it is an absolute value.`);
  const { rows, values } = squareOf(place, parameter);
  const now = spectralRadiusOf(values, rows);
  if (now === 0 && radius > 0)
    throw new RangeError(
      `${place}: all eigenvalues are 0, and no factor makes the radius ${radius} of them. Set it to a matrix that is not nilpotent first.`,
    );
  const factor = radius === 0 ? 0 : radius / now;
  const scaled = Float64Array.from(values, (value) => value * factor);
  if (scaled.some((value) => !Number.isFinite(Math.fround(value))))
    throw new RangeError(
      `${place}: the radius is ${now}, and the factor ${factor} that makes it ${radius} takes entries beyond f32. Ask for a smaller one.`,
    );
  parameter.set(scaled);
  return factor;
}
