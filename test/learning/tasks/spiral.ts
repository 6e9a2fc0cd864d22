// A walk along a spiral of two branches: at each step it is on either of them, whichever a coin says, so that the next point has two places.

import type { Random } from "../../reference/random.ts";

export type Point = readonly [x: number, y: number];

export const STEPS = 60;
/** Deviation of a point from its branch, each way. */
export const NOISE = 0.02;
const TURNS = 1.5;

/** The first branch at step t, from the middle outwards; the second lies opposite. */
export function branch(t: number): Point {
  const share = t / (STEPS - 1);
  const [radius, angle] = [0.15 + 0.85 * share, TURNS * 2 * Math.PI * share];
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** A Gaussian number (Box and Muller 1958). */
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** A walk of STEPS points. */
export function walk(random: Random): Point[] {
  return Array.from({ length: STEPS }, (_, t) => {
    const side = random.next() < 0.5 ? 1 : -1;
    const [x, y] = branch(t);
    return [side * x + NOISE * normal(random), side * y + NOISE * normal(random)];
  });
}

const gaussianEntropy = (variance: number): number => Math.log(2 * Math.PI * Math.E * variance) / 2;

/** Nats that a step of a walk is worth to who knows all but the coin: the branches are further apart than five deviations at every step. */
export const TRUTH = Math.log(2) + 2 * gaussianEntropy(NOISE ** 2);

/** The least that one Gaussian can do, its mean between the branches and its deviations what they are apart: the mean over steps 1 … STEPS − 1. */
export const GAUSSIAN_LEAST =
  Array.from({ length: STEPS - 1 }, (_, t) => branch(t + 1).reduce((sum, x) => sum + gaussianEntropy(x * x + NOISE ** 2), 0)).reduce(
    (sum, nats) => sum + nats,
    0,
  ) /
  (STEPS - 1);

/** The distance of a point from the nearer branch at a step. */
export function distance([px, py]: ArrayLike<number> & Iterable<number>, t: number): number {
  const [x, y] = branch(t);
  return Math.min(Math.hypot(px - x, py - y), Math.hypot(px + x, py + y));
}
