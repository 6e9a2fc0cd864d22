// A model as its textbook draws it: one box for each layer or state, weights on the arrows, delays as steps of an arrow.

import type { NodeId } from "../graph/graph.ts";
import type { Loss, Named } from "../graph/operations.ts";
import { type Boxes, boxesOf, isProduct, within } from "./boxes.ts";
import { componentsOf } from "./components.ts";
import { type Diagram, type DiagramEdge, type DiagramNode, type NodeKind, numbered, ranksOf, type Weight } from "./diagram.ts";
import type { Source } from "./source.ts";

const LOSSES = {
  crossEntropy: "cross-entropy",
  meanSquared: "mean squared",
  binaryCrossEntropy: "binary cross-entropy",
  gaussian: "Gaussian",
  mixtureDensity: "mixture density",
} as const;

export function layersOf(source: Source): Diagram {
  const boxes = boxesOf(source);
  const { edges, inner } = arrowsOf(source, boxes);
  const states = statesOf(source, boxes);
  const ranks = ranksOf(boxes.members.length, edges);
  const loops = loopsOf(boxes.members.length, edges);
  const hasState = (path: string): boolean => boxes.paths.some((other, box) => within(path, other) && states[box].length > 0);
  const nodes = boxes.members.map((members, box) => ({
    ...described(source, boxes, box, states[box], edges.some(({ to, delay }) => to === box && delay !== 0) && !hasState(boxes.paths[box])),
    timeline: members.every((id) => source.early[id]) ? (1 as const) : (0 as const),
    rank: ranks[box],
    loop: loops[box],
    parameters: ownParameters(source, members, inner[box]),
  }));
  return { nodes: numbered(nodes), edges };
}

/** Arrows between boxes, those of one delay between two boxes as one; and the weights within each box. */
function arrowsOf(source: Source, { of, members }: Boxes): { edges: DiagramEdge[]; inner: Weight[][] } {
  const edges = new Map<string, DiagramEdge & { weights: Weight[]; gradient: boolean }>();
  const inner: Weight[][] = members.map(() => []);
  type Way = Pick<DiagramEdge, "delay" | "when" | "weights" | "gradient">;
  const trace = (id: NodeId, to: number, way: Way, seen: readonly NodeId[]): void => {
    if (!source.carries[id] || seen.includes(id)) return;
    const from = of[id];
    const { delay, when, weights } = way;
    const flows = way.gradient && source.flows[id];
    if (from < 0) {
      source.inputsOf(id).forEach((input, index) => {
        const isInitial = source.whenOf(id, index) === "initial";
        // A state before the first step is no step back, and meets the weights of all other steps.
        const on: Way = isInitial ? { delay: 0, when: "initial", weights: [], gradient: flows } : { ...way, gradient: flows };
        trace(input, to, isInitial ? on : { ...on, delay: delay + source.stepsOf(id) }, [...seen, id]);
      });
    } else if (from === to && delay === 0) add(inner[to], weights);
    else {
      const key = `${from},${to},${delay},${when}`;
      const edge = edges.get(key) ?? { from, to, delay, when, weights: [], gradient: false };
      add(edge.weights, weights);
      edge.gradient ||= flows;
      edges.set(key, edge);
    }
  };
  members.forEach((ids, box) => {
    for (const id of ids) {
      const weights = isProduct(source, id) ? source.nodes[id].inputs.flatMap((input) => source.weightsOf(input)) : [];
      source.nodes[id].inputs.forEach((input, index) => {
        trace(input, box, { delay: 0, when: source.whenOf(id, index), weights, gradient: true }, []);
      });
    }
  });
  return { edges: [...edges.values()], inner };
}

function add(list: Weight[], weights: readonly Weight[]): void {
  for (const weight of weights) if (!list.some(({ path }) => path === weight.path)) list.push(weight);
}

