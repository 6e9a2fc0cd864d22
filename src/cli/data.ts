// The text as training and held-out windows, fitted to how much of it there is.

import { type Data, windows } from "../index.ts";
import type { Symbols } from "./corpus.ts";
import { Failure } from "./failure.ts";
import { whole } from "./format.ts";

/** Held-out characters at most: more would make each look at them slow without making it much surer. */
const MOST_HELD_OUT = 1_000_000;

export interface Parts {
  readonly learned: Symbols;
  readonly heldOut: Symbols;
}

/** The end of the text is held out. */
export function part(symbols: Symbols, share: number): Parts {
  const count = Math.min(MOST_HELD_OUT, Math.floor(symbols.length * share));
  const from = symbols.length - (count < 2 ? 0 : count);
  return { learned: symbols.subarray(0, from), heldOut: symbols.subarray(from) };
}

/** Streams side by side that so many characters are enough for. @throws Failure if there is not one window. */
export function fitBatch(characters: number, batch: number, steps: number): number {
  // A window's last step needs the character after it as its target.
  if (characters < 2)
    throw new Failure(`There is ${whole(characters)} character to learn from, but at least 2 are needed. Give more text.`);
  if (characters <= steps)
    throw new Failure(
      `There are ${whole(characters)} characters to learn from, but a window of ${steps} steps needs ${steps + 1}. Use --steps ${characters - 1} or less, or give more text.`,
    );
  return Math.min(batch, Math.floor((characters - 1) / steps));
}

/** Streams where the user has not said how many: up to 32, but few enough that a pass makes 100 steps, if 4 can. */
export const naturalBatch = (characters: number, steps: number): number => Math.min(32, Math.max(4, Math.floor(characters / steps / 100)));

/** Windows over what is held out; null if there is too little. */
export function heldOutWindows(symbols: Symbols, batch: number, steps: number): Data | null {
  if (symbols.length < 2) return null;
  const fitting = Math.min(steps, symbols.length - 1);
  return windows(symbols, { batch: fitBatch(symbols.length, batch, fitting), steps: fitting });
}
