// Finds what must run step by step: the strongly connected parts of a graph, which only a delay can close.

import { type Node, type NodeId, UNBOUND } from "../graph/graph.ts";

export interface Loops {
  /** For each node the number of its loop, or −1 if it can run over all time steps at once. */
  readonly of: Int32Array;
  /** For each loop 1 if time runs forwards in it, −1 if backwards. */
  readonly directions: readonly (1 | -1)[];
}

/** Tarjan's algorithm (1972). */
export function findLoops(nodes: readonly Node[]): Loops {
  const of = new Int32Array(nodes.length).fill(-1);
  const directions: (1 | -1)[] = [];
  const index = new Int32Array(nodes.length).fill(-1);
  const low = new Int32Array(nodes.length);
  const open = new Uint8Array(nodes.length);
  const stack: NodeId[] = [];
  let count = 0;

  const visit = (id: NodeId): void => {
    index[id] = low[id] = count++;
    stack.push(id);
    open[id] = 1;
    for (const input of nodes[id].inputs) {
      if (input === UNBOUND) throw new Error(`internal: the delay of ${nodes[id].label} was never bound`);
      if (index[input] < 0) {
        visit(input);
        low[id] = Math.min(low[id], low[input]);
      } else if (open[input]) low[id] = Math.min(low[id], index[input]);
    }
    if (low[id] !== index[id]) return;
    const part: NodeId[] = [];
    let member: NodeId;
    do {
      member = stack.pop() as NodeId;
      open[member] = 0;
      part.push(member);
    } while (member !== id);
    if (part.length > 1 || nodes[id].inputs.includes(id)) {
      directions.push(directionOf(nodes, part));
      for (const node of part) of[node] = directions.length - 1;
    }
  };
  for (let id = 0; id < nodes.length; id++) if (index[id] < 0) visit(id);
  return { of, directions };
}

function directionOf(nodes: readonly Node[], part: readonly NodeId[]): 1 | -1 {
  const steps = part.flatMap((id) => {
    const node = nodes[id];
    return node.op === "delay" ? [node.attributes.steps] : [];
  });
  if (steps.every((step) => step > 0)) return 1;
  if (steps.every((step) => step < 0)) return -1;
  throw new Error(`internal: a loop through ${nodes[part[0]].label} looks both back and ahead`);
}
