// Tiles one panel wide and 3 to 6 rows tall: out[r][0 … 7] = init[r] + Σk a[r][k] · panel[k], accumulators in locals.
//
// 6 × 8 takes 12 of the 16 vector registers for sums, 2 for the panel, 1 for the row: the tallest that does not spill when multiply
// and add are one instruction; when they are two, the product needs a register as well and 5 × 8 is the tallest.
//
// One step of k per turn and no second loop after it is the fast form, however plain. Unrolled twice or four times, V8 moves all
// loads of a turn to its top and spills: 6 × 8 fell from 55 to 34 GFLOP/s on Node 22, to 36 on Node 24 (measured). Even a loop for
// the rest that never runs has that effect on Node 22, because the sums then flow into it rather than into the stores.

import { madd } from "../math/madd";

/** Six rows, one panel; only where fused, see above. */
export function tile6x8(out: usize, outStride: i32, a: usize, aStride: i32, panel: usize, init: usize, initStride: i32, inner: i32): void {
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
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    init += initStride;
    c10 = v128.load(init);
    c11 = v128.load(init, 16);
    init += initStride;
    c20 = v128.load(init);
    c21 = v128.load(init, 16);
    init += initStride;
    c30 = v128.load(init);
    c31 = v128.load(init, 16);
    init += initStride;
    c40 = v128.load(init);
    c41 = v128.load(init, 16);
    init += initStride;
    c50 = v128.load(init);
    c51 = v128.load(init, 16);
  }
  let a1 = a + aStride;
  let a2 = a1 + aStride;
  let a3 = a2 + aStride;
  let a4 = a3 + aStride;
  let a5 = a4 + aStride;
  for (let k = inner; k > 0; k--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load_splat<f32>(a4);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load_splat<f32>(a5);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    a5 += 4;
    panel += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  out += outStride;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  out += outStride;
  v128.store(out, c20);
  v128.store(out, c21, 16);
  out += outStride;
  v128.store(out, c30);
  v128.store(out, c31, 16);
  out += outStride;
  v128.store(out, c40);
  v128.store(out, c41, 16);
  out += outStride;
  v128.store(out, c50);
  v128.store(out, c51, 16);
}

/** Five rows, one panel. */
export function tile5x8(out: usize, outStride: i32, a: usize, aStride: i32, panel: usize, init: usize, initStride: i32, inner: i32): void {
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
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    init += initStride;
    c10 = v128.load(init);
    c11 = v128.load(init, 16);
    init += initStride;
    c20 = v128.load(init);
    c21 = v128.load(init, 16);
    init += initStride;
    c30 = v128.load(init);
    c31 = v128.load(init, 16);
    init += initStride;
    c40 = v128.load(init);
    c41 = v128.load(init, 16);
  }
  let a1 = a + aStride;
  let a2 = a1 + aStride;
  let a3 = a2 + aStride;
  let a4 = a3 + aStride;
  for (let k = inner; k > 0; k--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load_splat<f32>(a4);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    panel += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  out += outStride;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  out += outStride;
  v128.store(out, c20);
  v128.store(out, c21, 16);
  out += outStride;
  v128.store(out, c30);
  v128.store(out, c31, 16);
  out += outStride;
  v128.store(out, c40);
  v128.store(out, c41, 16);
}

/** Four rows, one panel. */
export function tile4x8(out: usize, outStride: i32, a: usize, aStride: i32, panel: usize, init: usize, initStride: i32, inner: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    init += initStride;
    c10 = v128.load(init);
    c11 = v128.load(init, 16);
    init += initStride;
    c20 = v128.load(init);
    c21 = v128.load(init, 16);
    init += initStride;
    c30 = v128.load(init);
    c31 = v128.load(init, 16);
  }
  let a1 = a + aStride;
  let a2 = a1 + aStride;
  let a3 = a2 + aStride;
  for (let k = inner; k > 0; k--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    panel += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  out += outStride;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  out += outStride;
  v128.store(out, c20);
  v128.store(out, c21, 16);
  out += outStride;
  v128.store(out, c30);
  v128.store(out, c31, 16);
}

/** Three rows, one panel. */
export function tile3x8(out: usize, outStride: i32, a: usize, aStride: i32, panel: usize, init: usize, initStride: i32, inner: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    init += initStride;
    c10 = v128.load(init);
    c11 = v128.load(init, 16);
    init += initStride;
    c20 = v128.load(init);
    c21 = v128.load(init, 16);
  }
  let a1 = a + aStride;
  let a2 = a1 + aStride;
  for (let k = inner; k > 0; k--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    a += 4;
    a1 += 4;
    a2 += 4;
    panel += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  out += outStride;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  out += outStride;
  v128.store(out, c20);
  v128.store(out, c21, 16);
}
