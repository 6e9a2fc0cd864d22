// A weight that is kept as its entries: from the matrix that a user sees to what assembly/kernels/sparse.ts reads, and back.

import type { ParameterPlace } from "../plan/parameters.ts";
import type { Memory } from "./memory.ts";

/** Columns of a panel, and words of one entry of each: values, then places. */
const PANEL = 8;
const ENTRY = 2 * PANEL;

/** Entry e of a column c at e · columns + c: a number and the row that it stands in. */
export interface Entries {
  readonly values: Float64Array | Float32Array;
  readonly rows: Int32Array | Float32Array;
}

type Kept = Pick<ParameterPlace, "path" | "rows" | "width" | "entries">;

/** Words of the block. */
const wordsOf = ({ width, entries }: Kept): number => Math.ceil(width / PANEL) * entries * ENTRY;

/** The word of an entry's value; its place is PANEL words further. */
const wordOf = ({ entries }: Kept, entry: number, column: number): number =>
  (Math.floor(column / PANEL) * entries + entry) * ENTRY + (column % PANEL);

export function writeEntries(memory: Memory, address: number, place: Kept, { values, rows }: Entries): void {
  const { width, entries } = place;
  const floats = memory.floats(address, wordsOf(place));
  const words = memory.integers(address, wordsOf(place));
  for (let entry = 0; entry < entries; entry++)
    for (let column = 0; column < width; column++) {
      const word = wordOf(place, entry, column);
      floats[word] = values[entry * width + column];
      words[word + PANEL] = 4 * rows[entry * width + column];
    }
}

export function readEntries(memory: Memory, address: number, place: Kept): Entries {
  const { width, entries } = place;
  const floats = memory.floats(address, wordsOf(place));
  const words = memory.integers(address, wordsOf(place));
  const values = new Float32Array(entries * width);
  const rows = new Int32Array(entries * width);
  for (let entry = 0; entry < entries; entry++)
    for (let column = 0; column < width; column++) {
      const word = wordOf(place, entry, column);
      values[entry * width + column] = floats[word];
      rows[entry * width + column] = words[word + PANEL] / 4;
    }
  return { values, rows };
}

/** The whole matrix, row by row. */
export function matrixOf({ rows, width, entries }: Kept, kept: Entries): Float32Array {
  const matrix = new Float32Array(rows * width);
  for (let i = 0; i < entries * width; i++) matrix[kept.rows[i] * width + (i % width)] += kept.values[i];
  return matrix;
}

/** @throws RangeError if a column has more numbers that are not zero than are kept. */
export function entriesOfMatrix({ path, rows: height, width, entries }: Kept, matrix: ArrayLike<number>): Entries {
  const values = new Float32Array(entries * width);
  const rows = new Int32Array(entries * width);
  for (let column = 0; column < width; column++) {
    let found = 0;
    for (let row = 0; row < height; row++) {
      const value = matrix[row * width + column];
      if (value === 0) continue;
      if (found < entries) {
        values[found * width + column] = value;
        rows[found * width + column] = row;
      }
      found++;
    }
    if (found > entries)
      throw new RangeError(
        `${path}: column ${column} has ${found} numbers that are not 0, but ${entries} of each column are kept. Use a greater density.`,
      );
  }
  return { values, rows };
}
