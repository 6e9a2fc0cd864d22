// Entry of bench/math-ulp.mjs: each function over an array, by its row loop and vector by vector, so that error and speed can be measured.
import { exp } from "../math/exp";
import { log } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { softplus } from "../math/softplus";
import { tanh } from "../math/tanh";

export { expRow } from "../math/exp";
export { logRow } from "../math/log";
export { sigmoidRow } from "../math/sigmoid";
export { softplusRow } from "../math/softplus";
export { tanhRow } from "../math/tanh";

/** exp of x from y to end, vector by vector. */
export function expEach(y: usize, x: usize, end: usize): void {
  for (; y < end; y += 16, x += 16) v128.store(y, exp(v128.load(x)));
}

/** log of x from y to end, vector by vector. */
export function logEach(y: usize, x: usize, end: usize): void {
  for (; y < end; y += 16, x += 16) v128.store(y, log(v128.load(x)));
}

/** sigmoid of x from y to end, vector by vector. */
export function sigmoidEach(y: usize, x: usize, end: usize): void {
  for (; y < end; y += 16, x += 16) v128.store(y, sigmoid(v128.load(x)));
}

/** softplus of x from y to end, vector by vector. */
export function softplusEach(y: usize, x: usize, end: usize): void {
  for (; y < end; y += 16, x += 16) v128.store(y, softplus(v128.load(x)));
}

/** tanh of x from y to end, vector by vector. */
export function tanhEach(y: usize, x: usize, end: usize): void {
  for (; y < end; y += 16, x += 16) v128.store(y, tanh(v128.load(x)));
}
