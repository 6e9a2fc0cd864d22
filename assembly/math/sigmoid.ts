// The logistic function 1 / (1 + e^-x), four lanes at a time.
import { expTail } from "./exp";
import { madd } from "./madd";

/**
 * y = 1 / (1 + e^-x).
 *
 * e^-x = 2^n · (1 + m) with m = e^r - 1, and y = a / (a + b + b·m) with a = 2^-32 and b = a·2^n. Scaling both sides by a keeps b a normal
 * number from x = 18, where y has become 1, down to x = -104, where y has become 0, so that subnormal results come out right; and
 * b + b·m loses less than b·(1 + m) would.
 */
export function sigmoid(x: v128): v128 {
  // 127 - 32: the low bits are the biased exponent of b.
  const magic = f32x4.splat(12582912.0 + 95.0);
  const z = f32x4.pmax(f32x4.pmin(x, f32x4.splat(18.0)), f32x4.splat(-104.0));
  const t = madd(z, f32x4.splat(-1.442695022), magic);
  const n = f32x4.sub(t, magic);
  // -r, of -x = n·ln2 + r; ln2 in two parts as in exp.
  const s = madd(n, f32x4.splat(-2.1219444005469057e-4), madd(n, f32x4.splat(0.693359375), z));
  const r = f32x4.neg(s);
  const m = madd(f32x4.mul(expTail(r), r), r, r);
  const a = f32x4.splat(2.3283064365386963e-10);
  const b = i32x4.shl(t, 23);
  return f32x4.div(a, f32x4.add(madd(b, m, a), b));
}
