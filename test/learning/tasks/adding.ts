// The adding problem: two numbers are marked in a long sequence of numbers, and their sum is wanted at the end.

import type { Example } from "../../../src/index.ts";
import type { Random } from "../../reference/random.ts";

/**
 * Hochreiter and Schmidhuber (1997, §5.4) in the form of Le, Jaitly and Hinton (2015, §4.1): each step gives a number, uniform from 0 to 1,
 * and a mark, which is 1 at one step of the first half and at one of the second, and 0 elsewhere.
 */
export function addingProblem(random: Random, length: number): Example {
  const half = length >> 1;
  const marked = [random.below(half), half + random.below(length - half)];
  const input = Array.from({ length }, (_, t) => [random.between(0, 1), marked.includes(t) ? 1 : 0]);
  return { input, target: [input[marked[0]][0] + input[marked[1]][0]] };
}

/** The mean square of who always answers 1: twice the variance of a number from 0 to 1. */
export const ADDING_GUESS = 1 / 6;
