// How a sparse weight begins: entries in random places, scaled to the spectral radius that is asked for.

import type { Initializer } from "../graph/initializer.ts";
import { spectralRadiusOfEntries } from "../numeric/entries.ts";
import type { Random } from "./random.ts";
import type { Entries } from "./sparse.ts";

/** The entries of a weight of `order` rows and columns. */
export function firstEntries(
  { topology, entries, radius }: Extract<Initializer, { kind: "sparse" }>,
  order: number,
  random: Random,
): Entries & { readonly values: Float64Array; readonly rows: Int32Array } {
  const values = new Float64Array(entries * order);
  const rows = new Int32Array(entries * order);
  if (topology === "ring") {
    // Its eigenvalues are the radius times the roots of 1.
    values.fill(radius);
    for (let column = 0; column < order; column++) rows[column] = (column + order - 1) % order;
    return { values, rows };
  }
  for (let column = 0; column < order; column++) {
    const places = someOf(order, entries, random);
    for (let e = 0; e < entries; e++) {
      rows[e * order + column] = places[e];
      values[e * order + column] = 2 * random.uniform() - 1;
    }
  }
  const start = Float64Array.from({ length: order }, () => 2 * random.uniform() - 1);
  const scale = radius / spectralRadiusOfEntries(values, rows, order, start);
  for (let i = 0; i < values.length; i++) values[i] *= scale;
  return { values, rows };
}

/** `count` different whole numbers below `n`, in rising order: all sets equally likely (Floyd 1987). */
function someOf(n: number, count: number, random: Random): number[] {
  const chosen = new Set<number>();
  for (let last = n - count; last < n; last++) {
    const candidate = random.below(last + 1);
    chosen.add(chosen.has(candidate) ? last : candidate);
  }
  return [...chosen].sort((a, b) => a - b);
}
