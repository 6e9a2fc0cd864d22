// What each loss means for one row of an output and its target: one table of naive formulas in f64.

import type { Loss, LossKind } from "../../src/graph/operations.ts";
import { logSumOfExponentials, pick, type Rows, sigmoidOf, softplusOf } from "./rows.ts";

interface LossLaw {
  /** Numbers of a row that the mean is taken over; 0: the row does not count. */
  count(loss: Loss, x: Rows, target: Rows, r: number): number;
  /** Their sum. */
  sum(loss: Loss, x: Rows, target: Rows, r: number): number;
  /** Its derivative by column c of x. */
  gradient(loss: Loss, x: Rows, target: Rows, r: number, c: number): number;
}

/** A density as a row of x describes it, and how likely it makes the target: component by component. */
export interface Described {
  readonly weights: readonly number[];
  /** log of weight and density, and its part of the whole. */
  readonly logs: readonly number[];
  readonly shares: readonly number[];
  readonly logDensity: number;
  /** Of component j and number i of the target. */
  mean(j: number, i: number): number;
  deviation(j: number, i: number): number;
  /** The columns of mean and log deviation; that of component j's logit is j. */
  columns(j: number, i: number): readonly [number, number];
}

const normalised = (logs: readonly number[]): number[] => {
  const top = Math.max(...logs);
  const mass = logs.reduce((sum, log) => sum + Math.exp(log - top), 0);
  return logs.map((log) => Math.exp(log - top) / mass);
};

/** log(eᵃ + eᵇ) */
const logSum = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));

export function densityOf({ components, floor }: Loss, x: Rows, target: Rows, r: number): Described {
  const k = Math.max(1, components);
  const n = target.width;
  const columns = (j: number, i: number): [number, number] => [components + j * n + i, components + k * n + j * n + i];
  const mean = (j: number, i: number): number => pick(x, r, columns(j, i)[0]);
  const logDeviation = (j: number, i: number): number => logSum(pick(x, r, columns(j, i)[1]), Math.log(floor));
  const deviation = (j: number, i: number): number => Math.exp(logDeviation(j, i));
  const logits = Array.from({ length: k }, (_, j) => (components === 0 ? 0 : pick(x, r, j)));
  const top = Math.max(...logits);
  const mass = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
  const logs = logits.map((logit, j) => {
    let log = logit - top - mass;
    for (let i = 0; i < n; i++)
      log -= ((pick(target, r, i) - mean(j, i)) / deviation(j, i)) ** 2 / 2 + logDeviation(j, i) + Math.log(2 * Math.PI) / 2;
    return log;
  });
  const best = Math.max(...logs);
  const logDensity = best + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - best), 0));
  return { weights: normalised(logits), logs, shares: normalised(logs), logDensity, mean, deviation, columns };
}

const density: LossLaw = {
  count: () => 1,
  sum: (loss, x, target, r) => -densityOf(loss, x, target, r).logDensity,
  gradient(loss, x, target, r, c) {
    const { weights, shares, mean, deviation } = densityOf(loss, x, target, r);
    if (c < loss.components) return weights[c] - shares[c];
    const n = target.width;
    const place = c - loss.components;
    const count = weights.length * n;
    const [j, i] = [Math.floor((place % count) / n), place % n];
    const z = (pick(target, r, i) - mean(j, i)) / deviation(j, i);
    return place < count ? (-shares[j] * z) / deviation(j, i) : shares[j] * (1 - z * z) * (1 - loss.floor / deviation(j, i));
  },
};

export const LOSSES: { readonly [K in LossKind]: LossLaw } = {
  crossEntropy: {
    count: ({ ignore }, _, target, r) => (pick(target, r, 0) === ignore ? 0 : 1),
    sum: (_, x, target, r) => logSumOfExponentials(x, r) - pick(x, r, pick(target, r, 0)),
    gradient: (_, x, target, r, c) => Math.exp(pick(x, r, c) - logSumOfExponentials(x, r)) - (pick(target, r, 0) === c ? 1 : 0),
  },
  meanSquared: {
    count: (_, x) => x.width,
    sum: (_, x, target, r) => overColumns(x, (c) => (pick(x, r, c) - pick(target, r, c)) ** 2),
    gradient: (_, x, target, r, c) => 2 * (pick(x, r, c) - pick(target, r, c)),
  },
  binaryCrossEntropy: {
    count: (_, x) => x.width,
    sum: (_, x, target, r) =>
      overColumns(x, (c) => pick(target, r, c) * softplusOf(-pick(x, r, c)) + (1 - pick(target, r, c)) * softplusOf(pick(x, r, c))),
    gradient: (_, x, target, r, c) => sigmoidOf(pick(x, r, c)) - pick(target, r, c),
  },
  gaussian: density,
  mixtureDensity: density,
};

function overColumns(x: Rows, term: (c: number) => number): number {
  let sum = 0;
  for (let c = 0; c < x.width; c++) sum += term(c);
  return sum;
}

/** Whether a row has not ended before a step. */
export type Alive = (t: number, row: number) => boolean;

/** What the sum over all rows of all steps is divided by: the numbers that count, or those of one step of every sequence. */
export function divisorOf(loss: Loss, outputs: readonly Rows[], targets: readonly Rows[], alive: Alive): number {
  const { count } = LOSSES[loss.kind];
  let [steps, one] = [0, 0];
  outputs.forEach((x, t) => {
    for (let r = 0; r < x.rows; r++) {
      const counted = alive(t, r) ? count(loss, x, targets[t], r) : 0;
      steps += counted;
      one = Math.max(one, counted);
    }
  });
  return loss.mean === "sequences" ? one * outputs[0].rows : steps;
}

/** The mean loss of all rows of all steps; 0 if none counts. */
export function lossOf(loss: Loss, outputs: readonly Rows[], targets: readonly Rows[], alive: Alive): number {
  const { count, sum } = LOSSES[loss.kind];
  let total = 0;
  outputs.forEach((x, t) => {
    for (let r = 0; r < x.rows; r++) if (alive(t, r) && count(loss, x, targets[t], r) > 0) total += sum(loss, x, targets[t], r);
  });
  const divisor = divisorOf(loss, outputs, targets, alive);
  return divisor === 0 ? 0 : total / divisor;
}
