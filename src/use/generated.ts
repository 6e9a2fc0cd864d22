// What drawing and searching give: sequences with the probability of each of their steps.

/** A sequence that was drawn or found. */
export interface Generated {
  /** Without the prompt, and without the symbol that ended it. None where numbers are drawn. */
  readonly symbols: number[];
  /** Rows of numbers, without the prompt. None where symbols are drawn. */
  readonly steps: Float32Array[];
  /** Natural logarithm of the probability of the whole: the sum of `logProbabilities`. */
  readonly logProbability: number;
  /** Of each step, as the model gives it, of numbers its density: at temperature 1, before anything was left out or penalized; at last of the end, if it has ended. */
  readonly logProbabilities: number[];
  /** Whether it came to an end by itself, and was not cut off at its greatest length. */
  readonly ended: boolean;
}

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
