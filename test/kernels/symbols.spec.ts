// Specs of symbols.ts: the most likely symbol of each row.

import { argmax } from "../../assembly/kernels/symbols";

const X = heap.alloc(64 * 40 * 4);
const OUT = heap.alloc(64 * 4);

/** Rows of 40 floats; what lies behind `width` is NaN. */
const STRIDE: i32 = 160;

function fillPads(rows: i32, width: i32): void {
  for (let r = 0; r < rows; r++) for (let i = width; i < 40; i++) store<f32>(X + r * STRIDE + (i << 2), NaN);
}

describe("argmax", () => {
  test("finds the largest at every width and place, whatever the pads hold", () => {
    const widths: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
    for (let w = 0; w < widths.length; w++) {
      const width = widths[w];
      for (let place = 0; place < width; place++) {
        for (let i = 0; i < width; i++) store<f32>(X + (i << 2), <f32>(i % 3) - 5);
        store<f32>(X + (place << 2), -2.5);
        fillPads(1, width);
        argmax(OUT, X, STRIDE, 1, width);
        expect<i32>(load<i32>(OUT)).toBe(place);
      }
    }
  });

  test("takes the first of equals", () => {
    for (let i = 0; i < 5; i++) store<f32>(X + (i << 2), i === 1 || i === 3 ? 2 : 1);
    fillPads(1, 5);
    argmax(OUT, X, STRIDE, 1, 5);
    expect<i32>(load<i32>(OUT)).toBe(1);
  });

  test("goes row by row, through zeros of both signs, infinities and NaN", () => {
    const row0 = X;
    const row1 = X + STRIDE;
    const row2 = X + 2 * STRIDE;
    const row3 = X + 3 * STRIDE;
    fillPads(4, 3);
    store<f32>(row0, -0.0);
    store<f32>(row0, 0.0, 4);
    store<f32>(row0, -1, 8);
    store<f32>(row1, -Infinity);
    store<f32>(row1, -Infinity, 4);
    store<f32>(row1, -Infinity, 8);
    store<f32>(row2, 1);
    store<f32>(row2, Infinity, 4);
    store<f32>(row2, 3, 8);
    store<f32>(row3, 7);
    store<f32>(row3, 8, 4);
    store<f32>(row3, NaN, 8);
    argmax(OUT, X, STRIDE, 4, 3);
    expect<i32>(load<i32>(OUT)).toBe(0, "-0 equals 0, and the first counts");
    expect<i32>(load<i32>(OUT, 4)).toBe(0, "all are -Infinity");
    expect<i32>(load<i32>(OUT, 8)).toBe(1, "Infinity");
    expect<i32>(load<i32>(OUT, 12)).toBe(2, "a NaN is not passed over");
  });

  test("writes nothing for no rows", () => {
    store<i32>(OUT, 77);
    argmax(OUT, X, STRIDE, 0, 3);
    expect<i32>(load<i32>(OUT)).toBe(77);
  });

  test("needs a symbol to choose", () => {
    expect(() => {
      argmax(OUT, X, STRIDE, 1, 0);
    }).toThrow("a width of 0");
  });
});
