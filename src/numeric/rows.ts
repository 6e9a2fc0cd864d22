// A dense matrix in f64 that may be overwritten, and the size of what goes into it.

/** A matrix of `height` rows, `stride` numbers from row to row. */
export class Rows {
  readonly height: number;
  readonly width: number;
  /** A little more than the width where that is a power of two: rows would then fall into the same few sets of the cache. */
  readonly stride: number;
  readonly values: Float64Array;

  constructor(height: number, width: number) {
    this.height = height;
    this.width = width;
    this.stride = width % 16 === 0 ? width + 8 : width;
    this.values = new Float64Array(height * this.stride);
  }

  fill(entry: (row: number, column: number) => number): void {
    const { height, width, stride, values } = this;
    for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) values[i * stride + j] = entry(i, j);
  }
}

/** The power of two at or below the largest absolute value, 1 for zeros: dividing by it is exact and keeps squares from overflowing. */
export function magnitude(matrix: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < matrix.length; i++) largest = Math.max(largest, Math.abs(matrix[i]));
  return largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
}
