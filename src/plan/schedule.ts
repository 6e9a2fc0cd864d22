// The order of work: stages that run once over all rows, and loops over time; inside each, element-wise neighbours become one map.

import { type Node, type NodeId, usersOf } from "../graph/graph.ts";
import { ELEMENTWISE, VIEWS } from "../graph/operations.ts";
import { beginningsOf } from "./beginnings.ts";
import { findLoops } from "./loops.ts";

/** One command: an operation, or a map of element-wise operations that share a pass over memory. */
export type Step =
  | { readonly kind: "op"; readonly node: NodeId }
  | { readonly kind: "map"; readonly nodes: readonly NodeId[]; readonly fused?: Fused };

/** A map that has a kernel of its own, with the kernel's operands in their order; −1 where there is none. */
export interface Fused {
  readonly kernel: "lstm gates" | "d lstm gates" | "gru gates" | "d gru gates";
  readonly outputs: readonly NodeId[];
  readonly inputs: readonly NodeId[];
}

/** The nodes that a step reads, views included, and the ones it writes. */
export const stepNodes = (step: Step): readonly NodeId[] => (step.kind === "op" ? [step.node] : step.nodes);

/** In a map, what is read nowhere else stays in registers. */
export function registersOf(nodes: readonly Node[], step: Step, users: readonly NodeId[][], roots: ReadonlySet<NodeId>): Set<NodeId> {
  if (step.kind === "op") return new Set();
  const { fused } = step;
  if (fused) return new Set(step.nodes.filter((id) => !fused.outputs.includes(id)));
  const members = new Set(step.nodes);
  return new Set(step.nodes.filter((id) => !roots.has(id) && users[id].every((user) => members.has(user) && !VIEWS.has(nodes[user].op))));
}

export interface Stage {
  /** 0: once, over all rows. 1: for t = 0 … T−1. −1: for t = T−1 … 0. */
  readonly direction: 0 | 1 | -1;
  /** Whose steps a loop goes through. */
  readonly timeline: number;
  readonly steps: readonly Step[];
}

/** What must be there before a value is made: its inputs, and what stands before its beginning. */
type Needs = (id: NodeId) => readonly NodeId[];

export function schedule(nodes: readonly Node[], roots: ReadonlySet<NodeId>): Stage[] {
  const { of, directions } = findLoops(nodes);
  sink(nodes, of, roots);
  const beginnings = beginningsOf(nodes);
  const needs: Needs = (id) => {
    const beginning = beginnings.get(id);
    return beginning === undefined ? nodes[id].inputs : [...nodes[id].inputs, beginning];
  };
  return stagesOf(nodes, of, needs).map(({ loop, members }) => ({
    direction: loop < 0 ? 0 : directions[loop],
    timeline: loop < 0 ? 0 : nodes[members[0]].shape.timeline,
    steps: stepsOf(nodes, members, loop >= 0, needs),
  }));
}

/**
 * Moves an element-wise node into the loop if all its users are element-wise there: it then shares their pass over memory
 * instead of writing a sequence of its own. The work is the same.
 */
function sink(nodes: readonly Node[], of: Int32Array, roots: ReadonlySet<NodeId>): void {
  const users = usersOf(nodes);
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id];
    if (of[id] >= 0 || roots.has(id) || !ELEMENTWISE.has(node.op) || node.shape.extent !== "sequence" || users[id].length === 0) continue;
    const loop = of[users[id][0]];
    if (loop >= 0 && users[id].every((user) => of[user] === loop && ELEMENTWISE.has(nodes[user].op))) of[id] = loop;
  }
}

/** Loops and single nodes in an order in which everything comes after what it needs; single nodes that follow each other share a stage. */
function stagesOf(nodes: readonly Node[], of: Int32Array, needs: Needs): { loop: number; members: NodeId[] }[] {
  const units: NodeId[][] = [];
  const unitOf = new Int32Array(nodes.length);
  const unitOfLoop: number[] = [];
  nodes.forEach((_, id) => {
    const unit = unitOfLoop[of[id]] ?? units.push([]) - 1;
    if (of[id] >= 0) unitOfLoop[of[id]] = unit;
    units[unit].push(id);
    unitOf[id] = unit;
  });
  /** Which units wait for a unit, and how many values each of them waits for. */
  const followers: number[][] = units.map(() => []);
  const missing = new Int32Array(units.length);
  nodes.forEach((_, id) => {
    for (const input of needs(id)) {
      if (unitOf[input] === unitOf[id]) continue;
      followers[unitOf[input]].push(unitOf[id]);
      missing[unitOf[id]]++;
    }
  });
  /** Units that wait for nothing: the first comes last here, and is the next. */
  const ready = [...units.keys()].filter((unit) => missing[unit] === 0).reverse();
  const stages: { loop: number; members: NodeId[] }[] = [];
  let count = 0;
  for (let unit = ready.pop(); unit !== undefined; unit = ready.pop(), count++) {
    const ids = units[unit];
    const previous = stages[stages.length - 1];
    if (of[ids[0]] < 0 && previous?.loop === -1) previous.members.push(...ids);
    else stages.push({ loop: of[ids[0]], members: [...ids] });
    for (const follower of followers[unit]) {
      if (--missing[follower] > 0) continue;
      let at = ready.length;
      while (at > 0 && ready[at - 1] < follower) at--;
      ready.splice(at, 0, follower);
    }
  }
  if (count < units.length) throw new Error(`internal: no order for ${units.length - count} parts of the graph`);
  return stages;
}

/**
 * Orders one stage: everything heavy that is ready, then everything element-wise that is ready as one map, and so on.
 * A map reads what it shares with other maps through memory: a value seen at another time or as a slice must have been written before.
 */
function stepsOf(nodes: readonly Node[], members: readonly NodeId[], inLoop: boolean, needs: Needs): Step[] {
  const own = new Set(members);
  const waiting = new Set(members.filter((id) => !isGiven(nodes[id])));
  const steps: Step[] = [];
  const waits = (input: NodeId, map: ReadonlySet<NodeId> | null): boolean => {
    if (!VIEWS.has(nodes[input].op)) return waiting.has(input) && !map?.has(input);
    let seen = input;
    for (; VIEWS.has(nodes[seen].op); [seen] = nodes[seen].inputs)
      if (nodes[seen].op === "delay" && inLoop && own.has(nodes[seen].inputs[0])) return false;
    return waiting.has(seen);
  };
  for (const id of waiting) if (VIEWS.has(nodes[id].op)) waiting.delete(id);
  while (waiting.size > 0) {
    const before = steps.length;
    for (const id of waiting) {
      if (ELEMENTWISE.has(nodes[id].op) || needs(id).some((input) => waits(input, null))) continue;
      waiting.delete(id);
      steps.push({ kind: "op", node: id });
    }
    const map = new Set<NodeId>();
    let key = "";
    for (const id of waiting) {
      const { op, shape } = nodes[id];
      if (!ELEMENTWISE.has(op)) continue;
      const own = `${shape.extent} ${shape.timeline} ${shape.rows} ${shape.width}`;
      if ((key !== "" && key !== own) || needs(id).some((input) => waits(input, map))) continue;
      key = own;
      map.add(id);
    }
    if (map.size > 0) steps.push({ kind: "map", nodes: [...map] });
    for (const id of map) waiting.delete(id);
    if (steps.length === before) throw new Error(`internal: no order within a stage of ${members.join()}`);
  }
  return steps;
}

/** What is in memory before a program starts. */
export const isGiven = ({ op }: Node): boolean => op === "parameter" || op === "input" || op === "target" || op === "feedback";
