// Products with a weight that is mostly zeros: their cost grows with the number of its other entries, not with its size.
//
//   w [inner × columns], at most `entries` of each column not zero         w [⌈columns / 8⌉][entries][2][8]
//
//   of each panel of 8 columns, `entries` times:    8 values (f32)
//                                                   8 places of what they multiply: 4·k bytes for the k-th number of x (i32)
//
// A column with fewer entries has zeros of place 0 in their stead, and so have the columns that the last panel lacks.

import { madd } from "../math/madd";
import { isPadded } from "./lanes";
import { PANEL, PANEL_ROW } from "./pack";
import { copyRows, fillRows } from "./rows";

/** Bytes of one entry of each of a panel's columns: values, then places. */
const ENTRY = 2 * PANEL_ROW;

/**
 * out[r][c] = init[r][c] + Σe w.value[c][e] · x[r][w.place[c][e]], rows × columns. init 0: none; initStride 0: one row for all; init may be out.
 *
 * Every element is one f32 accumulator that starts from init and adds the column's entries in their order, so a row's bits do not depend
 * on how many rows are computed with it. Whole panels are written, pads included.
 */
export function sparse(
  out: usize,
  outStride: i32,
  x: usize,
  xStride: i32,
  w: usize,
  init: usize,
  initStride: i32,
  rows: i32,
  entries: i32,
  columns: i32,
): void {
  assert(isPadded(outStride, columns) && (xStride & 3) === 0, "rows of out are padded to 8 floats");
  assert(rows >= 0 && entries >= 0 && columns >= 0, "counts are not negative");
  const bytes = ((columns + PANEL - 1) & -PANEL) << 2;
  const panelBytes = entries * ENTRY;
  for (let r = 0; r < rows; r++, out += outStride, x += xStride) {
    let panel = w;
    for (let column = 0; column < bytes; column += PANEL_ROW) {
      let low = f32x4.splat(0);
      let high = f32x4.splat(0);
      if (init) {
        low = v128.load(init + column);
        high = v128.load(init + column, 16);
      }
      const end = panel + panelBytes;
      for (; panel < end; panel += ENTRY) {
        let a = v128.load_zero<f32>(x + load<i32>(panel, 32));
        let b = v128.load_zero<f32>(x + load<i32>(panel, 48));
        a = v128.load_lane<f32>(x + load<i32>(panel, 36), a, 1);
        b = v128.load_lane<f32>(x + load<i32>(panel, 52), b, 1);
        a = v128.load_lane<f32>(x + load<i32>(panel, 40), a, 2);
        b = v128.load_lane<f32>(x + load<i32>(panel, 56), b, 2);
        a = v128.load_lane<f32>(x + load<i32>(panel, 44), a, 3);
        b = v128.load_lane<f32>(x + load<i32>(panel, 60), b, 3);
        low = madd(a, v128.load(panel), low);
        high = madd(b, v128.load(panel, 16), high);
      }
      v128.store(out + column, low);
      v128.store(out + column, high, 16);
    }
    init += initStride;
  }
}

/**
 * out[r][k] = init[r][k] + Σ over the entries of w with place k of their value · x[r][their column], rows × inner: the product with wᵀ. The
 * entries come in the order of memory. init as above. Exactly `inner` floats of a row are written.
 */
export function sparseTransposed(
  out: usize,
  outStride: i32,
  x: usize,
  xStride: i32,
  w: usize,
  init: usize,
  initStride: i32,
  rows: i32,
  entries: i32,
  columns: i32,
  inner: i32,
): void {
  assert(isPadded(outStride, inner) && (xStride & 3) === 0, "rows of out are padded to 8 floats");
  assert(rows >= 0 && entries >= 0 && columns >= 0, "counts are not negative");
  if (init === 0) fillRows(out, outStride, 0, rows, inner);
  else if (init !== out) copyRows(out, outStride, init, initStride, rows, inner);
  for (let r = 0; r < rows; r++, out += outStride, x += xStride) {
    let panel = w;
    for (let column = 0; column < columns; column += PANEL) {
      const here = min(PANEL, columns - column) << 2;
      for (let e = 0; e < entries; e++, panel += ENTRY) {
        for (let lane = 0; lane < here; lane += 4) {
          const at = out + load<i32>(panel + lane, PANEL_ROW);
          store<f32>(at, load<f32>(at) + load<f32>(panel + lane) * load<f32>(x + (column << 2) + lane));
        }
      }
    }
  }
}
