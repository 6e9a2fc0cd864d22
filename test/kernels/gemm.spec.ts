// The matrix product: bit for bit the plain loop, over odd shapes, with poisoned pads.

import { gemm } from "../../assembly/kernels/gemm";
import { pack } from "../../assembly/kernels/pack";
import { fill, padded } from "./matrices";

const SIZES: StaticArray<i32> = [1, 2, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 20, 64);
const A: usize = BASE;
const W: usize = BASE + (1 << 18);
const PACKED: usize = BASE + (2 << 18);
const INIT: usize = BASE + (3 << 18);
const OUT: usize = INIT + (1 << 17);

/** Elements that differ from the plain loop. kind: 0 from zeros, 1 from rows, 2 from one row, 3 onto out itself. */
function wrong(rows: i32, inner: i32, columns: i32, kind: i32): i32 {
  const width = padded(columns);
  fill(A, rows, inner);
  fill(W, inner, columns);
  fill(INIT, rows, columns);
  pack(PACKED, W, width, inner, columns);
  memory.fill(OUT, 0x77, width * (rows + 1));
  if (kind === 3) memory.copy(OUT, INIT, width * rows);
  const init: usize = kind === 0 ? 0 : kind === 3 ? OUT : INIT;
  gemm(OUT, width, A, padded(inner), PACKED, init, kind === 2 ? 0 : width, rows, inner, columns);
  let count = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum: f32 = kind === 0 ? 0 : load<f32>(INIT + (kind === 2 ? 0 : r * width) + (c << 2));
      for (let k = 0; k < inner; k++) {
        sum += load<f32>(A + r * padded(inner) + (k << 2)) * load<f32>(W + k * width + (c << 2));
      }
      if (load<f32>(OUT + r * width + (c << 2)) !== sum) count++;
    }
  }
  if (load<u32>(OUT + rows * width) !== 0x77777777) count++;
  return count;
}

describe("gemm", () => {
  test("by hand: 1 × 2 · 2 × 2", () => {
    store<f32>(A, 2);
    store<f32>(A, 3, 4);
    store<f32>(W, 5);
    store<f32>(W, 7, 4);
    store<f32>(W, 11, 32);
    store<f32>(W, 13, 36);
    pack(PACKED, W, 32, 2, 2);
    gemm(OUT, 32, A, 32, PACKED, 0, 0, 1, 2, 2);
    expect<f32>(load<f32>(OUT)).toBe(43);
    expect<f32>(load<f32>(OUT, 4)).toBe(53);
  });

  test("odd shapes, from every kind of start", () => {
    let count = 0;
    for (let m = 0; m < SIZES.length; m++) {
      for (let k = 0; k < SIZES.length; k++) {
        for (let n = 0; n < SIZES.length; n++) {
          for (let kind = 0; kind < 4; kind++) count += wrong(SIZES[m], SIZES[k], SIZES[n], kind);
        }
      }
    }
    expect<i32>(count).toBe(0);
  });

  test("every row count from 1 to 140: all ways to cut rows into tiles and blocks", () => {
    let count = 0;
    for (let rows = 1; rows <= 140; rows++) count += wrong(rows, 9, 33, rows & 3);
    expect<i32>(count).toBe(0);
  });

  test("one row of many columns: all ways to cut them into panels", () => {
    let count = 0;
    for (let columns = 120; columns <= 680; columns += 7) count += wrong(1, 6 + (columns & 1), columns, columns & 3);
    expect<i32>(count).toBe(0);
  });

  test("inner dimensions beyond one block", () => {
    let count = 0;
    for (let inner = 250; inner < 900; inner += 61) {
      count += wrong(7, inner, 17, 1);
      count += wrong(3, inner, 17, 2);
      count += wrong(1, inner, 41, 3);
    }
    expect<i32>(count).toBe(0);
  });

  test("no inner dimension: out is init", () => {
    expect<i32>(wrong(5, 0, 9, 0) + wrong(5, 0, 9, 1) + wrong(1, 0, 9, 2)).toBe(0);
  });

  test("the bits of a row do not depend on how many are computed with it", () => {
    // Thirds are inexact, so another order of sums or another rounding would show.
    for (let n = 0; n < 12 * 608; n++) store<f32>(A + (n << 2), f32(n % 101) / 3 - 16);
    for (let n = 0; n < 600 * 40; n++) store<f32>(W + (n << 2), f32(n % 89) / 7 - 6);
    pack(PACKED, W, 160, 600, 40);
    gemm(OUT, 160, A, 2432, PACKED, 0, 0, 1, 600, 40);
    let count = 0;
    for (let rows = 2; rows <= 12; rows++) {
      gemm(INIT, 160, A, 2432, PACKED, 0, 0, rows, 600, 40);
      if (memory.compare(OUT, INIT, 160) !== 0) count++;
      // Each last row alone against the same row in company.
      gemm(OUT + 160, 160, A + (rows - 1) * 2432, 2432, PACKED, 0, 0, 1, 600, 40);
      if (memory.compare(OUT + 160, INIT + (rows - 1) * 160, 160) !== 0) count++;
    }
    expect<i32>(count).toBe(0);
  });

  test("special values stay in their row and their column", () => {
    for (let n = 0; n < 64; n++) store<f32>(A + (n << 2), 1);
    for (let n = 0; n < 64; n++) store<f32>(W + (n << 2), 1);
    store<f32>(A, f32.NaN); // row 0
    store<f32>(A + 32, Infinity); // row 1
    store<f32>(A + 64, -Infinity); // row 2
    store<f32>(W, f32.NaN, 8); // column 2
    pack(PACKED, W, 32, 8, 8);
    gemm(OUT, 32, A, 32, PACKED, 0, 0, 4, 8, 8);
    expect<f32>(load<f32>(OUT)).toBeNaN();
    expect<f32>(load<f32>(OUT, 32)).toBe(Infinity);
    expect<f32>(load<f32>(OUT, 64)).toBe(-Infinity);
    expect<f32>(load<f32>(OUT, 96)).toBe(8);
    expect<f32>(load<f32>(OUT, 96 + 8)).toBeNaN();
  });

  test("-0 survives as a start", () => {
    memory.fill(A, 0, 32);
    memory.fill(PACKED, 0, 64);
    for (let n = 0; n < 8; n++) store<f32>(INIT + (n << 2), -0.0);
    gemm(OUT, 32, A, 32, PACKED, INIT, 0, 1, 0, 8);
    expect<u32>(load<u32>(OUT)).toBe(0x80000000);
    gemm(OUT, 32, A, 32, PACKED, INIT, 0, 1, 2, 8);
    expect<u32>(load<u32>(OUT)).toBe(0);
  });

  test("wants strides of whole floats", () => {
    expect(() => {
      gemm(OUT, 33, A, 32, PACKED, 0, 0, 1, 1, 1);
    }).toThrow("stride is not a multiple of 4");
  });

  test("wants counts that are not negative", () => {
    expect(() => {
      gemm(OUT, 32, A, 32, PACKED, 0, 0, -1, 1, 1);
    }).toThrow("negative count");
  });
});
