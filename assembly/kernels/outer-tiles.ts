// Tiles of a sum of outer products: w[i][0 … 7] (+)= Σr slice[r][i] · panel[r], 6 or 4 rows of w, accumulators in locals.
//
// Both operands are read upward. Of a slice that is not full, the first `missing` columns are padding: their sums go to the first row
// of w and are overwritten by it, as stores go from the first row to the last. In the opposite order V8 moves all loads of a turn to
// its top and spills: 0.44 of the peak instead of 0.91 (64 × 128 × 128, Node 22, measured). See tall.ts on why a turn is one step.

import { madd } from "../math/madd";

/** Six rows; only where fused: in two roundings it spills. */
export function sum6x8(w: usize, wStride: i32, slice: usize, panel: usize, missing: i32, depth: i32, accumulate: bool): void {
  const w1 = missing < 1 ? w + wStride : w;
  const w2 = missing < 2 ? w1 + wStride : w1;
  const w3 = missing < 3 ? w2 + wStride : w2;
  const w4 = missing < 4 ? w3 + wStride : w3;
  const w5 = missing < 5 ? w4 + wStride : w4;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0);
  let c51 = f32x4.splat(0);
  if (accumulate) {
    c00 = v128.load(w);
    c01 = v128.load(w, 16);
    c10 = v128.load(w1);
    c11 = v128.load(w1, 16);
    c20 = v128.load(w2);
    c21 = v128.load(w2, 16);
    c30 = v128.load(w3);
    c31 = v128.load(w3, 16);
    c40 = v128.load(w4);
    c41 = v128.load(w4, 16);
    c50 = v128.load(w5);
    c51 = v128.load(w5, 16);
  }
  let upper = slice + 12;
  for (let r = depth; r > 0; r--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(slice);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(slice, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(slice, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(upper);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load_splat<f32>(upper, 4);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load_splat<f32>(upper, 8);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    slice += 24;
    upper += 24;
    panel += 32;
  }
  v128.store(w, c00);
  v128.store(w, c01, 16);
  v128.store(w1, c10);
  v128.store(w1, c11, 16);
  v128.store(w2, c20);
  v128.store(w2, c21, 16);
  v128.store(w3, c30);
  v128.store(w3, c31, 16);
  v128.store(w4, c40);
  v128.store(w4, c41, 16);
  v128.store(w5, c50);
  v128.store(w5, c51, 16);
}

/** Four rows. */
export function sum4x8(w: usize, wStride: i32, slice: usize, panel: usize, missing: i32, depth: i32, accumulate: bool): void {
  const w1 = missing < 1 ? w + wStride : w;
  const w2 = missing < 2 ? w1 + wStride : w1;
  const w3 = missing < 3 ? w2 + wStride : w2;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  if (accumulate) {
    c00 = v128.load(w);
    c01 = v128.load(w, 16);
    c10 = v128.load(w1);
    c11 = v128.load(w1, 16);
    c20 = v128.load(w2);
    c21 = v128.load(w2, 16);
    c30 = v128.load(w3);
    c31 = v128.load(w3, 16);
  }
  let upper = slice + 8;
  for (let r = depth; r > 0; r--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(slice);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(slice, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(upper);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(upper, 4);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    slice += 16;
    upper += 16;
    panel += 32;
  }
  v128.store(w, c00);
  v128.store(w, c01, 16);
  v128.store(w1, c10);
  v128.store(w1, c11, 16);
  v128.store(w2, c20);
  v128.store(w2, c21, 16);
  v128.store(w3, c30);
  v128.store(w3, c31, 16);
}
