// Arrays of recorded numbers with their dimensions, and how near a result must be to them.

/** Numbers in row-major order. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** What stands at some indices: a number, or the row-major rest. */
export function at({ dims, data }: Tensor, ...indices: readonly number[]): number[] {
  let size = data.length;
  let from = 0;
  indices.forEach((index, axis) => {
    if (!(index >= 0 && index < dims[axis])) throw new RangeError(`index ${index} of ${dims[axis]}`);
    size /= dims[axis];
    from += index * size;
  });
  return data.slice(from, from + size);
}

/** The rows of the matrix that stands at some indices. */
export function matrixAt(tensor: Tensor, ...indices: readonly number[]): number[][] {
  const values = at(tensor, ...indices);
  const rows = tensor.dims[indices.length];
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}

/** Axes in another order. */
export function permuted(tensor: Tensor, order: readonly number[]): Tensor {
  const dims = order.map((axis) => tensor.dims[axis]);
  const strides = tensor.dims.map((_, axis) => tensor.dims.slice(axis + 1).reduce((product, size) => product * size, 1));
  const data = tensor.data.map((_, index) => {
    let rest = index;
    let from = 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += (rest % dims[axis]) * strides[order[axis]];
      rest = Math.floor(rest / dims[axis]);
    }
    return tensor.data[from];
  });
  return { dims, data };
}

/** @throws Error naming the element that is furthest off, if one is by more than `absolute` + `relative`·|expected|. */
export function near(what: string, values: readonly number[], expected: readonly number[], absolute: number, relative = 0): void {
  if (values.length !== expected.length) throw new RangeError(`${what}: ${values.length} values where ${expected.length} are expected.`);
  let worst = 1;
  let place = -1;
  values.forEach((value, index) => {
    const share = Math.abs(value - expected[index]) / (absolute + relative * Math.abs(expected[index]));
    if (share <= worst) return;
    worst = Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
    place = index;
  });
  if (place >= 0)
    throw new Error(
      `${what}: element ${place} is ${values[place]} but should be ${expected[place]} (${worst.toFixed(1)} × what is allowed).`,
    );
}
