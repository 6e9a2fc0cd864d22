// Attention: every step of one sequence looks at all steps of another, row by row of the batch. Products over packed panels, and softmax.
//
// What is looked at, the source, is a timeline of its own, in an order of its own. With b = order[r] the row of the batch that stands in row r of
// those that look: steps[b] steps of it look (steps = 0: one, within a loop over time), the source has lengths[b] steps, and they stand in row
// places[b]. A source of no steps gives zeros. Steps behind a row's end are neither read nor written.

import { gemm } from "./gemm";
import { outer } from "./outer";
import { pack, packTransposed } from "./pack";
import { softmax, softmaxGradient } from "./softmax";
import { numberOf } from "./tables";

/** Steps of row b that look. */
export function stepsOf(steps: usize, b: i32): i32 {
  return steps ? numberOf(steps, b) : 1;
}

/**
 * Panels (see pack.ts) of x [lengths[b] × width] for every row b of the batch by itself, panelBytes apart; or of its transpose. They are read at every
 * step that looks, while the steps of one row lie a whole batch apart in x.
 */
export function packSource(
  panels: usize,
  panelBytes: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  places: usize,
  lengths: usize,
  rows: i32,
  width: i32,
  transposed: bool,
): void {
  assert((panelBytes & 31) === 0, "attention: panels are whole rows of 8 floats");
  for (let b = 0; b < rows; b++, panels += panelBytes) {
    const from = x + numberOf(places, b) * xStride;
    const length = numberOf(lengths, b);
    if (transposed) packTransposed(panels, from, xTimeStride, width, length);
    else pack(panels, from, xTimeStride, length, width);
  }
}

/** e[r][t][s] = Σd q[r][t][d] · k[b][s][d], s < lengths[b]; `panels` are those of kᵀ. */
export function dotScore(
  e: usize,
  eTimeStride: i32,
  eStride: i32,
  q: usize,
  qTimeStride: i32,
  qStride: i32,
  panels: usize,
  panelBytes: i32,
  order: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
  width: i32,
): void {
  for (let r = 0; r < rows; r++, e += eStride, q += qStride) {
    const b = numberOf(order, r);
    gemm(e, eTimeStride, q, qTimeStride, panels + b * panelBytes, 0, 0, stepsOf(steps, b), width, numberOf(lengths, b));
  }
}

/** c[r][t] = Σs a[r][t][s] · v[b][s], v and c `width` wide; `panels` are those of v. */
export function attend(
  c: usize,
  cTimeStride: i32,
  cStride: i32,
  a: usize,
  aTimeStride: i32,
  aStride: i32,
  panels: usize,
  panelBytes: i32,
  order: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
  width: i32,
): void {
  for (let r = 0; r < rows; r++, c += cStride, a += aStride) {
    const b = numberOf(order, r);
    gemm(c, cTimeStride, a, aTimeStride, panels + b * panelBytes, 0, 0, stepsOf(steps, b), numberOf(lengths, b), width);
  }
}

/** y[places[b]][s] = Σt a[r][t][s] · x[r][t], s < lengths[b]: what the steps that looked give back to the source. scratch: `outer`'s. */
export function spread(
  y: usize,
  yTimeStride: i32,
  yStride: i32,
  a: usize,
  aTimeStride: i32,
  aStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  order: usize,
  places: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
  width: i32,
  scratch: usize,
): void {
  for (let r = 0; r < rows; r++, a += aStride, x += xStride) {
    const b = numberOf(order, r);
    const to = y + numberOf(places, b) * yStride;
    outer(to, yTimeStride, a, aTimeStride, x, xTimeStride, stepsOf(steps, b), numberOf(lengths, b), width, false, scratch);
  }
}

/** a[r][t] = softmax e[r][t] over the source's steps. In place allowed. */
export function align(
  a: usize,
  aTimeStride: i32,
  aStride: i32,
  e: usize,
  eTimeStride: i32,
  eStride: i32,
  order: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
): void {
  for (let r = 0; r < rows; r++, a += aStride, e += eStride) {
    const b = numberOf(order, r);
    const width = numberOf(lengths, b);
    if (width > 0) softmax(a, aTimeStride, e, eTimeStride, stepsOf(steps, b), width);
  }
}

/** dE[r][t] = a ⊙ (dA − Σ a·dA) over the source's steps. dE may be a or dA. */
export function alignGradient(
  dE: usize,
  dETimeStride: i32,
  dEStride: i32,
  a: usize,
  aTimeStride: i32,
  aStride: i32,
  dA: usize,
  dATimeStride: i32,
  dAStride: i32,
  order: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
): void {
  for (let r = 0; r < rows; r++, dE += dEStride, a += aStride, dA += dAStride) {
    const b = numberOf(order, r);
    softmaxGradient(dE, dETimeStride, a, aTimeStride, dA, dATimeStride, stepsOf(steps, b), numberOf(lengths, b));
  }
}
