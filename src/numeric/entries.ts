// The spectral radius of a sparse matrix, from the numbers of each column that are not zero.

import { spectralRadiusBy } from "./arnoldi.ts";
import { balancingFactor } from "./hessenberg.ts";

/**
 * Entry i stands in row `rows[i]` and column i mod `order`; entries of one place add up. `start` as Arnoldi's method wants it.
 *
 * A chain of units that ends, and weights of very different size, let ‖Aᵗ‖ grow by many powers of ten before it shrinks, and then no method sees
 * the eigenvalues. So what no cycle comes back through is left out first, and the rest is balanced: neither changes an eigenvalue but zeros.
 */
export function spectralRadiusOfEntries(values: ArrayLike<number>, rows: ArrayLike<number>, order: number, start: Float64Array): number {
  const kept = Float64Array.from(values);
  const byRow = entriesByRow(rows, kept.length, order);
  leaveOutEnds(kept, rows, byRow);
  balance(kept, rows, byRow);
  return spectralRadiusBy(
    (x, y) => {
      y.fill(0);
      for (let first = 0; first < kept.length; first += order)
        for (let column = 0; column < order; column++) y[column] += kept[first + column] * x[rows[first + column]];
    },
    order,
    start,
  );
}

/** For each row the numbers of its entries. */
function entriesByRow(rows: ArrayLike<number>, count: number, order: number): number[][] {
  const byRow: number[][] = Array.from({ length: order }, () => []);
  for (let i = 0; i < count; i++) byRow[rows[i]].push(i);
  return byRow;
}

/** Zeros the columns of units that no other hears, then of those that only these heard, and so on: their eigenvalues are zero. */
function leaveOutEnds(values: Float64Array, rows: ArrayLike<number>, byRow: readonly number[][]): void {
  const order = byRow.length;
  const heard = byRow.map((entries) => entries.reduce((count, i) => count + (values[i] === 0 ? 0 : 1), 0));
  const ends = heard.flatMap((count, unit) => (count === 0 ? [unit] : []));
  for (let unit = ends.pop(); unit !== undefined; unit = ends.pop())
    for (let i = unit; i < values.length; i += order) {
      if (values[i] === 0) continue;
      values[i] = 0;
      if (--heard[rows[i]] === 0) ends.push(rows[i]);
    }
}

/** Rows and columns are scaled by powers of two until their norms are alike, as for whole matrices (see hessenberg.ts). */
function balance(values: Float64Array, rows: ArrayLike<number>, byRow: readonly number[][]): void {
  const order = byRow.length;
  for (let changed = true; changed; ) {
    changed = false;
    for (let unit = 0; unit < order; unit++) {
      let [column, row] = [0, 0];
      for (let i = unit; i < values.length; i += order) if (rows[i] !== unit) column += values[i] ** 2;
      for (const i of byRow[unit]) if (i % order !== unit) row += values[i] ** 2;
      const factor = balancingFactor(Math.sqrt(column), Math.sqrt(row));
      if (factor === 1) continue;
      changed = true;
      for (const i of byRow[unit]) values[i] /= factor;
      for (let i = unit; i < values.length; i += order) values[i] *= factor;
    }
  }
}
