// What a stream remembers, as plain arrays: one for each value that is carried from step to step, under its name.

import { describe } from "../define/check.ts";
import type { Memory } from "../engine/memory.ts";
import type { Carried, Plan } from "../plan/plan.ts";
import { isFeature } from "../train/data.ts";

/**
 * A state as plain arrays, by name: `{ "layer 1/lstm/c": Float32Array, "layer 1/lstm/h": Float32Array }`. What is read several steps back has as many
 * rows, the earliest first; symbols are whole numbers, −1 where nothing was said. It can be cloned, posted, and sent as JSON once each array is
 * made a list.
 */
export type StreamState = Readonly<Record<string, Float32Array | Int32Array>>;

/** As it may come back: lists will do. */
export type GivenState = Readonly<Record<string, ArrayLike<number>>>;

/** The names of what is carried; a second value of the same name has its number behind it. */
function namesOf(carried: readonly Carried[]): string[] {
  const seen = new Map<string, number>();
  return carried.map(({ label }) => {
    const times = (seen.get(label) ?? 0) + 1;
    seen.set(label, times);
    return times === 1 ? label : `${label} (${times})`;
  });
}

/** Where slot after slot of a carried value lies for one row, in words from the start of the carry. */
function placeOf({ buffers }: Plan, { node, offset }: Carried, row: number): { start: number; next: number } {
  const { rowStride, timeStride } = buffers.get(node) as { rowStride: number; timeStride: number };
  return { start: (offset + row * rowStride) >>> 2, next: timeStride >>> 2 };
}

/** A copy of the state of one row, whose carry begins at `address`. */
export function stateOf(plan: Plan, memory: Memory, address: number, row: number): StreamState {
  const names = namesOf(plan.carried);
  const entries = plan.carried.map((carried, index) => {
    const { slots, width, symbols } = carried;
    const { start, next } = placeOf(plan, carried, row);
    const values = symbols > 0 ? new Int32Array(slots) : new Float32Array(slots * width);
    for (let slot = 0; slot < slots; slot++) {
      const from = address + (start + slot * next) * 4;
      values.set(symbols > 0 ? memory.integers(from, 1) : memory.floats(from, width), slot * width);
    }
    return [names[index], values] as const;
  });
  return Object.fromEntries(entries);
}

/** Puts a state that has been checked in the place of one row's; null: as nothing has been seen yet. `integers` is the whole memory. */
export function writeState(plan: Plan, integers: Int32Array, address: number, row: number, state: StreamState | null): void {
  const names = namesOf(plan.carried);
  plan.carried.forEach((carried, index) => {
    const { slots, width, symbols } = carried;
    const { start, next } = placeOf(plan, carried, row);
    const values = state?.[names[index]];
    const words = values ? new Int32Array(values.buffer, values.byteOffset, values.length) : null;
    for (let slot = 0; slot < slots; slot++)
      for (let i = 0; i < width; i++)
        integers[(address >>> 2) + start + slot * next + i] = words ? words[slot * width + i] : symbols > 0 ? -1 : 0;
  });
}

const quoted = (names: readonly string[]): string => (names.length === 0 ? "nothing" : names.join(", "));

/** The state as typed arrays. @throws TypeError or RangeError if it is of another model or width, with what each has. */
export function checkState(place: string, { carried }: Plan, given: GivenState): StreamState {
  if (given === null || typeof given !== "object")
    throw new TypeError(`${place}: a state is what state() returns but this is ${describe(given)}.`);
  const names = namesOf(carried);
  const theirs = Object.keys(given);
  if (theirs.length !== names.length || theirs.some((name) => !names.includes(name)))
    throw new RangeError(
      `${place}: the state holds ${quoted(theirs)} but this model carries ${quoted(names)}. It is of another model: give what state() of a stream of this one returned.`,
    );
  return Object.fromEntries(
    carried.map(({ slots, width, symbols }, index) => {
      const name = names[index];
      const values = given[name];
      if (values === null || typeof values !== "object" || !Number.isInteger(values.length))
        throw new TypeError(
          `${place}: ${name} must be a list of numbers but is ${describe(values)}. Make lists of typed arrays before JSON: Array.from(…).`,
        );
      if (values.length !== slots * width)
        throw new RangeError(
          `${place}: ${name} has ${values.length} numbers but this model carries ${slots * width}${slots > 1 ? `, ${slots} steps of ${width}` : ""}. It is of a model of another width: give what state() of a stream of this one returned.`,
        );
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        const fits = symbols > 0 ? Number.isInteger(value) && value >= -1 && value < symbols : isFeature(value);
        if (!fits)
          throw new RangeError(
            `${place}: ${name}[${i}] is ${describe(value)} but must be ${symbols > 0 ? `a symbol from 0 to ${symbols - 1}, or −1 for none` : "a finite number between ±3.4e38"}.`,
          );
      }
      return [name, symbols > 0 ? Int32Array.from(values) : Float32Array.from(values)];
    }),
  );
}
