// What drawing and searching give: sequences with the probability of each of their symbols.

/** A sequence that was drawn or found. */
export interface Generated {
  /** Without the prompt, and without the symbol that ended it. */
  readonly symbols: number[];
  /** Natural logarithm of the probability of the whole: the sum of `logProbabilities`. */
  readonly logProbability: number;
  /** Of each symbol, as the model gives it: at temperature 1, before anything was left out or penalized; at last of the end, if it has ended. */
  readonly logProbabilities: number[];
  /** Whether it came to an end by itself, and was not cut off at its greatest length. */
  readonly ended: boolean;
}

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

export const notFinite = (place: string, drawn: number): RangeError =>
  new RangeError(
    `${place}: after ${drawn} symbols the model's outputs are not finite, so nothing can be drawn. Look for NaN in net.parameters.`,
  );
