// The delays of a recurrence: how many steps back a layer hears itself.

import { LONGEST_DELAY } from "../graph/words.ts";
import { describe } from "./check.ts";

/** @throws TypeError or RangeError with the delay that cannot be. */
export function checkDelays(place: string, delays: readonly number[]): readonly number[] {
  if (!Array.isArray(delays) || delays.length === 0)
    throw new TypeError(`${place} must be a list of at least one number of steps, for example [1, 8], but is ${describe(delays)}.`);
  delays.forEach((steps, index) => {
    if (!Number.isInteger(steps) || steps < 1 || steps > LONGEST_DELAY)
      throw new RangeError(`${place}[${index}] is ${describe(steps)}. Use a whole number of steps from 1 to ${LONGEST_DELAY}.`);
    if (delays.indexOf(steps) !== index) throw new RangeError(`${place} names ${steps} twice. Name each number of steps once.`);
  });
  return delays;
}
