// The gradient of a weight matrix: a sum over rows of outer products.

import { OUTER_INNER, OUTER_ROWS, OUTER_SLICE_BYTES, RUN_BYTES } from "../isa";
import { fuses } from "../math/madd";
import { sum4x8, sum6x8 } from "./outer-tiles";
import { PANEL, PANEL_ROW, packRows } from "./pack";

/**
 * dW[i][j] (+)= Σr x[r][i] · dY[r][j], for dW [inner × columns], x [rows × inner], dY [rows × columns].
 *
 * Block by block of rows, dY goes to panels of 8 columns and x to slices of 6 or 4, both in `scratch`, so that a tile reads two
 * pointers upward. Every element is one f32 accumulator that adds r = 0, 1, 2 … in turn. With `accumulate` it starts from what dW
 * holds, otherwise from zero. Pads of dW are written as zero, whatever those of dY hold. scratch has `outerScratchBytes(columns)` bytes.
 *
 * Shares of the peak at 2048 rows, Node 22, Zen 3, fused and in two roundings: 128 × 128: 0.91, 0.78; 512 × 512: 0.92, 0.77; 512 × 64:
 * 0.85, 0.70. Narrow x is dear, since a slice has 4 columns at least: 1 × 128: 0.13. Slicing row by row, contiguous in x, was no faster.
 */
export function outer(
  dW: usize,
  dWStride: i32,
  x: usize,
  xStride: i32,
  dY: usize,
  dYStride: i32,
  rows: i32,
  inner: i32,
  columns: i32,
  accumulate: bool,
  scratch: usize,
): void {
  overRuns(dW, dWStride, x, 0, xStride, dY, 0, dYStride, 0, rows, inner, columns, accumulate, scratch);
}

/**
 * The same over the rows of `count` runs at `runs` (pairs of i32: a step, and how many rows from there on), where x and dY have a stride from step to
 * step. The bits are those of the same rows without a gap: what is packed does not show where it came from, so runs of few rows cost little more.
 */
export function outerOverRuns(
  dW: usize,
  dWStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  dY: usize,
  dYTimeStride: i32,
  dYStride: i32,
  runs: usize,
  count: i32,
  inner: i32,
  columns: i32,
  accumulate: bool,
  scratch: usize,
): void {
  let rows = 0;
  for (let run = 0; run < count; run++) rows += load<i32>(runs + run * RUN_BYTES, 4);
  overRuns(dW, dWStride, x, xTimeStride, xStride, dY, dYTimeStride, dYStride, runs, rows, inner, columns, accumulate, scratch);
}

/** `rows` in all; runs 0: they are one run. */
function overRuns(
  dW: usize,
  dWStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  dY: usize,
  dYTimeStride: i32,
  dYStride: i32,
  runs: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  accumulate: bool,
  scratch: usize,
): void {
  assert((scratch & 15) === 0, "outer: scratch must be aligned to 16 bytes");
  assert(((dWStride | xStride | dYStride) & 3) === 0, "outer: strides must be multiples of 4 bytes");
  assert(rows >= 0 && inner >= 0 && columns >= 0, "outer: counts must not be negative");
  const panels = scratch + OUTER_SLICE_BYTES;
  const fused = fuses(<f32>min(rows, 1));
  // Rows of the first run that are done.
  let done = 0;
  do {
    const depth = min(rows, OUTER_ROWS);
    let at = runs;
    let from = done;
    for (let r = 0; r < depth; ) {
      const left = (at ? load<i32>(at, 4) : done + rows) - from;
      const few = min(left, depth - r);
      const step = at ? load<i32>(at) : 0;
      const place = dY + step * dYTimeStride + from * dYStride;
      packRows(panels + r * PANEL_ROW, depth * PANEL_ROW, place, dYStride, few, columns);
      r += few;
      from += few;
      if (few === left && at) {
        at += RUN_BYTES;
        from = 0;
      }
    }
    for (let i = 0; i < inner; i += OUTER_INNER) {
      const height = min(inner - i, OUTER_INNER);
      let slicing = runs;
      let first = done;
      for (let r = 0; r < depth; ) {
        const left = (slicing ? load<i32>(slicing, 4) : done + rows) - first;
        const few = min(left, depth - r);
        const step = slicing ? load<i32>(slicing) : 0;
        const place = x + step * xTimeStride + first * xStride + (i << 2);
        sliced(scratch, r, place, xStride, depth, few, height, fused);
        r += few;
        first += few;
        if (few === left && slicing) {
          slicing += RUN_BYTES;
          first = 0;
        }
      }
      block(dW + i * dWStride, dWStride, scratch, panels, height, depth, columns, accumulate, fused);
    }
    accumulate = true;
    runs = at;
    done = from;
    rows -= depth;
  } while (rows > 0);
  if (columns % PANEL !== 0) clearPads(dW, dWStride, inner, columns);
}

