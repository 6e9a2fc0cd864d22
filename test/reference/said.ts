// What a loss takes a row of an output for, drawn in f64 from numbers that are given: the judge of every draw.

import type { Loss } from "../../src/graph/operations.ts";
import { drawnOf, firsts, make, pick, type Rows, sigmoidOf } from "./rows.ts";

type Told = Pick<Loss, "kind" | "components" | "floor">;
type Uniform = (row: number, column?: number) => number;

/** Φ(x), by its series (Marsaglia 2004): for |x| < 8 to 1e-15. */
export function normalShare(x: number): number {
  if (Math.abs(x) > 8) return Number(x > 0);
  let [sum, term] = [x, x];
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.5 * Math.log(2 * Math.PI));
}

/** Φ⁻¹ of the middle of the 2⁻³² that begin with a uniform number, by halving: the normal number that belongs to it. */
export function normalOf(uniform: number): number {
  const share = uniform + 2 ** -33;
  // Near 1 the series has no digits left for 1 − Φ.
  if (share > 0.5) return -normalOf(1 - share - 2 ** -33);
  let [low, high] = [-7, 0];
  for (let i = 0; i < 52; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The component that a row's number chooses; 0 where there is one. */
export const componentOf = ({ components }: Told, x: Rows, r: number, uniform: Uniform): number =>
  components > 1
    ? pick(
        drawnOf(firsts(x, r, components), () => uniform(r)),
        0,
        0,
      )
    : 0;

export function saidOf(told: Told, x: Rows, uniform: Uniform): Rows {
  const { kind, components, floor } = told;
  if (kind === "meanSquared") throw new Error("with meanSquared nothing is drawn");
  if (kind === "crossEntropy") return drawnOf(x, uniform);
  if (kind === "binaryCrossEntropy") return make(x.rows, x.width, (r, c) => Number(uniform(r, 4 + c) < sigmoidOf(pick(x, r, c))));
  const many = Math.max(1, components);
  const width = (x.width - components) / (2 * many);
  return make(x.rows, width, (r, c) => {
    const at = components + componentOf(told, x, r, uniform) * width + c;
    return pick(x, r, at) + (floor + Math.exp(pick(x, r, at + many * width))) * normalOf(uniform(r, 4 + c));
  });
}
