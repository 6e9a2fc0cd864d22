// The graph of a sequence-to-sequence model: source, encoder, bridge and decoder, one after the other.

import { Graph } from "../graph/graph.ts";
import { sequence } from "../graph/shape.ts";
import { Value } from "../graph/value.ts";
import { beginningsFrom, type Ends } from "./bridge.ts";
import { type Decoded, decode } from "./decoder.ts";
import { contextOf, type Encoded, encode, endsFor } from "./encoder.ts";
import { buildLayer, type Cell, type Layer, Site } from "./layer.ts";
import { type Source, shapeOfInput } from "./layers.ts";
import type { Part } from "./model.ts";
import type { Checked } from "./seq2seq-options.ts";

/** A model as it has been built. */
export interface Made extends Decoded {
  readonly graph: Graph;
  /** What the decoder, or the head of its length, knows of the source; null where that is nothing, or only states. */
  readonly context: Value | null;
  /** Dense layers that were put in where widths or states do not agree. */
  readonly added: readonly Part[];
}

/** `count`: the recurrent layers of the decoder, which begin with the context; null: they begin with zeros. */
export function build({ source, encoder, bridge, context: way, target, decoder, stop }: Checked, count: number | null): Made {
  const graph = new Graph();
  const added: Part[] = [];
  const feedback = (): never => {
    throw new TypeError("what leads to the decoder cannot hear what the decoder will say. Put such a layer into the decoder.");
  };
  const on = (path: string, layer: Layer, x: Value): Value =>
    buildLayer(layer, new Site(path, x, { feedback, cells: [], beginnings: () => ({}), source: null }));
  const encoded = source ? read(graph, source, encoder) : null;
  if (encoded && encoded.output.shape.symbols > 0 && bridge.length === 0)
    throw new TypeError(
      `${encoder[encoder.length - 1].path}: the context is a ${String(encoded.output)}, but a decoder hears numbers. Begin the encoder with embedding(n), or put one into bridge.`,
    );
  const context =
    encoded && (bridge.length > 0 || way !== "initial" || stop?.kind === "predictedLength")
      ? bridge.reduce((x, { path, layer }) => on(path, layer, x), contextOf(encoded))
      : null;
  const beginnings = (cell: Cell, index: number): Readonly<Record<string, Value>> => {
    if (!encoded || count === null) return {};
    const ends: Ends = bridge.length > 0 && context ? { h: context } : endsFor(encoded, count, index);
    return beginningsFrom(ends, cell, (path, layer, x) => {
      added.push({ path, text: layer.text, part: "bridge" });
      return on(path, layer, x);
    });
  };
  const left = stop?.kind === "predictedLength" ? [stepsLeft(graph)] : [];
  const beside = [...(context && way !== "initial" ? [context] : []), ...left];
  const attended = encoded?.output.shape.extent === "sequence" ? encoded.output : null;
  return { ...decode(graph, target, decoder, { beside, beginnings, source: attended }), graph, context, added };
}

/** The steps to come behind each one, as a share of the longest length: given by the data, or by who generates. */
function stepsLeft(graph: Graph): Value {
  graph.label = "steps left";
  return new Value(graph, graph.addShaped("input", [], { name: "steps left" }, sequence(1)));
}

/** The source, and the encoder on it; of a vector there is nothing to read. */
function read(graph: Graph, source: Source, encoder: Checked["encoder"]): Encoded {
  graph.label = "source";
  const x = new Value(graph, graph.addShaped("input", [], { name: "source" }, shapeOfInput(source, 1)));
  return encode(x, encoder);
}
