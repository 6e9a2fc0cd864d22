// The singular values of a real matrix, in f64: reduced to two diagonals, whose values a tridiagonal iteration finds.

import { reflector } from "./reflector.ts";
import { magnitude, Rows } from "./rows.ts";

/**
 * The min(m, n) singular values of a matrix [m × n] of finite numbers, row by row; the largest first. Their errors are a small multiple of ε
 * times the largest, that of the smallest too: AᵀA, whose eigenvalues are their squares, would lose half of the digits.
 */
export function singularValuesOf(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const size = magnitude(matrix);
  const tall = rows >= columns;
  const work = new Rows(Math.max(rows, columns), Math.min(rows, columns));
  work.fill((i, j) => matrix[tall ? i * columns + j : j * columns + i] / size);
  const between = bidiagonalize(work);
  const diagonal = new Float64Array(2 * work.width);
  tridiagonal(diagonal, between);
  // They come as pairs ±σ; rounding decides the sign of a zero.
  return diagonal
    .sort()
    .reverse()
    .slice(0, work.width)
    .map((value) => Math.max(0, value) * size);
}

/**
 * QᵀAP = an upper bidiagonal matrix B (Golub and Kahan 1965), by reflections from the left and the right in turn; Q and P are not kept. Returns
 * B's entries as they follow each other along its two diagonals, b₁₁, b₁₂, b₂₂, b₂₃ …, and a zero: what stands beside the zero diagonal of the
 * symmetric tridiagonal matrix that has B's singular values, and their negatives, as its eigenvalues.
 */
function bidiagonalize({ height: m, width: n, stride, values: a }: Rows): Float64Array {
  const between = new Float64Array(2 * n);
  let [u, nextU] = [new Float64Array(m), new Float64Array(m)];
  let [v, nextV] = [new Float64Array(n), new Float64Array(n)];
  let [z, nextZ] = [new Float64Array(n), new Float64Array(n)];
  const y = new Float64Array(m);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < m; i++) a[i * stride + k] -= u[i] * z[k] + y[i] * v[k];
    const left = reflector(a, k * stride + k, stride, k, m, nextU);
    between[2 * k] = a[k * stride + k];
    // The pending reflections of both sides, A − u·zᵀ − y·vᵀ, and Aᵀ·u of the next one, in one pass.
    nextZ.fill(0);
    for (let i = k; i < m; i++) {
      const row = i * stride;
      const [ui, yi, reflected] = [u[i], y[i], left * nextU[i]];
      for (let j = k + 1; j < n; j++) {
        const value = a[row + j] - ui * z[j] - yi * v[j];
        a[row + j] = value;
        nextZ[j] += value * reflected;
      }
    }
    [u, nextU, z, nextZ] = [nextU, u, nextZ, z];
    if (k === n - 1) break;
    for (let j = k + 1; j < n; j++) a[k * stride + j] -= u[k] * z[j];
    const right = reflector(a, k * stride + k + 1, 1, k + 1, n, nextV);
    between[2 * k + 1] = a[k * stride + k + 1];
    let both = 0;
    for (let j = k + 1; j < n; j++) both += z[j] * nextV[j];
    for (let i = k + 1; i < m; i++) {
      const row = i * stride;
      let product = 0;
      for (let j = k + 1; j < n; j++) product += a[row + j] * nextV[j];
      y[i] = right * (product - u[i] * both);
    }
    [v, nextV] = [nextV, v];
  }
  return between;
}

/**
 * The eigenvalues of a symmetric tridiagonal matrix, in the place of its diagonal: implicit QL iteration with Wilkinson's shift (Bowdler, Martin,
 * Reinsch and Wilkinson 1968). `beside[i]` stands between the rows i and i + 1; its last entry is zero.
 */
function tridiagonal(diagonal: Float64Array, beside: Float64Array): void {
  const n = diagonal.length;
  const norm = diagonal.reduce((most, entry, i) => Math.max(most, Math.abs(entry) + Math.abs(beside[i])), 0);
  const negligible = (i: number): boolean => Math.abs(beside[i]) <= Number.EPSILON * norm;
  // Ordinarily fewer than two sweeps an eigenvalue.
  let left = 30 * Math.max(10, n);
  for (let from = 0; from < n; from++) {
    for (;;) {
      let to = from;
      while (to < n - 1 && !negligible(to)) to++;
      if (to === from) break;
      if (left-- === 0) throw new Error(`internal: the singular values of a matrix of width ${n / 2} did not converge`);
      const half = (diagonal[from + 1] - diagonal[from]) / (2 * beside[from]);
      const root = half + (half < 0 ? -1 : 1) * Math.sqrt(half * half + 1);
      let bulge = diagonal[to] - diagonal[from] + beside[from] / root;
      let [sine, cosine, moved] = [1, 1, 0];
      let i = to - 1;
      for (; i >= from; i--) {
        const f = sine * beside[i];
        const b = cosine * beside[i];
        const length = Math.sqrt(f * f + bulge * bulge);
        beside[i + 1] = length;
        if (length === 0) {
          // The block has come apart: what was gathered is put down, and both parts go on alone.
          diagonal[i + 1] -= moved;
          beside[to] = 0;
          break;
        }
        sine = f / length;
        cosine = bulge / length;
        const lower = diagonal[i + 1] - moved;
        const turned = (diagonal[i] - lower) * sine + 2 * cosine * b;
        moved = sine * turned;
        diagonal[i + 1] = lower + moved;
        bulge = cosine * turned - b;
      }
      if (i >= from) continue;
      diagonal[from] -= moved;
      beside[from] = bulge;
      beside[to] = 0;
    }
  }
}
