// Tiles of one and two rows, several panels wide: few rows, so more columns hide the latency of the multiply-add.
//
// A panel is `panelBytes` from the next. The loops are plain for the reason given in tall.ts.

import { madd } from "../math/madd";

/** Two rows, two panels. */
export function tile2x16(
  out: usize,
  outStride: i32,
  a: usize,
  aStride: i32,
  panel: usize,
  panelBytes: i32,
  init: usize,
  initStride: i32,
  inner: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  let c13 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    c02 = v128.load(init, 32);
    c03 = v128.load(init, 48);
    init += initStride;
    c10 = v128.load(init);
    c11 = v128.load(init, 16);
    c12 = v128.load(init, 32);
    c13 = v128.load(init, 48);
  }
  let a1 = a + aStride;
  let panel1 = panel + panelBytes;
  for (let k = inner; k > 0; k--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    const b2 = v128.load(panel1);
    const b3 = v128.load(panel1, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    c02 = madd(x, b2, c02);
    c03 = madd(x, b3, c03);
    x = v128.load_splat<f32>(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    c12 = madd(x, b2, c12);
    c13 = madd(x, b3, c13);
    a += 4;
    a1 += 4;
    panel += 32;
    panel1 += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c02, 32);
  v128.store(out, c03, 48);
  out += outStride;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  v128.store(out, c12, 32);
  v128.store(out, c13, 48);
}

/** Two rows, the panel left over. */
export function tile2x8(out: usize, outStride: i32, a: usize, aStride: i32, panel: usize, init: usize, initStride: i32, inner: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    init += initStride;
    c10 = v128.load(init);
    c11 = v128.load(init, 16);
  }
  let a1 = a + aStride;
  for (let k = inner; k > 0; k--) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    a += 4;
    a1 += 4;
    panel += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  out += outStride;
  v128.store(out, c10);
  v128.store(out, c11, 16);
}

/**
 * One row, five panels. What bounds one row are loads, two a cycle at most: of weights ten or eight a step, and little else by taking two steps a turn
 * (V8 looks at its stack once a turn, which is a load) and two numbers with one load. A remainder after the loop, or four steps a turn, made it
 * up to 1.7 times slower, and so did six panels. An LSTM's step with 128 units over 64 numbers took, with four panels and one step a turn, 1; with two
 * steps .97; with two numbers at once .94; with five panels .92 (Node 22, medians of ratios).
 */
export function tile1x40(out: usize, a: usize, panel: usize, panelBytes: i32, init: usize, inner: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c03 = f32x4.splat(0);
  let c04 = f32x4.splat(0);
  let c05 = f32x4.splat(0);
  let c06 = f32x4.splat(0);
  let c07 = f32x4.splat(0);
  let c08 = f32x4.splat(0);
  let c09 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    c02 = v128.load(init, 32);
    c03 = v128.load(init, 48);
    c04 = v128.load(init, 64);
    c05 = v128.load(init, 80);
    c06 = v128.load(init, 96);
    c07 = v128.load(init, 112);
    c08 = v128.load(init, 128);
    c09 = v128.load(init, 144);
  }
  let panel1 = panel + panelBytes;
  let panel2 = panel1 + panelBytes;
  let panel3 = panel2 + panelBytes;
  let panel4 = panel3 + panelBytes;
  if (inner & 1) {
    const x0 = v128.load_splat<f32>(a);
    c00 = madd(x0, v128.load(panel), c00);
    c01 = madd(x0, v128.load(panel, 16), c01);
    c02 = madd(x0, v128.load(panel1), c02);
    c03 = madd(x0, v128.load(panel1, 16), c03);
    c04 = madd(x0, v128.load(panel2), c04);
    c05 = madd(x0, v128.load(panel2, 16), c05);
    c06 = madd(x0, v128.load(panel3), c06);
    c07 = madd(x0, v128.load(panel3, 16), c07);
    c08 = madd(x0, v128.load(panel4), c08);
    c09 = madd(x0, v128.load(panel4, 16), c09);
    a += 4;
    panel += 32;
    panel1 += 32;
    panel2 += 32;
    panel3 += 32;
    panel4 += 32;
  }
  for (let k = inner >> 1; k > 0; k--) {
    const both = v128.load_zero<u64>(a);
    const x0 = v128.shuffle<f32>(both, both, 0, 0, 0, 0);
    c00 = madd(x0, v128.load(panel), c00);
    c01 = madd(x0, v128.load(panel, 16), c01);
    c02 = madd(x0, v128.load(panel1), c02);
    c03 = madd(x0, v128.load(panel1, 16), c03);
    c04 = madd(x0, v128.load(panel2), c04);
    c05 = madd(x0, v128.load(panel2, 16), c05);
    c06 = madd(x0, v128.load(panel3), c06);
    c07 = madd(x0, v128.load(panel3, 16), c07);
    c08 = madd(x0, v128.load(panel4), c08);
    c09 = madd(x0, v128.load(panel4, 16), c09);
    const x1 = v128.shuffle<f32>(both, both, 1, 1, 1, 1);
    c00 = madd(x1, v128.load(panel, 32), c00);
    c01 = madd(x1, v128.load(panel, 48), c01);
    c02 = madd(x1, v128.load(panel1, 32), c02);
    c03 = madd(x1, v128.load(panel1, 48), c03);
    c04 = madd(x1, v128.load(panel2, 32), c04);
    c05 = madd(x1, v128.load(panel2, 48), c05);
    c06 = madd(x1, v128.load(panel3, 32), c06);
    c07 = madd(x1, v128.load(panel3, 48), c07);
    c08 = madd(x1, v128.load(panel4, 32), c08);
    c09 = madd(x1, v128.load(panel4, 48), c09);
    a += 8;
    panel += 64;
    panel1 += 64;
    panel2 += 64;
    panel3 += 64;
    panel4 += 64;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c02, 32);
  v128.store(out, c03, 48);
  v128.store(out, c04, 64);
  v128.store(out, c05, 80);
  v128.store(out, c06, 96);
  v128.store(out, c07, 112);
  v128.store(out, c08, 128);
  v128.store(out, c09, 144);
}

