// One double-shift QR sweep over the active block of an upper Hessenberg matrix.

import type { Rows } from "./rows.ts";
import { eigenvaluesOfTwo } from "./two.ts";

const ULP = Number.EPSILON;
/** Sweeps without a deflation after which a shift out of the ordinary breaks what may be a cycle. */
const PATIENCE = 10;

/** Where a sweep begins, and the first three entries of (H − a)·(H − b)·e of that row, to a scale. */
interface Begin {
  readonly row: number;
  readonly column: readonly [number, number, number];
}

/** The sweeps over one matrix, with the reflections of a sweep: I − τ·u·uᵀ, u = (1, u₁, u₂). */
export class Sweeps {
  readonly #work: Rows;
  readonly #tau: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;

  constructor(work: Rows) {
    this.#work = work;
    this.#tau = new Float64Array(work.width);
    this.#first = new Float64Array(work.width);
    this.#second = new Float64Array(work.width);
  }

  /**
   * One double-shift sweep over rows and columns low … high. A reflection from the right is done at once where the bulge is, and later for
   * the rows above, all reflections of a row in one go: rows lie along memory and columns do not.
   */
  run(low: number, high: number, idle: number): void {
    const { stride, values: h } = this.#work;
    const [tau, first, second] = [this.#tau, this.#first, this.#second];
    const begin = beginning(h, stride, low, high, shifts(h, stride, low, high, idle));
    let [x, y, z] = begin.column;
    for (let k = begin.row; k < high; k++) {
      const at = k * stride + k;
      const three = k < high - 1;
      if (k > begin.row) {
        x = h[at - 1];
        y = h[at + stride - 1];
        z = three ? h[at + 2 * stride - 1] : 0;
      }
      const scale = Math.abs(x) + Math.abs(y) + Math.abs(z);
      let [t, u, w] = [0, 0, 0];
      if (scale !== 0) {
        const [p, q, r] = [x / scale, y / scale, z / scale];
        const norm = (p < 0 ? -1 : 1) * Math.sqrt(p * p + q * q + r * r);
        // A reflection of (p, q, r) onto −norm·e₁.
        t = (p + norm) / norm;
        u = q / (p + norm);
        w = r / (p + norm);
        if (k > begin.row) {
          h[at - 1] = -norm * scale;
          h[at + stride - 1] = 0;
          if (three) h[at + 2 * stride - 1] = 0;
        } else if (k > low) h[at - 1] *= 1 - t;
      }
      tau[k] = t;
      first[k] = u;
      second[k] = w;
      if (three) reflectThreeRows(h, at, stride, high - k, t, u, w);
      else reflectTwoRows(h, at, stride, high - k, t, u);
      const last = Math.min(k + 3, high);
      for (let i = k; i <= last; i++) {
        const place = i * stride + k;
        const sum = t * (h[place] + u * h[place + 1] + (three ? w * h[place + 2] : 0));
        h[place] -= sum;
        h[place + 1] -= sum * u;
        if (three) h[place + 2] -= sum * w;
      }
    }
    reflectColumns(this.#work, low, begin.row, high, tau, first, second);
  }
}

type Pair = readonly [readonly [number, number], readonly [number, number]];

/** Two shifts, [real, imaginary] each: the eigenvalues of the last two rows; where they are real, the nearer to the last entry twice. */
function shifts(h: Float64Array, stride: number, low: number, high: number, idle: number): Pair {
  const [head, tail] = [low * stride + low, high * stride + high];
  if (idle % PATIENCE === 0) {
    // A pair that has nothing to do with the block but its size; from its other end the next time (as LAPACK's dlahqr).
    const atHead = idle % (2 * PATIENCE) !== 0;
    const size = atHead
      ? Math.abs(h[head + stride]) + Math.abs(h[head + 2 * stride + 1])
      : Math.abs(h[tail - 1]) + Math.abs(h[tail - stride - 2]);
    const middle = 0.75 * size + h[atHead ? head : tail];
    return eigenvaluesOfTwo(middle, -0.4375 * size, size, middle);
  }
  const corner = h[tail];
  const pair = eigenvaluesOfTwo(h[tail - stride - 1], h[tail - stride], h[tail - 1], corner);
  if (pair[0][1] !== 0) return pair;
  const nearer = Math.abs(pair[0][0] - corner) <= Math.abs(pair[1][0] - corner) ? pair[0] : pair[1];
  return [nearer, nearer];
}

/** A sweep may begin at a row whose subdiagonal entry is not zero, but so small that what the reflection makes of it is negligible. */
function beginning(h: Float64Array, stride: number, low: number, high: number, [[a, ai], [b, bi]]: Pair): Begin {
  for (let row = high - 2; ; row--) {
    const at = row * stride + row;
    const [here, right, below, next, under] = [h[at], h[at + 1], h[at + stride], h[at + stride + 1], h[at + 2 * stride + 1]];
    const size = Math.abs(here - b) + Math.abs(bi) + Math.abs(below);
    const step = below / size;
    const x = step * right + (here - a) * ((here - b) / size) - ai * (bi / size);
    const y = step * (here + next - a - b);
    const z = step * under;
    const scale = Math.abs(x) + Math.abs(y) + Math.abs(z);
    const column: [number, number, number] = [x / scale, y / scale, z / scale];
    if (row === low) return { row, column };
    const around = Math.abs(h[at - stride - 1]) + Math.abs(here) + Math.abs(next);
    if (Math.abs(h[at - 1]) * (Math.abs(column[1]) + Math.abs(column[2])) <= ULP * Math.abs(column[0]) * around) return { row, column };
  }
}

/** Rows k, k + 1, k + 2 from column k on: each column c becomes c − t·u·(uᵀ·c) with u = (1, u, w). */
function reflectThreeRows(h: Float64Array, at: number, stride: number, right: number, t: number, u: number, w: number): void {
  const [p, q, r] = [t, t * u, t * w];
  for (let top = at, middle = at + stride, bottom = at + 2 * stride; top <= at + right; top++, middle++, bottom++) {
    const sum = h[top] + u * h[middle] + w * h[bottom];
    h[top] -= p * sum;
    h[middle] -= q * sum;
    h[bottom] -= r * sum;
  }
}

function reflectTwoRows(h: Float64Array, at: number, stride: number, right: number, t: number, u: number): void {
  for (let top = at, middle = at + stride; top <= at + right; top++, middle++) {
    const sum = t * (h[top] + u * h[middle]);
    h[top] -= sum;
    h[middle] -= u * sum;
  }
}

/**
 * What a sweep owes the rows that its bulge had left behind: row i the reflections i + 1 … high − 1 from the right. Each is a chain of
 * operations that wait for each other, so four rows go side by side.
 */
function reflectColumns(
  { stride, values: h }: Rows,
  low: number,
  begin: number,
  high: number,
  tau: Float64Array,
  first: Float64Array,
  second: Float64Array,
): void {
  const alone = (i: number, from: number, to: number): void => {
    const row = i * stride;
    let [a, b] = [h[row + from], h[row + from + 1]];
    for (let k = from; k < to; k++) {
      const c = k + 2 <= high ? h[row + k + 2] : 0;
      const sum = tau[k] * (a + first[k] * b + second[k] * c);
      h[row + k] = a - sum;
      a = b - sum * first[k];
      b = c - sum * second[k];
    }
    h[row + to] = a;
    if (to < high) h[row + to + 1] = b;
  };
  let i = low;
  for (; i + 4 < high - 1; i += 4) {
    const from = Math.max(i + 4, begin);
    for (let j = 0; j < 3; j++) if (i + j + 1 >= begin || from > begin) alone(i + j, Math.max(i + j + 1, begin), from);
    let [r0, r1, r2, r3] = [i * stride + from, (i + 1) * stride + from, (i + 2) * stride + from, (i + 3) * stride + from];
    let [a0, a1, a2, a3] = [h[r0], h[r1], h[r2], h[r3]];
    let [b0, b1, b2, b3] = [h[r0 + 1], h[r1 + 1], h[r2 + 1], h[r3 + 1]];
    for (let k = from; k < high - 1; k++, r0++, r1++, r2++, r3++) {
      const [t, u, w] = [tau[k], first[k], second[k]];
      const [c0, c1, c2, c3] = [h[r0 + 2], h[r1 + 2], h[r2 + 2], h[r3 + 2]];
      const s0 = t * (a0 + u * b0 + w * c0);
      const s1 = t * (a1 + u * b1 + w * c1);
      const s2 = t * (a2 + u * b2 + w * c2);
      const s3 = t * (a3 + u * b3 + w * c3);
      h[r0] = a0 - s0;
      h[r1] = a1 - s1;
      h[r2] = a2 - s2;
      h[r3] = a3 - s3;
      a0 = b0 - u * s0;
      a1 = b1 - u * s1;
      a2 = b2 - u * s2;
      a3 = b3 - u * s3;
      b0 = c0 - w * s0;
      b1 = c1 - w * s1;
      b2 = c2 - w * s2;
      b3 = c3 - w * s3;
    }
    [h[r0], h[r1], h[r2], h[r3]] = [a0, a1, a2, a3];
    [h[r0 + 1], h[r1 + 1], h[r2 + 1], h[r3 + 1]] = [b0, b1, b2, b3];
    for (let j = 0; j < 4; j++) alone(i + j, high - 1, high);
  }
  for (; i < high - 1; i++) alone(i, Math.max(i + 1, begin), high);
}
