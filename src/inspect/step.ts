// The Jacobian of one time step with its spectrum, and how products of them grow.

import { singularValuesOf } from "../numeric/singular.ts";
import { type Eigenvalue, eigenvalues } from "./spectrum.ts";

/** A state's place in the vector of all: `width` numbers for each of `slots` steps, the latest step first. */
export interface StatePlace {
  readonly state: string;
  readonly from: number;
  readonly width: number;
  readonly slots: number;
}

/** ∂s(t)/∂s(t−1) of one recurrent layer at one time step. Spectra are computed when they are asked for, and kept. */
export class StepJacobian {
  readonly t: number;
  readonly layer: string;
  /** 1: of the state after the step before. −1: of a loop that runs backwards, by the state of the step after. */
  readonly direction: 1 | -1;
  /** Where each state stands among the rows, and among the columns. */
  readonly states: readonly StatePlace[];
  /** n: the numbers of the whole state. */
  readonly size: number;
  /** [n × n], row by row: row i holds the derivatives of number i of the new state by each number of the old one. */
  readonly matrix: Float64Array;
  #eigenvalues: readonly Eigenvalue[] | undefined;
  #singularValues: Float64Array | undefined;

  /** @internal Use `stepJacobian`. */
  constructor(facts: Pick<StepJacobian, "t" | "layer" | "direction" | "states" | "size" | "matrix">) {
    this.t = facts.t;
    this.layer = facts.layer;
    this.direction = facts.direction;
    this.states = facts.states;
    this.size = facts.size;
    this.matrix = facts.matrix;
  }

  /** The largest first. @throws TypeError if the matrix has entries that are not finite. */
  get eigenvalues(): readonly Eigenvalue[] {
    this.#eigenvalues ??= eigenvalues({ shape: [this.size, this.size], values: this.matrix });
    return this.#eigenvalues;
  }

  /** The largest absolute value of an eigenvalue: whether the same step, made again and again, shrinks or explodes. */
  get spectralRadius(): number {
    const [{ re, im }] = this.eigenvalues;
    return Math.hypot(re, im);
  }

  /** The largest first: by how much this one step lengthens or shortens a small change of the state, along each of its axes. */
  get singularValues(): Float64Array {
    this.#singularValues ??= singularValuesOf(this.matrix, this.size, this.size);
    return this.#singularValues;
  }

  /** ‖∂s(t)/∂s(t−1)‖₂, the largest singular value: below 1 at every step, gradients must vanish (Pascanu et al. 2013, §2.1). */
  get norm(): number {
    return this.singularValues[0];
  }
}

/** How fast gradients grow or shrink through time. */
export interface Growth {
  /** ln ‖∂s(t)/∂s(s₀)‖₂ after 1, 2, 3 … steps; −Infinity once it is zero. */
  readonly logs: Float64Array;
  /** The last of them for each of its steps: below 0 the gradient vanishes, above it explodes. */
  readonly rate: number;
}

/**
 * The growth of ‖∂s(t)/∂s(s₀)‖₂, from products of the Jacobians of consecutive steps, in f64 and with their size kept as a logarithm, so that
 * neither thousands of steps nor tiny numbers get lost. Takes a product and singular values of [n × n] a step.
 *
 * @throws RangeError if there is none, or if they are not of consecutive steps of one layer.
 */
export function growth(jacobians: readonly StepJacobian[]): Growth {
  if (!Array.isArray(jacobians) || jacobians.length === 0)
    throw new RangeError("growth needs the Jacobians of at least one step but got none. Give it what stepJacobian(…) returns.");
  const sorted = [...jacobians].sort((a, b) => a.direction * (a.t - b.t));
  const [{ size, layer, direction }] = sorted;
  const logs = new Float64Array(sorted.length);
  let product = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  let log = 0;
  sorted.forEach((jacobian, index) => {
    const before = sorted[index - 1];
    if (before && (jacobian.layer !== layer || jacobian.t !== before.t + direction))
      throw new RangeError(
        `growth got step ${jacobian.t} of ${jacobian.layer} after step ${before.t} of ${before.layer}. Give consecutive steps of one layer.`,
      );
    product = multiply(jacobian.matrix, product, size);
    const [norm] = singularValuesOf(product, size, size);
    log += Math.log(norm);
    logs[index] = log;
    if (norm > 0) product = product.map((value) => value / norm);
  });
  return { logs, rate: log / sorted.length };
}

/** A·B, both [n × n]. */
function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) c[i * n + j] += factor * b[k * n + j];
    }
  return c;
}
