// How a parameter begins: plain data, so that a definition can be saved and posted.

import { real } from "./real.ts";

/** A parameter's first values. Uniform numbers are drawn from the model's seed and the parameter's path. */
export type Initializer = { readonly kind: "uniform"; readonly limit: number } | { readonly kind: "constant"; readonly value: number };

/** Numbers between −limit and limit. */
export function uniform(limit: number): Initializer {
  if (real("uniform", limit) < 0) throw new RangeError(`uniform() got the limit ${limit}. Use 0 or more.`);
  return { kind: "uniform", limit };
}

/** The same number everywhere. */
export const constant = (value: number): Initializer => ({ kind: "constant", value: real("constant", value) });

/** Glorot and Bengio (2010): uniform with variance 2/(inputs + outputs). */
export function glorot(inputs: number, outputs: number): Initializer {
  if (!(inputs > 0 && outputs > 0))
    throw new RangeError(`glorot() got ${String(inputs)} inputs and ${String(outputs)} outputs. Use two numbers above 0.`);
  return uniform(Math.sqrt(6 / (inputs + outputs)));
}
