// Numbers drawn from what a row of outputs tells of them: coins from their logits, real numbers from a Gaussian or a mixture (mixture.ts draws its row).
//
// What is drawn is a function of where it is drawn, as dropout's masks are (random.ts): key seedLow · seedHigh ^ stream, counter column · row of the
// batch · training step · time step. Word 0 of column 0 chooses the component; number i is made of word i % 4 of column 1 + i / 4.
import { expOf } from "../math/exp";
import { logOf } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { softplus } from "../math/softplus";
import { draw } from "./draw";
import { isPadded } from "./lanes";
import { philox, uniformAt } from "./random";
import { copyRow, fillRow } from "./rows";
import { rowOf } from "./tables";

/**
 * Φ⁻¹((bits + ½) / 2³²): of bits that are even, a number of mean 0 and variance 1, none beyond ±6.34. By two quotients of polynomials, one for the
 * middle and one for the tails (Wichura 1988, algorithm AS 241, PPND7): 2.5e-7 of the number at worst, most of it the
 * f32 logarithm of a tail.
 */
export function normal(bits: u32): f64 {
  const p = (<f64>bits + 0.5) / 4294967296;
  const q = p - 0.5;
  if (abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
      (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    );
  }
  const r = sqrt(-(<f64>logOf(<f32>min(p, 1 - p)))) - 1.6;
  const tail = (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) / ((0.12021132975 * r + 0.7370016425) * r + 1);
  return q < 0 ? -tail : tail;
}

/** σ(logit): how likely one coin is yes. */
export function chance(logit: f32): f64 {
  return f32x4.extract_lane(sigmoid(f32x4.splat(logit)), 0);
}

/** log σ(logit), or log(1 − σ(logit)): how likely it is what it is. */
export function logChance(logit: f32, yes: bool): f64 {
  return -f32x4.extract_lane(softplus(f32x4.splat(yes ? -logit : logit)), 0);
}

/**
 * out[r][i] = 1 with probability σ(x[r][i] / temperature), to 2⁻³², else 0; NaN where x is. temperature 0: 1 where x > 0. rows × width.
 * Row r is row order[r % batch] of the batch (order 0: r % batch) at time step time + r / batch.
 */
export function drawBits(
  out: usize,
  outStride: i32,
  x: usize,
  xStride: i32,
  rows: i32,
  width: i32,
  temperature: f32,
  batch: i32,
  order: usize,
  time: i32,
  seedLow: u32,
  seedHigh: u32,
  step: u32,
): void {
  assert(rows <= batch || rows % batch === 0, "rows are of one step, or whole batches");
  assert(isPadded(outStride, width) && isPadded(xStride, width), "rows are padded to 8 floats");
  const greedy = temperature === 0;
  for (let r = 0; r < rows; r++, out += outStride, x += xStride) {
    const place = i32x4(0, rowOf(order, r % batch), step, time + r / batch);
    for (let i = 0; i < width; i += 4) {
      const logit = v128.load(x + (i << 2));
      const share = f32x4.mul(sigmoid(f32x4.div(logit, f32x4.splat(temperature))), f32x4.splat(4294967296));
      const bits = philox(i32x4.replace_lane(place, 0, 1 + (i >> 2)), seedLow, seedHigh);
      const yes = greedy ? f32x4.gt(logit, f32x4.splat(0)) : i32x4.lt_u(bits, i32x4.trunc_sat_f32x4_u(share));
      v128.store(out + (i << 2), v128.or(v128.and(yes, f32x4.splat(1)), f32x4.ne(logit, logit)));
    }
  }
}

/**
 * out[r][i] = μ[j][i] + √temperature · σ[j][i] · a normal number, σ = floor + exp(log deviation), where j is drawn from softmax(logits / temperature);
 * without components there is one Gaussian, and no logits. temperature 0: the means of the first of the likeliest. NaN where there is no
 * distribution. out: rows × width. Rows as in drawBits. scratch: 64 bytes for each 8 of
 * the components, or of the one.
 */
export function drawDensity(
  out: usize,
  outStride: i32,
  x: usize,
  xStride: i32,
  rows: i32,
  width: i32,
  components: i32,
  floor: f32,
  temperature: f32,
  batch: i32,
  order: usize,
  time: i32,
  seedLow: u32,
  seedHigh: u32,
  step: u32,
  scratch: usize,
): void {
  assert(rows <= batch || rows % batch === 0, "rows are of one step, or whole batches");
  assert(isPadded(xStride, components + 2 * max(1, components) * width), "rows are padded to 8 floats");
  const spread = sqrt(<f64>temperature);
  const all = max(1, components) * width;
  for (let r = 0; r < rows; r++, out += outStride, x += xStride) {
    const row = rowOf(order, r % batch);
    const now = time + r / batch;
    const uniform = uniformAt(row, now, step, seedLow, seedHigh);
    const chosen = components > 1 ? draw(x, components, temperature, 0, 1, 0, uniform, scratch) : 0;
    if (chosen < 0) {
      fillRow(out, reinterpret<i32>(f32.NaN), width);
      continue;
    }
    const means = x + ((components + chosen * width) << 2);
    if (spread === 0) {
      copyRow(out, means, width);
      continue;
    }
    for (let i = 0; i < width; i++) {
      if ((i & 3) === 0) v128.store(scratch, philox(i32x4(1 + (i >> 2), row, step, now), seedLow, seedHigh));
      const deviation = <f64>floor + <f64>expOf(load<f32>(means + ((all + i) << 2)));
      const off = deviation * spread * normal(load<u32>(scratch + ((i & 3) << 2)));
      store<f32>(out + (i << 2), <f32>(<f64>load<f32>(means + (i << 2)) + off));
    }
  }
}
