// What a model hears of the step before: its own output in one form or another, the truth, or what the caller says.

import { shapeOfHeard as heardOf } from "../define/decoder.ts";
import { type Head, shapesOf } from "../define/heads.ts";
import type { Definition } from "../define/model.ts";
import type { Graph, Node, NodeId } from "../graph/graph.ts";
import { type Shape, symbolsOf } from "../graph/shape.ts";
import { forcingOf, type Purpose } from "./purpose.ts";

/**
 * Streams of random numbers of their own: those below belong to dropout and noise. Speech is what is drawn when generating. Each term of a loss draws
 * from a stream of its own, two further on than that before.
 */
export const [COINS, DRAWS, SPEECH] = [2 ** 31, 2 ** 31 + 1, 2 ** 31 + 2];

/** Symbols where the truth of classes, or a symbol, is heard; else the output's own shape. What a decoder hears is always like its targets. */
function shapeOfHeard({ nodes, heads, feedback, decoding }: Definition, purpose: Purpose): Shape {
  if (decoding) return heardOf(decoding.target);
  const [{ output, terms }] = heads;
  const classes = terms[0].loss.kind === "crossEntropy";
  const symbols = classes && (forcingOf(purpose) !== false || purpose.kind === "generate" || feedback === "symbol" || feedback === "draw");
  return symbols ? symbolsOf("sequence", nodes[output].shape.width) : nodes[output].shape;
}

/** The delay by which the output (or the truth) of the step before is heard; when generating what was drawn, or in a forecast what is told, itself. */
export function openFeedback(graph: Graph, definition: Definition, purpose: Purpose): NodeId {
  const isTold = purpose.kind === "generate" || purpose.kind === "encode" || purpose.kind === "forecast";
  if (!isTold) return openHeard(graph, definition, purpose, 1);
  return graph.addShaped("target", [], { name: definition.heads[0].name }, shapeOfHeard(definition, purpose));
}

/** A delay of what is heard: it is carried on, and before the beginning of it a decoder hears its boundary. */
export function openHeard(graph: Graph, definition: Definition, purpose: Purpose, steps: number): NodeId {
  const shape = shapeOfHeard(definition, purpose);
  const before = shape.symbols > 0 ? definition.decoding?.boundary : undefined;
  return graph.openDelay(steps, shape, { carried: steps > 0, before });
}

/** Whether a delay, or a delay of a delay, reads what the model hears, which may turn out to be symbols. */
export function delaysFeedback(nodes: readonly Node[], id: NodeId): boolean {
  const seen = new Set<NodeId>();
  while (nodes[id].op === "delay" && !seen.has(id)) {
    seen.add(id);
    id = nodes[id].inputs[0];
  }
  return nodes[id].op === "feedback";
}

/** The truth: what the output of the first head is compared with. */
export function target(graph: Graph, { nodes, heads: [head] }: Definition): NodeId {
  return graph.addShaped("target", [], { name: head.name }, nodes[head.target].shape);
}

/** What is heard one step later, if it is not told: the truth, the output in the form in which it is heard, or either. */
export function said(graph: Graph, output: NodeId, definition: Definition, purpose: Purpose): NodeId {
  const forcing = forcingOf(purpose);
  graph.label = "feedback";
  if (forcing === true) return target(graph, definition);
  if (forcing === false) return spoken(graph, output, definition);
  return graph.addShaped(
    "either",
    [target(graph, definition), drawn(graph, output, definition)],
    { stream: COINS },
    shapeOfHeard(definition, purpose),
  );
}

function spoken(graph: Graph, output: NodeId, definition: Definition): NodeId {
  const { feedback } = definition;
  if (feedback === "softmax" || feedback === "sigmoid") return graph.add(feedback, [output], {});
  if (feedback === "draw") return drawn(graph, output, definition);
  return feedback === "symbol" ? graph.add("argmax", [output], {}) : output;
}

/** Drawn of each term by itself. With meanSquared() nothing is said of chances: the output itself. */
function drawn(graph: Graph, output: NodeId, { nodes, heads: [head] }: Definition): NodeId {
  const shapes = shapesOf(nodes, head, 1);
  const rows = columnsOf(graph, output, nodes, head).map((row, index) => {
    const { kind, components, floor } = head.terms[index].loss;
    if (kind === "meanSquared") return row;
    return graph.addShaped("draw", [row], { kind, components, floor, stream: DRAWS + 2 * index }, shapes[index]);
  });
  return graph.beside(rows);
}

/** An output cut into what each term of its head judges. */
export const columnsOf = (graph: Graph, output: NodeId, nodes: readonly Node[], head: Head): NodeId[] =>
  graph.columns(
    output,
    shapesOf(nodes, head, 0).map(({ width }) => width),
  );
