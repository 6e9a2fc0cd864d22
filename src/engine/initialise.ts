// The first values of a parameter, in f64 and a fixed order: same seed and path, same numbers, everywhere.

import type { Initializer } from "../graph/initializer.ts";
import { spectralRadiusOfEntries } from "../numeric/entries.ts";
import { normals, type Random } from "./random.ts";

/** Row by row. */
export type Matrix = Float64Array;

/** What is kept as its entries is begun in reservoir.ts. */
type Whole = Exclude<Initializer["kind"], "sparse">;

type Fill<K extends Whole> = (initial: Extract<Initializer, { kind: K }>, rows: number, width: number, random: Random) => Matrix;

const FILL: { readonly [K in Whole]: Fill<K> } = {
  uniform({ limit }, rows, width, random) {
    const values = random.fill(new Float64Array(rows * width));
    for (let i = 0; i < values.length; i++) values[i] = limit * (2 * values[i] - 1);
    return values;
  },
  normal({ deviation }, rows, width, random) {
    const normal = normals(random);
    return drawn(rows * width, () => deviation * normal());
  },
  constant: ({ value }, rows, width) => new Float64Array(rows * width).fill(value),
  orthogonal({ gain }, rows, width, random) {
    const tall = rows >= width;
    const vectors = orthonormal(Math.min(rows, width), Math.max(rows, width), random);
    const values = new Float64Array(rows * width);
    vectors.forEach((vector, k) => {
      vector.forEach((value, i) => {
        values[tall ? i * width + k : k * width + i] = gain * value;
      });
    });
    return values;
  },
  identity({ scale }, rows, width) {
    const values = new Float64Array(rows * width);
    for (let i = 0; i < Math.min(rows, width); i++) values[i * width + i] = scale;
    return values;
  },
  spectral({ radius, density }, rows, width, random) {
    const normal = normals(random);
    // Where few numbers are not zero there may be no cycle among them, and no eigenvalue but 0: then others are drawn.
    for (let attempt = 0; attempt < 1000; attempt++) {
      const values = drawn(rows * width, () => (density < 1 && random.uniform() >= density ? 0 : normal()));
      if (radius === 0) return values.fill(0);
      const rowOf = Uint32Array.from(values, (_, i) => Math.floor(i / width));
      const own = spectralRadiusOfEntries(values, rowOf, rows, drawn(rows, normal));
      if (own > 0) return values.map((value) => (value * radius) / own);
    }
    throw new RangeError(
      `spectral: of ${rows} × ${width} weights at density ${density} too few are not zero to have the radius ${radius}. Use a greater density.`,
    );
  },
  blocks({ blocks }, rows, width, random) {
    const values = new Float64Array(rows * width);
    const part = width / blocks.length;
    blocks.forEach((initial, block) => {
      const own = firstValues(initial, rows, part, random);
      for (let row = 0; row < rows; row++) values.set(own.subarray(row * part, (row + 1) * part), row * width + block * part);
    });
    return values;
  },
};

/** `Float64Array.from` takes ten times as long where a program has just begun (measured). */
function drawn(count: number, draw: () => number): Matrix {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = draw();
  return values;
}

/** A matrix [rows × width] as the initialiser has it. */
export function firstValues(initial: Initializer, rows: number, width: number, random: Random): Matrix {
  if (initial.kind === "sparse") throw new Error("internal: a sparse parameter has no first matrix");
  return (FILL[initial.kind] as Fill<Whole>)(initial, rows, width, random);
}

/**
 * `count` vectors of length `length` ≥ `count`, orthonormal, all such sets equally likely: the columns of Q in the factorisation QR, with R's
 * diagonal positive, of a Gaussian matrix. Householder's reflections of such a matrix are those of independent Gaussian vectors, each one
 * number shorter than the one before, so that no factorisation is needed (Stewart 1980): 2·count²·length operations at most.
 */
function orthonormal(count: number, length: number, random: Random): Float64Array[] {
  const normal = normals(random);
  const reflections = Array.from({ length: count }, (_, k) => drawn(length - k, normal));
  const vectors = Array.from({ length: count }, () => new Float64Array(length));
  const scales = reflections.map((v, k) => {
    const sign = v[0] < 0 ? -1 : 1;
    vectors[k][k] = -sign;
    v[0] += sign * Math.sqrt(square(v));
    return 2 / square(v);
  });
  // Four at a time: they stay in the first-level cache while the reflections pass by, and four sums do not wait for each other.
  for (let first = 0; first < count; first += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => vectors[first + i] ?? new Float64Array(length));
    for (let k = Math.min(first + 3, count - 1); k >= 0; k--) reflect(reflections[k], scales[k], k, a, b, c, d);
  }
  return vectors;
}

/** Each of four vectors, from number `k` on, becomes its mirror image across the plane that `v` is perpendicular to; scale = 2/v². */
function reflect(v: Float64Array, scale: number, k: number, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): void {
  let [alongA, alongB, alongC, alongD] = [0, 0, 0, 0];
  for (let i = 0; i < v.length; i++) {
    const x = v[i];
    alongA += x * a[k + i];
    alongB += x * b[k + i];
    alongC += x * c[k + i];
    alongD += x * d[k + i];
  }
  alongA *= scale;
  alongB *= scale;
  alongC *= scale;
  alongD *= scale;
  for (let i = 0; i < v.length; i++) {
    const x = v[i];
    a[k + i] -= alongA * x;
    b[k + i] -= alongB * x;
    c[k + i] -= alongC * x;
    d[k + i] -= alongD * x;
  }
}

function square(v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * v[i];
  return sum;
}
