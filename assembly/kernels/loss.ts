// Losses: what a network is told about its outputs, as the sum of the terms of some rows, and the gradient of the mean over all rows.
// One shape for all of them: the sum of the terms is returned, in f64. dX (0: not wanted; x itself: in place) is share · ∂ sum / ∂x, where share is
// one term's part in the mean. Rows that do not count take no part, whatever they hold: their gradient is zero. NaN among the outputs that count
// makes the sum NaN.
import { exp } from "../math/exp";
import { logOf } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { softplus } from "../math/softplus";
import { addPromoted, firstLanes, isPadded, promoteHigh, sumPair } from "./lanes";
import { fillRows } from "./rows";
import { exponentials, rowMaximum } from "./softmax";

/** Σ exp(x − shift) over a row, nothing stored. */
export function sumOfExponentials(x: usize, shift: f32, width: i32): f64 {
  const shifts = f32x4.splat(shift);
  let sum = f64x2.splat(0);
  for (let i = 0; i < width; i += 4) {
    const e = exp(f32x4.sub(v128.load(x + (i << 2)), shifts));
    sum = addPromoted(sum, v128.and(e, firstLanes(width - i)));
  }
  return sumPair(sum);
}

/** The rows whose target is not `ignore`. */
export function countTargets(targets: usize, rows: i32, ignore: i32): i32 {
  let count = 0;
  for (let r = 0; r < rows; r++) count += i32(load<i32>(targets + (r << 2)) !== ignore);
  return count;
}

/**
 * Σ over r of log Σ exp(x[r]) − x[r][targets[r]];  dX[r] = share · (softmax(x[r]) − onehot(targets[r])).
 * x: rows × width logits; targets: rows × i32, of which those equal to `ignore` do not count. Each exponential is computed once.
 */
export function crossEntropy(
  dX: usize,
  dXStride: i32,
  x: usize,
  xStride: i32,
  targets: usize,
  rows: i32,
  width: i32,
  ignore: i32,
  share: f64,
): f64 {
  assert(isPadded(xStride, width) && (dX === 0 || isPadded(dXStride, width)), "rows are padded to 8 floats");
  const wanted = dX !== 0;
  const bytes: usize = ((width + 3) & -4) << 2;
  let total: f64 = 0;
  for (let r = 0; r < rows; r++, x += xStride, dX += dXStride) {
    const target = load<i32>(targets + (r << 2));
    if (target === ignore) {
      if (wanted) fillRows(dX, dXStride, 0, 1, width);
      continue;
    }
    assert(target >= 0 && target < width, "a target is one of the classes");
    const largest = rowMaximum(x, width);
    const chosen = load<f32>(x + (target << 2));
    const sum = wanted ? exponentials(dX, x, largest, width) : sumOfExponentials(x, largest, width);
    total += <f64>logOf(<f32>sum) + (<f64>largest - <f64>chosen);
    if (wanted) {
      const factor = f32x4.splat(<f32>(share / sum));
      for (let i: usize = 0; i < bytes; i += 16) v128.store(dX + i, f32x4.mul(v128.load(dX + i), factor));
      const place = dX + (target << 2);
      store<f32>(place, load<f32>(place) - <f32>share);
    }
  }
  return total;
}

/**
 * Σ over r, i of (x − y)²;  dX = share · 2 (x − y), rows × width.
 */
export function meanSquared(
  dX: usize,
  dXStride: i32,
  x: usize,
  xStride: i32,
  y: usize,
  yStride: i32,
  rows: i32,
  width: i32,
  share: f64,
): f64 {
  assert(isPadded(xStride, width) && isPadded(yStride, width), "rows are padded to 8 floats");
  assert(dX === 0 || isPadded(dXStride, width), "rows are padded to 8 floats");
  const wanted = dX !== 0;
  const factor = f32x4.splat(<f32>(2 * share));
  let total = f64x2.splat(0);
  for (let r = 0; r < rows; r++, x += xStride, y += yStride, dX += dXStride) {
    for (let i = 0; i < width; i += 4) {
      const at: usize = i << 2;
      const difference = f32x4.sub(v128.load(x + at), v128.load(y + at));
      const counted = v128.and(difference, firstLanes(width - i));
      const low = f64x2.promote_low_f32x4(counted);
      const high = promoteHigh(counted);
      total = f64x2.add(total, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
      if (wanted) v128.store(dX + at, f32x4.mul(difference, factor));
    }
  }
  return sumPair(total);
}

/**
 * Σ over r, i of −y log σ(x) − (1−y) log(1 − σ(x));  dX = share · (σ(x) − y), rows × width.
 * x: logits; y: targets in [0, 1]. Written as (max(x, 0) − x·y) + softplus(−|x|), both of which are
 * not negative for such y: nothing overflows, and nothing cancels.
 */
export function binaryCrossEntropy(
  dX: usize,
  dXStride: i32,
  x: usize,
  xStride: i32,
  y: usize,
  yStride: i32,
  rows: i32,
  width: i32,
  share: f64,
): f64 {
  assert(isPadded(xStride, width) && isPadded(yStride, width), "rows are padded to 8 floats");
  assert(dX === 0 || isPadded(dXStride, width), "rows are padded to 8 floats");
  const wanted = dX !== 0;
  const factor = f32x4.splat(<f32>share);
  const zero = f32x4.splat(0);
  let total = f64x2.splat(0);
  for (let r = 0; r < rows; r++, x += xStride, y += yStride, dX += dXStride) {
    for (let i = 0; i < width; i += 4) {
      const at: usize = i << 2;
      const logit = v128.load(x + at);
      const target = v128.load(y + at);
      const linear = f32x4.sub(f32x4.max(logit, zero), f32x4.mul(logit, target));
      const term = f32x4.add(linear, softplus(f32x4.neg(f32x4.abs(logit))));
      total = addPromoted(total, v128.and(term, firstLanes(width - i)));
      if (wanted) v128.store(dX + at, f32x4.mul(f32x4.sub(sigmoid(logit), target), factor));
    }
  }
  return sumPair(total);
}
