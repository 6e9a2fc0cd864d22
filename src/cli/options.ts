// What the command line may be given as numbers, each with its own sentence.

import { InvalidArgumentError } from "commander";

/** A whole number from `low`. */
export const wholeFrom =
  (low: number, high = 2 ** 24) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^[0-9]+$/.test(text) || number < low || number > high)
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
    return number;
  };

/** A number from `low` to `high`; `above`: not `low` itself, `below`: not `high` itself. */
export const between =
  (low: number, high: number, { above = false, below = false } = {}) =>
  (text: string): number => {
    const number = Number(text);
    const fits = (above ? number > low : number >= low) && (below ? number < high : number <= high);
    if (text.trim() === "" || !Number.isFinite(number) || !fits) {
      const lower = `${above ? "above" : "of at least"} ${low}`;
      const upper = high === Infinity ? "" : ` and ${below ? "below" : "at most"} ${high}`;
      throw new InvalidArgumentError(`It must be a number ${lower}${upper}.`);
    }
    return number;
  };
