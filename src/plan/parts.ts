// Values that are put side by side are written where they will lie, so that nothing is copied.

import type { Node, NodeId } from "../graph/graph.ts";
import { ELEMENTWISE } from "../graph/operations.ts";
import { TILE } from "./bytes.ts";

/** The columns of a concatenation in which a value lies. */
export interface Part {
  readonly whole: NodeId;
  readonly column: number;
}

/**
 * The values that are made inside the concatenation that they are part of, once each. A kernel writes rows to a multiple of 8 floats, so a
 * part begins at one, and ends at one unless it is the last. What is read at other time steps has a buffer of its own, whose halo and tail
 * belong to it; so has what leaves the plan. A concatenation whose halo is carried is filled by copies, since its parts are not carried.
 */
export function partsOf(
  nodes: readonly Node[],
  roots: ReadonlySet<NodeId>,
  { halo, tail, carried }: { readonly halo: Int32Array; readonly tail: Int32Array; readonly carried: Uint8Array },
): ReadonlyMap<NodeId, Part> {
  const parts = new Map<NodeId, Part>();
  nodes.forEach(({ op, inputs, shape }, whole) => {
    if (op !== "concat" || shape.extent === "parameter" || carried[whole]) return;
    let column = 0;
    inputs.forEach((id, index) => {
      const node = nodes[id];
      const { width } = node.shape;
      const fits = column % TILE === 0 && (width % TILE === 0 || index === inputs.length - 1);
      const writes = (ELEMENTWISE.has(node.op) || node.op === "matmul" || node.op === "attend") && node.shape.extent === shape.extent;
      if (fits && writes && !parts.has(id) && !roots.has(id) && halo[id] === 0 && tail[id] === 0) parts.set(id, { whole, column });
      column += width;
    });
  });
  return parts;
}
