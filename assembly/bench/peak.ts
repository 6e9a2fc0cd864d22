// The speed that no product can exceed: independent multiply-adds in registers. Part of no release build.

import { madd } from "../math/madd";

/** Floating-point operations in one iteration of `peak`: 24 vectors of 4 lanes, a product and a sum each. */
export const PEAK_OPERATIONS = 24 * 4 * 2;

/**
 * c ← c · x + y, in 12 registers at a time: enough to hide the latency of a fused multiply-add (8 needed on Zen 3: 4 cycles, 2 a
 * cycle) and of a product and a sum in turn (12 needed). The result depends on every one, so that none is left out.
 */
export function peak(iterations: i32, scale: f32, shift: f32): f32 {
  const x = f32x4.splat(scale);
  const y = f32x4.splat(shift);
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = f32x4.splat(1);
  let c7 = c6;
  let c8 = c6;
  let c9 = c6;
  let c10 = c6;
  let c11 = c6;
  for (let n = iterations; n > 0; n--) {
    for (let twice = 0; twice < 2; twice++) {
      c0 = madd(c0, x, y);
      c1 = madd(c1, x, y);
      c2 = madd(c2, x, y);
      c3 = madd(c3, x, y);
      c4 = madd(c4, x, y);
      c5 = madd(c5, x, y);
      c6 = madd(c6, x, y);
      c7 = madd(c7, x, y);
      c8 = madd(c8, x, y);
      c9 = madd(c9, x, y);
      c10 = madd(c10, x, y);
      c11 = madd(c11, x, y);
    }
  }
  const low = f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(c4, c5));
  const high = f32x4.add(f32x4.add(f32x4.add(c6, c7), f32x4.add(c8, c9)), f32x4.add(c10, c11));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}