/** The values of each box that a later (or earlier) step reads, in the order of their delays. */
function statesOf(source: Source, { of, members }: Boxes): NodeId[][] {
  const states: Set<NodeId>[] = members.map(() => new Set());
  const visit = (id: NodeId): void => {
    if (of[id] >= 0) states[of[id]].add(id);
    else if (source.stepsOf(id) === 0) source.inputsOf(id).forEach(visit);
  };
  source.nodes.forEach((_, id) => {
    if (source.used[id] && source.stepsOf(id) !== 0 && source.nodes[id].op === "delay") source.inputsOf(id).forEach(visit);
  });
  return states.map((set) => [...set]);
}

function loopsOf(count: number, edges: readonly DiagramEdge[]): number[] {
  const { of, sizes } = componentsOf(count, (box) => edges.filter(({ from }) => from === box).map(({ to }) => to));
  const numbers = new Map<number, number>();
  return Array.from(of, (part, box) => {
    if (sizes[part] === 1 && !edges.some(({ from, to }) => from === box && to === box)) return -1;
    if (!numbers.has(part)) numbers.set(part, numbers.size);
    return numbers.get(part) as number;
  });
}

type Description = Pick<DiagramNode, "kind" | "symbol" | "caption" | "path" | "states" | "width" | "extent">;

/** `isHidden`: it hears an earlier step, but none of its layer's values is a state: the units that hear the output. */
function described(source: Source, { members, paths }: Boxes, box: number, states: readonly NodeId[], isHidden: boolean): Description {
  const { nodes, definition } = source;
  const ids = members[box];
  const path = paths[box];
  const head = definition.heads.find(({ output }) => ids.includes(output));
  const last = head ? head.output : (states[0] ?? ids[ids.length - 1]);
  const { width, extent, symbols } = nodes[last].shape;
  const has = (...ops: string[]): boolean => ids.some((id) => ops.includes(nodes[id].op));
  const as = (kind: NodeKind, symbol: string, caption: string): Description => ({ kind, symbol, caption, path, states: [], width, extent });
  if (has("input", "target")) {
    const { name } = nodes[last].attributes as Named;
    if (has("target")) return as("target", "y", `${name} · ${symbols || width}`);
    const kind = symbols > 0 ? "tokens" : extent === "vector" ? "vector" : "features";
    return as("input", "x", `${name === "input" || name === "source" ? kind : name} · ${symbols || width}`);
  }
  if (has("loss")) return as("loss", "L", LOSSES[(nodes[last].attributes as Loss).kind]);

  // What brings a context to the width of a state is called after that.
  const kind = path.startsWith("bridge/") ? "bridge" : path.slice(path.lastIndexOf("/") + 1);
  const caption = `${kind} · ${width}`;
  const weighed = ids.some((id) => isProduct(source, id));
  const names = [...new Set(states.map((id) => nodes[id].label).filter((label) => label !== path))];
  if (weighed && names.length > 0) {
    const symbol = names.map((label) => label.slice(label.lastIndexOf("/") + 1)).join(", ");
    return { ...as("state", symbol, caption), states: names };
  }
  if (head) return as("output", "o", caption);
  if (has("last")) return as("layer", "", ids.some((id) => source.whenOf(id, 0) === "first") ? "first step" : "last step");
  if (has("dropout")) return as("layer", "", dropped(source, ids));
  if (has("gather")) return as("layer", "e", caption);
  if (weighed) return { ...as(isHidden ? "state" : "layer", isHidden ? "h" : "z", caption), states: names };
  if (ids.every((id) => JOINING.has(nodes[id].op))) return as("join", has("mul") ? "×" : "+", caption);
  return as("layer", "", caption);
}

/** What brings the outputs of other boxes together, and does nothing else. */
const JOINING: ReadonlySet<string> = new Set(["add", "sub", "mul", "affine", "slice", "concat"]);

function dropped({ nodes }: Source, ids: readonly NodeId[]): string {
  const node = nodes[ids[0]];
  return node.op === "dropout" ? `dropout · ${Number((1 - node.attributes.keep).toPrecision(3))}` : "dropout";
}

/** What the box's operations are given besides values: biases, gains, and the weights within it. */
function ownParameters(source: Source, members: readonly NodeId[], inner: readonly Weight[]): Weight[] {
  const list: Weight[] = [...inner];
  for (const id of members) if (!isProduct(source, id)) for (const input of source.nodes[id].inputs) add(list, source.weightsOf(input));
  return list;
}
