// Whether the gradient can pass every delay that it should: a window, or a sequence, must be as long.

import type { Definition } from "../define/model.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import { VIEWS } from "../graph/operations.ts";
import type { Data } from "./data.ts";

/** @throws RangeError if what is learnt is heard from further back than the data's longest stretch. */
export function checkDelays(place: string, { nodes }: Definition, data: Data): void {
  const { longest = Infinity } = data;
  const learnt = dependsOnTrained(nodes);
  nodes.forEach((node, id) => {
    const steps = stepsBack(nodes, id);
    if (node.op !== "delay" || steps <= longest || !learnt[node.inputs[0]]) return;
    throw new RangeError(
      `${place}: ${node.label} is heard ${steps} steps away, but the data has at most ${longest} steps in a row, so that no gradient passes there. Give at least ${steps} steps, or use shorter delays.`,
    );
  });
}

/** How many steps back (or ahead, where time is reversed) a value is read, delays of delays together. */
function stepsBack(nodes: readonly Node[], id: NodeId): number {
  let steps = 0;
  for (let node = nodes[id]; VIEWS.has(node.op); node = nodes[node.inputs[0]]) if (node.op === "delay") steps += node.attributes.steps;
  return Math.abs(steps);
}

function dependsOnTrained(nodes: readonly Node[]): Uint8Array {
  const learnt = new Uint8Array(nodes.length);
  for (let changed = true; changed; ) {
    changed = false;
    nodes.forEach((node, id) => {
      if (learnt[id] || !((node.op === "parameter" && node.attributes.trained) || node.inputs.some((input) => learnt[input]))) return;
      learnt[id] = 1;
      changed = true;
    });
  }
  return learnt;
}
