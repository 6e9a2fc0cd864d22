// What stands between an encoder and a decoder: the states in which the one ends, and the layers that make of them the other's first states.

import type { Value } from "../graph/value.ts";
import { lastOf, sideBySide } from "../graph/words.ts";
import type { Cell, Layer } from "./layer.ts";
import { dense } from "./layers.ts";

/** Vectors by the names of states. */
export type Ends = Readonly<Record<string, Value>>;

/** One state in which a recurrent layer ends: where time ends for it; those of two directions side by side. */
export const endOf = ({ directions }: Cell, name: string): Value =>
  sideBySide(directions.flatMap(({ states, reversed }) => (states[name] ? [lastOf(states[name], reversed)] : [])));

/** All states in which a recurrent layer ends. */
export const endsOf = (cell: Cell): Ends => Object.fromEntries(Object.keys(cell.widths).map((name) => [name, endOf(cell, name)]));

/**
 * The first states of a decoder's cell: those of the same names, and where there is none of that name all that there are side by side; unless
 * name and width agree through a dense layer of its own, `bridge/<path of the cell>/<state>`, which `add` builds.
 */
export function beginningsFrom(ends: Ends, cell: Cell, add: (path: string, layer: Layer, x: Value) => Value): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(cell.widths).map(([name, width]) => {
      const end = ends[name];
      const agrees = end !== undefined && end.width === width;
      return [name, agrees ? end : add(`bridge/${cell.path}/${name}`, dense(width), end ?? sideBySide(Object.values(ends)))];
    }),
  );
}
