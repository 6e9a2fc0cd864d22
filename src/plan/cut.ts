// Cuts a sequence-to-sequence model in two: what can be known of the source before the first step, and the decoder, which is given that.

import { downstream, type Graph, type Node, type NodeId, reachable } from "../graph/graph.ts";

export interface Cut {
  /** By their labels, which are told apart by numbers where there are several of one. */
  readonly known: ReadonlyMap<string, NodeId>;
  /** Whether a value can be known before the first step. */
  isBefore(id: NodeId): boolean;
}

/**
 * Finds the values on which a decoder's steps depend and which depend on none of them: vectors that its states begin with or that stand at every
 * step, and what it looks at at every step of the source.
 */
export function cut({ nodes }: Graph, roots: readonly NodeId[]): Cut {
  const given = downstream(nodes, ({ op }) => op === "input");
  const stepwise = downstream(nodes, isOfStep);
  const isKnown = (id: NodeId): boolean => given[id] === 1 && !stepwise[id];
  const { place } = reachable(nodes, roots);
  const read = nodes.flatMap((node, id) => (place[id] >= 0 && isOfStep(node) ? node.inputs.filter(isKnown) : []));
  const known = new Map<string, NodeId>();
  for (const id of new Set(read)) {
    const { label } = nodes[id];
    let name = label;
    for (let number = 2; known.has(name); number++) name = `${label} ${number}`;
    known.set(name, id);
  }
  return { known, isBefore: (id) => !stepwise[id] };
}

/** Whether a value is one of a decoder's steps. */
const isOfStep = ({ shape }: Node): boolean => shape.extent === "sequence" && shape.timeline === 0;

/** What the decoder itself makes of what it is given, the same for all its steps: attention's packed source. */
export function madeBefore(nodes: readonly Node[]): ReadonlySet<NodeId> {
  const stepwise = downstream(nodes, isOfStep);
  const isMade = ({ op, shape: { extent } }: Node): boolean => op !== "input" && (extent === "sequence" || extent === "vector");
  return new Set(nodes.flatMap((node, id) => (!stepwise[id] && isMade(node) ? [id] : [])));
}

/** Puts inputs of these names in the place of what is known. */
export function giveKnown(graph: Graph, { known }: Cut): void {
  for (const [name, id] of known) {
    const { shape, label } = graph.nodes[id];
    graph.nodes[id] = { op: "input", inputs: [], attributes: { name }, shape, label };
  }
}
