// Sums against f64, within the error that their order promises, with poisoned pads; and the search for what is not finite.

import { columnSum, firstNonFinite, sumOfSquares } from "../../assembly/kernels/reduce";
import { padded } from "./matrices";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const ROWS: StaticArray<i32> = [0, 1, 15, 16, 17, 33, 100];
const BASE: usize = memory.data(1 << 18, 64);
const X: usize = BASE;
const SUM: usize = BASE + (3 << 16);

function fill(rows: i32, width: i32): void {
  const floats = padded(width) >> 2;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < floats; i++)
      store<f32>(X + ((r * floats + i) << 2), i < width ? f32((r * 7919 + i * 104729) % 1000) / 999 : f32.NaN);
  }
}

function wrongColumns(rows: i32, width: i32, accumulate: bool): i32 {
  fill(rows, width);
  const stride = padded(width);
  memory.fill(SUM, 0x77, stride + 4);
  if (accumulate) {
    memory.fill(SUM, 0, stride);
    for (let i = 0; i < width; i++) store<f32>(SUM + (i << 2), f32(i));
  }
  columnSum(SUM, X, stride, rows, width, accumulate);
  let count = load<u32>(SUM + stride) === 0x77777777 ? 0 : 1;
  for (let i = 0; i < stride >> 2; i++) {
    let expected: f64 = accumulate && i < width ? f64(i) : 0;
    if (i < width) for (let r = 0; r < rows; r++) expected += load<f32>(X + r * stride + (i << 2));
    // Positive terms: at most 16 + rows/16 + 1 roundings of half an ulp each.
    const bound = expected * 5.97e-8 * f64(17 + rows / 16);
    if (!(abs(load<f32>(SUM + (i << 2)) - expected) <= bound)) count++;
  }
  return count;
}

describe("columnSum", () => {
  test("odd shapes, from zero and onto what is there", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let r = 0; r < ROWS.length; r++) {
        expect<i32>(wrongColumns(ROWS[r], WIDTHS[w], false)).toBe(0, "from zero");
        expect<i32>(wrongColumns(ROWS[r], WIDTHS[w], true)).toBe(0, "onto what is there");
      }
    }
  });
  test("by hand, and NaN stays in its column", () => {
    fill(2, 3);
    for (let i = 0; i < 3; i++) {
      store<f32>(X + (i << 2), f32(i));
      store<f32>(X + 32 + (i << 2), 10);
    }
    store<f32>(X, f32.NaN, 4);
    columnSum(SUM, X, 32, 2, 3, false);
    expect<f32>(load<f32>(SUM)).toBe(10);
    expect<f32>(load<f32>(SUM, 4)).toBeNaN();
    expect<f32>(load<f32>(SUM, 8)).toBe(12);
  });
});

describe("sumOfSquares", () => {
  test("by hand, beyond the range of f32, and of nothing", () => {
    for (let i = 0; i < 16; i++) store<f32>(X + (i << 2), f32(i + 1));
    expect<f64>(sumOfSquares(X, 16)).toBe(1496);
    expect<f64>(sumOfSquares(X, 8)).toBe(204);
    expect<f64>(sumOfSquares(X, 0)).toBe(0);
    store<f32>(X, 1e30);
    expect<bool>(sumOfSquares(X, 8) > 9.99e59).toBe(true);
    store<f32>(X, f32.NaN, 20);
    expect<f64>(sumOfSquares(X, 8)).toBeNaN();
    expect(() => {
      sumOfSquares(X, 7);
    }).toThrow("not whole vectors");
  });
});

describe("firstNonFinite", () => {
  test("finds each place, and none in pads", () => {
    let count = 0;
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      const stride = padded(width);
      fill(3, width);
      if (firstNonFinite(X, stride, 3, width) !== -1) count++;
      for (let place = 3 * width - 1; place >= 0; place--) {
        const at = X + (place / width) * stride + ((place % width) << 2);
        store<f32>(at, place % 3 === 0 ? f32.NaN : place % 3 === 1 ? Infinity : -Infinity);
        if (firstNonFinite(X, stride, 3, width) !== place) count++;
      }
    }
    expect<i32>(count).toBe(0);
    store<f32>(X, f32.MAX_VALUE);
    expect<i32>(firstNonFinite(X, 32, 1, 1)).toBe(-1);
  });
});
