// Ridge regression in f64: the normal equations gathered block by block, their Cholesky factor, and the diagonal of their inverse.
//
// One symmetric matrix G = Zᵀ·Z holds everything, where a row of Z is a row of features, 1, zeros up to a multiple of 4, and the targets:
//
//      features · 1 · 0 │ targets
//    ┌──────────────────┼─────────┐      rows of `stride` bytes; of the lower triangle, what lies left of a tile of 4 × 4 on the
//    │        A         │    C    │      diagonal is neither read nor written
//    ├──────────────────┼─────────┤
//    │        ·         │    Y    │      factored down to the line: U with A = Uᵀ·U │ U⁻ᵀ·C, and below it Y − Cᵀ·A⁻¹·C
//    └──────────────────┴─────────┘
//
// Rows of Z on their way into G lie in panels of 4 columns, `depth` rows each: [⌈columns / 4⌉][depth][4].

import { madd64 } from "../math/madd";

/** Columns of a panel, and bytes of one row of it. */
const PANEL = 4;
const PANEL_ROW = 32;
/** Rows that are factored before what lies below them is updated. */
const BLOCK = 64;

/** Puts the rows of x that the list names into the panels, as columns from `column` on. x: f32; list: i32. */
export function gatherPanels(panels: usize, depth: i32, column: i32, x: usize, xStride: i32, list: usize, count: i32, width: i32): void {
  assert(count <= depth, "rows fit into the panels");
  for (let i = 0; i < count; i++) {
    const row = x + load<i32>(list + (i << 2)) * xStride;
    for (let c = 0; c < width; c++) {
      const to = column + c;
      store<f64>(panels + <usize>((to / PANEL) * depth + i) * PANEL_ROW + ((to % PANEL) << 3), load<f32>(row + (c << 2)));
    }
  }
}

/**
 * G (±)= Zᵀ·Z in the tiles on and above the diagonal, of columns `first` … `columns` − 1, both multiples of 4; Z is what the panels hold in
 * their first `count` rows, its column `first` in the first panel. The rows of a call are summed from the first, then join G.
 */
export function addSquare(g: usize, stride: i32, panels: usize, depth: i32, count: i32, first: i32, columns: i32, subtract: bool): void {
  assert(first % PANEL === 0 && columns % PANEL === 0, "whole tiles");
  const panelBytes = depth * PANEL_ROW;
  let a = panels;
  for (let i = first; i < columns; i += PANEL, a += panelBytes) {
    let b = a;
    const row = g + <usize>i * stride;
    for (let j = i; j < columns; j += PANEL, b += panelBytes) tile(row + (j << 3), stride, a, b, count, subtract);
  }
}

/** out[4 × 4] (±)= aᵀ·b over `count` rows of two panels. */
function tile(out: usize, stride: i32, a: usize, b: usize, count: i32, subtract: bool): void {
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  for (let k = count; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f64>(a);
    c00 = madd64(x, b0, c00);
    c01 = madd64(x, b1, c01);
    x = v128.load_splat<f64>(a, 8);
    c10 = madd64(x, b0, c10);
    c11 = madd64(x, b1, c11);
    x = v128.load_splat<f64>(a, 16);
    c20 = madd64(x, b0, c20);
    c21 = madd64(x, b1, c21);
    x = v128.load_splat<f64>(a, 24);
    c30 = madd64(x, b0, c30);
    c31 = madd64(x, b1, c31);
    a += PANEL_ROW;
    b += PANEL_ROW;
  }
  const sign = f64x2.splat(subtract ? -1 : 1);
  addPair(out, sign, c00, c01);
  addPair(out + stride, sign, c10, c11);
  addPair(out + 2 * stride, sign, c20, c21);
  addPair(out + 3 * stride, sign, c30, c31);
}

function addPair(out: usize, sign: v128, low: v128, high: v128): void {
  v128.store(out, f64x2.add(v128.load(out), f64x2.mul(sign, low)));
  v128.store(out, f64x2.add(v128.load(out, 16), f64x2.mul(sign, high)), 16);
}

/**
 * Factors the first `order` rows of G in place, with all `columns` that they have. A pivot that is not above its limit (f64 each) means that
 * the matrix is singular, to rounding: returns its number plus 1; 0 if all went well. `panels`: room for BLOCK rows.
 */
export function factor(g: usize, stride: i32, order: i32, columns: i32, limits: usize, panels: usize): i32 {
  assert(order % PANEL === 0 && columns % PANEL === 0, "whole tiles");
  for (let from = 0; from < order; from += BLOCK) {
    const to = min(from + BLOCK, order);
    for (let k = from; k < to; k++) {
      const row = g + <usize>k * stride;
      const pivot = load<f64>(row + (k << 3));
      if (!(pivot > load<f64>(limits + (k << 3)))) return k + 1;
      const scale = f64x2.splat(1 / Math.sqrt(pivot));
      const start: usize = (k & -2) << 3;
      const end = row + (columns << 3);
      for (let at = row + start; at < end; at += 16) v128.store(at, f64x2.mul(v128.load(at), scale));
      for (let i = k + 1; i < to; i++) takeAway(g + <usize>i * stride, row, load<f64>(row + (i << 3)), i, columns);
    }
    if (to === columns) break;
    const depth = to - from;
    for (let k = from; k < to; k++) {
      let at = panels + (k - from) * PANEL_ROW;
      const end = g + <usize>k * stride + (columns << 3);
      for (let x = g + <usize>k * stride + (to << 3); x < end; x += PANEL_ROW, at += depth * PANEL_ROW) {
        v128.store(at, v128.load(x));
        v128.store(at, v128.load(x, 16), 16);
      }
    }
    addSquare(g, stride, panels, depth, depth, to, columns, true);
  }
  return 0;
}

/** y −= k·x, from column `first` on. */
function takeAway(y: usize, x: usize, k: f64, first: i32, columns: i32): void {
  const factor = f64x2.splat(-k);
  const end: usize = columns << 3;
  for (let at: usize = (first & -2) << 3; at < end; at += 16) v128.store(y + at, madd64(factor, v128.load(x + at), v128.load(y + at)));
}

/**
 * diagonal[i] = ((Uᵀ·U)⁻¹)ii, the squared length of row i of U⁻¹, for U of `order` rows as `factor` leaves it. `inverse`: room for
 * order × order f64, rows of `stride` bytes, which becomes U⁻¹.
 */
export function inverseDiagonal(diagonal: usize, u: usize, stride: i32, order: i32, inverse: usize): void {
  assert(order % PANEL === 0, "whole tiles");
  for (let i = order - 1; i >= 0; i--) {
    const row = inverse + <usize>i * stride;
    const from = u + <usize>i * stride;
    memory.fill(row, 0, order << 3);
    for (let k = i + 1; k < order; k++) takeAway(row, inverse + <usize>k * stride, load<f64>(from + (k << 3)), k, order);
    store<f64>(row + (i << 3), 1);
    const scale = 1 / load<f64>(from + (i << 3));
    let squares: f64 = 0;
    for (let j = i; j < order; j++) {
      const value = load<f64>(row + (j << 3)) * scale;
      store<f64>(row + (j << 3), value);
      squares += value * value;
    }
    store<f64>(diagonal + (i << 3), squares);
  }
}
