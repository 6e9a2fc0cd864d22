// How a parameter begins: plain data, so that a definition can be saved and posted.

import { real } from "./real.ts";

/** A parameter's first values. What is random is drawn from the model's seed and the parameter's path. */
export type Initializer = Start & {
  /** Decides what is random, instead of the model's seed. */
  readonly seed?: number;
};

type Start =
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "orthogonal"; readonly gain: number }
  | { readonly kind: "identity"; readonly scale: number }
  | { readonly kind: "spectral"; readonly radius: number; readonly density: number }
  | { readonly kind: "blocks"; readonly blocks: readonly Initializer[] }
  | {
      /** Kept as its entries: the numbers of each column that are not zero. */
      readonly kind: "sparse";
      readonly topology: "random" | "ring";
      /** Entries of each column. */
      readonly entries: number;
      /** The largest absolute value of an eigenvalue. */
      readonly radius: number;
    };

/** The ways to begin, as a sentence names them. */
export const INITIALIZERS =
  "uniform(limit), normal(deviation), constant(value), glorot(inputs, outputs), orthogonal(), identity() or spectral(radius)";

const LAWFUL: { readonly [K in Initializer["kind"]]: (initial: Extract<Initializer, { kind: K }>) => boolean } = {
  uniform: ({ limit }) => isReal(limit) && limit >= 0,
  normal: ({ deviation }) => isReal(deviation) && deviation >= 0,
  constant: ({ value }) => isReal(value),
  orthogonal: ({ gain }) => isReal(gain),
  identity: ({ scale }) => isReal(scale),
  spectral: ({ radius, density }) => isReal(radius) && radius >= 0 && density > 0 && density <= 1,
  sparse: ({ topology, entries, radius }) =>
    ["random", "ring"].includes(topology) && Number.isInteger(entries) && entries > 0 && isReal(radius) && radius >= 0,
  blocks: ({ blocks }) => Array.isArray(blocks) && blocks.length > 0 && blocks.every(isInitializer),
};

export const isSeed = (seed: unknown): boolean => Number.isInteger(seed) && (seed as number) >= 0 && (seed as number) < 2 ** 32;

const isReal = (number: unknown): boolean => typeof number === "number" && Number.isFinite(Math.fround(number));

/** Whether something is one of the above. */
export function isInitializer(initial: unknown): initial is Initializer {
  const kind = (initial as Initializer | null)?.kind;
  if (typeof kind !== "string" || !Object.hasOwn(LAWFUL, kind)) return false;
  const { seed = 0 } = initial as Initializer;
  return LAWFUL[kind](initial as never) && isSeed(seed);
}

/** How many numbers of each column are kept; 0 for a parameter that is kept whole. */
export const entriesOf = (initial: Initializer): number => (initial.kind === "sparse" ? initial.entries : 0);

/** Numbers between −limit and limit. */
export function uniform(limit: number): Initializer {
  if (real("uniform", limit) < 0) throw new RangeError(`uniform() got the limit ${limit}. Use 0 or more.`);
  return { kind: "uniform", limit };
}

/** Gaussian numbers of mean 0 and this standard deviation. */
export function normal(deviation: number): Initializer {
  if (real("normal", deviation) < 0) throw new RangeError(`normal() got the deviation ${deviation}. Use 0 or more.`);
  return { kind: "normal", deviation };
}

/** The same number everywhere. */
export const constant = (value: number): Initializer => ({ kind: "constant", value: real("constant", value) });

/** Glorot and Bengio (2010): uniform with variance 2/(inputs + outputs). */
export function glorot(inputs: number, outputs: number): Initializer {
  if (!(inputs > 0 && outputs > 0))
    throw new RangeError(`glorot() got ${String(inputs)} inputs and ${String(outputs)} outputs. Use two numbers above 0.`);
  return uniform(Math.sqrt(6 / (inputs + outputs)));
}

