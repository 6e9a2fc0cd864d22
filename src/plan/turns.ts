// Gives delays something to look at that has a beginning and an end of its own: a copy, where time turns around or a vector is repeated.

import type { Node, NodeId } from "../graph/graph.ts";
import { VIEWS } from "../graph/operations.ts";

/**
 * A delay is an address, and delays of one direction add up: x(t−1) two steps earlier is x(t−3). But x(t−1) one step *later* is not x(t): at
 * the last step it is nothing, since x(t−1) ends where x does. So a delay that turns around is given a copy to look at. And so is one of a
 * repeated vector, which has one slot for all steps.
 */
export function separateTurns(nodes: readonly Node[]): Node[] {
  const result = nodes.slice();
  nodes.forEach((node, id) => {
    if (node.op !== "delay" || !(turns(nodes, id) || stands(nodes, id))) return;
    const [source, ...beginning] = node.inputs;
    const { shape, label } = nodes[source];
    if (shape.symbols > 0)
      throw new TypeError(
        `${node.label}: symbols that were delayed one way are delayed the other way. Use linear(name, x, units) in between.`,
      );
    const copy = result.push({ op: "copy", inputs: [source], attributes: {}, shape, label }) - 1;
    result[id] = { ...node, inputs: [copy, ...beginning] };
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

/** Whether a delay looks through slices at a vector that is repeated. */
function stands(nodes: readonly Node[], id: NodeId): boolean {
  let [at] = nodes[id].inputs;
  while (nodes[at].op === "slice") [at] = nodes[at].inputs;
  return nodes[at].op === "repeat";
}