/** Columns of the next slice of x when `left` are left: no slice has more than 3 columns of padding. */
function sliceWidth(left: i32, fused: bool): i32 {
  return fused && (left > 8 || left === 5 || left === 6) ? 6 : 4;
}

/**
 * `rows` rows of `width` columns of x to rows `row` … of slices, one after the other: [depth][6] or [depth][4], the padding of the last one in
 * front.
 */
function sliced(to: usize, row: i32, x: usize, xStride: i32, depth: i32, rows: i32, width: i32, fused: bool): void {
  while (width > 0) {
    const slice = sliceWidth(width, fused);
    const place = to + row * (slice << 2);
    if (width < slice) partialSlice(place, x, xStride, rows, width, slice);
    else if (slice === 6) slice6(place, x, xStride, rows);
    else slice4(place, x, xStride, rows);
    to += depth * (slice << 2);
    x += slice << 2;
    width -= slice;
  }
}

function slice6(to: usize, x: usize, xStride: i32, depth: i32): void {
  for (let r = depth; r > 0; r--) {
    v128.store(to, v128.load(x));
    store<u64>(to, load<u64>(x, 16), 16);
    to += 24;
    x += xStride;
  }
}

function slice4(to: usize, x: usize, xStride: i32, depth: i32): void {
  for (let r = depth; r > 0; r--) {
    v128.store(to, v128.load(x));
    to += 16;
    x += xStride;
  }
}

/** `width` columns as the last ones of a slice; the others are zeros, lest old numbers in scratch be slow ones (subnormal). */
function partialSlice(to: usize, x: usize, xStride: i32, depth: i32, width: i32, slice: i32): void {
  memory.fill(to, 0, depth * (slice << 2));
  to += (slice - width) << 2;
  for (let r = depth; r > 0; r--) {
    for (let i = 0; i < width; i++) store<f32>(to + (i << 2), load<f32>(x + (i << 2)));
    to += slice << 2;
    x += xStride;
  }
}

/**
 * Slices of x against all panels of dY: a panel stays in the first cache while the slices pass by. Each tile is called from more
 * than one place, or the optimizer would inline it and it would spill (see gemm.ts).
 */
function block(
  dW: usize,
  dWStride: i32,
  x: usize,
  panels: usize,
  height: i32,
  depth: i32,
  columns: i32,
  accumulate: bool,
  fused: bool,
): void {
  for (let column = 0; column < columns; column += PANEL) {
    let left = height;
    let from = x;
    let to = dW;
    if (fused) {
      for (; left > 8; left -= 6) {
        sum6x8(to, dWStride, from, panels, 0, depth, accumulate);
        from += depth * 24;
        to += 6 * dWStride;
      }
    } else {
      for (; left > 8; left -= 4) {
        sum4x8(to, dWStride, from, panels, 0, depth, accumulate);
        from += depth << 4;
        to += 4 * dWStride;
      }
    }
    if (sliceWidth(left, fused) === 6) sum6x8(to, dWStride, from, panels, 6 - left, depth, accumulate);
    else {
      sum4x8(to, dWStride, from, panels, max(4 - left, 0), depth, accumulate);
      if (left > 4) sum4x8(to + 4 * dWStride, dWStride, from + (depth << 4), panels, 8 - left, depth, accumulate);
    }
    dW += PANEL_ROW;
    panels += depth * PANEL_ROW;
  }
}

/** Zeros from column `columns` to the end of the last panel. Needed because 0 · ∞ and 0 · NaN are NaN. */
function clearPads(w: usize, wStride: i32, rows: i32, columns: i32): void {
  const start = columns << 2;
  const bytes = (PANEL - (columns % PANEL)) << 2;
  for (let row = 0; row < rows; row++) {
    memory.fill(w + start, 0, bytes);
    w += wStride;
  }
}
