// The encoder of a sequence-to-sequence model: its layers on the source's own timeline, and what it ends with.

import type { Value } from "../graph/value.ts";
import { type Ends, endOf, endsOf } from "./bridge.ts";
import { buildLayer, type Cell, type Placed, Site } from "./layer.ts";

/** What is known of a source when it has been read. */
export interface Encoded {
  /** What the last layer gives: a sequence on the source's timeline, or a vector. */
  readonly output: Value;
  /** The recurrent layers, in their order. */
  readonly cells: readonly Cell[];
}

export function encode(source: Value, layers: readonly Placed[]): Encoded {
  const cells: Cell[] = [];
  const feedback = (): never => {
    throw new TypeError(
      "an encoder reads the source and cannot hear what the decoder will say. Use recurrence between hidden units, or put the layer into the decoder.",
    );
  };
  const surroundings = { feedback, cells, beginnings: () => ({}), source: null };
  const output = layers.reduce((x, { path, layer }) => buildLayer(layer, new Site(path, x, surroundings)), source);
  if (output.shape.extent !== "sequence" && output.shape.extent !== "vector")
    throw new TypeError(
      `${layers[layers.length - 1].path}: an encoder must end with a sequence or a vector but ends with a ${String(output)}.`,
    );
  if (output.shape.extent === "sequence" && cells.length === 0)
    throw new TypeError(
      `${layers[layers.length - 1].path}: the encoder has no recurrent layer whose last state could be the context, and ends with a ${String(output)}. Add gru(64), or end it with last().`,
    );
  return { output, cells };
}

/**
 * The context: the encoder's vector if it ends with one, else what its last recurrent layer puts out (its first state) where each of its
 * directions ends.
 */
export function contextOf({ output, cells }: Encoded): Value {
  if (output.shape.extent === "vector") return output;
  const last = cells[cells.length - 1];
  return endOf(last, Object.keys(last.widths)[0]);
}

/** The first states for a decoder of so many recurrent layers: layer by layer if there are as many, else those of the last for all of them. */
export function endsFor({ output, cells }: Encoded, count: number, index: number): Ends {
  return output.shape.extent === "vector" ? { h: output } : endsOf(cells[cells.length === count ? index : cells.length - 1]);
}
