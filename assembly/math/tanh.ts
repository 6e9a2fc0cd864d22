// The hyperbolic tangent, four lanes at a time.
import { madd } from "./madd";

/**
 * y = tanh x = h / d, where h = (1 - g)/2 and d = (1 + g)/2 with g = e^(-2|x|), and the sign of x.
 *
 * |x| = r - n·ln2/2 with |r| <= ln2/4, and g = 2^n·(1 - 2w) with w = (1 - e^-2r)/2 = r + r²·q(r). Both sums end in one rounding from
 * w·2^n: no digits are lost near 0, where h = |x|, nor near 1. Since h <= d, |y| never exceeds 1; since only |x| is looked at, tanh is odd
 * to the bit. q is the Remez polynomial, error relative to w: 1.4e-8 after rounding, a quarter of an ULP.
 */
export function tanh(x: v128): v128 {
  const magic = f32x4.splat(12582912.0 + 127.0);
  const half = f32x4.splat(0.5);
  // Beyond 9.02 tanh is 1 in f32. pmin keeps its first operand when that is NaN.
  const z = f32x4.pmin(f32x4.abs(x), f32x4.splat(9.02));
  const t = madd(z, f32x4.splat(-2.8853900817779268), magic);
  const s = i32x4.shl(t, 23);
  const r = madd(f32x4.sub(t, magic), f32x4.splat(0.34657359027997264), z);
  let q = madd(f32x4.splat(-0.044281155), r, f32x4.splat(0.1338734));
  q = madd(q, r, f32x4.splat(-0.333342));
  q = madd(q, r, f32x4.splat(0.66666156));
  q = madd(q, r, f32x4.splat(-0.99999994));
  const rs = f32x4.mul(r, s);
  const w = madd(f32x4.mul(q, r), rs, rs);
  const hs = f32x4.mul(s, half);
  const h = f32x4.sub(w, f32x4.sub(hs, half));
  const d = f32x4.sub(f32x4.add(hs, half), w);
  return v128.bitselect(x, f32x4.div(h, d), f32x4.splat(-0.0));
}
