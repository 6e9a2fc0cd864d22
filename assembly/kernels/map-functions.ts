// Words of a map, the functions with a series in them and their gradients. Two vectors at a time share the constants.
import { exp as exponential } from "../math/exp";
import { log as logarithm } from "../math/log";
import { madd } from "../math/madd";
import { sigmoid as logistic } from "../math/sigmoid";
import { softplus as softRectifier } from "../math/softplus";
import { tanh as hyperbolicTangent } from "../math/tanh";

/** y = e^a */
export function exp(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = exponential(v128.load(a, 16));
    v128.store(y, exponential(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = log a */
export function log(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = logarithm(v128.load(a, 16));
    v128.store(y, logarithm(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = tanh a */
export function tanh(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = hyperbolicTangent(v128.load(a, 16));
    v128.store(y, hyperbolicTangent(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = 1 / (1 + e^-a) */
export function sigmoid(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = logistic(v128.load(a, 16));
    v128.store(y, logistic(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = log(1 + e^a) */
export function softplus(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = softRectifier(v128.load(a, 16));
    v128.store(y, softRectifier(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = b·(1 - a²) */
export function tanhGradient(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = tanhSlope(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, tanhSlope(v128.load(a), v128.load(b)));
    v128.store(y, y1, 16);
  }
}

/** y = b·a·(1 - a) */
export function sigmoidGradient(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = sigmoidSlope(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, sigmoidSlope(v128.load(a), v128.load(b)));
    v128.store(y, y1, 16);
  }
}

/** y = b·sigmoid(a) */
export function softplusGradient(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = f32x4.mul(v128.load(b, 16), logistic(v128.load(a, 16)));
    v128.store(y, f32x4.mul(v128.load(b), logistic(v128.load(a))));
    v128.store(y, y1, 16);
  }
}

/** y = c + a·(b - c) */
export function mix(y: usize, a: usize, b: usize, c: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32, c += 32) {
    const y1 = between(v128.load(a, 16), v128.load(b, 16), v128.load(c, 16));
    v128.store(y, between(v128.load(a), v128.load(b), v128.load(c)));
    v128.store(y, y1, 16);
  }
}

function tanhSlope(y: v128, dy: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
}

function sigmoidSlope(y: v128, dy: v128): v128 {
  return f32x4.mul(f32x4.mul(dy, y), f32x4.sub(f32x4.splat(1), y));
}

function between(f: v128, a: v128, b: v128): v128 {
  return madd(f, f32x4.sub(a, b), b);
}
