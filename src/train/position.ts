// Whether a training can go on from a position: it must be one, and the network as it was there.

import { checkOptions, describe } from "../define/check.ts";
import { type Counts, NO_COUNTS, type Position } from "./progress.ts";

const COUNTS = Object.keys(NO_COUNTS) as (keyof Counts)[];

export function checkPosition(place: string, position: Position): Position {
  if (position === null || typeof position !== "object")
    throw new TypeError(`${place} must be a position, as progress.position tells it, but is ${describe(position)}.`);
  checkOptions(place, position, ["step", "epoch", "batch", "order", "counts"]);
  const check = (name: string, number: number): void => {
    if (!Number.isInteger(number) || number < 0)
      throw new RangeError(
        `${place}.${name} must be a whole number of 0 or more but is ${describe(number)}. Give what progress.position told.`,
      );
  };
  for (const name of ["step", "epoch", "batch", "order"] as const) check(name, position[name]);
  checkOptions(`${place}.counts`, position.counts, COUNTS);
  for (const name of COUNTS) check(`counts.${name}`, position.counts[name]);
  return position;
}

/** The network must be as it was then. @throws RangeError if it has made fewer or more steps. */
export function checkLife({ order, batch }: Position, steps: number): void {
  if (order + batch === steps) return;
  throw new RangeError(
    `train: from is a position after ${order + batch} steps in the network's life, but it has made ${steps}. Open what was saved there with net.save({ optimizer: true }), or leave from out.`,
  );
}
