// Scheduled sampling: how often the truth is heard, what is drawn, and that both depend on places only.

import { draw } from "../../assembly/kernels/draw";
import { drawRows, either, eitherGradient } from "../../assembly/kernels/forcing";
import { philox } from "../../assembly/kernels/random";

const BASE: usize = memory.data(1 << 18, 64);
const TRUTH: usize = BASE;
const OWN: usize = BASE + (1 << 16);
const OUT: usize = BASE + (2 << 16);
const ORDER: usize = BASE + (3 << 16);
const SCRATCH: usize = ORDER + 1024;
const WIDTHS: StaticArray<i32> = [1, 3, 8, 9, 17];

function uniform(row: i32, time: i32): f64 {
  return <f64>(<u32>i32x4.extract_lane(philox(i32x4(0, row, 5, time), 1, 2), 0)) / 4294967296;
}

/** 1000·row + column + 1. */
function numberAt(r: i32, c: i32): f32 {
  const number = 1000 * r + c + 1;
  return f32(number);
}

/** Rows of `width` floats, `stride` bytes apart: 1000·sign + row, sign + column. */
function put(at: usize, rows: i32, width: i32, stride: i32, sign: f32): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) store<f32>(at + r * stride + (c << 2), sign * numberAt(r, c));
}

describe("either", () => {
  test("is the truth as often as the ratio says, row by row, and gives back to its own alone", () => {
    for (let k = 0; k < WIDTHS.length; k++) {
      const width = WIDTHS[k];
      const stride = ((width + 7) & -8) << 2;
      const rows = 128;
      put(TRUTH, rows, width, stride, 1);
      put(OWN, rows, width, stride, -1);
      either(OUT, stride, TRUTH, stride, OWN, stride, rows, width, 8, 0, 3, 0.25, 1, 2, 5);
      let truths = 0;
      for (let r = 0; r < rows; r++) {
        const isTruth = uniform(r & 7, 3 + (r >> 3)) < 0.25;
        if (isTruth) truths++;
        for (let c = 0; c < width; c++)
          expect<f32>(load<f32>(OUT + r * stride + (c << 2))).toBe(isTruth ? numberAt(r, c) : -numberAt(r, c));
      }
      // 32 ± four standard deviations of √(128 · 3/16).
      expect<i32>(truths).toBeGreaterThan(12);
      expect<i32>(truths).toBeLessThan(52);
      eitherGradient(OUT, stride, TRUTH, stride, rows, width, 8, 0, 3, 0.25, 1, 2, 5);
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < width; c++)
          expect<f32>(load<f32>(OUT + r * stride + (c << 2))).toBe(uniform(r & 7, 3 + (r >> 3)) < 0.25 ? <f32>0 : numberAt(r, c));
    }
  });
  test("of 1 is always the truth, of 0 never", () => {
    put(TRUTH, 16, 3, 32, 1);
    put(OWN, 16, 3, 32, -1);
    either(OUT, 32, TRUTH, 32, OWN, 32, 16, 3, 16, 0, 0, 1, 1, 2, 5);
    for (let r = 0; r < 16; r++) expect<f32>(load<f32>(OUT + r * 32)).toBeGreaterThan(0);
    either(OUT, 32, TRUTH, 32, OWN, 32, 16, 3, 16, 0, 0, 0, 1, 2, 5);
    for (let r = 0; r < 16; r++) expect<f32>(load<f32>(OUT + r * 32)).toBeLessThan(0);
  });
  test("follows the row of the batch, wherever that stands", () => {
    for (let r = 0; r < 8; r++) store<i32>(ORDER + (r << 2), 7 - r);
    put(TRUTH, 8, 1, 4, 1);
    put(OWN, 8, 1, 4, -1);
    either(OUT, 4, TRUTH, 4, OWN, 4, 8, 1, 8, ORDER, 2, 0.5, 1, 2, 5);
    for (let r = 0; r < 8; r++) expect<bool>(load<f32>(OUT + (r << 2)) > 0).toBe(uniform(7 - r, 2) < 0.5);
  });
});

describe("drawRows", () => {
  test("draws from each row by the number of its place", () => {
    const width = 5;
    for (let r = 0; r < 64; r++)
      for (let c = 0; c < width; c++) store<f32>(TRUTH + r * 32 + (c << 2), numberAt(0, (r * 7 + c * 3) % 5) * 0.5);
    drawRows(OUT, TRUTH, 32, 64, width, 16, 0, 1, 1, 2, 5, SCRATCH);
    for (let r = 0; r < 64; r++) {
      const expected = draw(TRUTH + r * 32, width, 1, 0, 1, 0, uniform(r & 15, 1 + (r >> 4)), SCRATCH);
      expect<i32>(load<i32>(OUT + (r << 2))).toBe(expected);
    }
  });
  test("where there is no distribution says so", () => {
    store<f32>(TRUTH, NaN);
    store<f32>(TRUTH, 1, 4);
    drawRows(OUT, TRUTH, 32, 1, 2, 1, 0, 0, 1, 2, 5, SCRATCH);
    expect<i32>(load<i32>(OUT)).toBe(-1);
  });
});
