// The parameters of a network as a user reads and writes them: by path, row-major, without the pads that memory has.

import { describe } from "../define/check.ts";
import type { ParameterPlace } from "../plan/parameters.ts";
import type { Machine } from "./machine.ts";
import { entriesOfMatrix, matrixOf, readEntries, writeEntries } from "./sparse.ts";

/** One parameter. */
export interface Parameter {
  readonly path: string;
  /** Rows and columns; a bias has one row. */
  readonly shape: readonly [rows: number, columns: number];
  /** A copy of its values, row by row. */
  get(): Float32Array;
  /** Replaces its values. @throws RangeError or TypeError if their number is wrong or one is not finite. */
  set(values: ArrayLike<number>): void;
}

/** All parameters, in the order of the layers. */
export class Parameters implements Iterable<Parameter> {
  /** How many numbers are learned. */
  readonly count: number;
  readonly #byPath: ReadonlyMap<string, Parameter>;

  /** @internal Use `net.parameters`. */
  constructor(machine: Machine, check: () => void) {
    this.count = machine.layout.count;
    this.#byPath = new Map(machine.layout.places.map((place) => [place.path, handle(machine, place, check)]));
  }

  get paths(): string[] {
    return [...this.#byPath.keys()];
  }

  /** @throws RangeError if there is none of this path. */
  get(path: string): Parameter {
    const parameter = this.#byPath.get(path);
    if (!parameter) throw new RangeError(`There is no parameter ${describe(path)}. The parameters are: ${this.paths.join(", ")}.`);
    return parameter;
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.#byPath.values();
  }
}

function handle(machine: Machine, place: ParameterPlace, check: () => void): Parameter {
  const { path, rows, width, offset } = place;
  return {
    path,
    shape: [rows, width],
    get() {
      check();
      return readBlock(machine, machine.parameters + offset, place);
    },
    set(values) {
      check();
      if (values === null || typeof values !== "object")
        throw new TypeError(`${path}: needs a list of numbers but got ${describe(values)}.`);
      if (values.length !== rows * width)
        throw new RangeError(
          `${path}: got ${describe(values.length)} values for ${rows} × ${width} = ${rows * width}. Give them row by row.`,
        );
      for (let i = 0; i < values.length; i++)
        if (typeof values[i] !== "number" || !Number.isFinite(Math.fround(values[i])))
          throw new TypeError(`${path}: value ${i} is ${describe(values[i])} but must be a finite number between ±3.4e38.`);
      writeBlock(machine, machine.parameters + offset, place, values);
      machine.changed(!place.trained);
    },
  };
}

/** A matrix in memory, without its pads. */
export function readBlock({ memory }: Machine, address: number, place: ParameterPlace): Float32Array {
  const { rows, width, stride, entries } = place;
  if (entries > 0) return matrixOf(place, readEntries(memory, address, place));
  const padded = memory.floats(address, (rows * stride) / 4);
  const values = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) values.set(padded.subarray((row * stride) / 4, (row * stride) / 4 + width), row * width);
  return values;
}

/** @throws RangeError if it has more numbers that are not zero than are kept. */
export function writeBlock({ memory }: Machine, address: number, place: ParameterPlace, values: ArrayLike<number>): void {
  const { rows, width, stride, entries } = place;
  if (entries > 0) {
    writeEntries(memory, address, place, entriesOfMatrix(place, values));
    return;
  }
  const padded = memory.floats(address, (rows * stride) / 4);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < width; column++) padded[(row * stride) / 4 + column] = values[row * width + column];
}

/** Numbers of a parameter as a file holds them: what is kept as entries stays so, values first, then the row of each. */
export const storedCount = ({ rows, width, entries }: ParameterPlace): number => (entries > 0 ? 2 * entries : rows) * width;

export function readStored(machine: Machine, address: number, place: ParameterPlace): Float32Array {
  if (place.entries === 0) return readBlock(machine, address, place);
  const { values, rows } = readEntries(machine.memory, address, place);
  const stored = new Float32Array(storedCount(place));
  stored.set(values);
  stored.set(rows, values.length);
  return stored;
}

/** @throws TypeError if an entry stands in a row that is not there. */
export function writeStored(machine: Machine, address: number, place: ParameterPlace, stored: Float32Array): void {
  if (place.entries === 0) {
    writeBlock(machine, address, place, stored);
    return;
  }
  const half = stored.length / 2;
  const rows = stored.subarray(half);
  rows.forEach((row, index) => {
    if (!(Number.isInteger(row) && row >= 0 && row < place.rows))
      throw new TypeError(
        `open: entry ${index} of ${place.path} stands in row ${row} of ${place.rows}. The model is damaged: save it again.`,
      );
  });
  writeEntries(machine.memory, address, place, { values: stored.subarray(0, half), rows });
}
