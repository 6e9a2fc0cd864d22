// How a parameter begins: plain data, so that a definition can be saved and posted.

/** A parameter's first values. Uniform numbers are drawn from the model's seed and the parameter's path. */
export type Initializer = { readonly kind: "uniform"; readonly limit: number } | { readonly kind: "constant"; readonly value: number };

/** Numbers between −limit and limit. */
export const uniform = (limit: number): Initializer => ({ kind: "uniform", limit });

/** The same number everywhere. */
export const constant = (value: number): Initializer => ({ kind: "constant", value });

/** Glorot and Bengio (2010): uniform with variance 2/(inputs + outputs). */
export const glorot = (inputs: number, outputs: number): Initializer => uniform(Math.sqrt(6 / (inputs + outputs)));
