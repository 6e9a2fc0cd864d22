// Symbols, whole numbers that stand for one of several: the most likely one.

import { rowMaximum } from "./softmax";

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
