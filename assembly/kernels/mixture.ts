// A row of numbers told by a density: one Gaussian with a deviation of its own for each number, or a mixture of several of these (Bishop 1994).
//
// A row of x describes the density of a row of y, n numbers (k = 1 without logits: a Gaussian):
//
//     column    0 … k−1    k … k+kn−1                   k+kn … k+2kn−1
//             ┌─────────┬──────────────────────────┬──────────────────────────┐
//             │ logits  │ means, n a component     │ log deviations, likewise │
//             └─────────┴──────────────────────────┴──────────────────────────┘
import { exp } from "../math/exp";
import { logOf } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { softplus } from "../math/softplus";
import { isPadded } from "./lanes";
import { copyRows } from "./rows";
import { exponentials, rowMaximum } from "./softmax";

/** ½·log 2π */
const HALF_LOG_2PI: f64 = 0.9189385332046727;

// scratch, `mixtureScratchBytes` of isa.ts, each part padded to 8:
//
//   ┌────────────────┬────────────┬─────────────────┬────────────┬─────────────┬──────────────┐
//   │ log σ  f32×kn  │ 1/σ f32×kn │ slope  f32 × kn │ π  f32 × k │ γ   f32 × k │ log  f64 × k │
//   └────────────────┴────────────┴─────────────────┴────────────┴─────────────┴──────────────┘

/**
 * Σ over r of −log Σⱼ π[j] Πᵢ N(y[r][i]; μ[j][i], σ[j][i]), π = softmax(logits), σ = floor + exp(log deviations), and its gradient:
 *
 *     d logits[j] = share·(π[j] − γ[j])      dμ[j][i] = −share·γ[j]·z/σ      d log deviation[j][i] = share·γ[j]·(1 − z²)·(1 − floor/σ)
 *
 * with z = (y − μ)/σ and γ[j] the chance that y comes from component j. Sums of logarithms are f64, and so is z²: only exponentials of what a
 * component falls behind the likeliest are f32, so that far targets and small deviations stay finite as long as the results do.
 * dX: 0 if it is not wanted; x itself: in place. logFloor: log floor, or −∞ for none. width: of x, dimensions: of y.
 */
export function mixture(
  dX: usize,
  dXStride: i32,
  x: usize,
  xStride: i32,
  y: usize,
  yStride: i32,
  rows: i32,
  width: i32,
  dimensions: i32,
  logFloor: f32,
  share: f64,
  scratch: usize,
): f64 {
  assert(isPadded(xStride, width) && isPadded(yStride, dimensions), "rows are padded to 8 floats");
  assert(dX === 0 || isPadded(dXStride, width), "rows are padded to 8 floats");
  const mixed = width > 2 * dimensions;
  const components = mixed ? width / (2 * dimensions + 1) : 1;
  const first = mixed ? components : 0;
  const all = components * dimensions;
  assert(width === first + 2 * all, "a row holds logits, means and log deviations");
  const logits = scratch;
  const inverse = logits + (((all + 7) & -8) << 2);
  const slope = inverse + (((all + 7) & -8) << 2);
  const prior = slope + (((all + 7) & -8) << 2);
  const posterior = prior + (((components + 7) & -8) << 2);
  const logs = posterior + (((components + 7) & -8) << 2);
  const floor = f32x4.splat(logFloor);
  let total: f64 = 0;
  for (let r = 0; r < rows; r++, x += xStride, y += yStride, dX += dXStride) {
    const means = x + (first << 2);
    copyRows(logits, 0, means + (all << 2), 0, 1, all);
    for (let i: usize = 0; i < <usize>(all << 2); i += 16) {
      // log(floor + exp(s)), without the sum.
      const s = v128.load(logits + i);
      const above = f32x4.sub(s, floor);
      const deviation = f32x4.add(f32x4.max(s, floor), softplus(f32x4.neg(f32x4.abs(above))));
      v128.store(logits + i, deviation);
      v128.store(inverse + i, exp(f32x4.neg(deviation)));
      v128.store(slope + i, sigmoid(above));
    }
    let largest: f64 = -Infinity;
    for (let j = 0, at = 0; j < components; j++) {
      let sum: f64 = mixed ? <f64>load<f32>(x + (j << 2)) : 0;
      for (let i = 0; i < dimensions; i++, at++) {
        const z = (<f64>load<f32>(y + (i << 2)) - <f64>load<f32>(means + (at << 2))) * <f64>load<f32>(inverse + (at << 2));
        sum -= 0.5 * z * z + <f64>load<f32>(logits + (at << 2));
      }
      store<f64>(logs + (j << 3), sum);
      largest = max(largest, sum);
    }
    for (let j = 0; j < components; j++) store<f32>(posterior + (j << 2), <f32>(load<f64>(logs + (j << 3)) - largest));
    const mass = exponentials(posterior, posterior, 0, components);
    total += dimensions * HALF_LOG_2PI - largest - logOf(<f32>mass);
    let priorMass: f64 = 1;
    if (mixed) {
      const top = rowMaximum(x, components);
      priorMass = exponentials(prior, x, top, components);
      total += <f64>top + logOf(<f32>priorMass);
    }
    if (dX === 0) continue;
    const dMeans = dX + (first << 2);
    for (let j = 0, at = 0; j < components; j++) {
      const gamma = <f64>load<f32>(posterior + (j << 2)) / mass;
      if (mixed) store<f32>(dX + (j << 2), <f32>(share * (<f64>load<f32>(prior + (j << 2)) / priorMass - gamma)));
      const part = share * gamma;
      for (let i = 0; i < dimensions; i++, at++) {
        const over = <f64>load<f32>(inverse + (at << 2));
        const z = (<f64>load<f32>(y + (i << 2)) - <f64>load<f32>(means + (at << 2))) * over;
        store<f32>(dMeans + (at << 2), <f32>(-part * z * over));
        store<f32>(dMeans + ((all + at) << 2), <f32>(part * (1 - z * z) * <f64>load<f32>(slope + (at << 2))));
      }
    }
  }
  return total;
}
