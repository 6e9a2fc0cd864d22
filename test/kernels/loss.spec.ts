// Losses and their gradients against f64: rows that do not count, extreme logits, NaN, poisoned pads.

import { binaryCrossEntropy, countTargets, crossEntropy, meanSquared } from "../../assembly/kernels/loss";
import { padded } from "./matrices";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 16, 64);
const X: usize = BASE;
const Y: usize = BASE + (1 << 14);
const DX: usize = BASE + (2 << 14);
const FLAGS: usize = BASE + (3 << 14);
const ROWS = 5;
const IGNORED = 3;

/** X: logits, Y: numbers in [0, 1]; pads of both are NaN, and so is the row `ignored`. */
function fill(width: i32, ignored: i32 = -1): void {
  const floats = padded(width) >> 2;
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < floats; i++) {
      const real = i < width && r !== ignored;
      store<f32>(X + ((r * floats + i) << 2), real ? f32((r * 31 + i * 17) % 23) / 2 - 5 : f32.NaN);
      store<f32>(Y + ((r * floats + i) << 2), real ? f32((r * 13 + i * 7) % 5) / 4 : f32.NaN);
    }
  }
}

/** The largest error of sum and gradient. kind: 0 cross entropy, 1 mean squared, 2 binary cross entropy; in the first a row does not count. */
function largestError(kind: i32, width: i32, inPlace: bool): f64 {
  const ignored = kind === 0 ? IGNORED : -1;
  fill(width, ignored);
  const stride = padded(width);
  let x = X;
  if (inPlace) {
    memory.copy(DX, X, ROWS * stride);
    x = DX;
  }
  const share: f64 = 0.125;
  let sum: f64;
  let worst: f64 = 0;
  if (kind === 0) {
    for (let r = 0; r < ROWS; r++) store<i32>(FLAGS + (r << 2), r === IGNORED ? -1 : (r * 5) % width);
    if (countTargets(FLAGS, ROWS, -1) !== ROWS - 1) worst = 1;
    sum = crossEntropy(DX, stride, x, stride, FLAGS, ROWS, width, -1, share);
  } else if (kind === 1) sum = meanSquared(DX, stride, x, stride, Y, stride, ROWS, width, share);
  else sum = binaryCrossEntropy(DX, stride, x, stride, Y, stride, ROWS, width, share);
  let total: f64 = 0;
  for (let r = 0; r < ROWS; r++) {
    let exponentials: f64 = 0;
    for (let i = 0; i < width; i++) exponentials += Math.exp(f64(load<f32>(X + r * stride + (i << 2))));
    if (kind === 0 && r !== IGNORED) {
      total += Math.log(exponentials) - f64(load<f32>(X + r * stride + (load<i32>(FLAGS + (r << 2)) << 2)));
    }
    for (let i = 0; i < width; i++) {
      const a = f64(load<f32>(X + r * stride + (i << 2)));
      const b = f64(load<f32>(Y + r * stride + (i << 2)));
      const s = 1 / (1 + Math.exp(-a));
      let expected: f64 = 0;
      if (r !== ignored) {
        if (kind === 0) expected = Math.exp(a) / exponentials - f64(load<i32>(FLAGS + (r << 2)) === i);
        else if (kind === 1) expected = 2 * (a - b);
        else expected = s - b;
        if (kind === 1) total += (a - b) * (a - b);
        else if (kind === 2) total -= b * Math.log(s) + (1 - b) * Math.log(1 - s);
      }
      const error = abs(f64(load<f32>(DX + r * stride + (i << 2))) - expected * share);
      worst = error <= worst ? worst : error;
    }
  }
  // Up to 165 terms of up to 10: some more roundings of f32 in sum than in each of them.
  const error = abs(sum - total) / (ROWS * width);
  return error <= worst ? worst : error;
}

describe("losses", () => {
  test("and gradients of odd widths, in place or not; an ignored row of NaN has no part", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let kind = 0; kind < 3; kind++) {
        // Losses and gradients up to 12 in f32: a few roundings of 5e-7.
        expect<f64>(largestError(kind, WIDTHS[w], false)).toBeLessThan(2e-6);
        expect<f64>(largestError(kind, WIDTHS[w], true)).toBeLessThan(2e-6);
      }
    }
  });
  test("need no gradient", () => {
    fill(3);
    expect<f64>(meanSquared(0, 0, X, 32, Y, 32, 2, 3, 1)).toBe(meanSquared(DX, 32, X, 32, Y, 32, 2, 3, 1));
    expect<f64>(binaryCrossEntropy(0, 0, X, 32, Y, 32, 2, 3, 1)).toBe(binaryCrossEntropy(DX, 32, X, 32, Y, 32, 2, 3, 1));
    store<i32>(FLAGS, 2);
    expect<f64>(crossEntropy(0, 0, X, 32, FLAGS, 1, 3, -1, 1)).toBe(crossEntropy(DX, 32, X, 32, FLAGS, 1, 3, -1, 1));
  });
  test("are zero where nothing counts, whatever a term's part in the mean may be", () => {
    fill(3, IGNORED);
    memory.fill(DX, 0x77, 32);
    store<i32>(FLAGS, 0);
    expect<i32>(countTargets(FLAGS, 1, 0)).toBe(0);
    expect<f64>(crossEntropy(DX, 32, X + IGNORED * 32, 32, FLAGS, 1, 3, 0, f64.NaN)).toBe(0);
    for (let i = 0; i < 3; i++) expect<u32>(load<u32>(DX + (i << 2))).toBe(0);
  });
  test("do not hide NaN", () => {
    for (let kind = 0; kind < 3; kind++) {
      fill(5);
      store<f32>(X, f32.NaN, 16);
      store<i32>(FLAGS, 1);
      if (kind === 0) expect<f64>(crossEntropy(0, 0, X, 32, FLAGS, 1, 5, -1, 1)).toBeNaN();
      else if (kind === 1) expect<f64>(meanSquared(0, 0, X, 32, Y, 32, 1, 5, 1)).toBeNaN();
      else expect<f64>(binaryCrossEntropy(0, 0, X, 32, Y, 32, 1, 5, 1)).toBeNaN();
    }
  });
  test("stay finite for logits of ±1000, and keep the small ones", () => {
    store<f32>(X, 1000);
    store<f32>(X, -1000, 4);
    store<f32>(Y, 0);
    store<f32>(Y, 1, 4);
    expect<f64>(binaryCrossEntropy(DX, 32, X, 32, Y, 32, 1, 2, 0.5)).toBe(2000);
    expect<f32>(load<f32>(DX)).toBe(0.5);
    expect<f32>(load<f32>(DX, 4)).toBe(-0.5);
    store<f32>(X, 20);
    store<f32>(Y, 1);
    expect<bool>(abs(binaryCrossEntropy(0, 0, X, 32, Y, 32, 1, 1, 1) / 2.0611536181902037e-9 - 1) < 1e-6).toBe(true);
    store<f32>(X, 1000);
    store<i32>(FLAGS, 1);
    expect<f64>(crossEntropy(0, 0, X, 32, FLAGS, 1, 2, -1, 1)).toBe(2000);
  });
  test("have contracts", () => {
    expect(() => {
      store<i32>(FLAGS, 3);
      crossEntropy(DX, 32, X, 32, FLAGS, 1, 3, -1, 1);
    }).toThrow("target beyond the classes");
    expect(() => {
      meanSquared(DX, 12, X, 32, Y, 32, 1, 3, 1);
    }).toThrow("rows without pads");
  });
});
