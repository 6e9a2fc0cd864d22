// Temporal order: which of two symbols came first, and which second, long ago and among many that mean nothing.

import type { Example } from "../../../src/index.ts";
import type { Random } from "../../reference/random.ts";

/** X, Y, four distractors, and the symbols that begin and end. */
export const ORDER_SYMBOLS = 8;
export const ORDER_CLASSES = 4;
const [X, DISTRACTORS, BEGIN, END] = [0, 2, 6, 7];

/**
 * Hochreiter and Schmidhuber (1997, §5.6, task 6a), its times in proportion to `length`, which there is 100 to 110: a symbol that
 * begins and one that ends; X or Y after a tenth to a fifth of the time, and X or Y after five to six tenths; a, b, c or d elsewhere. The class
 * is one of XX, XY, YX, YY, asked for at the end.
 */
export function temporalOrder(random: Random, length: number): Example {
  const input = random.symbols(length, BEGIN - DISTRACTORS).map((symbol) => DISTRACTORS + symbol);
  input[0] = BEGIN;
  input[length - 1] = END;
  const tenth = length / 10;
  const said = [tenth, 5 * tenth].map((from) => {
    const symbol = X + random.below(2);
    input[Math.round(from) + random.below(Math.round(tenth))] = symbol;
    return symbol;
  });
  return { input, target: 2 * said[0] + said[1] };
}
