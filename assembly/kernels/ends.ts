// Where rows begin and end: what is carried in and out, what stands before the first step and behind each row's last, and what is taken from there.
// Rows of sequences stand in their timeline's order, vectors and what is carried in the batch's own. Numbers and symbols alike are moved as words.
// parents: row of the batch whose state row b goes on from; 0: its own. In place allowed: all is taken in before anything is left.
// order: row of the batch that stands in row r; places: row of the timeline in which row b of the batch stands; lengths: steps of row b of the batch.

import { SUM_BEGUN, SUM_REVERSED } from "../isa";
import { firstLanes, isPadded } from "./lanes";
import { copyRow, fillRow } from "./rows";
import { numberOf, rowOf } from "./tables";

/** out = x's row, or where there is no x `bits` in every word. */
function put(out: usize, x: usize, xStride: i32, row: i32, bits: i32, width: i32): void {
  if (x) copyRow(out, x + row * xStride, width);
  else fillRow(out, bits, width);
}

/**
 * out[r] = x[parents[b]] where keep[b] ≠ 0, else initial[b], with b = order[r]: a state that is carried on, or begins anew. keep 0: all are kept;
 * initial 0: `bits`. What is not kept may hold anything.
 */
export function carryIn(
  out: usize,
  outStride: i32,
  x: usize,
  xStride: i32,
  initial: usize,
  initialStride: i32,
  bits: i32,
  keep: usize,
  parents: usize,
  order: usize,
  rows: i32,
  width: i32,
): void {
  assert(rows >= 0 && width >= 0, "counts are not negative");
  for (let r = 0; r < rows; r++, out += outStride) {
    const b = numberOf(order, r);
    if (keep === 0 || numberOf(keep, b) !== 0) copyRow(out, x + rowOf(parents, b) * xStride, width);
    else put(out, initial, initialStride, b, bits, width);
  }
}

/** out[b] = x(lengths[b])[r], b = order[r]: what each row's end leaves, or of a row without steps what it began with. x has its first step at 0. */
export function carryOut(
  out: usize,
  outStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  lengths: usize,
  order: usize,
  rows: i32,
  width: i32,
): void {
  assert(rows >= 0 && width >= 0, "counts are not negative");
  for (let r = 0; r < rows; r++, x += xStride) {
    const b = numberOf(order, r);
    copyRow(out + b * outStride, x + numberOf(lengths, b) * xTimeStride, width);
  }
}

/**
 * out(t + s)[r] = initial[order[r]], or `bits` where initial is 0, for s = 0 … slots − 1. t is 0, or with `lengths` the length of the row: what
 * stands before the beginning, or behind each row's end.
 */
export function beyond(
  out: usize,
  outTimeStride: i32,
  outStride: i32,
  initial: usize,
  initialStride: i32,
  bits: i32,
  slots: i32,
  lengths: usize,
  order: usize,
  rows: i32,
  width: i32,
): void {
  assert(rows >= 0 && width >= 0 && slots >= 0, "counts are not negative");
  for (let r = 0; r < rows; r++, out += outStride) {
    const b = numberOf(order, r);
    let to = lengths ? out + numberOf(lengths, b) * outTimeStride : out;
    for (let s = 0; s < slots; s++, to += outTimeStride) put(to, initial, initialStride, b, bits, width);
  }
}

/** out[b] = x(lengths[b] − 1)[places[b]], or `reversed` x(0)[places[b]]; zeros for a row without steps. */
export function last(
  out: usize,
  outStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  reversed: bool,
  lengths: usize,
  places: usize,
  rows: i32,
  width: i32,
): void {
  assert(rows >= 0 && width >= 0, "counts are not negative");
  for (let b = 0; b < rows; b++, out += outStride) {
    const length = numberOf(lengths, b);
    if (length === 0) fillRow(out, 0, width);
    else copyRow(out, x + (reversed ? 0 : (length - 1) * xTimeStride) + numberOf(places, b) * xStride, width);
  }
}

/** The way back: dX(lengths[b] − 1)[places[b]], or `reversed` dX(0)[places[b]], = dY[b]. All other steps stay as they are. */
export function atLast(
  dX: usize,
  dXTimeStride: i32,
  dXStride: i32,
  dY: usize,
  dYStride: i32,
  reversed: bool,
  lengths: usize,
  places: usize,
  rows: i32,
  width: i32,
): void {
  assert(rows >= 0 && width >= 0, "counts are not negative");
  for (let b = 0; b < rows; b++, dY += dYStride) {
    const length = numberOf(lengths, b);
    if (length > 0) copyRow(dX + (reversed ? 0 : (length - 1) * dXTimeStride) + numberOf(places, b) * dXStride, dY, width);
  }
}

/** out[r] = x[from[r]]. With `order` from the batch's own order to that of a timeline, with `places` back. */
export function arrange(out: usize, outStride: i32, x: usize, xStride: i32, from: usize, rows: i32, width: i32): void {
  assert(rows >= 0 && width >= 0, "counts are not negative");
  for (let r = 0; r < rows; r++, out += outStride) copyRow(out, x + numberOf(from, r) * xStride, width);
}

/**
 * out[b] = Σ x(t)[places[b]] over the first `most` steps of row b (0: all), in the order of time; with SUM_REVERSED over its last ones. With SUM_BEGUN
 * rows that are kept get zeros: keep as in carryIn. The adjoint of a vector that stands at each step, or before the first. Whole vectors are
 * written.
 */
export function sumOverTime(
  out: usize,
  outStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  most: i32,
  flags: i32,
  keep: usize,
  lengths: usize,
  places: usize,
  rows: i32,
  width: i32,
): void {
  assert(isPadded(outStride, width) && isPadded(xStride, width), "rows are padded to 8 floats");
  for (let b = 0; b < rows; b++, out += outStride) {
    const length = numberOf(lengths, b);
    const kept = (flags & SUM_BEGUN) !== 0 && (keep === 0 || numberOf(keep, b) !== 0);
    const steps = kept ? 0 : most > 0 ? min(most, length) : length;
    const first = (flags & SUM_REVERSED) !== 0 ? length - steps : 0;
    const from = x + first * xTimeStride + numberOf(places, b) * xStride;
    for (let i = 0; i < width; i += 4) {
      let sum = f32x4.splat(0);
      let at = from + (i << 2);
      for (let t = 0; t < steps; t++, at += xTimeStride) sum = f32x4.add(sum, v128.load(at));
      v128.store(out + (i << 2), v128.and(sum, firstLanes(width - i)));
    }
  }
}
