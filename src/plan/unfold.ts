// From a definition to the graph of one purpose: the feedback is resolved, dropout kept or dropped, and what is not needed left out.

import type { Head } from "../define/heads.ts";
import { type Definition, totalsOf } from "../define/model.ts";
import { Graph, type Node, type NodeId, reachable, topologicalOrder } from "../graph/graph.ts";
import type { Dropout, Loss, LossKind } from "../graph/operations.ts";
import { cut, giveKnown } from "./cut.ts";
import { differentiate } from "./differentiate.ts";
import { columnsOf, delaysFeedback, openFeedback, openHeard, said, target } from "./feedback.ts";
import { type Forcing, learns, type Purpose } from "./purpose.ts";
import { readOutOf } from "./read-out.ts";
import { type Watched, watchFlow, watchStep } from "./watch.ts";

export { type Forcing, learns, type Purpose };

/** A graph for one purpose. Numbers are places in `nodes`. */
export interface Unfolded {
  readonly nodes: readonly Node[];
  /** Inputs and targets by name. */
  readonly given: Readonly<Record<string, NodeId>>;
  /** What is read, by the name of the head. */
  readonly shown: Readonly<Record<string, NodeId>>;
  /** The losses of the heads that are judged, term by term. */
  readonly losses: readonly NodeId[];
  /** Each trained parameter's path and the node of its gradient. */
  readonly gradients: readonly { readonly path: string; readonly node: NodeId }[];
  /** What is looked at besides. */
  readonly watched: readonly Watched[];
}

export function unfold(definition: Definition, purpose: Purpose): Unfolded {
  const { graph, place } = resolve(definition, purpose);
  const wantsLoss = purpose.kind === "evaluate" || learns(purpose);
  const losses = wantsLoss ? totalsOf(definition).map((total) => place[total]) : [];
  const outputs = wantsLoss || purpose.kind === "jacobian" ? [] : shown(graph, place, definition, purpose);
  const seeds = new Map(losses.map((loss) => [loss, loss]));
  const watch =
    purpose.kind === "inspect" ? watchFlow(graph, losses) : purpose.kind === "jacobian" ? watchStep(graph, purpose.state) : null;
  const found = watch?.gradients ?? (purpose.kind === "train" ? differentiate(graph, { seeds }) : new Map<NodeId, NodeId>());
  const gradients = learns(purpose) ? [...found].filter(([id]) => graph.nodes[id].op === "parameter") : [];
  const watched = watch?.watched ?? [];
  const truth = purpose.kind === "features" ? [target(graph, definition)] : [];
  const read = [...gradients, ...outputs].map(([, node]) => node);
  const kept = reachable(graph.nodes, [...losses, ...truth, ...read, ...watched.map(({ node }) => node)]);
  return {
    nodes: kept.nodes,
    given: Object.fromEntries(
      kept.nodes.flatMap((node, id) => (node.op === "input" || node.op === "target" ? [[node.attributes.name, id]] : [])),
    ),
    shown: Object.fromEntries(outputs.map(([name, node]) => [name, kept.place[node]])),
    losses: losses.map((loss) => kept.place[loss]),
    gradients: gradients.map(([parameter, node]) => ({ path: pathOf(graph.nodes[parameter]), node: kept.place[node] })),
    watched: watched.map((entry) => ({ ...entry, node: kept.place[entry.node] })),
  };
}

export function pathOf(node: Node): string {
  if (node.op !== "parameter") throw new Error(`internal: ${node.label} is ${node.op}, not a parameter`);
  return node.attributes.path;
}

