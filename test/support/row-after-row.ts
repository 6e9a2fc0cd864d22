// Sequences of different lengths that stand row after row, as recorded, and as the reference takes them: [T][B][width], NaN behind every end.

/** Rows of these many steps out of numbers that stand row after row, `width` a step. */
export function cut(values: readonly number[], lengths: readonly number[], width: number): number[][][] {
  let from = 0;
  return lengths.map((length) =>
    Array.from({ length }, () => {
      from += width;
      return values.slice(from - width, from);
    }),
  );
}

/** Rows side by side, [T][B][width]. */
export function padded(rows: readonly (readonly (readonly number[])[])[], width: number): Float32Array {
  const values = new Float32Array(Math.max(...rows.map(({ length }) => length)) * rows.length * width).fill(Number.NaN);
  for (const [b, row] of rows.entries()) for (const [t, step] of row.entries()) values.set(step, (t * rows.length + b) * width);
  return values;
}

/** Of values [T][B][width], the steps of each row up to its end, row after row. */
export function rowAfterRow(values: ArrayLike<number>, lengths: readonly number[], width: number): number[] {
  const steps = (b: number, t: number): number[] => Array.from({ length: width }, (_, i) => values[(t * lengths.length + b) * width + i]);
  return lengths.flatMap((length, b) => Array.from({ length }, (_, t) => steps(b, t)).flat());
}
