// Which operations are one box of the textbook's: what is reckoned element by element between two weights, within one layer.

import type { NodeId } from "../graph/graph.ts";
import { componentsOf } from "./components.ts";
import type { Source } from "./source.ts";

/** Operations that only bring columns together or apart, or say a vector again at every step: on their own they are no box, arrows pass through them. */
const PLUMBING: ReadonlySet<string> = new Set(["slice", "concat", "pad", "copy", "repeat"]);
/** Operations that are a box of their own, whatever stands beside them. */
const ALONE: ReadonlySet<string> = new Set(["input", "target", "loss", "last", "dropout"]);

export interface Boxes {
  /** For each node its box, or −1 for what arrows pass through. */
  readonly of: Int32Array;
  /** The nodes of each box. */
  readonly members: readonly (readonly NodeId[])[];
  /** Where each box comes from: a layer's path. */
  readonly paths: readonly string[];
}

export function boxesOf(source: Source): Boxes {
  const { nodes, definition } = source;
  const scopes = scopesOf(source);
  const loops = componentsOf(nodes.length, (id) => source.inputsOf(id));
  const parent = Int32Array.from(nodes.keys());
  const root = (id: number): number => {
    while (parent[id] !== id) id = parent[id] = parent[parent[id]];
    return id;
  };
  const isHeld = (id: NodeId): boolean => source.used[id] && source.carries[id] && source.stepsOf(id) === 0;
  // Dropout within a cell is part of the cell.
  const busy = new Set(scopes.filter((_, id) => isHeld(id) && !ALONE.has(nodes[id].op)));
  const isJoined = (id: NodeId): boolean => isHeld(id) && (nodes[id].op === "dropout" ? busy.has(scopes[id]) : !ALONE.has(nodes[id].op));

  // Element by element: one box.
  nodes.forEach((_, id) => {
    if (!isJoined(id) || isProduct(source, id)) return;
    for (const input of nodes[id].inputs) {
      if (!isJoined(input)) continue;
      const [a, b] = [scopes[id], scopes[input]];
      const together = loops.of[id] === loops.of[input] && loops.sizes[loops.of[id]] > 1 && (within(a, b) || within(b, a));
      if (a === b || together) parent[root(id)] = root(input);
    }
  });

  // All states of one box end together.
  const ends = new Map<string, NodeId>();
  nodes.forEach(({ op, inputs }, id) => {
    if (op !== "last" || !isHeld(id)) return;
    let from = inputs[0];
    while (PLUMBING.has(nodes[from].op) && nodes[from].inputs.length === 1) [from] = nodes[from].inputs;
    const key = `${root(from)} ${source.whenOf(id, 0)}`;
    parent[root(id)] = root(ends.get(key) ?? ends.set(key, id).get(key) ?? id);
  });

  // What only moves columns, or drops some within a cell, is no box, unless it is what the model says.
  const isPlumbing = new Map<number, boolean>();
  const isOutput = (id: NodeId): boolean => definition.heads.some(({ output }) => id === output);
  nodes.forEach(({ op }, id) => {
    const passes = PLUMBING.has(op) || (op === "dropout" && busy.has(scopes[id]));
    if (isHeld(id)) isPlumbing.set(root(id), passes && !isOutput(id) && isPlumbing.get(root(id)) !== false);
  });
  const isBoxed = (id: NodeId): boolean => isHeld(id) && !isPlumbing.get(root(id));

  // Boxes that need each other within one time step are one: a gate that a further weight turns into what it gates.
  const successors: number[][] = nodes.map(() => []);
  nodes.forEach((_, id) => {
    if (!isHeld(id)) return;
    for (const input of nodes[id].inputs) if (isHeld(input)) successors[root(input)].push(root(id));
  });
  const merged = componentsOf(nodes.length, (id) => successors[id]);
  const numbers = new Map<number, number>();
  const members: NodeId[][] = [];
  const of = Int32Array.from(nodes, (_, id) => {
    if (!isBoxed(id)) return -1;
    const key = merged.of[root(id)];
    const box = numbers.get(key) ?? numbers.set(key, members.push([]) - 1).get(key);
    members[box as number].push(id);
    return box as number;
  });
  const paths = members.map((ids) => ids.map((id) => scopes[id]).reduce((a, b) => (b.length < a.length ? b : a)));
  return { of, members, paths };
}

/** Whether a node multiplies by a matrix: what goes in is another vector than what comes out. */
export function isProduct({ nodes, carries }: Source, id: NodeId): boolean {
  const { op, inputs } = nodes[id];
  if (op === "matmul" || op === "gather") return true;
  return carries[id] && inputs.some((input) => !carries[input] && nodes[input].shape.rows > 1);
}

export const within = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer}/`);

/** The layer, or the part of one with weights of its own, that each node belongs to. */
function scopesOf({ nodes, definition }: Source): string[] {
  const known = new Set(definition.layers.map(({ path }) => path));
  for (const { op, label } of nodes) if (op === "parameter" && label.includes("/")) known.add(label.slice(0, label.lastIndexOf("/")));
  return nodes.map(({ label }) => {
    for (let path = label; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("/")))) if (known.has(path)) return path;
    return label;
  });
}
