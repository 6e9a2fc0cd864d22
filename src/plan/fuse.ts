// Recognises the gates of an LSTM and of a GRU among element-wise nodes, by what is computed and not by names, and hands them to kernels of their own.

import { type Node, type NodeId, usersOf } from "../graph/graph.ts";
import type { OpName } from "../graph/operations.ts";
import type { Fused, Stage, Step } from "./schedule.ts";

/** `result = op(arguments)`, over names that stand for nodes. */
type Equation = readonly [result: string, op: OpName, ...from: string[]];

interface Pattern {
  readonly kernel: Fused["kernel"];
  /** Each but the first shares a name with an earlier one. */
  readonly equations: readonly Equation[];
  /** Sums that may be missing: then the result itself is the first term, and there is no second. */
  readonly sums: readonly Equation[];
  /** In the order of the kernel's operands. */
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  /** Outputs of which a kernel writes all or none. */
  readonly optional: readonly (readonly string[])[];
}

const PATTERNS: readonly Pattern[] = [
  {
    kernel: "lstm gates",
    equations: [
      ["h", "mul", "o", "tanhC"],
      ["o", "sigmoid", "pO"],
      ["tanhC", "tanh", "c"],
      ["c", "add", "kept", "new"],
      ["kept", "mul", "f", "before"],
      ["new", "mul", "i", "g"],
      ["g", "tanh", "pG"],
      ["i", "sigmoid", "pI"],
      ["f", "sigmoid", "pF"],
    ],
    sums: [],
    outputs: ["c", "h", "i", "f", "g", "o", "tanhC"],
    inputs: ["pI", "pF", "pG", "pO", "before"],
    optional: [["i", "f", "g", "o", "tanhC"]],
  },
  {
    kernel: "d lstm gates",
    equations: [
      ["dO", "sigmoidGradient", "o", "toO"],
      ["toO", "mul", "dH", "tanhC"],
      ["toTanhC", "mul", "dH", "o"],
      ["toC", "tanhGradient", "tanhC", "toTanhC"],
      ["dC", "add", "dAfter", "toC"],
      ["toG", "mul", "dC", "i"],
      ["dG", "tanhGradient", "g", "toG"],
      ["toI", "mul", "dC", "g"],
      ["dI", "sigmoidGradient", "i", "toI"],
      ["dBefore", "mul", "dC", "f"],
      ["toF", "mul", "dC", "before"],
      ["dF", "sigmoidGradient", "f", "toF"],
    ],
    sums: [["dH", "add", "dH1", "dH2"]],
    outputs: ["dBefore", "dI", "dF", "dG", "dO"],
    inputs: ["dH1", "dH2", "dAfter", "i", "f", "g", "o", "tanhC", "before"],
    optional: [],
  },
  {
    kernel: "gru gates",
    equations: [
      ["h", "mix", "z", "before", "n"],
      ["n", "tanh", "pN"],
      ["pN", "add", "n1", "heard"],
      ["heard", "mul", "r", "m"],
      ["r", "sigmoid", "pR"],
      ["z", "sigmoid", "pZ"],
    ],
    sums: [
      ["pR", "add", "r1", "r2"],
      ["pZ", "add", "z1", "z2"],
      ["m", "add", "m1", "m2"],
    ],
    outputs: ["m", "r", "z", "n", "h"],
    inputs: ["r1", "r2", "z1", "z2", "m1", "m2", "n1", "before"],
    optional: [["r", "z", "n"], ["m"]],
  },
  {
    kernel: "d gru gates",
    equations: [
      ["dN", "tanhGradient", "n", "toN"],
      ["toN", "sub", "dH", "dBefore"],
      ["dBefore", "mul", "dH", "z"],
      ["change", "sub", "before", "n"],
      ["toZ", "mul", "dH", "change"],
      ["dZ", "sigmoidGradient", "z", "toZ"],
      ["dM", "mul", "dN", "r"],
      ["toR", "mul", "dN", "m"],
      ["dR", "sigmoidGradient", "r", "toR"],
    ],
    sums: [["dH", "add", "dH1", "dH2"]],
    outputs: ["dBefore", "dR", "dZ", "dN", "dM"],
    inputs: ["dH1", "dH2", "r", "z", "n", "m", "before"],
    optional: [],
  },
];

/** Words of a map at most, so that registers always suffice; a longer chain is cut in two. */
const MAP_NODES = 16;

const COMMUTATIVE: ReadonlySet<OpName> = new Set<OpName>(["add", "mul"]);

/**
 * Replaces in every map what a kernel computes in one pass; what is left goes before or after it. `fused` false leaves all maps as they
 * are, but for their length.
 */
export function fuse(nodes: readonly Node[], roots: ReadonlySet<NodeId>, stages: readonly Stage[], fused: boolean): Stage[] {
  const users = usersOf(nodes);
  const split = (members: readonly NodeId[]): Step[] => {
    const found = fused ? firstMatch(nodes, users, roots, members) : null;
    if (found) return [...split(found.before), { kind: "map", nodes: found.nodes, fused: found.fused }, ...split(found.after)];
    return Array.from({ length: Math.ceil(members.length / MAP_NODES) }, (_, part) => ({
      kind: "map",
      nodes: members.slice(part * MAP_NODES, (part + 1) * MAP_NODES),
    }));
  };
  return stages.map((stage) => ({
    ...stage,
    steps: stage.steps.flatMap((step) => (step.kind === "map" ? split(step.nodes) : [step])),
  }));
}

