// The decoder of a sequence-to-sequence model: layers that hear at each step what was said at the one before, and what they know of the source.

import type { Graph } from "../graph/graph.ts";
import { type Shape, sequence, symbolsOf } from "../graph/shape.ts";
import { Value } from "../graph/value.ts";
import { concat, repeated } from "../graph/words.ts";
import { buildLayer, type Cell, type Placed, Site } from "./layer.ts";
import type { Input } from "./layers.ts";

/** What was said at the step before, as a decoder hears it: a symbol, or the boundary before the first; or numbers. */
export const shapeOfHeard = (target: Input): Shape =>
  target.kind === "tokens" ? symbolsOf("sequence", target.symbols + 1) : sequence(target.width);

/** What a decoder is given besides its own output. */
export interface Known {
  /** Vectors and sequences that stand beside its input at every step. */
  readonly beside: readonly Value[];
  /** The first states of one of its cells. */
  readonly beginnings: (cell: Cell, index: number) => Readonly<Record<string, Value>>;
  /** What the encoder gives at each step of the source, for layers that look at it; null where there is nothing of the kind. */
  readonly source: Value | null;
}

export interface Decoded {
  readonly output: Value;
  /** What enters the last layer. */
  readonly entering: Value;
  readonly cells: readonly Cell[];
}

export function decode(graph: Graph, target: Input, layers: readonly Placed[], { beside, beginnings, source }: Known): Decoded {
  graph.label = "feedback";
  const heard = new Value(graph, graph.addShaped("feedback", [], {}, shapeOfHeard(target)));
  const cells: Cell[] = [];
  const surroundings = { feedback: () => heard, cells, beginnings, source };
  const first = firstOfOwn(layers);
  let entering = heard;
  const output = layers.reduce((value, { path, layer }, index) => {
    entering = index === first ? withBeside(value, beside, path) : value;
    return buildLayer(layer, new Site(path, entering, surroundings));
  }, heard);
  return { output, entering, cells };
}

/** The first layer that makes numbers of its own, an embedding at the beginning left aside. */
function firstOfOwn(layers: readonly Placed[]): number {
  const first = layers.findIndex(({ layer: { units, kind } }, index) => units !== undefined && !(index === 0 && kind === "embedding"));
  return first < 0 ? layers.length - 1 : first;
}

function withBeside(value: Value, beside: readonly Value[], path: string): Value {
  if (beside.length === 0) return value;
  if (value.shape.symbols > 0)
    throw new TypeError(
      `${path}: the context, or the steps left of a predicted length, is to stand beside its input, but that is a ${String(value)}. Begin the decoder with embedding(n), or use context: "initial" and another stop.`,
    );
  if (value.shape.extent !== "sequence")
    throw new TypeError(
      `${path}: the context, or the steps left of a predicted length, is to stand beside its input at every step, but that is a ${String(value)}. Leave last() out.`,
    );
  value.graph.label = path;
  return concat(value, ...beside.map((known) => (known.shape.extent === "vector" ? repeated(known) : known)));
}
