// Softmax over the elements of each row, and its gradient.
import { exp } from "../math/exp";
import { addPromoted, firstLanes, isPadded, maxLanes, sumPair } from "./lanes";

/**
 * The largest of x[0 … width-1]; NaN if one of them is; −∞ for none.
 *
 * `max` passes a NaN on, which takes V8 six instructions in a row; `pmax` is one. NaN is looked for beside it (measured: cross-entropy of
 * 2048 × 64: 212 µs, with `max` 287).
 */
export function rowMaximum(x: usize, width: i32): f32 {
  const whole: usize = (width & -4) << 2;
  let largest = f32x4.splat(-f32.MAX_VALUE * 2);
  let odd = f32x4.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const value = v128.load(x + i);
    largest = f32x4.pmax(largest, value);
    odd = v128.or(odd, f32x4.ne(value, value));
  }
  if (width & 3) {
    const value = v128.bitselect(v128.load(x + whole), largest, firstLanes(width & 3));
    largest = f32x4.pmax(largest, value);
    odd = v128.or(odd, f32x4.ne(value, value));
  }
  return v128.any_true(odd) ? f32.NaN : maxLanes(largest);
}

/** out = exp(x − shift), returns its sum (in f64): the half of softmax that the loss shares. Pads of out become 0 or stay. In place allowed. */
export function exponentials(out: usize, x: usize, shift: f32, width: i32): f64 {
  const whole: usize = (width & -4) << 2;
  const shifts = f32x4.splat(shift);
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const e = exp(f32x4.sub(v128.load(x + i), shifts));
    v128.store(out + i, e);
    sum = addPromoted(sum, e);
  }
  if (width & 3) {
    const e = v128.and(exp(f32x4.sub(v128.load(x + whole), shifts)), firstLanes(width & 3));
    v128.store(out + whole, e);
    sum = addPromoted(sum, e);
  }
  return sumPair(sum);
}

/**
 * out[r] = exp(x[r] − max x[r]) / Σ exp(x[r] − max x[r]), rows × width.
 * A row that holds NaN or +∞, or nothing but −∞, becomes NaN. In place allowed.
 */
export function softmax(out: usize, outStride: i32, x: usize, xStride: i32, rows: i32, width: i32): void {
  assert(width > 0, "a row of no elements has no softmax");
  assert(isPadded(outStride, width) && isPadded(xStride, width), "rows are padded to 8 floats");
  const bytes: usize = ((width + 3) & -4) << 2;
  for (let r = 0; r < rows; r++, out += outStride, x += xStride) {
    const sum = exponentials(out, x, rowMaximum(x, width), width);
    const factor = f32x4.splat(<f32>(1 / sum));
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.mul(v128.load(out + i), factor));
  }
}

/** dX[r] = y[r] ⊙ (dY[r] − Σ y[r]·dY[r]), rows × width, y = softmax(x). dX may be y or dY. */
export function softmaxGradient(dX: usize, dXStride: i32, y: usize, yStride: i32, dY: usize, dYStride: i32, rows: i32, width: i32): void {
  assert(isPadded(dXStride, width) && isPadded(yStride, width) && isPadded(dYStride, width), "rows are padded to 8 floats");
  const whole: usize = (width & -4) << 2;
  const bytes: usize = ((width + 3) & -4) << 2;
  const tail = firstLanes(width & 3);
  for (let r = 0; r < rows; r++, dX += dXStride, y += yStride, dY += dYStride) {
    let products = f64x2.splat(0);
    for (let i: usize = 0; i < whole; i += 16) products = addPromoted(products, f32x4.mul(v128.load(y + i), v128.load(dY + i)));
    if (width & 3) products = addPromoted(products, v128.and(f32x4.mul(v128.load(y + whole), v128.load(dY + whole)), tail));
    const mean = f32x4.splat(<f32>sumPair(products));
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(dX + i, f32x4.mul(v128.load(y + i), f32x4.sub(v128.load(dY + i), mean)));
    }
  }
}
