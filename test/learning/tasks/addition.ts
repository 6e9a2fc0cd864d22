// Addition of numbers of up to two digits as text, from the last character of the question to the first: Keras's example addition_rnn.

import type { Random } from "../../reference/random.ts";

export interface Sum {
  /** "45+7", "3+21". */
  readonly question: string;
  readonly answer: string;
}

/** All that is said in a question; an answer has digits only. */
export const SUM_SYMBOLS = "0123456789+";
/** Characters of the longest answer, 99+99. */
export const ANSWER = 3;

/**
 * `count` sums of which no two add the same two numbers, in whichever order (there are 5050). As in the reference a number has one digit as often as two,
 * each digit drawn by itself.
 */
export function sums(random: Random, count: number): Sum[] {
  const seen = new Set<string>();
  const made: Sum[] = [];
  const number = (): number => Number(Array.from({ length: 1 + random.below(2) }, () => random.below(10)).join(""));
  while (made.length < count) {
    const [a, b] = [number(), number()];
    const key = [Math.min(a, b), Math.max(a, b)].join();
    if (seen.has(key)) continue;
    seen.add(key);
    made.push({ question: `${a}+${b}`, answer: String(a + b) });
  }
  return made;
}

/** Of the characters of an answer, and the spaces behind a short one, as many as are right. The reference counts so. */
export function rightCharacters(said: string, answer: string): number {
  const [a, b] = [said, answer].map((text) => text.padEnd(ANSWER));
  return [...b].filter((character, i) => a[i] === character).length;
}
