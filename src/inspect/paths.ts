// paths(): how many non-linear steps lie between h(0) and h(T), and between x(t) and y(t); counted on the graph.

import { checkOptions, checkSize } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { checkDefinition } from "../file/definition.ts";
import { type Node, type NodeId, reachable, topologicalOrder } from "../graph/graph.ts";
import type { Named } from "../graph/operations.ts";
import { nameOf } from "../plan/states.ts";
import { unfold } from "../plan/unfold.ts";
import { differentiableStates } from "../plan/watch.ts";
import { type Edge, leastRatio } from "./cycles.ts";
import { BEND } from "./nonlinear.ts";

/** Numbers of non-linear steps. */
export interface Range {
  readonly shortest: number;
  readonly longest: number;
  /** The shortest, if a gate passes what it gates as a linear unit does: 0 a step along the carousel of an LSTM's c. */
  readonly gated: number;
}

/** The paths of one state through time. */
export interface LayerPaths {
  /** `layer 1/lstm` */
  readonly layer: string;
  /** `h`, `c`; `output` where it is the output that is heard. */
  readonly state: string;
  /** 1 if time runs forwards in its loop, −1 if backwards. */
  readonly direction: 1 | -1;
  /** Between h(0) and h(T), divided by T, for T → ∞; null if no derivative comes round. */
  readonly perStep: Range | null;
  /** Between h(0) and h(T), T = `steps`; null if no path is just so long, as with a delay of 8 alone and T = 12. */
  readonly over: Range | null;
}

export interface Paths {
  readonly steps: number;
  /** Every state, in the order of the graph. */
  readonly recurrent: readonly LayerPaths[];
  /**
   * Between x(t) and y(t) of one step, of the last one for a sequence → vector model; of a sequence-to-sequence model between the source, at a step
   * that the context or attention reads, and the first step of the output. null if the one does not reach the other.
   */
  readonly through: Range | null;
}

export interface PathOptions {
  /** T. Default: 100. */
  readonly steps?: number;
}

/**
 * The shortest and the longest number of non-linear steps between h(0) and h(T) for each recurrent layer, and between x(t) and y(t)
 * (Pascanu, Gulcehre, Cho and Bengio 2014; Goodfellow et al. 2016, §10.5, figure 10.13). Depth makes them longer, skip connections make the
 * shortest shorter: around a deep transition, between layers, and through time, where a delay of d takes one stride for d steps.
 *
 * A step is counted where a path passes a function that is not linear (tanh, sigmoid, relu, softmax, normalize …), or a product whose factors
 * both depend on where the path began; `gated` leaves the products out. Weights, sums, delays, concatenations and dropout count nothing. The
 * model hears its own output; no path leads through a symbol that was chosen.
 */
export function paths(definition: Definition, options: PathOptions = {}): Paths {
  checkDefinition("paths", definition);
  checkOptions("paths", options, ["steps"]);
  const steps = checkSize("paths: steps", options.steps ?? 100);
  const { nodes, shown } = unfold(definition, { kind: "predict", raw: true });
  const output = shown[definition.heads[0].name];
  const order = topologicalOrder(nodes);
  const states = differentiableStates(nodes);
  const recurrent = states.map(({ node, label, reads }): LayerPaths => {
    const { layer, name } = nameOf(label, definition.layers);
    const inLoop = loopMembers(nodes, node);
    const members = order.filter((id) => inLoop.has(id));
    const count = countOn((id) => inLoop.has(id));
    const measure = (lengthOf: Length, best: Best): number => overSteps(nodes, members, lengthOf, best, node, steps);
    return {
      layer,
      state: name,
      direction: reads[0].lag < 0 ? -1 : 1,
      perStep: rangeOf(count, (lengthOf, best) => rate(nodes, members, lengthOf, best)),
      over: rangeOf(count, measure),
    };
  });
  // The steps that are left are no way in.
  const input = nodes.findIndex(({ op, attributes }) => op === "input" && (attributes as Named).name in definition.inputs);
  if (input < 0) return { steps, recurrent, through: null };
  const reached = reachedFrom(nodes, order, input);
  const count = countOn((id) => reached.has(id));
  const through = rangeOf(count, (lengthOf, best) => {
    const lengths = withinStep(nodes, order, lengthOf, best, new Map([[input, 0]]));
    return lengths.get(output) ?? Number.NaN;
  });
  return { steps, recurrent, through };
}

/** The length that an input adds to a path; null if none leads through. */
type Length = (node: Node, index: number) => number | null;
type Best = (a: number, b: number) => number;

