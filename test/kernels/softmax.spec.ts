// Softmax and its gradient against f64, with large logits, rows that have no softmax, and poisoned pads.

import { softmax, softmaxGradient } from "../../assembly/kernels/softmax";
import { padded } from "./matrices";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 16, 64);
const X: usize = BASE;
const Y: usize = BASE + (1 << 14);
const DY: usize = BASE + (2 << 14);
const DX: usize = BASE + (3 << 14);
const ROWS = 4;

function fill(at: usize, width: i32, shift: f32): void {
  const floats = padded(width) >> 2;
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < floats; i++) {
      store<f32>(at + ((r * floats + i) << 2), i < width ? shift * f32(r) + f32((r * 31 + i * 17) % 23) / 4 : f32.NaN);
    }
  }
}

function largestError(width: i32, inPlace: bool): f64 {
  const stride = padded(width);
  let worst: f64 = 0;
  fill(X, width, 1000);
  const out = inPlace ? DX : Y;
  if (inPlace) memory.copy(DX, X, ROWS * stride);
  softmax(out, stride, inPlace ? DX : X, stride, ROWS, width);
  for (let r = 0; r < ROWS; r++) {
    const row = X + r * stride;
    let largest: f64 = -Infinity;
    let sum: f64 = 0;
    for (let i = 0; i < width; i++) largest = max(largest, f64(load<f32>(row + (i << 2))));
    for (let i = 0; i < width; i++) sum += Math.exp(f64(load<f32>(row + (i << 2))) - largest);
    for (let i = 0; i < width; i++) {
      const expected = Math.exp(f64(load<f32>(row + (i << 2))) - largest) / sum;
      const error = abs(f64(load<f32>(out + r * stride + (i << 2))) / expected - 1);
      worst = error <= worst ? worst : error;
    }
  }
  return worst;
}

function largestGradientError(width: i32, inPlace: bool): f64 {
  const stride = padded(width);
  fill(X, width, 0);
  softmax(Y, stride, X, stride, ROWS, width);
  for (let r = 0; r < ROWS; r++) for (let i = width; i < stride >> 2; i++) store<f32>(Y + r * stride + (i << 2), f32.NaN);
  fill(DY, width, 1);
  fill(DX, width, 1);
  softmaxGradient(DX, stride, Y, stride, inPlace ? DX : DY, stride, ROWS, width);
  let worst: f64 = 0;
  for (let r = 0; r < ROWS; r++) {
    let mean: f64 = 0;
    for (let i = 0; i < width; i++) mean += f64(load<f32>(Y + r * stride + (i << 2))) * f64(load<f32>(DY + r * stride + (i << 2)));
    for (let i = 0; i < width; i++) {
      const expected = f64(load<f32>(Y + r * stride + (i << 2))) * (f64(load<f32>(DY + r * stride + (i << 2))) - mean);
      const error = abs(f64(load<f32>(DX + r * stride + (i << 2))) - expected);
      worst = error <= worst ? worst : error;
    }
  }
  return worst;
}

describe("softmax", () => {
  test("odd widths, logits up to 3000, in place or not", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      // exp, 1/sum, the sum and the product: four roundings of 6e-8, exp itself a little more than one.
      expect<f64>(largestError(WIDTHS[w], false)).toBeLessThan(3e-7);
      expect<f64>(largestError(WIDTHS[w], true)).toBeLessThan(3e-7);
    }
  });
  test("of -Inf is 0; of NaN, of +Inf, of nothing but -Inf is NaN", () => {
    fill(X, 3, 0);
    store<f32>(X, -Infinity, 4);
    store<f32>(X, f32.NaN, 32);
    store<f32>(X, Infinity, 64);
    for (let i = 0; i < 3; i++) store<f32>(X + 96 + (i << 2), -Infinity);
    softmax(Y, 32, X, 32, 4, 3);
    expect<f32>(load<f32>(Y, 4)).toBe(0);
    expect<bool>(abs(load<f32>(Y) + load<f32>(Y, 8) - 1) < 2e-7).toBe(true);
    for (let r = 1; r < 4; r++) for (let i = 0; i < 3; i++) expect<f32>(load<f32>(Y + r * 32 + (i << 2))).toBeNaN();
  });
  test("needs padded rows", () => {
    expect(() => {
      softmax(Y, 12, X, 32, 2, 3);
    }).toThrow("rows without pads");
  });
});

describe("softmaxGradient", () => {
  test("odd widths, in place or not", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      // dY up to 9: the mean and the difference are each rounded to 5e-7.
      expect<f64>(largestGradientError(WIDTHS[w], false)).toBeLessThan(2e-6);
      expect<f64>(largestGradientError(WIDTHS[w], true)).toBeLessThan(2e-6);
    }
  });
});
