// The embedded Reber grammar: strings whose second symbol must be said again before the last, with a string of Reber's grammar in between.

import type { Random } from "../../reference/random.ts";

const LETTERS = "BTPSXVE";
export const REBER_SYMBOLS = LETTERS.length;

/** Reber's grammar (1967) as states with two exits each, a letter and the next state; both exits are equally likely. State 5 says E, and ends. */
const GRAMMAR: readonly (readonly (readonly [letter: string, next: number])[])[] = [
  [
    ["T", 1],
    ["P", 2],
  ],
  [
    ["S", 1],
    ["X", 3],
  ],
  [
    ["T", 2],
    ["V", 4],
  ],
  [
    ["X", 2],
    ["S", 5],
  ],
  [
    ["P", 3],
    ["V", 5],
  ],
];

export interface Reber {
  readonly letters: string;
  /** Each step's symbol but the last, as inputs are. */
  readonly symbols: readonly number[];
  /** After each of them the symbols that may come next. */
  readonly lawful: readonly (readonly number[])[];
}

const symbol = (letter: string): number => LETTERS.indexOf(letter);

/** One string of the embedded grammar (Cleeremans et al. 1989; Hochreiter and Schmidhuber 1997, §5.1): B, T or P, a Reber string from B to E, the same T or P, E. */
export function embeddedReber(random: Random): Reber {
  const outer = "TP"[random.below(2)];
  let letters = `B${outer}B`;
  const lawful = [["T", "P"], ["B"]];
  let state = 0;
  while (state < GRAMMAR.length) {
    const exits = GRAMMAR[state];
    lawful.push(exits.map(([letter]) => letter));
    const [letter, next] = exits[random.below(2)];
    letters += letter;
    state = next;
  }
  letters += `E${outer}E`;
  lawful.push(["E"], [outer], ["E"]);
  return { letters, symbols: [...letters].slice(0, -1).map(symbol), lawful: lawful.map((list) => list.map(symbol)) };
}

/** All symbols of a string, the last too: the input is all but the last, the target all but the first. */
export const reberSymbols = ({ letters }: Reber): Int32Array => Int32Array.from(letters, symbol);
