// How far f32 is expected to be from f64 in the density of a target and its gradient, in units of 2⁻²⁴; see errors.ts.

import type { Loss } from "../../src/graph/operations.ts";
import { densityOf } from "./losses.ts";
import { pick, type Rows, sigmoidOf, softplusOf } from "./rows.ts";

const join = (...errors: number[]): number => Math.hypot(...errors);

/** What the errors of the columns of row r come to: in −log of the density, and in its derivative by column c. */
export function densityErrors(loss: Loss, x: Rows, target: Rows, r: number, error: (c: number) => number) {
  const { weights, logs, shares, mean, deviation, columns } = densityOf(loss, x, target, r);
  const { floor, components } = loss;
  const logFloor = Math.log(floor);
  const n = target.width;
  /** Of component j and number i: z, and the errors of log σ, of the slope, and of z beside that of log σ. */
  const parts = weights.map((_, j) =>
    Array.from({ length: n }, (_, i) => {
      const [m, d] = columns(j, i);
      const above = pick(x, r, d) - logFloor;
      const slope = sigmoidOf(above);
      const rounded = join(logFloor, above);
      // The argument of softplus, of which 1 − slope passes; its own 6 units of what is small where the deviation is large; the sum.
      const logError = join(slope * error(d), (1 - slope) * rounded, 6 * softplusOf(-Math.abs(above)), Math.log(deviation(j, i)));
      const z = (pick(target, r, i) - mean(j, i)) / deviation(j, i);
      const slopeError = slope * join((1 - slope) * join(error(d), rounded), 4);
      return { z, slope, slopeError, logError, over: 1 / deviation(j, i), own: join(error(m) / deviation(j, i), 3 * z) };
    }),
  );
  /** Of the logarithm of component j, behind that of the best: log σ enters twice, as itself and through z. */
  const best = Math.max(...logs);
  const behind = logs.map((log, j) => {
    const errors = parts[j].flatMap(({ z, own, logError }) => [z * own, (1 - z * z) * logError]);
    return join(...errors, components > 0 ? error(j) : 0, log - best, 3);
  });
  const meanOf = (of: readonly number[], by: readonly number[]): number => of.reduce((sum, one, j) => sum + one * by[j], 0);
  const shareErrors = shares.map((share, j) => share * join(behind[j], meanOf(behind, shares), 4));
  const top = Math.max(...weights);
  const prior = weights.map((weight, j) => (components > 0 ? join(error(j), Math.log(weight / top), 3) : 0));
  return {
    // And the logarithms of two sums of up to as many exponentials as there are components.
    sum: (): number => meanOf(behind, shares) + meanOf(prior, weights) + 4 + 4 * Math.log(weights.length),
    gradient(c: number): number {
      if (c < components) return join(shareErrors[c], weights[c] * join(prior[c], meanOf(prior, weights), 4));
      const place = c - components;
      const count = weights.length * n;
      const j = Math.floor((place % count) / n);
      const { z, slope, slopeError, logError, over, own } = parts[j][place % n];
      if (place < count) return join(shareErrors[j] * z * over, shares[j] * over * join(own, 2 * z * logError, 4 * z));
      const squares = 1 - z * z;
      const fromZ = shares[j] * 2 * z * slope * join(own, z * logError);
      return join(shareErrors[j] * squares * slope, fromZ, shares[j] * squares * slopeError, 2 * shares[j] * squares * slope);
    },
  };
}
