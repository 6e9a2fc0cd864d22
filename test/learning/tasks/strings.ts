// Random strings that are to be said again: as they are, or from the last symbol to the first (Sutskever, Vinyals and Le 2014; Grefenstette et al. 2015).

import type { Example } from "../../../src/index.ts";
import type { Random } from "../../reference/random.ts";

/** Symbols of the strings: three bits each. */
export const STRING_SYMBOLS = 8;

/** How a string is said again. */
export const ORDERS = ["copied", "reversed"] as const;

export type Order = (typeof ORDERS)[number];

/** One string of a length from `shortest` to `longest`, each equally likely. */
export function randomString(random: Random, order: Order, shortest: number, longest: number): Example {
  const input = random.symbols(shortest + random.below(longest - shortest + 1), STRING_SYMBOLS);
  return { input, target: order === "copied" ? input : input.slice().reverse() };
}
