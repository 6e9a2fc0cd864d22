// The natural logarithm, four lanes at a time.
import { madd } from "./madd";

/** log of positive normal numbers: x = 2^k·(1 + f), f in [√½ - 1, √2 - 1]; log x = k·ln2 + log(1 + f). */
function logNormal(x: v128): v128 {
  const k = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(k, 23)), f32x4.splat(1.0));
  const n = f32x4.convert_i32x4_s(k);
  // log(1 + f) = 2·atanh(s) with s = f/(2 + f), written as f - h + s·(h + s²·R(s²)) with h = f²/2: the correction to f is small.
  const s = f32x4.div(f, f32x4.add(f, f32x4.splat(2.0)));
  const z = f32x4.mul(s, s);
  let p = madd(f32x4.splat(0.2987106), z, f32x4.splat(0.39977577));
  p = madd(p, z, f32x4.splat(0.66666776));
  const h = f32x4.mul(f32x4.mul(f, f), f32x4.splat(0.5));
  const tail = madd(s, madd(p, z, h), f32x4.mul(n, f32x4.splat(9.0580006145e-6)));
  // ln2 in two parts; the first has 16 bits, so that n times it is exact in both binaries.
  return madd(n, f32x4.splat(0.693138122558594), f32x4.add(f32x4.sub(tail, h), f));
}

/** log where a lane is 0, negative, subnormal, Inf or NaN. */
function logSpecial(x: v128): v128 {
  const small = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const y = logNormal(v128.bitselect(f32x4.mul(x, f32x4.splat(33554432.0)), x, small));
  let result = f32x4.sub(y, v128.and(small, f32x4.splat(17.328679513998633)));
  result = v128.bitselect(f32x4.splat(-Infinity), result, f32x4.eq(x, f32x4.splat(0.0)));
  result = v128.bitselect(x, result, f32x4.eq(x, f32x4.splat(Infinity)));
  return v128.or(result, v128.not(f32x4.ge(x, f32x4.splat(0.0))));
}

/**
 * y = log x; -Inf at ±0, NaN below.
 *
 * One comparison (as unsigned integers, by an offset) tells positive normal lanes from all others, which take a slower path.
 * R is the Remez polynomial of 2·atanh(s)/s - 2 over s², 1.6e-9 after rounding.
 */
export function log(x: v128): v128 {
  const normal = i32x4.lt_s(i32x4.add(x, i32x4.splat(0x7f800000)), i32x4.splat(0xff000000));
  if (i32x4.all_true(normal)) return logNormal(x);
  return logSpecial(x);
}
