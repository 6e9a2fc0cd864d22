// Learning rate schedules: a number, or a function from the step (0, 1, 2 …) to a number.

import { checkNumber, checkOptions, describe, LARGEST } from "../define/check.ts";

/**
 * The rate, or the rate at each step of the network's life, counted from 0: a training goes on where the one before ended, also in a network that was
 * opened from `save({ optimizer: true })`.
 */
export type Schedule = number | ((step: number) => number);

export function checkSchedule(place: string, schedule: Schedule): Schedule {
  if (typeof schedule === "function") return schedule;
  if (typeof schedule !== "number") throw new TypeError(`${place}: the rate must be a number or a schedule but is ${describe(schedule)}.`);
  return checkNumber(`${place}: the rate`, schedule, 0, LARGEST);
}

/** The rate at one step. @throws RangeError if a schedule gives something that is no rate. */
export function rateAt(schedule: Schedule, step: number): number {
  if (typeof schedule === "number") return schedule;
  return checkNumber(`the schedule's rate at step ${step}`, schedule(step), 0, LARGEST);
}

const whole = (place: string, steps: number): number => {
  if (!Number.isInteger(steps) || steps < 1)
    throw new RangeError(`${place} must be a whole number of 1 or more but is ${describe(steps)}.`);
  return steps;
};

/** rate · factor^⌊step/every⌋ */
export function stepDecay(rate: number, options: { readonly every: number; readonly factor: number }): Schedule {
  const { every, factor } = checkOptions("stepDecay", options, ["every", "factor"]);
  checkNumber("stepDecay: rate", rate, 0, LARGEST);
  whole("stepDecay: every", every);
  checkNumber("stepDecay: factor", factor, 0);
  return (step) => rate * factor ** Math.floor(step / every);
}

/** rate · factor^step */
export function exponentialDecay(rate: number, factor: number): Schedule {
  checkNumber("exponentialDecay: rate", rate, 0, LARGEST);
  checkNumber("exponentialDecay: factor", factor, 0);
  return (step) => rate * factor ** step;
}

/** From rate down to floor along half a cosine over `steps` steps, then floor (Loshchilov and Hutter 2017, without restarts). */
export function cosineDecay(rate: number, options: { readonly steps: number; readonly floor?: number }): Schedule {
  const { steps, floor = 0 } = checkOptions("cosineDecay", options, ["steps", "floor"]);
  checkNumber("cosineDecay: rate", rate, 0, LARGEST);
  whole("cosineDecay: steps", steps);
  checkNumber("cosineDecay: floor", floor, 0, rate);
  return (step) => (step >= steps ? floor : floor + ((rate - floor) * (1 + Math.cos((Math.PI * step) / steps))) / 2);
}

/** Rises in equal parts to the schedule's first rate over `steps` steps, then follows the schedule from its beginning. */
export function warmUp(steps: number, schedule: Schedule): Schedule {
  whole("warmUp: steps", steps);
  checkSchedule("warmUp", schedule);
  return (step) => (step < steps ? (rateAt(schedule, 0) * (step + 1)) / steps : rateAt(schedule, step - steps));
}
