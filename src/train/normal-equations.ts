// The normal equations of a linear read-out: gathered in one pass, solved for any ridge.

import type { Machine } from "../engine/machine.ts";

/** Rows that are taken in at a time: panels of 128 rows fit into a first-level cache, and G passes by once for all of them. */
const DEPTH = 128;

/** A read-out for one ridge. */
export interface Candidate {
  readonly ridge: number;
  /** Row by row, [features (and 1) × targets]. */
  readonly weights: Float64Array;
  /** Σ (prediction − target)² over the rows that were gathered, for each target; to some 1e-13 of Σ target², below which it says nothing. */
  readonly squares: Float64Array;
  /** Effective number of parameters, tr A·(A + ridge)⁻¹; NaN unless it was asked for. */
  readonly freedom: number;
}

const multipleOf4 = (count: number): number => Math.ceil(count / 4) * 4;

/** Σ zᵀ·z over rows z of features, 1 (if there is a bias), and targets; in f64, as assembly/kernels/ridge.ts draws it. */
export class NormalEquations {
  readonly features: number;
  readonly targets: number;
  /** Rows gathered so far. */
  rows = 0;
  /** Features, and 1. */
  readonly #used: number;
  readonly #order: number;
  readonly #columns: number;
  readonly #machine: Machine;
  readonly #g: number;
  readonly #panels: number;
  readonly #list: number;

  constructor(machine: Machine, features: number, bias: boolean, targets: number) {
    this.#machine = machine;
    this.features = features;
    this.targets = targets;
    this.#used = features + (bias ? 1 : 0);
    this.#order = multipleOf4(this.#used);
    this.#columns = this.#order + multipleOf4(targets);
    const [sums, panels] = [8 * this.#columns ** 2, 8 * this.#columns * DEPTH];
    this.#g = machine.memory.allocate(sums + panels + 4 * DEPTH);
    this.#panels = this.#g + sums;
    this.#list = this.#panels + panels;
  }

  /** Takes in the rows of both that are named. Targets come as rows of their own, `targets` numbers each, in the order of the list. */
  gather(x: { address: number; stride: number }, rows: readonly number[], targets: Float64Array): void {
    const { memory, exports } = this.#machine;
    for (let from = 0; from < rows.length; from += DEPTH) {
      const count = Math.min(DEPTH, rows.length - from);
      memory.integers(this.#list, count).set(rows.slice(from, from + count));
      exports.gatherPanels(this.#panels, DEPTH, 0, x.address, x.stride * 4, this.#list, count, this.features);
      const panels = memory.doubles(this.#panels, this.#columns * DEPTH);
      const put = (column: number, row: number, value: number): void => {
        panels[(Math.floor(column / 4) * DEPTH + row) * 4 + (column % 4)] = value;
      };
      for (let row = 0; row < count; row++) {
        if (this.#used > this.features) put(this.features, row, 1);
        for (let j = 0; j < this.targets; j++) put(this.#order + j, row, targets[(from + row) * this.targets + j]);
      }
      exports.addSquare(this.#g, 8 * this.#columns, this.#panels, DEPTH, count, 0, this.#columns, false);
    }
    this.rows += rows.length;
  }

  /** Σ of a column of Z, or of its squares. */
  sum(column: number, other = column): number {
    const [i, j] = [Math.min(column, other), Math.max(column, other)];
    return this.#machine.memory.doubles(this.#g, this.#columns ** 2)[i * this.#columns + j];
  }

  /** Variance of the targets about their mean (about 0 without a bias), over all of them. */
  get variance(): number {
    let sum = 0;
    for (let j = 0; j < this.targets; j++) {
      const mean = this.#used > this.features ? this.sum(this.features, this.#order + j) / this.rows : 0;
      sum += this.sum(this.#order + j) / this.rows - mean ** 2;
    }
    return sum / this.targets;
  }

  /**
   * (A + ridge)·w = C by Cholesky's factorisation; the bias is not penalised. A number instead of a candidate is the first feature that is, to
   * rounding, a sum of those before it (the number of features stands for the bias).
   */
  solve(ridge: number, withFreedom: boolean): Candidate | number {
    const { memory, exports } = this.#machine;
    const [order, columns, used] = [this.#order, this.#columns, this.#used];
    const block = memory.allocate(8 * (columns ** 2 + order + (withFreedom ? columns * order : 0)));
    const limits = block + 8 * columns ** 2;
    try {
      const u = memory.doubles(block, columns ** 2);
      u.set(memory.doubles(this.#g, columns ** 2));
      const least = memory.doubles(limits, order);
      for (let i = 0; i < order; i++) {
        const at = i * (columns + 1);
        if (i < this.features) u[at] += ridge;
        if (i >= used) u[at] = 1;
        // Each of a pivot's up to `order` subtractions is off by 2⁻⁵³ of the diagonal it began with; they add like the sides of a right angle.
        least[i] = i < used ? 2 * Math.sqrt(order) * Number.EPSILON * u[at] : 0;
      }
      const failed = exports.factor(block, 8 * columns, order, columns, limits, this.#panels);
      if (failed > 0) return failed - 1;
      const weights = this.#backSubstitute(u);
      let freedom = Number.NaN;
      if (withFreedom) {
        exports.inverseDiagonal(limits, block, 8 * columns, order, limits + 8 * order);
        freedom = used;
        for (let i = 0; i < this.features; i++) freedom -= ridge * least[i];
      }
      return { ridge, weights, squares: this.#squares(u, ridge, weights), freedom };
    } finally {
      memory.release(block);
    }
  }

  release(): void {
    this.#machine.memory.release(this.#g);
  }

  /** U·w = U⁻ᵀ·C, from the last row upwards. */
  #backSubstitute(u: Float64Array): Float64Array {
    const [columns, used, m] = [this.#columns, this.#used, this.targets];
    const weights = new Float64Array(used * m);
    for (let i = used - 1; i >= 0; i--)
      for (let j = 0; j < m; j++) {
        let sum = u[i * columns + this.#order + j];
        for (let k = i + 1; k < used; k++) sum -= u[i * columns + k] * weights[k * m + j];
        weights[i * m + j] = sum / u[i * columns + i];
      }
    return weights;
  }

  /** What is left of Σ target² holds the penalty too. */
  #squares(u: Float64Array, ridge: number, weights: Float64Array): Float64Array {
    return Float64Array.from({ length: this.targets }, (_, j) => {
      let penalty = 0;
      for (let i = 0; i < this.features; i++) penalty += weights[i * this.targets + j] ** 2;
      return Math.max(0, u[(this.#order + j) * (this.#columns + 1)] - ridge * penalty);
    });
  }
}
