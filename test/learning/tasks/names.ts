// Given names letter by letter (makemore), the trigram model that is to be beaten, and how far two distributions of lengths are apart.

import type { Random } from "../../reference/random.ts";

/** The letters a … z as symbols 0 … 25. */
export const LETTERS = 26;
const [A, END] = [97, LETTERS];

export const namesOf = (file: string): Int32Array[] =>
  file
    .trim()
    .split("\n")
    .map((name) => Int32Array.from(name, (letter) => letter.charCodeAt(0) - A));

/** The list in a random order. */
export function shuffled<T>(list: readonly T[], random: Random): T[] {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * Letters, and the end, by the two before them: frequencies of three, two and one in a row, mixed by weights that depend on how often the two were seen
 * (Jelinek and Mercer 1980, smoothed as by Witten and Bell 1991: a context with many different followers says less of the next).
 */
export class Trigram {
  readonly #counts = [0, 1, 2].map(() => new Map<string, Map<number, number>>());
  /** How much a context counts that was seen with one follower; chosen on names that were kept from the counting. */
  readonly #weight: number;

  constructor(names: readonly Int32Array[], weight: number) {
    this.#weight = weight;
    for (const name of names)
      for (const [context, symbol] of steps(name))
        for (const [order, table] of this.#counts.entries()) {
          const key = context.slice(2 - order).join();
          const followers = table.get(key) ?? new Map<number, number>();
          table.set(key, followers.set(symbol, (followers.get(symbol) ?? 0) + 1));
        }
  }

  probability(context: readonly number[], symbol: number): number {
    let probability = 1 / (LETTERS + 1);
    for (const [order, table] of this.#counts.entries()) {
      const followers = table.get(context.slice(2 - order).join());
      if (!followers) continue;
      const total = [...followers.values()].reduce((sum, count) => sum + count, 0);
      const rest = this.#weight * followers.size;
      probability = ((followers.get(symbol) ?? 0) + rest * probability) / (total + rest);
    }
    return probability;
  }

  /** Nats for a letter, the end counted as one: the mean over all names. */
  nats(names: readonly Int32Array[]): number {
    const all = names.flatMap(steps);
    return -all.reduce((sum, [context, symbol]) => sum + Math.log(this.probability(context, symbol)), 0) / all.length;
  }
}

/** Every letter of a name, and its end, with the two symbols before it; before a name stands its end twice. */
function steps(name: Int32Array): [context: number[], symbol: number][] {
  const symbols = [END, END, ...name, END];
  return symbols.slice(2).map((symbol, t) => [symbols.slice(t, t + 2), symbol]);
}

/** A trigram model whose weight is the best of a few for a tenth of the names when the rest has been counted; then all are. */
export function bestTrigram(names: readonly Int32Array[]): { trigram: Trigram; weight: number } {
  const cut = Math.floor(names.length * 0.9);
  const weights = [0.05, 0.1, 0.2, 0.5, 1, 2, 5];
  const nats = weights.map((weight) => new Trigram(names.slice(0, cut), weight).nats(names.slice(cut)));
  const weight = weights[nats.indexOf(Math.min(...nats))];
  return { trigram: new Trigram(names, weight), weight };
}

/** Kolmogorov and Smirnov's distance: the largest difference of the two distributions' functions. */
export function distance(a: readonly number[], b: readonly number[]): number {
  const most = Math.max(...a, ...b);
  const below = (list: readonly number[], x: number): number => list.filter((value) => value <= x).length / list.length;
  return Math.max(...Array.from({ length: most + 1 }, (_, x) => Math.abs(below(a, x) - below(b, x))));
}
