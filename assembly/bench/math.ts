// Entry of bench/math-ulp.mjs: each function over an array, so that its error and its speed can be measured.
import { exp } from "../math/exp";
import { log } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { softplus } from "../math/softplus";
import { tanh } from "../math/tanh";

/** y[i] = e^x[i]; count is a multiple of 8, here and below. */
export function expArray(y: usize, x: usize, count: i32): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32) {
    const y1 = exp(v128.load(x, 16));
    v128.store(y, exp(v128.load(x)));
    v128.store(y, y1, 16);
  }
}

export function logArray(y: usize, x: usize, count: i32): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32) {
    const y1 = log(v128.load(x, 16));
    v128.store(y, log(v128.load(x)));
    v128.store(y, y1, 16);
  }
}

export function sigmoidArray(y: usize, x: usize, count: i32): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32) {
    const y1 = sigmoid(v128.load(x, 16));
    v128.store(y, sigmoid(v128.load(x)));
    v128.store(y, y1, 16);
  }
}

export function softplusArray(y: usize, x: usize, count: i32): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32) {
    const y1 = softplus(v128.load(x, 16));
    v128.store(y, softplus(v128.load(x)));
    v128.store(y, y1, 16);
  }
}

export function tanhArray(y: usize, x: usize, count: i32): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32) {
    const y1 = tanh(v128.load(x, 16));
    v128.store(y, tanh(v128.load(x)));
    v128.store(y, y1, 16);
  }
}