interface Match {
  readonly before: readonly NodeId[];
  readonly nodes: readonly NodeId[];
  readonly after: readonly NodeId[];
  readonly fused: Fused;
}

function firstMatch(
  nodes: readonly Node[],
  users: readonly NodeId[][],
  roots: ReadonlySet<NodeId>,
  members: readonly NodeId[],
): Match | null {
  for (const pattern of PATTERNS) {
    if (members.length < pattern.equations.length) continue;
    const core = solve({ nodes, users, members: new Set(members), taken: new Set() }, pattern.equations, new Map());
    const match = core && placed(nodes, users, roots, members, pattern, core);
    if (match) return match;
  }
  return null;
}

/** Where equations are solved. `taken` are the nodes of those solved so far: each equation has one of its own. */
interface Search {
  readonly nodes: readonly Node[];
  readonly users: readonly NodeId[][];
  readonly members: ReadonlySet<NodeId>;
  readonly taken: Set<NodeId>;
}

/** Nodes for all names such that every equation holds, trying one after the other; null if there are none. */
function solve(
  search: Search,
  [equation, ...rest]: readonly Equation[],
  names: ReadonlyMap<string, NodeId>,
): ReadonlyMap<string, NodeId> | null {
  if (!equation) return names;
  const { nodes, users, members, taken } = search;
  const [result, op, ...from] = equation;
  const known = names.get(result);
  const read = from.map((name) => names.get(name)).find((id) => id !== undefined);
  // Only the first equation is looked for everywhere; the others hang on a node that is known.
  for (const id of known !== undefined ? [known] : read !== undefined ? users[read] : members) {
    if (nodes[id].op !== op || !members.has(id) || taken.has(id)) continue;
    const { inputs } = nodes[id];
    taken.add(id);
    for (const order of COMMUTATIVE.has(op) ? [inputs, [inputs[1], inputs[0]]] : [inputs]) {
      const extended = bind(names, [result, ...from], [id, ...order]);
      const solution = extended && solve(search, rest, extended);
      if (solution) return solution;
    }
    taken.delete(id);
  }
  return null;
}

/** The names with more nodes, or null where a name would stand for two. */
function bind(names: ReadonlyMap<string, NodeId>, more: readonly string[], ids: readonly NodeId[]): ReadonlyMap<string, NodeId> | null {
  const agrees = more.every((name, index) => (names.get(name) ?? ids[index]) === ids[index] && ids[more.indexOf(name)] === ids[index]);
  return agrees ? new Map([...names, ...more.map((name, index) => [name, ids[index]] as const)]) : null;
}

/** What a kernel does not write must be needed nowhere else, and the rest of the map must fit before or after it. */
function placed(
  nodes: readonly Node[],
  users: readonly NodeId[][],
  roots: ReadonlySet<NodeId>,
  members: readonly NodeId[],
  { kernel, equations, sums, outputs, inputs, optional }: Pattern,
  core: ReadonlyMap<string, NodeId>,
): Match | null {
  const names = new Map(core);
  const taken = new Set(equations.map(([result]) => core.get(result) as NodeId));
  const isInner = (id: NodeId): boolean => !roots.has(id) && users[id].every((user) => taken.has(user));
  for (const [result, op, first, second] of sums) {
    const id = core.get(result) as NodeId;
    const own = members.includes(id) && nodes[id].op === op && (outputs.includes(result) || isInner(id));
    names.set(first, own ? nodes[id].inputs[0] : id);
    names.set(second, own ? nodes[id].inputs[1] : -1);
    if (own) taken.add(id);
    else if (outputs.includes(result)) names.set(result, -1);
  }
  const inside = [...taken];
  const written = new Set(outputs.map((name) => names.get(name) as NodeId));
  for (const group of optional) {
    const ids = group.map((name) => names.get(name) as NodeId);
    if (ids.every((id) => id < 0 || isInner(id))) for (const id of ids) written.delete(id);
  }
  if (inside.some((id) => !written.has(id) && !isInner(id))) return null;

  const after = new Set<NodeId>();
  for (const id of members) if (!taken.has(id) && nodes[id].inputs.some((input) => taken.has(input) || after.has(input))) after.add(id);
  if (inside.some((id) => nodes[id].inputs.some((input) => after.has(input)))) return null;
  return {
    before: members.filter((id) => !taken.has(id) && !after.has(id)),
    nodes: members.filter((id) => taken.has(id)),
    after: [...after],
    fused: {
      kernel,
      outputs: outputs.map((name) => names.get(name) as NodeId).map((id) => (written.has(id) ? id : -1)),
      inputs: inputs.map((name) => names.get(name) as NodeId),
    },
  };
}
