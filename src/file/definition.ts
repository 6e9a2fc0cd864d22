// Checks that what was read is a definition that this version can run: every operation known, every input in its place, every shape lawful.

import type { Definition } from "../define/model.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { SHAPE } from "../graph/shape.ts";

/** @throws TypeError with the node that does not fit. */
export function checkDefinition(definition: Definition): void {
  const fail = (what: string): never => {
    throw new TypeError(`open: the model's definition does not fit this library: ${what}. Use the version of the library that saved it.`);
  };
  if (definition?.format !== 1) fail(`its format is ${String(definition?.format)}, not 1`);
  const { nodes, output, total } = definition;
  if (!Array.isArray(nodes) || nodes.length === 0) fail("it has no nodes");
  nodes.forEach((node, id) => {
    if (!(node?.op in SHAPE)) fail(`operation "${String(node?.op)}" of node ${id} is unknown`);
    if (
      !Array.isArray(node.inputs) ||
      !node.inputs.every((input: unknown) => Number.isInteger(input) && (input as number) >= 0 && (input as number) < nodes.length)
    )
      fail(`node ${id} has inputs that are not there`);
    if (!Number.isInteger(node.shape?.width) || node.shape.width < 1) fail(`node ${id} has no width`);
  });
  for (const id of [output, total]) if (!Number.isInteger(id) || id < 0 || id >= nodes.length) fail(`there is no node ${String(id)}`);
  topologicalOrder(nodes);
}
