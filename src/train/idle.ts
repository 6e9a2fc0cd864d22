// What a batch of sequences of different lengths has room for, and how much of that idles.

import type { Batch } from "./data.ts";

/** Steps that a batch of so many rows has room for between its first step and its last, on all timelines, and those that are none. */
export function idleIn(
  { steps, lengths, source }: Pick<Batch, "steps" | "lengths" | "source">,
  rows: number,
): { room: number; idle: number } {
  const idleOf = (longest: number, all: Int32Array | null | undefined): number =>
    all ? all.reduce((sum, length) => sum + longest - length, 0) : 0;
  return {
    room: rows * (steps + (source?.steps ?? 0)),
    idle: idleOf(steps, lengths) + (source ? idleOf(source.steps, source.lengths) : 0),
  };
}

/** The share of the room of all batches, of so many rows where they do not say, that idles; NaN where there is none. */
export function wastedIn(batches: Iterable<Batch>, rows: number): number {
  let [room, idle] = [0, 0];
  for (const batch of batches) {
    const found = idleIn(batch, batch.rows ?? rows);
    room += found.room;
    idle += found.idle;
  }
  return idle / room;
}