/** Copies the definition's graph, putting something definite in the place of feedback and dropout. */
function resolve(definition: Definition, purpose: Purpose): { graph: Graph; place: Int32Array } {
  const { nodes } = definition;
  const graph = new Graph();
  const place = new Int32Array(nodes.length).fill(-1);
  const delays: NodeId[] = [];
  let heard: NodeId = -1;
  for (const id of topologicalOrder(nodes)) {
    const node = nodes[id];
    graph.label = node.label;
    const inputs = node.inputs.map((input) => place[input]);
    if (node.op === "delay") {
      const { steps, carried } = node.attributes;
      const [, beginning] = inputs;
      place[id] = delaysFeedback(nodes, id)
        ? openHeard(graph, definition, purpose, steps)
        : graph.openDelay(steps, node.shape, { carried, beginning });
      delays.push(id);
    } else if (node.op === "dropout" && !learns(purpose)) place[id] = meanOf(graph, inputs[0], node.attributes);
    else if (node.op === "noise" && !learns(purpose) && !(purpose.kind === "features" && purpose.noisy)) place[id] = inputs[0];
    else if (node.op === "feedback") place[id] = heard = openFeedback(graph, definition, purpose);
    else if (node.op === "matmul" && graph.nodes[inputs[0]].shape.symbols > 0) place[id] = graph.add("gather", inputs, {});
    else if (node.inputs.length === 0 || node.op === "loss")
      place[id] = graph.addShaped(node.op, inputs, node.attributes as never, node.shape);
    else place[id] = graph.add(node.op, inputs, node.attributes as never);
    if (graph.nodes[place[id]].label !== node.label) graph.rename(place[id], node.label);
  }
  for (const id of delays) graph.bind(place[id], place[nodes[id].inputs[0]]);
  if (heard >= 0 && graph.nodes[heard].op === "delay") {
    graph.bind(heard, said(graph, place[definition.heads[0].output], definition, purpose));
  }
  return { graph, place };
}

/** What dropout gives outside training. */
const meanOf = (graph: Graph, x: NodeId, { keep, scaled }: Dropout): NodeId =>
  scaled || keep === 1 ? x : graph.add("affine", [x], { scale: keep, shift: 0 });

type Shown = readonly (readonly [name: string, node: NodeId])[];

/** What a purpose is after, if it is no loss, by the name of the head. */
function shown(graph: Graph, place: Int32Array, definition: Definition, purpose: Purpose): Shown {
  if (purpose.kind === "features") {
    const readOut = readOutOf(definition);
    if (typeof readOut === "string") throw new Error(`internal: there is no read-out: ${readOut}`);
    return [[definition.heads[0].name, place[readOut.features]]];
  }
  const isPart = purpose.kind === "generate" || purpose.kind === "encode";
  const asked = purpose.kind === "predict" && purpose.head !== undefined ? purpose.head : definition.heads[0].name;
  const some = definition.heads.filter(({ name }) => isPart || purpose.kind === "stream" || name === asked);
  const heads = some.map((head) => [head.name, visible(graph, place[head.output], head, definition.nodes, purpose)] as const);
  return definition.decoding && isPart ? ofPart(graph, heads, purpose.kind) : heads;
}

/** Of a model cut in two: what is known before the first step, or the steps, to which that is given. */
function ofPart(graph: Graph, heads: Shown, kind: "generate" | "encode"): Shown {
  const parts = cut(
    graph,
    heads.map(([, node]) => node),
  );
  if (kind === "encode") return [...parts.known, ...heads.filter(([, node]) => parts.isBefore(node))];
  giveKnown(graph, parts);
  return heads.filter(([, node]) => !parts.isBefore(node));
}

/**
 * What the user sees: probabilities where the loss is about probabilities, and of a density the weights of its components, means and deviations.
 * What is drawn from is raw.
 */
function visible(graph: Graph, output: NodeId, head: Head, nodes: readonly Node[], purpose: Purpose): NodeId {
  const isPart = purpose.kind === "generate" || purpose.kind === "encode";
  const raw = isPart || (purpose.kind === "predict" && purpose.raw);
  graph.label = "output";
  if (raw) return output;
  const rows = columnsOf(graph, output, nodes, head);
  return graph.beside(rows.map((row, index) => VISIBLE[head.terms[index].loss.kind](graph, row, head.terms[index].loss)));
}

const VISIBLE: { readonly [K in LossKind]: (graph: Graph, output: NodeId, loss: Loss) => NodeId } = {
  crossEntropy: (graph, output) => graph.add("softmax", [output], {}),
  meanSquared: (_graph, output) => output,
  binaryCrossEntropy: (graph, output) => graph.add("sigmoid", [output], {}),
  gaussian: density,
  mixtureDensity: density,
};

function density(graph: Graph, output: NodeId, { components, floor }: Loss): NodeId {
  const width = (graph.nodes[output].shape.width - components) / 2;
  const part = (from: number, width: number): NodeId => graph.add("slice", [output], { from, width });
  const deviations = graph.add("affine", [graph.add("exp", [part(components + width, width)], {})], { scale: 1, shift: floor });
  const weights = components === 0 ? [] : [graph.add("softmax", [part(0, components)], {})];
  return graph.add("concat", [...weights, part(components, width), deviations], {});
}
