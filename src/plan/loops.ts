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
  /** The way to the node that is visited, and how many of each one's inputs have been gone through: no calls, since graphs may be deep. */
  const way: NodeId[] = [];
  const passed = new Int32Array(nodes.length);
  let count = 0;

  const enter = (id: NodeId): void => {
    index[id] = low[id] = count++;
    stack.push(id);
    open[id] = 1;
    way.push(id);
  };
  const leave = (id: NodeId): void => {
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
  for (let root = 0; root < nodes.length; root++) {
    if (index[root] < 0) enter(root);
    while (way.length > 0) {
      const id = way[way.length - 1];
      const { inputs, label } = nodes[id];
      if (passed[id] === inputs.length) {
        leave(id);
        way.pop();
        continue;
      }
      const input = inputs[passed[id]];
      if (input === UNBOUND) throw new Error(`internal: the delay of ${label} was never bound`);
      // An input that is entered is looked at once more when it has been left.
      if (index[input] < 0) enter(input);
      else {
        if (open[input]) low[id] = Math.min(low[id], low[input]);
        passed[id]++;
      }
    }
  }
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
