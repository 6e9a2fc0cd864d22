// The states of a graph: what its delays carry around its loops, and the nonlinear units whose saturation tells where gradients end.

import type { Node, NodeId } from "../graph/graph.ts";
import type { OpName } from "../graph/operations.ts";
import { placeOf } from "./layout.ts";
import { findLoops } from "./loops.ts";

/** One place where a loop reads what a state was: the delay's node, how many steps back, and from which column of the state. */
export interface Read {
  readonly node: NodeId;
  /** Steps back; negative in a loop that runs backwards. */
  readonly lag: number;
  readonly column: number;
  readonly width: number;
}

/** A value that a loop reads at another time. */
export interface State {
  readonly node: NodeId;
  /** Where it comes from: `layer 1/lstm/c`. */
  readonly label: string;
  readonly width: number;
  readonly loop: number;
  readonly reads: readonly Read[];
}

/** Every value that is read with a delay within a loop that contains it, in the order of the graph. */
export function statesOf(nodes: readonly Node[]): State[] {
  const { of } = findLoops(nodes);
  const reads = new Map<NodeId, Read[]>();
  nodes.forEach((node, id) => {
    if (node.op !== "delay" || of[id] < 0) return;
    const { buffer, earlier, column } = placeOf(nodes, id);
    const read = { node: id, lag: earlier, column, width: node.shape.width };
    reads.get(buffer)?.push(read) ?? reads.set(buffer, [read]);
  });
  return [...reads]
    .sort(([a], [b]) => a - b)
    .map(([node, list]) => ({ node, label: nodes[node].label, width: nodes[node].shape.width, loop: of[node], reads: list }));
}

const ENDS: Partial<Record<OpName, readonly [low: number, high: number]>> = {
  sigmoid: [0, 1],
  tanh: [-1, 1],
  relu: [0, Number.POSITIVE_INFINITY],
};

/**
 * The values at which a unit ends on either side, where its derivative vanishes: it is saturated there. A rectifier's end is zero. null for what
 * has no end, or is no unit.
 */
export function endsOf(node: Node): readonly [low: number, high: number] | null {
  const { extent } = node.shape;
  if (extent !== "sequence" && extent !== "vector") return null;
  return node.op === "clamp" ? [node.attributes.low, node.attributes.high] : (ENDS[node.op] ?? null);
}

/** A label taken apart: the layer, and the state's name within it. What a layer puts out, and is heard, is its `output`. */
export function nameOf(label: string, layers: readonly { readonly path: string }[]): { readonly layer: string; readonly name: string } {
  const at = label.lastIndexOf("/");
  if (at < 0 || layers.some(({ path }) => path === label)) return { layer: label, name: "output" };
  return { layer: label.slice(0, at), name: label.slice(at + 1) };
}
