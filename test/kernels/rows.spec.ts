// Rows that move as they are: nothing beyond their width is written.

import { copyRows, fillRows } from "../../assembly/kernels/rows";

const WIDTHS: StaticArray<i32> = [0, 1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 16, 64);
const X: usize = BASE;
const OUT: usize = BASE + (1 << 14);
const STRIDE = 192;
const ROWS = 3;

/** Elements of OUT, from column 1 of rows of 48, that are not as kind wants: 0 filled, 1 copied. All else must be untouched. */
function wrong(kind: i32, width: i32): i32 {
  memory.fill(OUT, 0x77, ROWS * STRIDE);
  for (let i = 0; i < ROWS * 48; i++) store<f32>(X + (i << 2), i % 48 < width ? f32(i) : f32.NaN);
  if (kind === 0) fillRows(OUT + 4, STRIDE, 2.5, ROWS, width);
  else copyRows(OUT + 4, STRIDE, X, STRIDE, ROWS, width);
  let count = 0;
  for (let i = 0; i < ROWS * 48; i++) {
    const column = (i % 48) - 1;
    if (column < 0 || column >= width) {
      if (load<u32>(OUT + (i << 2)) !== 0x77777777) count++;
    } else {
      const expected: f32 = kind === 0 ? 2.5 : f32(i - 1);
      if (load<f32>(OUT + (i << 2)) !== expected) count++;
    }
  }
  return count;
}

describe("rows", () => {
  test("are filled and copied to exactly their width", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let kind = 0; kind < 2; kind++) expect<i32>(wrong(kind, WIDTHS[w])).toBe(0, "kind and width");
    }
  });
  test("keep the bits of NaN, infinities and -0", () => {
    store<u32>(X, 0x7fc01234);
    store<u32>(X, 0x80000000, 4);
    store<f32>(X, -Infinity, 8);
    copyRows(OUT, 32, X, 32, 1, 3);
    expect<u32>(load<u32>(OUT)).toBe(0x7fc01234);
    expect<u32>(load<u32>(OUT, 4)).toBe(0x80000000);
    expect<f32>(load<f32>(OUT, 8)).toBe(-Infinity);
  });
  test("repeat with a stride of 0", () => {
    store<f32>(X, 7);
    copyRows(OUT, 32, X, 0, 3, 1);
    expect<f32>(load<f32>(OUT, 64)).toBe(7);
  });
  test("refuse to overlap", () => {
    expect(() => {
      copyRows(OUT, 8, X, 32, 2, 3);
    }).toThrow("rows overlap");
    expect(() => {
      fillRows(OUT, 32, 0, -1, 3);
    }).toThrow("negative count");
  });
});
