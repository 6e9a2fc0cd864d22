// The words that cells are written in, the built-in ones and a user's own alike.

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
/** x² */
export const square = (x: Value): Value => word("mul", [x, x], {}, "square");
/** The columns of all values side by side. */
export const concat = (...values: Value[]): Value => word("concat", values, {});
/** Columns from … from + width − 1. */
export const slice = (x: Value, from: number, width: number): Value => word("slice", [x], { from, width });
/** eˣ / Σ eˣ along the columns. */
export const softmax = (x: Value): Value => word("softmax", [x], {});
/** The last step of a sequence, as a vector. */
export const lastOf = (x: Value): Value => word("last", [x], {}, "last");

/** Steps that a delay may reach back: every step of it is carried from window to window by a command of its own. */
export const LONGEST_DELAY = 2 ** 16;

/** x as it was `steps` time steps earlier (1 or more); zero, or the state carried from the previous window, before the beginning. */
export function delay(x: Value, steps = 1): Value {
  if (!(x instanceof Value)) throw new TypeError(`delay() got ${String(x)} but works on symbolic values.`);
  if (!Number.isInteger(steps) || steps < 1 || steps > LONGEST_DELAY)
    throw new RangeError(`delay() got ${String(steps)} steps. Use a whole number from 1 to ${LONGEST_DELAY}.`);
  if (x.shape.extent !== "sequence") throw new TypeError(`delay() needs a sequence but got ${String(x)}.`);
  return new Value(x.graph, x.graph.addShaped("delay", [x.id], { steps }, x.shape));
}

/** An activation by its name, as dense() and rnn() take it. */
export const ACTIVATIONS = { tanh, sigmoid, relu, softplus, identity: (x: Value): Value => x } as const;
export type Activation = keyof typeof ACTIVATIONS;
