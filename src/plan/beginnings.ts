// What stands before the beginning of a value that is read at another time: one thing for each value.

import type { Node, NodeId } from "../graph/graph.ts";
import { VIEWS } from "../graph/operations.ts";

/**
 * A delay is an address, and before the first step of a value there is room for one thing. A delay that finds something else there than the
 * others do is given a copy to look at; so is one that looks through columns or another delay, unless what it finds is what that one finds.
 */
export function separateBeginnings(nodes: readonly Node[]): Node[] {
  const result = nodes.slice();
  const first = new Map<NodeId, NodeId | undefined>();
  const copies = new Map<string, NodeId>();
  nodes.forEach((node, id) => {
    if (node.op !== "delay") return;
    const [source, beginning] = node.inputs;
    if (VIEWS.has(nodes[source].op)) {
      if (beginning === undefined || isInherited(nodes, source, beginning)) return;
    } else if (!first.has(source)) {
      first.set(source, beginning);
      return;
    } else if (first.get(source) === beginning) return;
    const key = `${source} ${beginning}`;
    const { shape, label } = nodes[source];
    const copy = copies.get(key) ?? result.push({ op: "copy", inputs: [source], attributes: {}, shape, label }) - 1;
    copies.set(key, copy);
    result[id] = { ...node, inputs: [copy, ...node.inputs.slice(1)] };
  });
  return result;
}

/** Whether a view's value has this before its beginning already, since what it looks at has. */
function isInherited(nodes: readonly Node[], view: NodeId, beginning: NodeId): boolean {
  const [source, own] = nodes[view].inputs;
  if (nodes[view].op === "delay") return own === beginning;
  const columns = nodes[beginning];
  return (
    nodes[view].op === "slice" && columns.op === "slice" && VIEWS.has(nodes[source].op) && isInherited(nodes, source, columns.inputs[0])
  );
}

/** What stands before the beginning of each value that has something there: needed as soon as the value is made, because it is put in place then. */
export const beginningsOf = (nodes: readonly Node[]): ReadonlyMap<NodeId, NodeId> =>
  new Map(
    nodes.flatMap(({ op, inputs: [source, beginning] }) =>
      op === "delay" && beginning !== undefined && !VIEWS.has(nodes[source].op) ? [[source, beginning]] : [],
    ),
  );
