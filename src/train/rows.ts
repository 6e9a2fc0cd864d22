// The rows that a read-out learns from: features and targets of every step after the washout, batch by batch.

import type { Definition } from "../define/model.ts";
import type { Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import { type Batch, type Data, targetKind } from "./data.ts";
import { giveWay } from "./pause.ts";
import { Runner } from "./runner.ts";
import { until } from "./until.ts";

/** Rows of one batch. */
export interface FeatureRows {
  /** Where the features' first row lies, and floats from row to row. */
  readonly place: { readonly address: number; readonly stride: number };
  /** The rows that count, in rising order. */
  readonly rows: readonly number[];
  /** Their targets, one after the other. */
  readonly targets: Float64Array;
}

/** How they are read. */
interface Reading {
  readonly washout: number;
  /** With the noise of training, other noise for each batch. */
  readonly noisy: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Tells which rows of a batch, row t·B + b for sequence or stream b, come after the washout of theirs; batches in their order. */
export function usableRows(washout: number): ((batch: Batch, height: number) => number[]) & { longest(): number } {
  let seen = new Int32Array();
  let longest = 0;
  const usable = (batch: Batch, height: number): number[] => {
    if (seen.length !== height) seen = new Int32Array(height);
    if (!batch.keep) seen.fill(0);
    else
      batch.keep.forEach((keep, b) => {
        if (!keep) seen[b] = 0;
      });
    const rows: number[] = [];
    const lengthOf = (b: number): number => batch.lengths?.[b] ?? batch.steps;
    for (let t = 0; t < batch.steps; t++)
      for (let b = 0; b < height; b++) if (t < lengthOf(b) && seen[b] + t >= washout) rows.push(t * height + b);
    for (let b = 0; b < height; b++) longest = Math.max(longest, (seen[b] += lengthOf(b)));
    return rows;
  };
  return Object.assign(usable, { longest: () => longest });
}

export const nothingLeft = (what: string, washout: number, longest: number): RangeError =>
  new RangeError(
    `solve: washout is ${washout} steps, but the longest sequence or stream of ${what} has ${longest}, so nothing is left to learn from. Use at most ${Math.max(0, longest - 1)}.`,
  );

/**
 * Runs the network over the data up to its read-out, and hands out what enters it. Layers that listen to the output hear the truth.
 *
 * @throws RangeError at the end if no row was left.
 */
export async function* readRows(
  programs: Programs,
  data: Data,
  { washout, noisy, signal }: Reading,
): AsyncGenerator<FeatureRows, void, void> {
  const { machine, definition } = programs;
  const runner = new Runner(programs, { kind: "features", teacherForcing: true, noisy }, data);
  const usable = usableRows(washout);
  const pause = giveWay();
  let found = 0;
  try {
    for await (const batch of until(data.batches(null), signal)) {
      signal?.throwIfAborted();
      const { program, carry } = runner.run(batch);
      program.accept(carry);
      machine.step++;
      const height = program.tables.rows;
      const all = usable(batch, height);
      const { nodes, shown, batch: room } = program.plan;
      const [{ places }] = program.tables.timelines;
      // A vector stands for its whole sequence.
      const rows =
        nodes[shown.target].shape.extent === "sequence"
          ? all.map((row) => Math.floor(row / height) * room + places[row % height]).sort((a, b) => a - b)
          : Array.from({ length: height }, (_, b) => b);
      found += rows.length;
      yield rowsOf(program, definition, rows);
      const waiting = pause();
      if (waiting) await waiting;
    }
    signal?.throwIfAborted();
    if (found === 0) throw nothingLeft("the data", washout, usable.longest());
  } finally {
    runner.release();
  }
}

/** Features and targets; rows whose target is ignored are left out. */
function rowsOf(program: Program, definition: Definition, rows: readonly number[]): FeatureRows {
  const { nodes, heads } = definition;
  const [{ output }] = heads;
  const { symbols: classes, ignore, unit = [] } = targetKind(definition);
  const { memory } = program.machine;
  const { width } = nodes[output].shape;
  const { address, stride } = program.place(program.plan.given.target);
  const count = rows.length === 0 ? 0 : rows[rows.length - 1] + 1;
  const place = program.place(program.plan.shown.target);
  if (classes > 0) {
    // One column a symbol: 1 in the true one's, 0 in the others.
    const symbols = memory.integers(address, count * stride);
    const counted = rows.filter((row) => symbols[row * stride] !== ignore);
    const targets = new Float64Array(counted.length * width);
    for (const [index, row] of counted.entries()) targets[index * width + symbols[row * stride]] = 1;
    return { place, rows: counted, targets };
  }
  const values = memory.floats(address, count * stride);
  const targets = new Float64Array(rows.length * width);
  // Of yes and no, 1 and −1 are made, so that the sigmoid of what is predicted is on the right side of a half.
  for (const [index, row] of rows.entries())
    for (let j = 0; j < width; j++) {
      const value = values[row * stride + j];
      targets[index * width + j] = unit[j] ? 2 * value - 1 : value;
    }
  return { place, rows, targets };
}
