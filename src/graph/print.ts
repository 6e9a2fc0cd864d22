// A graph as text: one node a line, with its shape and where it comes from.

import { type Node, type NodeId, UNBOUND } from "./graph.ts";
import type { Shape } from "./shape.ts";

/** `[T, B, 64]`, `[B, 10]`, `[64 × 128]`: a shape with T steps, or S of a source, and B rows left open. */
function printShape({ extent, rows, width, symbols, timeline }: Shape): string {
  if (extent === "scalar") return "scalar";
  if (extent === "parameter") return `[${rows} × ${width}]`;
  const last = symbols > 0 ? `< ${symbols}` : width;
  return extent === "sequence" ? `[${timeline === 0 ? "T" : "S"}, B, ${last}]` : `[B, ${last}]`;
}

/** `[t−1]`, `[t+1]`: another time of a sequence. */
export const printDelay = (steps: number): string => `[t${steps > 0 ? "−" : "+"}${Math.abs(steps)}]`;

/** Every node with its number, operation, inputs, attributes, shape and label. A delay is the one input that may come later in the list. */
export function printGraph(definition: { readonly nodes: readonly Node[] }): string {
  if (!Array.isArray(definition?.nodes)) throw new TypeError(`printGraph: needs what model(…) returns but got ${String(definition)}.`);
  const { nodes } = definition;
  const name = (id: NodeId): string => (id === UNBOUND ? "?" : `%${id}`);
  const heads = nodes.map((node, id) => {
    if (node.op === "delay") {
      const before = node.inputs.slice(1).map((beginning: NodeId) => ` from ${name(beginning)}`);
      return `${name(id).padEnd(5)}= ${name(node.inputs[0])}${printDelay(node.attributes.steps)}${before.join("")}`;
    }
    const attributes = Object.entries(node.attributes).map(
      ([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`,
    );
    return `${name(id).padEnd(5)}= ${node.op}(${[...node.inputs.map(name), ...attributes].join(", ")})`;
  });
  const width = Math.min(60, Math.max(...heads.map(({ length }) => length)));
  return nodes.map((node, id) => `${heads[id].padEnd(width)}  ${printShape(node.shape).padEnd(14)}  ${node.label}`).join("\n");
}