/** One row, four panels. */
export function tile1x32(out: usize, a: usize, panel: usize, panelBytes: i32, init: usize, inner: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c03 = f32x4.splat(0);
  let c04 = f32x4.splat(0);
  let c05 = f32x4.splat(0);
  let c06 = f32x4.splat(0);
  let c07 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
    c02 = v128.load(init, 32);
    c03 = v128.load(init, 48);
    c04 = v128.load(init, 64);
    c05 = v128.load(init, 80);
    c06 = v128.load(init, 96);
    c07 = v128.load(init, 112);
  }
  let panel1 = panel + panelBytes;
  let panel2 = panel1 + panelBytes;
  let panel3 = panel2 + panelBytes;
  if (inner & 1) {
    const x0 = v128.load_splat<f32>(a);
    c00 = madd(x0, v128.load(panel), c00);
    c01 = madd(x0, v128.load(panel, 16), c01);
    c02 = madd(x0, v128.load(panel1), c02);
    c03 = madd(x0, v128.load(panel1, 16), c03);
    c04 = madd(x0, v128.load(panel2), c04);
    c05 = madd(x0, v128.load(panel2, 16), c05);
    c06 = madd(x0, v128.load(panel3), c06);
    c07 = madd(x0, v128.load(panel3, 16), c07);
    a += 4;
    panel += 32;
    panel1 += 32;
    panel2 += 32;
    panel3 += 32;
  }
  for (let k = inner >> 1; k > 0; k--) {
    const both = v128.load_zero<u64>(a);
    const x0 = v128.shuffle<f32>(both, both, 0, 0, 0, 0);
    c00 = madd(x0, v128.load(panel), c00);
    c01 = madd(x0, v128.load(panel, 16), c01);
    c02 = madd(x0, v128.load(panel1), c02);
    c03 = madd(x0, v128.load(panel1, 16), c03);
    c04 = madd(x0, v128.load(panel2), c04);
    c05 = madd(x0, v128.load(panel2, 16), c05);
    c06 = madd(x0, v128.load(panel3), c06);
    c07 = madd(x0, v128.load(panel3, 16), c07);
    const x1 = v128.shuffle<f32>(both, both, 1, 1, 1, 1);
    c00 = madd(x1, v128.load(panel, 32), c00);
    c01 = madd(x1, v128.load(panel, 48), c01);
    c02 = madd(x1, v128.load(panel1, 32), c02);
    c03 = madd(x1, v128.load(panel1, 48), c03);
    c04 = madd(x1, v128.load(panel2, 32), c04);
    c05 = madd(x1, v128.load(panel2, 48), c05);
    c06 = madd(x1, v128.load(panel3, 32), c06);
    c07 = madd(x1, v128.load(panel3, 48), c07);
    a += 8;
    panel += 64;
    panel1 += 64;
    panel2 += 64;
    panel3 += 64;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c02, 32);
  v128.store(out, c03, 48);
  v128.store(out, c04, 64);
  v128.store(out, c05, 80);
  v128.store(out, c06, 96);
  v128.store(out, c07, 112);
}

/** One row, a panel left over. */
export function tile1x8(out: usize, a: usize, panel: usize, init: usize, inner: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  if (init) {
    c00 = v128.load(init);
    c01 = v128.load(init, 16);
  }
  for (let k = inner; k > 0; k--) {
    const x = v128.load_splat<f32>(a);
    c00 = madd(x, v128.load(panel), c00);
    c01 = madd(x, v128.load(panel, 16), c01);
    a += 4;
    panel += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
}
