// The logistic function 1 / (1 + e^-x), four lanes at a time.
import { EXP_2, EXP_3, EXP_4, EXP_5, EXP_6, expTail, LN2_HIGH, LN2_LOW, LOG2_E, reduced, within } from "./exp";
import { held } from "./held";
import { madd } from "./madd";

/** Of -x: below it y is 1, above it 0. */
const LOW: f32 = -18.0;
const HIGH: f32 = 104.0;
/** a of the formula, 2^-32. */
const SCALE: f32 = 2.3283064365386963e-10;
/** As in exp, with 127 - 32: the low bits of the sum are the biased exponent of a·2^n. */
const MAGIC: f32 = 12582912.0 + 95.0;

/** a / (a + b + b·m) with m = r + r²·tail and b = a·2^n, its exponent from the low bits of t. */
function quotient(r: v128, tail: v128, t: v128, a: v128): v128 {
  const m = madd(f32x4.mul(tail, r), r, r);
  const b = i32x4.shl(t, 23);
  return f32x4.div(a, f32x4.add(madd(b, m, a), b));
}

/**
 * y = 1 / (1 + e^-x); -x = n·ln2 + r, e^-x = 2^n · (1 + m), y = a / (a + b + b·m) with a = 2^-32 and b = a·2^n.
 *
 * Scaling both sides by a keeps b a normal number from x = 18, where y has become 1, down to x = -104, where y has become 0, so that
 * subnormal results come out right; and b + b·m loses less than b·(1 + m) would.
 * Over all 2^32 inputs: 2.00 ULP at worst, in both binaries. A loop takes `sigmoidRow`, which keeps the constants.
 */
export function sigmoid(x: v128): v128 {
  const z = within(f32x4.neg(x), f32x4.splat(LOW), f32x4.splat(HIGH));
  const t = madd(z, f32x4.splat(LOG2_E), f32x4.splat(MAGIC));
  const r = reduced(z, f32x4.sub(t, f32x4.splat(MAGIC)), f32x4.splat(LN2_HIGH), f32x4.splat(LN2_LOW));
  const tail = expTail(r, f32x4.splat(EXP_2), f32x4.splat(EXP_3), f32x4.splat(EXP_4), f32x4.splat(EXP_5), f32x4.splat(EXP_6));
  return quotient(r, tail, t, f32x4.splat(SCALE));
}

/** y[i] = 1 / (1 + e^-x[i]) from y to end, 4 floats at a time; y may be x. */
export function sigmoidRow(y: usize, x: usize, end: usize): void {
  if (y >= end) return;
  const kept = load<f32>(y);
  const low = held(y, LOW);
  const high = held(y, HIGH);
  const log2e = held(y, LOG2_E);
  const magic = held(y, MAGIC);
  const ln2High = held(y, LN2_HIGH);
  const ln2Low = held(y, LN2_LOW);
  const c2 = held(y, EXP_2);
  const c3 = held(y, EXP_3);
  const c4 = held(y, EXP_4);
  const c5 = held(y, EXP_5);
  const c6 = held(y, EXP_6);
  const a = held(y, SCALE);
  store<f32>(y, kept);
  for (; y < end; y += 16, x += 16) {
    const z = within(f32x4.neg(v128.load(x)), low, high);
    const t = madd(z, log2e, magic);
    const r = reduced(z, f32x4.sub(t, magic), ln2High, ln2Low);
    v128.store(y, quotient(r, expTail(r, c2, c3, c4, c5, c6), t, a));
  }
}

/** Bytes of the constants that `sigmoidBy` reads. */
export const SIGMOID_CONSTANTS: usize = 192;

/** The constants, four lanes each, at `at`: for loops that compute more than one function and so have no registers to keep them in. */
export function putSigmoid(at: usize): void {
  v128.store(at, f32x4.splat(LOW));
  v128.store(at, f32x4.splat(HIGH), 16);
  v128.store(at, f32x4.splat(LOG2_E), 32);
  v128.store(at, f32x4.splat(MAGIC), 48);
  v128.store(at, f32x4.splat(LN2_HIGH), 64);
  v128.store(at, f32x4.splat(LN2_LOW), 80);
  v128.store(at, f32x4.splat(EXP_2), 96);
  v128.store(at, f32x4.splat(EXP_3), 112);
  v128.store(at, f32x4.splat(EXP_4), 128);
  v128.store(at, f32x4.splat(EXP_5), 144);
  v128.store(at, f32x4.splat(EXP_6), 160);
  v128.store(at, f32x4.splat(SCALE), 176);
}

/** The argument of `sigmoidBy` for x. Apart from it, so that both are short enough to be inlined: a call costs twice the work. */
export function sigmoidArgument(at: usize, x: v128): v128 {
  return within(f32x4.neg(x), v128.load(at), v128.load(at, 16));
}

/** sigmoid(x), to the bit, of z = sigmoidArgument(at, x), with the constants that `putSigmoid` has put at `at`. */
export function sigmoidBy(at: usize, z: v128): v128 {
  const t = madd(z, v128.load(at, 32), v128.load(at, 48));
  const r = reduced(z, f32x4.sub(t, v128.load(at, 48)), v128.load(at, 64), v128.load(at, 80));
  const tail = expTail(r, v128.load(at, 96), v128.load(at, 112), v128.load(at, 128), v128.load(at, 144), v128.load(at, 160));
  return quotient(r, tail, t, v128.load(at, 176));
}
