// The hyperbolic tangent, four lanes at a time.
import { held } from "./held";
import { madd } from "./madd";

/** Beyond it tanh is 1 in f32. */
const HIGH: f32 = 9.02;
/** -2·log2 e. */
const RATE: f32 = -2.885390082;
/** As in exp, with 127: the low bits of the sum are the biased exponent of 2^n. */
const MAGIC: f32 = 12582912.0 + 127.0;
const HALF_LN2: f32 = 0.34657359;
/**
 * (1 - e^-2r)/2 = r + r²·(TANH_2 + TANH_3·r + …), |r| <= ln2/4: Remez exchange, error relative to the left side, each coefficient
 * rounded to f32 in turn and the rest fitted anew. 1.4e-8 after rounding, a quarter of an ULP.
 */
const TANH_2: f32 = -0.99999994;
const TANH_3: f32 = 0.66666156;
const TANH_4: f32 = -0.333342;
const TANH_5: f32 = 0.1338734;
const TANH_6: f32 = -0.044281155;

/** ((1 - e^-2r)/2 - r) / r². */
function tail(r: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128): v128 {
  return madd(madd(madd(madd(c6, r, c5), r, c4), r, c3), r, c2);
}

/** h / d with the sign of x; s = 2^n from the low bits of t. */
function quotient(r: v128, q: v128, t: v128, half: v128, x: v128, sign: v128): v128 {
  const s = i32x4.shl(t, 23);
  const rs = f32x4.mul(r, s);
  const w = madd(f32x4.mul(q, r), rs, rs);
  const hs = f32x4.mul(s, half);
  const h = f32x4.sub(w, f32x4.sub(hs, half));
  const d = f32x4.sub(f32x4.add(hs, half), w);
  return v128.bitselect(x, f32x4.div(h, d), sign);
}

/**
 * y = tanh x = h / d, where h = (1 - g)/2 and d = (1 + g)/2 with g = e^(-2|x|), and the sign of x.
 *
 * |x| = r - n·ln2/2, g = 2^n·(1 - 2w) with w = (1 - e^-2r)/2 = r + r²·q(r). Both sums end in one rounding from w·2^n: no digits are lost
 * near 0, where h = |x|, nor near 1. Since h <= 1/2 <= d, |y| never exceeds 1; since only |x| is looked at, tanh is odd to the bit.
 * Over all 2^32 inputs: 1.97 ULP at worst, 1.96 relaxed. A loop takes `tanhRow`, which keeps the constants.
 */
export function tanh(x: v128): v128 {
  // pmin keeps its first operand when that is NaN.
  const z = f32x4.pmin(f32x4.abs(x), f32x4.splat(HIGH));
  const t = madd(z, f32x4.splat(RATE), f32x4.splat(MAGIC));
  const r = madd(f32x4.sub(t, f32x4.splat(MAGIC)), f32x4.splat(HALF_LN2), z);
  const q = tail(r, f32x4.splat(TANH_2), f32x4.splat(TANH_3), f32x4.splat(TANH_4), f32x4.splat(TANH_5), f32x4.splat(TANH_6));
  return quotient(r, q, t, f32x4.splat(0.5), x, f32x4.splat(-0.0));
}

/** y[i] = tanh x[i] from y to end, 4 floats at a time; y may be x. */
export function tanhRow(y: usize, x: usize, end: usize): void {
  if (y >= end) return;
  const kept = load<f32>(y);
  const high = held(y, HIGH);
  const rate = held(y, RATE);
  const magic = held(y, MAGIC);
  const halfLn2 = held(y, HALF_LN2);
  const c2 = held(y, TANH_2);
  const c3 = held(y, TANH_3);
  const c4 = held(y, TANH_4);
  const c5 = held(y, TANH_5);
  const c6 = held(y, TANH_6);
  const half = held(y, 0.5);
  const sign = held(y, -0.0);
  store<f32>(y, kept);
  for (; y < end; y += 16, x += 16) {
    const v = v128.load(x);
    const z = f32x4.pmin(f32x4.abs(v), high);
    const t = madd(z, rate, magic);
    const r = madd(f32x4.sub(t, magic), halfLn2, z);
    v128.store(y, quotient(r, tail(r, c2, c3, c4, c5, c6), t, half, v, sign));
  }
}

/** Bytes of the constants that `tanhBy` reads. */
export const TANH_CONSTANTS: usize = 176;

/** The constants, four lanes each, at `at` (see sigmoid.ts). */
export function putTanh(at: usize): void {
  v128.store(at, f32x4.splat(HIGH));
  v128.store(at, f32x4.splat(RATE), 16);
  v128.store(at, f32x4.splat(MAGIC), 32);
  v128.store(at, f32x4.splat(HALF_LN2), 48);
  v128.store(at, f32x4.splat(TANH_2), 64);
  v128.store(at, f32x4.splat(TANH_3), 80);
  v128.store(at, f32x4.splat(TANH_4), 96);
  v128.store(at, f32x4.splat(TANH_5), 112);
  v128.store(at, f32x4.splat(TANH_6), 128);
  v128.store(at, f32x4.splat(0.5), 144);
  v128.store(at, f32x4.splat(-0.0), 160);
}

/** |x|, as far as tanh changes. */
export function tanhArgument(at: usize, x: v128): v128 {
  return f32x4.pmin(f32x4.abs(x), v128.load(at));
}

/** tanh x, to the bit, of z = tanhArgument(at, x), with the constants that `putTanh` has put at `at`. */
export function tanhBy(at: usize, z: v128, x: v128): v128 {
  const t = madd(z, v128.load(at, 16), v128.load(at, 32));
  const r = madd(f32x4.sub(t, v128.load(at, 32)), v128.load(at, 48), z);
  const q = tail(r, v128.load(at, 64), v128.load(at, 80), v128.load(at, 96), v128.load(at, 112), v128.load(at, 128));
  return quotient(r, q, t, v128.load(at, 144), x, v128.load(at, 160));
}
