// Symbols, whole numbers that stand for one of several: the most likely one, and their being carried on.

import { rowMaximum } from "./softmax";

/** No symbol: what is heard before anything has been said. */
const NOTHING: i32 = -1;

/** out[r] = the first i with the largest x[r][i]; the first NaN if there is one. x: rows × width. */
export function argmax(out: usize, x: usize, xStride: i32, rows: i32, width: i32): void {
  assert(width > 0, "there is a symbol to choose");
  for (let r = 0; r < rows; r++, x += xStride) {
    const largest = rowMaximum(x, width);
    const odd = isNaN(largest);
    let i = 0;
    for (; i < width - 1; i++) {
      const value = load<f32>(x + (i << 2));
      if (odd ? isNaN(value) : value === largest) break;
    }
    store<i32>(out + (r << 2), i);
  }
}

/** out[r] = x[r] where keep[r] ≠ 0, no symbol elsewhere. keep 0: every row. */
export function carrySymbols(out: usize, x: usize, keep: usize, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    const at = <usize>(r << 2);
    store<i32>(out + at, keep === 0 || load<i32>(keep + at) !== 0 ? load<i32>(x + at) : NOTHING);
  }
}

/** out[r] = no symbol. */
export function noSymbols(out: usize, rows: i32): void {
  memory.fill(out, <u8>NOTHING, (<usize>rows) << 2);
}
