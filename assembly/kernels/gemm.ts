// The matrix product over packed weights: which tile computes which part of the result, and in what order.

import { fuses } from "../math/madd";
import { PANEL, PANEL_ROW } from "./pack";
import { tile3x8, tile4x8, tile5x8, tile6x8 } from "./tall";
import { tile1x8, tile1x32, tile1x40, tile2x8, tile2x16 } from "./wide";

/** Rows of a and steps of the inner dimension that stay in the caches while the panels pass by: 64 × 256 floats. 384 or 512 steps: no faster. */
const BLOCK_ROWS = 64;
const BLOCK_INNER = 256;

/**
 * out[r][c] = init[r][c] + Σk a[r][k] · w[k][c], for out [rows × columns], a [rows × inner] and w packed as `pack` does it.
 *
 * Every element is one f32 accumulator that starts from init and adds k = 0, 1, 2 … in turn, whatever tile it falls in: the
 * bits of a row do not depend on how many rows are computed with it. init = 0 stands for zeros, initStride = 0 for one row
 * that all rows start from (a bias); init may be out. Columns are written in whole panels, so out's pads receive init's.
 */
export function gemm(
  out: usize,
  outStride: i32,
  a: usize,
  aStride: i32,
  packed: usize,
  init: usize,
  initStride: i32,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  assert(((outStride | aStride | initStride) & 3) === 0, "gemm: strides must be multiples of 4 bytes");
  assert(rows >= 0 && inner >= 0 && columns >= 0, "gemm: counts must not be negative");
  const panels = (columns + PANEL - 1) / PANEL;
  if (rows === 1) oneRow(out, a, packed, init, inner, panels);
  else if (rows === 2) twoRows(out, outStride, a, aStride, packed, init, initStride, inner, panels);
  else tallBlocks(out, outStride, a, aStride, packed, init, initStride, rows, inner, panels);
}

/** Three rows and more: blocks of a that stay in the caches, each against all panels. */
function tallBlocks(
  out: usize,
  outStride: i32,
  a: usize,
  aStride: i32,
  packed: usize,
  init: usize,
  initStride: i32,
  rows: i32,
  inner: i32,
  panels: i32,
): void {
  while (rows > 0) {
    const height = rows < BLOCK_ROWS + BLOCK_ROWS / 2 ? rows : BLOCK_ROWS;
    let from = init;
    let fromStride = initStride;
    let k = 0;
    do {
      const depth = inner - k < BLOCK_INNER + BLOCK_INNER / 2 ? inner - k : BLOCK_INNER;
      block(out, outStride, a + (k << 2), aStride, packed + k * PANEL_ROW, inner * PANEL_ROW, from, fromStride, height, depth, panels);
      from = out;
      fromStride = outStride;
      k += depth;
    } while (k < inner);
    out += height * outStride;
    a += height * aStride;
    if (init) init += height * initStride;
    rows -= height;
  }
}

/**
 * A block of a against all panels. A panel stays in the first cache while the rows of the block pass by.
 *
 * Rows go in tiles of 6, or of 5 where multiply and add are two instructions; what is left, 3 to 9, in tiles of 3, 4 and 5. GFLOP/s
 * on Node 22, Zen 3, rows × 128 × 128: fused, 6 × 8: 54, 5 × 8: 54, 4 × 8: 47, 3 × 8: 43; in two roundings, 6 × 8: 31 (it spills), 5 × 8: 40,
 * 4 × 8: 38 (on Zen 5, with 32 rows, 49 and 42). Rows in tiles of nearly one height, 32 as 6 6 5 5 5 5, were no faster where fused.
 * A tile called from one place only is inlined by the optimizer, loses registers to the loops around it, and falls to
 * half its speed (measured): hence the remainders in full, each tile in more than one.
 */
