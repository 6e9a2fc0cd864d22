// e^x, four lanes at a time, by reduction to |r| <= ln2/2 and a polynomial.
import { madd } from "./madd";

/**
 * e^r - 1 - r over r², for |r| <= ln2/2: a polynomial of degree 4.
 *
 * Remez exchange on e^r - 1 - r, error relative to e^r, each coefficient rounded to f32 in turn and the rest fitted anew:
 * 3.2e-9 after rounding, a twentieth of an ULP.
 */
export function expTail(r: v128): v128 {
  let q = madd(f32x4.splat(0.0013839063), r, f32x4.splat(0.008369201));
  q = madd(q, r, f32x4.splat(0.041668102));
  q = madd(q, r, f32x4.splat(0.16666517));
  return madd(q, r, f32x4.splat(0.49999994));
}

/**
 * y = e^x.
 *
 * x = n·ln2 + r, e^x = 2^n · (1 + r + r²·tail(r)). Adding 1.5·2^23 rounds to an integer and leaves it in the low bits of the float, so
 * that no conversion is needed. 2^n is applied as two factors, each a normal number, so that overflow gives Inf and underflow is rounded
 * once, into the subnormals. NaN survives because pmin and pmax keep their first operand when a comparison fails.
 */
export function exp(x: v128): v128 {
  // 254 is twice the exponent's bias: half of the low bits is then a biased exponent.
  const magic = f32x4.splat(12582912.0 + 254.0);
  const z = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89.0)), f32x4.splat(-104.0));
  const t = madd(z, f32x4.splat(1.442695022), magic);
  const n = f32x4.sub(t, magic);
  // ln2 in two parts; the first has 9 bits, so that n·0.693359375 is exact in both binaries.
  const r = madd(n, f32x4.splat(2.1219444005469057e-4), madd(n, f32x4.splat(-0.693359375), z));
  const one = f32x4.splat(1.0);
  const p = madd(madd(expTail(r), r, one), r, one);
  const half = i32x4.shr_s(t, 1);
  return f32x4.mul(f32x4.mul(p, i32x4.shl(half, 23)), i32x4.shl(i32x4.sub(t, half), 23));
}
