// How a parameter begins: plain data, so that a definition can be saved and posted.

import { real } from "./real.ts";

/** A parameter's first values. What is random is drawn from the model's seed and the parameter's path. */
export type Initializer =
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "orthogonal"; readonly gain: number }
  | { readonly kind: "identity"; readonly scale: number }
  | { readonly kind: "spectral"; readonly radius: number; readonly density: number }
  | { readonly kind: "blocks"; readonly blocks: readonly Initializer[] };

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
  blocks: ({ blocks }) => Array.isArray(blocks) && blocks.length > 0 && blocks.every(isInitializer),
};

const isReal = (number: unknown): boolean => typeof number === "number" && Number.isFinite(Math.fround(number));

/** Whether something is one of the above. */
export function isInitializer(initial: unknown): initial is Initializer {
  const kind = (initial as Initializer | null)?.kind;
  return typeof kind === "string" && Object.hasOwn(LAWFUL, kind) && LAWFUL[kind](initial as never);
}

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
 * explodes. `density` is the share of the numbers that are not zero, in random places. Default: 1. The eigenvalues of a weight [n × n] are
 * exact and take time in n³: some seconds for n = 1024.
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

/** @throws RangeError if a parameter [rows × width] cannot begin so. */
export function checkFit(place: string, initial: Initializer, rows: number, width: number): void {
  if (initial.kind === "spectral" && rows !== width)
    throw new RangeError(
      `${place}: a weight of ${rows} rows and ${width} columns has no spectral radius. Use orthogonal(), or make it square.`,
    );
  if (initial.kind !== "blocks") return;
  const { blocks: parts } = initial;
  if (width % parts.length !== 0)
    throw new RangeError(
      `${place}: ${parts.length} blocks do not divide its ${width} columns equally. Give as many as the cell has gates.`,
    );
  for (const part of parts) checkFit(place, part, rows, width / parts.length);
}
