// Which operations count as a non-linear step: one row for each, for the length of paths.

import type { OpName } from "../graph/operations.ts";

/**
 * What an operation makes of an input that varies while all else is constant.
 * - `linear`: a linear (affine) function: sums, weights, delays, columns. No step.
 * - `function`: something bent: a step.
 * - `product`: linear if the other factors are constant, a step if they vary too (a gate that depends on what it gates).
 * - `quotient`: as a product for the dividend, a function of the divisor.
 * - `none`: nothing differentiable passes.
 */
export type Bend = "linear" | "function" | "product" | "quotient" | "none";

export const BEND: { readonly [K in OpName]: Bend } = {
  input: "none",
  target: "none",
  feedback: "linear",
  parameter: "none",
  matmul: "linear",
  sparse: "linear",
  outer: "none",
  gather: "linear",
  scatter: "none",
  columnSum: "none",
  pack: "none",
  add: "linear",
  sub: "linear",
  mul: "product",
  div: "quotient",
  mix: "product",
  affine: "linear",
  tanh: "function",
  sigmoid: "function",
  relu: "function",
  softplus: "function",
  exp: "function",
  log: "function",
  sqrt: "function",
  abs: "function",
  sign: "none",
  unitStep: "none",
  copy: "linear",
  clamp: "function",
  tanhGradient: "none",
  sigmoidGradient: "none",
  reluGradient: "none",
  softplusGradient: "none",
  clampGradient: "none",
  concat: "linear",
  slice: "linear",
  pad: "linear",
  delay: "linear",
  last: "linear",
  atLast: "linear",
  repeat: "linear",
  everyRow: "linear",
  sumOverTime: "none",
  dotScore: "product",
  additiveScore: "function",
  align: "function",
  alignGradient: "none",
  attend: "product",
  spread: "none",
  additiveToQuery: "none",
  additiveToKey: "none",
  softmax: "function",
  softmaxGradient: "none",
  normalize: "function",
  normalizeGradient: "none",
  argmax: "none",
  draw: "none",
  either: "linear",
  eitherGradient: "none",
  dropout: "linear",
  noise: "linear",
  loss: "function",
  lossGradient: "none",
};
