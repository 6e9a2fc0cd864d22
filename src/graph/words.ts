// The words that cells are written in, the built-in ones and a user's own alike.

import type { Graph, NodeId } from "./graph.ts";
import type { Operations, OpName } from "./operations.ts";
import { real } from "./real.ts";
import { Value } from "./value.ts";

function word<K extends OpName>(op: K, values: readonly Value[], attributes: Operations[K], name: string = op): Value {
  if (values.length === 0) throw new TypeError(`${name}() got no values. Give it at least one.`);
  values.forEach((value, index) => {
    if (!(value instanceof Value))
      throw new TypeError(
        `${name}() got ${said(value)} as its ${index + 1}. argument but works on symbolic values. For numbers use scale(x, k) and shift(x, k).`,
      );
    if (value.graph !== values[0].graph)
      throw new TypeError(`${name}() got values of two different models. Use the values that this step function was given.`);
  });
  const { graph } = values[0];
  return new Value(
    graph,
    graph.add(
      op,
      values.map((value) => value.id),
      attributes,
    ),
  );
}

const said = (value: unknown): string =>
  typeof value === "number" ? `the number ${value}` : Array.isArray(value) ? `an array of ${value.length}` : String(value);

/** a + b. Equal shapes; a parameter of one row is added to every row. */
export const add = (a: Value, b: Value, ...more: Value[]): Value =>
  more.reduce((sum, term) => word("add", [sum, term], {}), word("add", [a, b], {}));
/** a − b */
export const sub = (a: Value, b: Value): Value => word("sub", [a, b], {});
/** a · b, element by element. */
export const mul = (a: Value, b: Value): Value => word("mul", [a, b], {});
/** a / b, element by element. */
export const div = (a: Value, b: Value): Value => word("div", [a, b], {});
/** f·a + (1−f)·b: a leaky unit, a forget gate. */
export const mix = (f: Value, a: Value, b: Value): Value => word("mix", [f, a, b], {});
/** k·x for a number k. */
export const scale = (x: Value, k: number): Value => word("affine", [x], { scale: real("scale", k), shift: 0 }, "scale");
/** x + k for a number k. */
export const shift = (x: Value, k: number): Value => word("affine", [x], { scale: 1, shift: real("shift", k) }, "shift");
/** −x */
export const neg = (x: Value): Value => scale(x, -1);
/** 1 − x */
export const complement = (x: Value): Value => word("affine", [x], { scale: -1, shift: 1 }, "complement");
export const tanh = (x: Value): Value => word("tanh", [x], {});
/** 1/(1 + e⁻ˣ) */
export const sigmoid = (x: Value): Value => word("sigmoid", [x], {});
/** max(x, 0) */
export const relu = (x: Value): Value => word("relu", [x], {});
/** log(1 + eˣ) */
export const softplus = (x: Value): Value => word("softplus", [x], {});
export const exp = (x: Value): Value => word("exp", [x], {});
/** The natural logarithm; not finite for x ≤ 0. */
export const log = (x: Value): Value => word("log", [x], {});
export const sqrt = (x: Value): Value => word("sqrt", [x], {});
export const abs = (x: Value): Value => word("abs", [x], {});
/** 1 where x > 0, else 0. No gradient passes. */
export const unitStep = (x: Value): Value => word("unitStep", [x], {});
/** x within [low, high], else the nearer of the two; the gradient passes where x lies within. */
export function clamp(x: Value, low: number, high: number): Value {
  if (real("clamp", low) > real("clamp", high))
    throw new RangeError(`clamp() got ${low} as the lower and ${high} as the upper number. Give the lower one first.`);
  return word("clamp", [x], { low, high });
}
/** x² */
export const square = (x: Value): Value => word("mul", [x, x], {}, "square");
/** The columns of all values side by side. */
export const concat = (...values: Value[]): Value => word("concat", values, {});
/** One value as it is, several side by side. */
export const sideBySide = (values: readonly Value[]): Value => (values.length === 1 ? values[0] : concat(...values));
/** Columns from … from + width − 1. */
export const slice = (x: Value, from: number, width: number): Value => word("slice", [x], { from, width });
/** eˣ / Σ eˣ along the columns. */
export const softmax = (x: Value): Value => word("softmax", [x], {});
/**
 * (x − mean) / √(variance + epsilon) along the columns, each row by itself: mean 0 and variance 1 (Ba, Kiros and Hinton: Layer
 * normalization, 2016). Gain and bias are mul() and add() of rows of their own; `layerNorm()` has both.
 */
export function normalize(x: Value, epsilon = 1e-5): Value {
  if (!(real("normalize", epsilon) >= SMALLEST))
    throw new RangeError(`normalize() got the epsilon ${epsilon}. Use a number of at least ${SMALLEST}.`);
  return word("normalize", [x], { epsilon });
}

/** The smallest normal f32. */
const SMALLEST = 2 ** -126;