/**
 * `gain` times a random orthogonal matrix (Saxe et al. 2014): no direction is stretched or shrunk, so that powers of it neither vanish nor
 * explode. All such matrices are equally likely (Stewart 1980). One that is not square has orthonormal rows or columns, whichever are fewer.
 */
export const orthogonal = (gain = 1): Initializer => ({ kind: "orthogonal", gain: real("orthogonal", gain) });

/** `scale` on the diagonal, 0 elsewhere: a recurrence that begins by copying its state (Le et al. 2015). */
export const identity = (scale = 1): Initializer => ({ kind: "identity", scale: real("identity", scale) });

/**
 * Gaussian numbers scaled to a spectral radius, the largest absolute value of an eigenvalue: below 1 a linear recurrence forgets, above 1 it
 * explodes. `density` is the share of the numbers that are not zero, in random places. Default: 1. The radius is found by Arnoldi's method, as
 * exactly as f32 holds the weights.
 */
export function spectral(radius: number, options: { readonly density?: number } = {}): Initializer {
  if (real("spectral", radius) < 0)
    throw new RangeError(`spectral() got the radius ${radius}. It is the largest absolute value of an eigenvalue: use 0 or more.`);
  if (options === null || typeof options !== "object" || Object.keys(options).some((key) => key !== "density"))
    throw new TypeError("spectral() got options that it does not know. The only one is: { density: 0.1 }.");
  const { density = 1 } = options;
  if (!(real("spectral", density) > 0 && density <= 1))
    throw new RangeError(`spectral() got the density ${density}, the share of weights that are not zero. Use a number above 0 up to 1.`);
  return { kind: "spectral", radius, density };
}

/** Columns in equal parts, side by side, each begun in its own way: the gates of a cell that makes one product of them. */
export function blocks(...parts: Initializer[]): Initializer {
  parts.forEach((part, index) => {
    if (!isInitializer(part)) throw new TypeError(`blocks() got ${String(part)} as its ${index + 1}. part. Use ${INITIALIZERS}.`);
  });
  if (parts.length === 0) throw new TypeError("blocks() got no parts. Give it at least one.");
  return { kind: "blocks", blocks: parts };
}

/**
 * A weight [n × n] of which `entries` numbers of each column are not zero, in random places and uniform, scaled to a spectral radius; or, in
 * a ring, the number before the diagonal alone, each the radius. It is kept as its entries, and never trained.
 */
export const sparse = (entries: number, radius: number, topology: "random" | "ring" = "random"): Initializer & { kind: "sparse" } => ({
  kind: "sparse",
  topology,
  entries,
  radius: real("sparse", radius),
});

/** @throws RangeError if a parameter [rows × width] cannot begin so. */
export function checkFit(place: string, initial: Initializer, rows: number, width: number): void {
  if (initial.kind === "spectral" && rows !== width)
    throw new RangeError(
      `${place}: a weight of ${rows} rows and ${width} columns has no spectral radius. Use orthogonal(), or make it square.`,
    );
  if (initial.kind === "sparse") {
    const { topology, entries } = initial;
    if (entries > rows) throw new RangeError(`${place}: ${entries} entries a column do not fit into ${rows} rows. Use ${rows} at most.`);
    if (rows !== width) throw new RangeError(`${place}: ${rows} rows and ${width} columns have no spectral radius. Use as many of both.`);
    if (topology === "ring" && entries !== 1) throw new RangeError(`${place}: a ring has 1 entry a column, not ${entries}.`);
  }
  if (initial.kind !== "blocks") return;
  const { blocks: parts } = initial;
  if (width % parts.length !== 0)
    throw new RangeError(
      `${place}: ${parts.length} blocks do not divide its ${width} columns equally. Give as many as the cell has gates.`,
    );
  for (const part of parts) {
    if (part.kind === "sparse") throw new TypeError(`${place}: a block cannot be sparse.`);
    checkFit(place, part, rows, width / parts.length);
  }
}
