// Teacher forcing as an option: the truth, the model's own words, or so much of each, step by step.

import { checkNumber, describe } from "../define/check.ts";
import type { Forcing } from "../plan/purpose.ts";
import type { Schedule } from "./schedule.ts";

/** What a plan is made for, and how often a mixing one hears the truth. */
export interface CheckedForcing {
  readonly forcing: Forcing;
  readonly truth: Schedule;
}

/** @throws TypeError or RangeError for what is neither a flag nor a share. */
export function checkForcing(place: string, given: boolean | Schedule): CheckedForcing {
  if (typeof given === "function") return { forcing: "mixed", truth: given };
  if (typeof given === "boolean") return { forcing: given, truth: given ? 1 : 0 };
  if (typeof given !== "number")
    throw new TypeError(`${place}: teacherForcing must be true, false, a share from 0 to 1 or a schedule but is ${describe(given)}.`);
  const share = checkNumber(`${place}: teacherForcing`, given, 0, 1);
  return { forcing: share === 1 ? true : share === 0 ? false : "mixed", truth: share };
}

/** The share at one step. @throws RangeError if a schedule gives something that is no share. */
export const truthAt = (truth: Schedule, step: number): number =>
  typeof truth === "number" ? truth : checkNumber(`the schedule's teacherForcing at step ${step}`, truth(step), 0, 1);
