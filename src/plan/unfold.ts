// From a definition to the graph of one purpose: the feedback is resolved, dropout kept or dropped, and what is not needed left out.

import type { Head } from "../define/heads.ts";
import type { Definition } from "../define/model.ts";
import { Graph, type Node, type NodeId, reachable, topologicalOrder } from "../graph/graph.ts";
import type { Dropout, Loss, LossKind } from "../graph/operations.ts";
import { type Shape, symbolsOf } from "../graph/shape.ts";
import { differentiate } from "./differentiate.ts";
import { readOutOf } from "./read-out.ts";
import { type Watched, watchFlow, watchStep } from "./watch.ts";

/**
 * What a plan is for.
 * - `train`: the loss, its gradient and an update. `teacherForcing` feeds the truth where the model would hear its own output.
 * - `evaluate`: the loss alone; no dropout (what is not scaled is taken at its mean).
 * - `predict`: the output, or that of another `head`; the model hears itself. `raw` leaves out the softmax or sigmoid that belongs to the loss.
 * - `generate`: the raw outputs of all heads; what is fed back is what the caller has drawn at the step before, or says to have been drawn.
 * - `forecast`: outputs for one step; what is fed back is what the caller says.
 * - `features`: what enters the read-out, where layers hear the truth; with the noise of training if `noisy`.
 * - `inspect`: as `train`, without the update; what is watched are the gradients of all states and the values of all units that saturate.
 * - `jacobian`: the model hears itself; what is watched are the derivatives of one step of the loop that contains a state.
 */
export type Purpose =
  | { readonly kind: "train"; readonly teacherForcing: boolean }
  | { readonly kind: "evaluate"; readonly teacherForcing: boolean }
  | { readonly kind: "predict"; readonly raw: boolean; readonly head?: string }
  | { readonly kind: "generate" }
  | { readonly kind: "forecast" }
  | { readonly kind: "features"; readonly teacherForcing: true; readonly noisy: boolean }
  | { readonly kind: "inspect"; readonly teacherForcing: boolean }
  | { readonly kind: "jacobian"; readonly state: string };

/** Whether a purpose runs the network as training does: with dropout, and to the gradients of the parameters. */
export const learns = ({ kind }: Purpose): boolean => kind === "train" || kind === "inspect";

/** A graph for one purpose. Numbers are places in `nodes`. */
export interface Unfolded {
  readonly nodes: readonly Node[];
  /** Inputs and targets by name. */
  readonly given: Readonly<Record<string, NodeId>>;
  /** What is read, by the name of the head. */
  readonly shown: Readonly<Record<string, NodeId>>;
  /** The losses of the heads that are judged. */
  readonly losses: readonly NodeId[];
  /** Each trained parameter's path and the node of its gradient. */
  readonly gradients: readonly { readonly path: string; readonly node: NodeId }[];
  /** What is looked at besides. */
  readonly watched: readonly Watched[];
}

export function unfold(definition: Definition, purpose: Purpose): Unfolded {
  const { graph, place } = resolve(definition, purpose);
  const wantsLoss = purpose.kind === "evaluate" || learns(purpose);
  const losses = wantsLoss ? definition.heads.map(({ total }) => place[total]) : [];
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
      place[id] = graph.openDelay(steps, delaysFeedback(nodes, id) ? shapeOfHeard(definition, purpose) : node.shape, carried);
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
    graph.label = "feedback";
    const said = hearsTruth(purpose) ? target(graph, definition) : spoken(graph, place[definition.heads[0].output], definition);
    graph.bind(heard, said);
  }
  return { graph, place };
}

/** What dropout gives outside training. */
const meanOf = (graph: Graph, x: NodeId, { keep, scaled }: Dropout): NodeId =>
  scaled || keep === 1 ? x : graph.add("affine", [x], { scale: keep, shift: 0 });

const hearsTruth = (purpose: Purpose): boolean => "teacherForcing" in purpose && purpose.teacherForcing;

const target = (graph: Graph, definition: Definition): NodeId => {
  const { nodes, heads } = definition;
  return graph.addShaped("target", [], { name: heads[0].name }, nodes[nodes[heads[0].total].inputs[1]].shape);
};

/** Whether a delay, or a delay of a delay, reads what the model hears, which may turn out to be symbols. */
function delaysFeedback(nodes: readonly Node[], id: NodeId): boolean {
  const seen = new Set<NodeId>();
  while (nodes[id].op === "delay" && !seen.has(id)) {
    seen.add(id);
    id = nodes[id].inputs[0];
  }
  return nodes[id].op === "feedback";
}

/** Symbols where the truth of classes, or a symbol, is heard; else the output's own shape. */
function shapeOfHeard({ nodes, heads, feedback }: Definition, purpose: Purpose): Shape {
  const [{ output, loss }] = heads;
  const classes = loss.kind === "crossEntropy";
  const symbols = classes && (hearsTruth(purpose) || purpose.kind === "generate" || feedback === "symbol");
  return symbols ? symbolsOf("sequence", nodes[output].shape.width) : nodes[output].shape;
}

/** The delay by which the output (or the truth) of the step before is heard; when generating what was drawn, or in a forecast what is told, itself. */
function openFeedback(graph: Graph, definition: Definition, purpose: Purpose): NodeId {
  const shape = shapeOfHeard(definition, purpose);
  return purpose.kind === "forecast" || purpose.kind === "generate"
    ? graph.addShaped("target", [], { name: definition.heads[0].name }, shape)
    : graph.openDelay(1, shape, true);
}

/** What the model says aloud, in the form in which it is heard. */
function spoken(graph: Graph, output: NodeId, { feedback }: Definition): NodeId {
  if (feedback === "softmax") return graph.add("softmax", [output], {});
  return feedback === "symbol" ? graph.add("argmax", [output], {}) : output;
}

/** What a purpose is after, if it is no loss, by the name of the head. */
function shown(graph: Graph, place: Int32Array, definition: Definition, purpose: Purpose): [name: string, NodeId][] {
  const { heads } = definition;
  if (purpose.kind !== "features") {
    const asked = purpose.kind === "predict" && purpose.head !== undefined ? purpose.head : heads[0].name;
    const some = heads.filter(({ name }) => purpose.kind === "generate" || name === asked);
    return some.map((head) => [head.name, visible(graph, place[head.output], head, purpose)]);
  }
  const readOut = readOutOf(definition);
  if (typeof readOut === "string") throw new Error(`internal: there is no read-out: ${readOut}`);
  return [[heads[0].name, place[readOut.features]]];
}

/**
 * What the user sees: probabilities where the loss is about probabilities, and of a density the weights of its components, means and deviations.
 * What is drawn from is raw.
 */
function visible(graph: Graph, output: NodeId, { loss }: Head, purpose: Purpose): NodeId {
  const raw = purpose.kind === "generate" || (purpose.kind === "predict" && purpose.raw);
  graph.label = "output";
  return raw ? output : VISIBLE[loss.kind](graph, output, loss);
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
