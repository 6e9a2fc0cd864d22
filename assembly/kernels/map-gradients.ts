// Words of a map, gradients: what is known of a forward word and the gradient b of its result, to the gradient of its argument.
import { sigmoid, sigmoidRow } from "../math/sigmoid";
import { mul } from "./map-arithmetic";

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
  if (y !== b) {
    sigmoidRow(y, a, end);
    return mul(y, y, b, end);
  }
  for (; y < end; y += 16, a += 16) v128.store(y, f32x4.mul(v128.load(y), sigmoid(v128.load(a))));
}

export function tanhSlope(y: v128, dy: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
}

export function sigmoidSlope(y: v128, dy: v128): v128 {
  return f32x4.mul(f32x4.mul(dy, y), f32x4.sub(f32x4.splat(1), y));
}
