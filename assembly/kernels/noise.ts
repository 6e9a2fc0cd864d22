// Noise that is a function of where it is added: the same whatever the split of the batch.
import { firstLanes, isPadded } from "./lanes";
import { philox } from "./random";
import { rowOf } from "./tables";

/** 2⁻²³: a signed whole number of 24 bits becomes one from [−1, 1), exact in f32. */
const SHARE: f32 = 1.1920928955078125e-7;

/**
 * out[r][i] = x[r][i] + a number from [−limit, limit), uniform, rows × width. Row r is row order[r % batch] of the batch at time step
 * time + r / batch (order 0: rows in their own order). The number depends on seed, stream, step, time, row of the batch and i alone, as dropout's mask does (random.ts). In place allowed; pads receive
 * what x's pads hold.
 */
export function addNoise(
  out: usize,
  outStride: i32,
  x: usize,
  xStride: i32,
  rows: i32,
  width: i32,
  batch: i32,
  order: usize,
  time: i32,
  limit: f32,
  seedLow: u32,
  seedHigh: u32,
  stream: u32,
  step: u32,
): void {
  assert(rows <= batch || rows % batch === 0, "rows are of one step, or whole batches");
  assert(isPadded(outStride, width) && isPadded(xStride, width), "rows are padded to 8 floats");
  const factor = f32x4.splat(limit * SHARE);
  for (let r = 0, row = 0; r < rows; r++, row++, out += outStride, x += xStride) {
    if (row === batch) {
      row = 0;
      time++;
    }
    const place = i32x4(0, rowOf(order, row), step, time);
    for (let i = 0; i < width; i += 4) {
      const bits = philox(i32x4.replace_lane(place, 0, i >> 2), seedLow, seedHigh ^ stream);
      const noise = v128.and(f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 8)), factor), firstLanes(width - i));
      v128.store(out + (i << 2), f32x4.add(v128.load(x + (i << 2)), noise));
    }
  }
}
