// Rows brought to mean 0 and variance 1 (Ba, Kiros and Hinton: Layer normalization, 2016), and the gradient.
import { addPromoted, firstLanes, isPadded, sumPair } from "./lanes";

/** The mean of x[0 … width-1], summed in f64 and rounded once. */
function meanOf(x: usize, width: i32): f32 {
  const whole: usize = (width & -4) << 2;
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) sum = addPromoted(sum, v128.load(x + i));
  if (width & 3) sum = addPromoted(sum, v128.and(v128.load(x + whole), firstLanes(width & 3)));
  return <f32>(sumPair(sum) / width);
}

/** 1 / √(Σ (x − mean)² / width + epsilon) */
function factorOf(x: usize, width: i32, mean: v128, epsilon: f32): f32 {
  const whole: usize = (width & -4) << 2;
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const difference = f32x4.sub(v128.load(x + i), mean);
    sum = addPromoted(sum, f32x4.mul(difference, difference));
  }
  if (width & 3) {
    const difference = v128.and(f32x4.sub(v128.load(x + whole), mean), firstLanes(width & 3));
    sum = addPromoted(sum, f32x4.mul(difference, difference));
  }
  return <f32>(1 / Math.sqrt(sumPair(sum) / width + epsilon));
}

/**
 * out[r] = (x[r] − m) / √(v + epsilon), rows × width, with m the mean and v the variance (over width, not width − 1) of the row.
 * A row that holds NaN or an infinity becomes NaN. In place allowed.
 */
export function normalize(out: usize, outStride: i32, x: usize, xStride: i32, rows: i32, width: i32, epsilon: f32): void {
  assert(width > 0 && epsilon > 0, "normalize: a row of some width, and something to divide by where it is constant");
  assert(isPadded(outStride, width) && isPadded(xStride, width), "rows are padded to 8 floats");
  const bytes: usize = ((width + 3) & -4) << 2;
  for (let r = 0; r < rows; r++, out += outStride, x += xStride) {
    const mean = f32x4.splat(meanOf(x, width));
    const factor = f32x4.splat(factorOf(x, width, mean, epsilon));
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.mul(f32x4.sub(v128.load(x + i), mean), factor));
  }
}

/**
 * dX[r] = (dY[r] − mean dY[r] − y[r] · mean(y[r] ⊙ dY[r])) / √(v + epsilon), rows × width, y = normalize(x) and v the variance of x[r].
 * dX may be x, y or dY.
 */
export function normalizeGradient(
  dX: usize,
  dXStride: i32,
  x: usize,
  xStride: i32,
  y: usize,
  yStride: i32,
  dY: usize,
  dYStride: i32,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  assert(width > 0 && epsilon > 0, "normalizeGradient: as normalize");
  assert(isPadded(dXStride, width) && isPadded(xStride, width), "rows of dX and x are padded to 8 floats");
  assert(isPadded(yStride, width) && isPadded(dYStride, width), "rows of y and dY are padded to 8 floats");
  const whole: usize = (width & -4) << 2;
  const bytes: usize = ((width + 3) & -4) << 2;
  const tail = firstLanes(width & 3);
  for (let r = 0; r < rows; r++, dX += dXStride, x += xStride, y += yStride, dY += dYStride) {
    const factor = f32x4.splat(factorOf(x, width, f32x4.splat(meanOf(x, width)), epsilon));
    let sum = f64x2.splat(0);
    for (let i: usize = 0; i < whole; i += 16) sum = addPromoted(sum, f32x4.mul(v128.load(y + i), v128.load(dY + i)));
    if (width & 3) sum = addPromoted(sum, v128.and(f32x4.mul(v128.load(y + whole), v128.load(dY + whole)), tail));
    const along = f32x4.splat(<f32>(sumPair(sum) / width));
    const mean = f32x4.splat(meanOf(dY, width));
    for (let i: usize = 0; i < bytes; i += 16) {
      const rest = f32x4.sub(f32x4.sub(v128.load(dY + i), mean), f32x4.mul(v128.load(y + i), along));
      v128.store(dX + i, f32x4.mul(rest, factor));
    }
  }
}