function block(
  out: usize,
  outStride: i32,
  a: usize,
  aStride: i32,
  packed: usize,
  panelBytes: i32,
  init: usize,
  initStride: i32,
  rows: i32,
  inner: i32,
  panels: i32,
): void {
  // Rows of the tallest tile that does not spill.
  const tallest = fuses(<f32>min(rows, 1)) ? 6 : 5;
  for (let panel = 0; panel < panels; panel++) {
    let left = rows;
    let x = a;
    let y = out;
    let start = init;
    for (; left >= 10 || left === tallest; left -= tallest) {
      if (tallest === 6) tile6x8(y, outStride, x, aStride, packed, start, initStride, inner);
      else tile5x8(y, outStride, x, aStride, packed, start, initStride, inner);
      x += tallest * aStride;
      y += tallest * outStride;
      if (start) start += tallest * initStride;
    }
    const first = left > 6 ? 4 : 3;
    const x1 = x + first * aStride;
    const y1 = y + first * outStride;
    const start1 = start ? start + first * initStride : 0;
    switch (left) {
      case 3:
        tile3x8(y, outStride, x, aStride, packed, start, initStride, inner);
        break;
      case 4:
        tile4x8(y, outStride, x, aStride, packed, start, initStride, inner);
        break;
      case 5:
        tile5x8(y, outStride, x, aStride, packed, start, initStride, inner);
        break;
      case 6:
        tile3x8(y, outStride, x, aStride, packed, start, initStride, inner);
        tile3x8(y1, outStride, x1, aStride, packed, start1, initStride, inner);
        break;
      case 7:
        tile4x8(y, outStride, x, aStride, packed, start, initStride, inner);
        tile3x8(y1, outStride, x1, aStride, packed, start1, initStride, inner);
        break;
      case 8:
        tile4x8(y, outStride, x, aStride, packed, start, initStride, inner);
        tile4x8(y1, outStride, x1, aStride, packed, start1, initStride, inner);
        break;
      case 9:
        tile4x8(y, outStride, x, aStride, packed, start, initStride, inner);
        tile5x8(y1, outStride, x1, aStride, packed, start1, initStride, inner);
    }
    out += PANEL_ROW;
    packed += panelBytes;
    if (init) init += PANEL_ROW;
  }
}

/**
 * Streaming: five panels at once, whose ten accumulators hide the latency of the multiply-add, or four, so that as few as can be are left to go alone.
 * Twice in the body, so that a tile has two callers and is not inlined (1.0 µs instead of 1.8 for 1 × 128 × 128, measured).
 */
function oneRow(out: usize, a: usize, packed: usize, init: usize, inner: i32, panels: i32): void {
  const panelBytes = inner * PANEL_ROW;
  for (let fives = (panels / 20) << 2; fives > 0; fives -= 2) {
    tile1x40(out, a, packed, panelBytes, init, inner);
    tile1x40(out + 5 * PANEL_ROW, a, packed + 5 * panelBytes, panelBytes, init ? init + 5 * PANEL_ROW : 0, inner);
    out += 10 * PANEL_ROW;
    packed += 10 * panelBytes;
    if (init) init += 10 * PANEL_ROW;
  }
  panels %= 20;
  for (; panels >= 8; panels -= 8) {
    tile1x32(out, a, packed, panelBytes, init, inner);
    tile1x32(out + 4 * PANEL_ROW, a, packed + 4 * panelBytes, panelBytes, init ? init + 4 * PANEL_ROW : 0, inner);
    out += 8 * PANEL_ROW;
    packed += 8 * panelBytes;
    if (init) init += 8 * PANEL_ROW;
  }
  if (panels >= 4) {
    tile1x32(out, a, packed, panelBytes, init, inner);
    out += 4 * PANEL_ROW;
    packed += 4 * panelBytes;
    if (init) init += 4 * PANEL_ROW;
    panels -= 4;
  }
  for (; panels > 0; panels--) {
    tile1x8(out, a, packed, init, inner);
    out += PANEL_ROW;
    packed += panelBytes;
    if (init) init += PANEL_ROW;
  }
}

/** Two rows: two panels at once. */
function twoRows(
  out: usize,
  outStride: i32,
  a: usize,
  aStride: i32,
  packed: usize,
  init: usize,
  initStride: i32,
  inner: i32,
  panels: i32,
): void {
  const panelBytes = inner * PANEL_ROW;
  for (; panels >= 2; panels -= 2) {
    tile2x16(out, outStride, a, aStride, packed, panelBytes, init, initStride, inner);
    out += 2 * PANEL_ROW;
    packed += 2 * panelBytes;
    if (init) init += 2 * PANEL_ROW;
  }
  if (panels > 0) tile2x8(out, outStride, a, aStride, packed, init, initStride, inner);
}