/** The rule of counting, `gates`: whether products count. `varies`: whether a value depends on where the path begins. */
function countOn(varies: (id: NodeId) => boolean): (gates: boolean) => Length {
  return (gates) => (node, index) => {
    const others = node.inputs.filter((_, other) => other !== index && (node.op !== "mix" || other === 0 || index === 0));
    switch (BEND[node.op]) {
      case "none":
        return null;
      case "linear":
        // The symbols of a table, and x of a product, but not the weights, which are constant.
        return 0;
      case "function":
        return 1;
      case "quotient":
        return index === 1 || (gates && others.some(varies)) ? 1 : 0;
      case "product":
        // A square is no gate.
        return (gates && others.some(varies)) || others.includes(node.inputs[index]) ? 1 : 0;
    }
  };
}

/** All three numbers; null where there is no path. */
function rangeOf(count: (gates: boolean) => Length, measure: (lengthOf: Length, best: Best) => number): Range | null {
  const shortest = measure(count(true), Math.min);
  return Number.isNaN(shortest) ? null : { shortest, longest: measure(count(true), Math.max), gated: measure(count(false), Math.min) };
}

/** The nodes on a cycle with this one: what it reaches through inputs and delays, and what reaches it. */
function loopMembers(nodes: readonly Node[], state: NodeId): Set<NodeId> {
  const { place } = reachable(nodes, [state]);
  const members = new Set<NodeId>([state]);
  for (let size = 0; size < members.size; ) {
    size = members.size;
    nodes.forEach((node, id) => {
      if (place[id] >= 0 && !members.has(id) && node.inputs.some((input) => members.has(input))) members.add(id);
    });
  }
  return members;
}

/** What depends on a node within one step. */
function reachedFrom(nodes: readonly Node[], order: readonly NodeId[], source: NodeId): Set<NodeId> {
  const reached = new Set([source]);
  for (const id of order) if (withinOne(nodes[id]).some((input) => reached.has(input))) reached.add(id);
  return reached;
}

/** What a node depends on within one step, the first one: of a delay what stands before the beginning. */
const withinOne = ({ op, inputs }: Node): readonly NodeId[] => (op === "delay" ? inputs.slice(1) : inputs);

/** The best lengths from where some nodes stand, by the paths of one step. */
function withinStep(
  nodes: readonly Node[],
  order: readonly NodeId[],
  lengthOf: Length,
  best: Best,
  lengths: Map<NodeId, number>,
): Map<NodeId, number> {
  const given = new Set(lengths.keys());
  for (const id of order) {
    const node = nodes[id];
    if (given.has(id)) continue;
    withinOne(node).forEach((input, index) => {
      const before = lengths.get(input);
      const step = lengthOf(node, index);
      if (before === undefined || step === null) return;
      const known = lengths.get(id);
      lengths.set(id, known === undefined ? before + step : best(known, before + step));
    });
  }
  return lengths;
}

/** The best length between a state and itself so many steps later; NaN if there is no path. */
function overSteps(nodes: readonly Node[], members: readonly NodeId[], lengthOf: Length, best: Best, state: NodeId, steps: number): number {
  const times: Map<NodeId, number>[] = [];
  for (let t = 0; t <= steps; t++) {
    const lengths = new Map<NodeId, number>(t === 0 ? [[state, 0]] : []);
    for (const id of members) {
      const node = nodes[id];
      if (node.op !== "delay") continue;
      const before = times[t - Math.abs(node.attributes.steps)]?.get(node.inputs[0]);
      if (before !== undefined) lengths.set(id, before);
    }
    times.push(withinStep(nodes, members, lengthOf, best, lengths));
  }
  return times[steps].get(state) ?? Number.NaN;
}

/** The best length per step in the limit, NaN if nothing comes round: the best cycle among the delays of a loop. */
function rate(nodes: readonly Node[], members: readonly NodeId[], lengthOf: Length, best: Best): number {
  const sign = best === Math.min ? 1 : -1;
  const delays = members.filter((id) => nodes[id].op === "delay");
  const edges = delays.flatMap((from, index): Edge[] => {
    const lengths = withinStep(nodes, members, lengthOf, best, new Map([[from, 0]]));
    return delays.flatMap((to, target): Edge[] => {
      const { inputs, attributes } = nodes[to] as Extract<Node, { op: "delay" }>;
      const length = lengths.get(inputs[0]);
      return length === undefined ? [] : [{ from: index, to: target, length: sign * length, time: Math.abs(attributes.steps) }];
    });
  });
  const ratio = leastRatio(edges, delays.length);
  // Without the sign that a zero would keep.
  return ratio === null ? Number.NaN : sign * ratio + 0;
}
