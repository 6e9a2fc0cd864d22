// Keeps time's two directions apart: what looks ahead at what looks back (or the other way) looks at a copy, with an end of its own.

import type { Node, NodeId } from "../graph/graph.ts";
import { VIEWS } from "../graph/operations.ts";

/**
 * A delay is an address, and delays of one direction add up: x(t−1) two steps earlier is x(t−3). But x(t−1) one step *later* is not x(t): at
 * the last step it is nothing, since x(t−1) ends where x does. So a delay that turns around is given a copy to look at.
 */
export function separateTurns(nodes: readonly Node[]): Node[] {
  const result = nodes.slice();
  nodes.forEach((node, id) => {
    if (node.op !== "delay" || !turns(nodes, id)) return;
    const [source] = node.inputs;
    const { shape, label } = nodes[source];
    if (shape.symbols > 0)
      throw new TypeError(
        `${node.label}: symbols that were delayed one way are delayed the other way. Use linear(name, x, units) in between.`,
      );
    result[id] = { ...node, inputs: [result.push({ op: "copy", inputs: [source], attributes: {}, shape, label }) - 1] };
  });
  return result;
}

/** Whether a delay looks through slices and delays at a delay of the other direction. */
function turns(nodes: readonly Node[], id: NodeId): boolean {
  const node = nodes[id];
  if (node.op !== "delay") return false;
  const { steps, carried } = node.attributes;
  for (let at = nodes[node.inputs[0]]; VIEWS.has(at.op); at = nodes[at.inputs[0]])
    if (at.op === "delay" && (at.attributes.steps > 0 !== steps > 0 || at.attributes.carried !== carried)) return true;
  return false;
}
