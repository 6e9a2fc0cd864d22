// Normalised rows and their gradient against f64, with rows far from zero, constant rows, and poisoned pads.

import { normalize, normalizeGradient } from "../../assembly/kernels/normalize";
import { padded } from "./matrices";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 16, 64);
const X: usize = BASE;
const Y: usize = BASE + (1 << 14);
const DY: usize = BASE + (2 << 14);
const DX: usize = BASE + (3 << 14);
const ROWS: i32 = 4;
const EPSILON: f32 = 1e-5;

/** Numbers of a spread of about 2 around 100 · row. */
function fill(at: usize, width: i32, step: i32): void {
  const floats: i32 = padded(width) >> 2;
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < floats; i++) {
      store<f32>(at + ((r * floats + i) << 2), i < width ? f32(r * (step & 1) * 100) + f32((r * 31 + i * step) % 23) * 0.25 : f32.NaN);
    }
  }
}

function meanOf(x: usize, width: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < width; i++) sum += load<f32>(x + (i << 2));
  return sum / width;
}

function factorOf(x: usize, width: i32): f64 {
  const mean = meanOf(x, width);
  let sum: f64 = 0;
  for (let i = 0; i < width; i++) {
    const difference = f64(load<f32>(x + (i << 2))) - mean;
    sum += difference * difference;
  }
  return 1 / Math.sqrt(sum / width + f64(EPSILON));
}

/** As a multiple of the unit 2⁻²⁴ times what is allowed: the rounded mean, then three roundings of y. */
function largestError(width: i32, inPlace: bool): f64 {
  const stride = padded(width);
  fill(X, width, 17);
  if (inPlace) memory.copy(Y, X, ROWS * stride);
  normalize(Y, stride, inPlace ? Y : X, stride, ROWS, width, EPSILON);
  let worst: f64 = 0;
  for (let r = 0; r < ROWS; r++) {
    const row = X + r * stride;
    const mean = meanOf(row, width);
    const factor = factorOf(row, width);
    for (let i = 0; i < width; i++) {
      const expected = (f64(load<f32>(row + (i << 2))) - mean) * factor;
      const allowed = (abs(mean) * factor + 3 * abs(expected) + 1e-30) / 16777216;
      const error = abs(load<f32>(Y + r * stride + (i << 2)) - expected) / allowed;
      worst = error <= worst ? worst : error;
    }
  }
  return worst;
}

function largestGradientError(width: i32, inPlace: bool): f64 {
  const stride = padded(width);
  fill(X, width, 18);
  fill(DY, width, 20);
  normalize(Y, stride, X, stride, ROWS, width, EPSILON);
  const floats = stride >> 2;
  for (let r = 0; r < ROWS; r++) for (let i = width; i < floats; i++) store<f32>(Y + ((r * floats + i) << 2), f32.NaN);
  if (inPlace) memory.copy(DX, DY, ROWS * stride);
  normalizeGradient(DX, stride, X, stride, Y, stride, inPlace ? DX : DY, stride, ROWS, width, EPSILON);
  let worst: f64 = 0;
  for (let r = 0; r < ROWS; r++) {
    const factor = factorOf(X + r * stride, width);
    const mean = meanOf(DY + r * stride, width);
    let along: f64 = 0;
    for (let i = 0; i < width; i++) along += f64(load<f32>(Y + r * stride + (i << 2))) * f64(load<f32>(DY + r * stride + (i << 2)));
    along /= width;
    for (let i = 0; i < width; i++) {
      const y: f64 = load<f32>(Y + r * stride + (i << 2));
      const d: f64 = load<f32>(DY + r * stride + (i << 2));
      const expected = (d - mean - y * along) * factor;
      const allowed = (3 * factor * (abs(d) + abs(mean) + abs(y * along)) + 1e-30) / 16777216;
      const error = abs(load<f32>(DX + r * stride + (i << 2)) - expected) / allowed;
      worst = error <= worst ? worst : error;
    }
  }
  return worst;
}

describe("normalize", () => {
  test("odd widths, in place or not", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      expect<f64>(largestError(WIDTHS[w], false)).toBeLessThan(1);
      expect<f64>(largestError(WIDTHS[w], true)).toBeLessThan(1);
    }
  });
  test("by hand: -1 and 1; a constant row is 0; of NaN and of Inf is NaN", () => {
    fill(X, 2, 17);
    store<f32>(X, 10);
    store<f32>(X, 14, 4);
    store<f32>(X, 5, 32);
    store<f32>(X, 5, 36);
    store<f32>(X, f32.NaN, 64);
    store<f32>(X, Infinity, 96);
    normalize(Y, 32, X, 32, 4, 2, EPSILON);
    // 1 / √(1 + 2.5e-6) = 1 − 1.25e-6
    expect<bool>(abs(load<f32>(Y) + 0.99999875) < 1e-7).toBe(true);
    expect<bool>(abs(load<f32>(Y, 4) - 0.99999875) < 1e-7).toBe(true);
    expect<f32>(load<f32>(Y, 32)).toBe(0);
    expect<f32>(load<f32>(Y, 36)).toBe(0);
    for (let i = 0; i < 2; i++) {
      expect<f32>(load<f32>(Y + 64 + (i << 2))).toBeNaN();
      expect<f32>(load<f32>(Y + 96 + (i << 2))).toBeNaN();
    }
  });
  test("has contracts", () => {
    expect(() => {
      normalize(Y, 12, X, 32, 2, 3, EPSILON);
    }).toThrow("rows without pads");
    expect(() => {
      normalize(Y, 32, X, 32, 2, 3, 0);
    }).toThrow("nothing to divide by");
  });
});

describe("normalizeGradient", () => {
  test("odd widths, in place or not", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      expect<f64>(largestGradientError(WIDTHS[w], false)).toBeLessThan(1);
      expect<f64>(largestGradientError(WIDTHS[w], true)).toBeLessThan(1);
    }
  });
});
