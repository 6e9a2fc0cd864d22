// Packing weights into panels of 8 columns, so that a product reads one pointer upward.
//
//   w [inner × columns]            packed [⌈columns / 8⌉][inner][8]
//
//   ┌ 0 … 7 ┬ 8 … 15 ┬ 16 … ┐      panel 0: row 0 of columns 0 … 7, row 1 of columns 0 … 7, … row inner - 1
//   │       │        │   0 0│      panel 1: the same of columns 8 … 15
//   └───────┴────────┴──────┘      the columns that the last panel lacks are zero, whatever w's pads hold

import { firstLanes } from "./lanes";

/** Width of a panel, in floats. */
export const PANEL = 8;
/** Bytes from one row of a panel to the next. */
export const PANEL_ROW = PANEL * 4;

/** Panels that are packed side by side: 128 bytes of a row at a time. With 2, 8 or 16 it was slower on large matrices (measured). */
const STRIP = 4;

/** packed[p][k][c] = w[k][8p + c], for w [inner × columns]. */
export function pack(packed: usize, w: usize, wStride: i32, inner: i32, columns: i32): void {
  packRows(packed, inner * PANEL_ROW, w, wStride, inner, columns);
}

/** The same for some rows of panels that are `panelBytes` long. */
export function packRows(packed: usize, panelBytes: i32, w: usize, wStride: i32, inner: i32, columns: i32): void {
  assert((packed & 15) === 0 && (wStride & 3) === 0, "pack: packed must be aligned to 16 bytes, wStride to 4");
  assert(inner >= 0 && columns >= 0, "pack: counts must not be negative");
  const full = columns / PANEL;
  for (let panel = 0; panel < full; panel += STRIP) {
    const width = min(full - panel, STRIP);
    strip(packed, panelBytes, w, wStride, inner, width);
    packed += width * panelBytes;
    w += width * PANEL_ROW;
  }
  if (columns % PANEL !== 0) partialPanel(packed, w, wStride, inner, columns % PANEL);
}

/** `width` whole panels. */
function strip(packed: usize, panelBytes: i32, w: usize, wStride: i32, inner: i32, width: i32): void {
  for (let k = inner; k > 0; k--) {
    let from = w;
    let to = packed;
    for (let panel = width; panel > 0; panel--) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += PANEL_ROW;
      to += panelBytes;
    }
    packed += PANEL_ROW;
    w += wStride;
  }
}

/** One panel, of which `columns` columns exist. */
function partialPanel(packed: usize, w: usize, wStride: i32, inner: i32, columns: i32): void {
  const low = firstLanes(columns);
  const high = firstLanes(columns - 4);
  for (let k = inner; k > 0; k--) {
    v128.store(packed, v128.and(v128.load(w), low));
    v128.store(packed, v128.and(v128.load(w, 16), high), 16);
    packed += PANEL_ROW;
    w += wStride;
  }
}

/** packed[p][k][c] = w[8p + c][k], for w [columns × inner]: the panels of wᵀ. */
export function packTransposed(packed: usize, w: usize, wStride: i32, inner: i32, columns: i32): void {
  assert((packed & 15) === 0 && (wStride & 3) === 0, "packTransposed: packed must be aligned to 16 bytes, wStride to 4");
  assert(inner >= 0 && columns >= 0, "packTransposed: counts must not be negative");
  const panelBytes = inner * PANEL_ROW;
  for (let column = 0; column < columns; column += PANEL) {
    halfPanelTransposed(packed, w, wStride, inner, columns - column);
    halfPanelTransposed(packed + 16, w + 4 * wStride, wStride, inner, columns - column - 4);
    w += PANEL * wStride;
    packed += panelBytes;
  }
}

/** Four columns of a panel from four rows of w, of which `count` exist; the others become zero. */
function halfPanelTransposed(packed: usize, w: usize, wStride: i32, inner: i32, count: i32): void {
  const present = firstLanes(count);
  // What is read in place of a row that does not exist is one that does; the mask makes it zero.
  let w0 = count > 0 ? w : w - 4 * wStride;
  let w1 = count > 1 ? w0 + wStride : w0;
  let w2 = count > 2 ? w1 + wStride : w1;
  let w3 = count > 3 ? w2 + wStride : w2;
  let k = inner;
  for (; k >= 4; k -= 4) {
    const r0 = v128.load(w0);
    const r1 = v128.load(w1);
    const r2 = v128.load(w2);
    const r3 = v128.load(w3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(packed, v128.and(v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), present));
    v128.store(packed, v128.and(v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), present), PANEL_ROW);
    v128.store(packed, v128.and(v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), present), 2 * PANEL_ROW);
    v128.store(packed, v128.and(v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), present), 3 * PANEL_ROW);
    packed += 4 * PANEL_ROW;
    w0 += 16;
    w1 += 16;
    w2 += 16;
    w3 += 16;
  }
  for (; k > 0; k--) {
    v128.store(packed, v128.and(gather(w0, w1, w2, w3), present));
    packed += PANEL_ROW;
    w0 += 4;
    w1 += 4;
    w2 += 4;
    w3 += 4;
  }
}

/** Four floats from four places. */
function gather(a: usize, b: usize, c: usize, d: usize): v128 {
  const ab = v128.load_lane<f32>(b, v128.load_zero<f32>(a), 1);
  return v128.load_lane<f32>(d, v128.load_lane<f32>(c, ab, 2), 3);
}
