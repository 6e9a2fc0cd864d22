// What a matrix may be given as: a parameter, rows of numbers, or numbers with their shape.

import { describe } from "../define/check.ts";

/** A matrix: a parameter of a network, anything of its shape, or rows of numbers. */
export type Matrix =
  | { readonly shape: readonly [rows: number, columns: number]; get(): ArrayLike<number> }
  | { readonly shape: readonly [rows: number, columns: number]; readonly values: ArrayLike<number> }
  | ArrayLike<ArrayLike<number>>;

export interface Entries {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: ArrayLike<number>;
}

/** @throws TypeError or RangeError if it is none, is empty, or holds something that is not a finite number. */
export function entriesOf(place: string, matrix: Matrix): Entries {
  if (matrix === null || typeof matrix !== "object")
    throw new TypeError(`${place} needs a parameter or rows of numbers but got ${describe(matrix)}.`);
  const { rows, columns, values } = "shape" in matrix ? ofShape(place, matrix) : ofRows(place, matrix);
  if (rows < 1 || columns < 1) throw new RangeError(`${place} got a matrix of ${rows} × ${columns}. Give at least one row and one column.`);
  for (let at = 0; at < values.length; at++)
    if (typeof values[at] !== "number" || !Number.isFinite(values[at]))
      throw new TypeError(
        `${place}: row ${Math.floor(at / columns)}, column ${at % columns} is ${describe(values[at])} but must be a finite number.`,
      );
  return { rows, columns, values };
}

function ofShape(place: string, matrix: Exclude<Matrix, ArrayLike<ArrayLike<number>>>): Entries {
  const { shape } = matrix;
  const values = "get" in matrix ? matrix.get() : matrix.values;
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((size) => Number.isInteger(size)))
    throw new TypeError(`${place} needs a shape [rows, columns] but got ${describe(shape)}.`);
  const [rows, columns] = shape;
  if (values?.length !== rows * columns)
    throw new RangeError(`${place} needs ${rows} × ${columns} numbers but got ${describe(values?.length)}. Give them row by row.`);
  return { rows, columns, values };
}

function ofRows(place: string, matrix: ArrayLike<ArrayLike<number>>): Entries {
  const rows = matrix.length;
  if (!Number.isInteger(rows)) throw new TypeError(`${place} needs a parameter or rows of numbers but got ${describe(matrix)}.`);
  const columns = matrix[0]?.length ?? 0;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const given = matrix[row];
    if (given === null || typeof given !== "object" || given.length !== columns)
      throw new RangeError(`${place}: row ${row} has ${describe(given?.length)} numbers but row 0 has ${columns}. Give all as many.`);
    for (let column = 0; column < columns; column++) values[row * columns + column] = given[column];
  }
  return { rows, columns, values };
}

/** A matrix with as many rows as columns. @throws RangeError with both numbers. */
export function squareOf(place: string, matrix: Matrix): Entries {
  const entries = entriesOf(place, matrix);
  const { rows, columns } = entries;
  if (rows !== columns) {
    const blocks =
      columns % rows === 0 ? ` Of a weight that serves ${columns / rows} gates, give one gate's block of ${rows} columns.` : "";
    throw new RangeError(`${place} needs a square matrix but got ${rows} × ${columns}; only a square one has eigenvalues.${blocks}`);
  }
  return entries;
}