export interface DropOptions {
  /** One mask for all time steps of a sequence (of a window, where streams are cut into windows). Default: false. */
  readonly perSequence?: boolean;
  /** Whether what is kept is divided by 1 − rate, so that the mean stays what it was. Default: true. */
  readonly scaled?: boolean;
}

/**
 * While training, each element of x is zero with probability `rate`, else x/(1 − rate) (Srivastava et al. 2014); with `scaled: false` x as it is.
 * Otherwise the mean of that: x, or (1 − rate)·x.
 *
 * The mask follows from the model's seed, the training step and the element's row, column and time: not from how the batch is split.
 * `perSequence`, on h(t−1) or what is made of it, is recurrent dropout (Gal and Ghahramani 2016); on the candidate alone, that of Semeniuta et
 * al. (2016).
 */
export function drop(x: Value, rate: number, { perSequence = false, scaled = true }: DropOptions = {}): Value {
  if (!(real("drop", rate) >= 0 && rate < 1)) throw new RangeError(`drop() got the rate ${rate}. Use a number from 0 to below 1.`);
  if (!(x instanceof Value)) throw new TypeError(`drop() got ${said(x)} as its 1. argument but works on symbolic values.`);
  const stream = x.graph.nodes.filter(({ op }) => op === "dropout").length;
  return word("dropout", [x], { keep: 1 - rate, stream, scaled, perSequence }, "drop");
}

/**
 * The next state, each of whose elements stays what it was with probability `rate` (Krueger et al.: Zoneout, 2016):
 * previous + mask·(next − previous) while training, otherwise the mean, rate·previous + (1 − rate)·next.
 */
export const zoneout = (previous: Value, next: Value, rate: number): Value =>
  add(previous, drop(sub(next, previous), rate, { scaled: false }));

/** Σd q·k for every step of the source: queries [T, B, n], keys [S, B, n] of the source. */
export const dotScore = (queries: Value, keys: Value): Value => word("dotScore", [queries, keys], {});
/** Σd v·tanh(q + k) for every step of the source, v a row of n. */
export const additiveScore = (queries: Value, keys: Value, v: Value): Value => word("additiveScore", [queries, keys, v], {});
/** Scores as weights that add up to 1 over the source's own steps. */
export const align = (scores: Value): Value => word("align", [scores], {});
/** Σs weights·values: the context [T, B, m] of values [S, B, m] of the source. */
export const attend = (weights: Value, values: Value): Value => word("attend", [weights, values], {});

/** The last step of a sequence, as a vector; where time is reversed, the first. */
export const lastOf = (x: Value, reversed = x instanceof Value && x.graph.direction < 0): Value => word("last", [x], { reversed }, "last");

/** A vector at every step of the output's timeline. */
export const repeated = (x: Value): Value => word("repeat", [x], {}, "repeat");

/** Streams of random numbers below this belong to dropout. */
const NOISE_STREAMS = 2 ** 30;

/**
 * x plus a number from [−limit, limit) of its own for each element, while training and while a read-out is solved (Jaeger 2001); x elsewhere.
 * It follows from the model's seed, the training step and the element's place.
 */
export function noise(x: Value, limit: number): Value {
  const stream = NOISE_STREAMS + (x instanceof Value ? x.graph.nodes.filter(({ op }) => op === "noise").length : 0);
  return word("noise", [x], { limit: real("noise", limit), stream });
}

/** Steps that a delay may reach back: every step of it is carried from window to window by a command of its own. */
export const LONGEST_DELAY = 2 ** 16;

/**
 * x as it was `steps` time steps earlier (1 or more); zero, or the state carried from the previous window, before the beginning. Where time
 * is reversed: as it will be so many steps later, and zero past the end.
 */
export function delay(x: Value, steps = 1): Value {
  if (!(x instanceof Value)) throw new TypeError(`delay() got ${String(x)} but works on symbolic values.`);
  if (!Number.isInteger(steps) || steps < 1 || steps > LONGEST_DELAY)
    throw new RangeError(`delay() got ${String(steps)} steps. Use a whole number from 1 to ${LONGEST_DELAY}.`);
  if (x.shape.extent !== "sequence") throw new TypeError(`delay() needs a sequence but got a ${String(x)}.`);
  const { direction } = x.graph;
  const inputs = [x.id, ...beginningOf(x.graph, x.id)];
  return new Value(x.graph, x.graph.addShaped("delay", inputs, { steps: direction * steps, carried: direction > 0 }, x.shape));
}

/** What stands before the beginning of what is itself delayed: it stands at every earlier step. */
function beginningOf(graph: Graph, id: NodeId): readonly NodeId[] {
  const node = graph.nodes[id];
  if (node.op === "delay") return node.inputs.slice(1);
  return node.op === "slice" ? beginningOf(graph, node.inputs[0]).map((beginning) => graph.add("slice", [beginning], node.attributes)) : [];
}
