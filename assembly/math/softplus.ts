// The soft rectifier log(1 + e^x), four lanes at a time.
import { exp } from "./exp";
import { madd } from "./madd";

/**
 * y = log(1 + e^x) = max(x, 0) + log(1 + u) with u = e^-|x|, which neither overflows nor loses the tail.
 *
 * log(1 + u) = 2·atanh(s/2) = s + s³·P(s²) with s = u / (1 + u/2) <= 2/3; P by Remez, 4.6e-9 of s² after rounding.
 */
export function softplus(x: v128): v128 {
  const u = exp(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(u, madd(u, f32x4.splat(0.5), f32x4.splat(1.0)));
  const z = f32x4.mul(s, s);
  let p = madd(f32x4.splat(0.0005474498), z, f32x4.splat(0.0021873603));
  p = madd(p, z, f32x4.splat(0.012506797));
  p = madd(p, z, f32x4.splat(0.083333015));
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0.0)), madd(f32x4.mul(s, z), p, s));
}
