// Which of several ridges is best: by their errors on data of its own, or by generalised cross-validation.

import type { Machine } from "../engine/machine.ts";
import type { Candidate, NormalEquations } from "./normal-equations.ts";

/** One ridge that was tried. Errors are mean squares over all rows and all outputs. */
export interface Trial {
  readonly ridge: number;
  /** What it is judged by: the error on the validation data, or the generalised cross-validation's; with one ridge and no such data the training's. */
  readonly error: number;
  /** From the sums of the pass: below some 1e-13 of the mean squared target it is rounding. */
  readonly trainingError: number;
  /** √Σ w², without the bias. */
  readonly norm: number;
}

/** What was solved: the best trial, whose weights the network now has, and all of them. */
export interface Solution extends Trial {
  readonly judgedBy: "training" | "validation" | "cross-validation";
  /** Rows that were learned from. */
  readonly rows: number;
  readonly trials: readonly Trial[];
}

/** Gathers the errors of all candidates, and judges. */
export class Judgement {
  readonly #candidates: readonly Candidate[];
  readonly #equations: NormalEquations;
  readonly #features: number;
  /** Σ (prediction − target)² of each candidate on the validation data. */
  readonly #squares: Float64Array;
  #rows = 0;

  constructor(candidates: readonly Candidate[], equations: NormalEquations, features: number) {
    this.#candidates = candidates;
    this.#equations = equations;
    this.#features = features;
    this.#squares = new Float64Array(candidates.length);
  }

  /** Takes in rows of validation data. */
  add({ memory }: Machine, place: { address: number; stride: number }, rows: readonly number[], targets: Float64Array): void {
    const { targets: m } = this.#equations;
    const predicted = new Float64Array(m);
    for (const [index, row] of rows.entries()) {
      const x = memory.floats(place.address + row * place.stride * 4, this.#features);
      this.#candidates.forEach(({ weights }, number) => {
        const bias = weights.length / m > this.#features;
        for (let j = 0; j < m; j++) predicted[j] = bias ? weights[this.#features * m + j] : 0;
        for (let i = 0; i < this.#features; i++) for (let j = 0; j < m; j++) predicted[j] += x[i] * weights[i * m + j];
        for (let j = 0; j < m; j++) this.#squares[number] += (predicted[j] - targets[index * m + j]) ** 2;
      });
    }
    this.#rows += rows.length;
  }

  reach(): { trials: Trial[]; best: number; judgedBy: Solution["judgedBy"] } {
    const { rows, targets } = this.#equations;
    const judgedBy = this.#rows > 0 ? "validation" : this.#candidates.length > 1 ? "cross-validation" : "training";
    const trials = this.#candidates.map(({ ridge, squares, weights, freedom }, number): Trial => {
      const trainingError = squares.reduce((sum, square) => sum + square, 0) / (rows * targets);
      const left = 1 - freedom / rows;
      const error = {
        training: trainingError,
        validation: this.#squares[number] / (this.#rows * targets),
        "cross-validation": left > 0 ? trainingError / left ** 2 : Infinity,
      }[judgedBy];
      const norm = Math.sqrt(weights.subarray(0, this.#features * targets).reduce((sum, w) => sum + w * w, 0));
      return { ridge, error, trainingError, norm };
    });
    const best = trials.reduce((least, { error }, index) => (error < trials[least].error ? index : least), 0);
    return { trials, best, judgedBy };
  }
}
