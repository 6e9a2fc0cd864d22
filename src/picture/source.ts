// What the diagrams of both levels ask of a definition's graph: which nodes count, which carry values, where a gradient flows.

import { type Definition, totalsOf } from "../define/model.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import type { DiagramEdge, Weight } from "./diagram.ts";

/** What the model hears of its own output: itself, or the truth in its place. */
export type Hearing = "output" | "target";

export interface Source {
  readonly definition: Definition;
  readonly nodes: readonly Node[];
  /** Whether the loss depends on the node. */
  readonly used: readonly boolean[];
  /** Whether the node has a value at each step or for each sequence; others are reckoned from parameters alone. */
  readonly carries: readonly boolean[];
  /** Whether the node is known before the first step of the output: a sequence-to-sequence model's source, and what is made of it alone. */
  readonly early: readonly boolean[];
  /** Whether a gradient reaches a trained parameter through the node. */
  readonly flows: readonly boolean[];
  /** The node's inputs; those of a feedback are what is heard. */
  inputsOf(id: NodeId): readonly NodeId[];
  /** Steps that the node delays its input; 0 if it is no delay. */
  stepsOf(id: NodeId): number;
  /** When an input of the node reaches it. */
  whenOf(id: NodeId, index: number): DiagramEdge["when"];
  /** The parameters that a node without a value at each step is reckoned from. */
  weightsOf(id: NodeId): readonly Weight[];
}

/** Operations that no gradient passes. */
const BLOCKS: ReadonlySet<string> = new Set(["argmax", "sign"]);

export function sourceOf(definition: Definition, hearing: Hearing): Source {
  const { nodes, heads, feedback } = definition;
  const [{ output }] = heads;
  const target = nodes.findIndex(({ op }) => op === "target");
  const inputsOf = (id: NodeId): readonly NodeId[] =>
    nodes[id].op === "feedback" ? [hearing === "target" ? target : output] : nodes[id].inputs;
  const stepsOf = (id: NodeId): number => {
    const node = nodes[id];
    return node.op === "feedback" ? 1 : node.op === "delay" ? node.attributes.steps : 0;
  };

  const used = nodes.map(() => false);
  const stack = totalsOf(definition);
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (used[id]) continue;
    used[id] = true;
    stack.push(...inputsOf(id));
  }
  const isGiven = ({ op }: Node): boolean => op === "input" || op === "target" || op === "feedback" || op === "delay";
  const carries = grown(nodes, (id) => isGiven(nodes[id]), inputsOf);
  const isStep = ({ shape }: Node): boolean => shape.extent === "sequence" && shape.timeline === 0;
  const late = grown(nodes, (id) => isGiven(nodes[id]) && isStep(nodes[id]), inputsOf);
  const early = nodes.map((_, id) => definition.decoding !== null && carries[id] && !late[id]);
  const whenOf = (id: NodeId, index: number): DiagramEdge["when"] => {
    const node = nodes[id];
    if (node.op === "delay" && index > 0) return "initial";
    return node.op === "last" && node.attributes.reversed ? "first" : "always";
  };
  const heard = (id: NodeId): boolean =>
    nodes[id].op !== "feedback" || (feedback !== "symbol" && feedback !== "draw" && hearing === "output");
  const flows = grown(
    nodes,
    (id) => weight(nodes[id])?.trained === true,
    (id) => (BLOCKS.has(nodes[id].op) || !heard(id) ? [] : inputsOf(id)),
  );
  const weightsOf = (id: NodeId): readonly Weight[] => {
    if (carries[id]) return [];
    const own = weight(nodes[id]);
    return own ? [own] : nodes[id].inputs.flatMap(weightsOf);
  };
  return { definition, nodes, used, carries, early, flows, inputsOf, stepsOf, whenOf, weightsOf };
}

/** Nodes that are, or depend on, one that `is`. */
function grown(nodes: readonly Node[], is: (id: NodeId) => boolean, inputsOf: (id: NodeId) => readonly NodeId[]): boolean[] {
  const found = nodes.map((_, id) => is(id));
  for (let changed = true; changed; ) {
    changed = false;
    nodes.forEach((_, id) => {
      if (!found[id] && inputsOf(id).some((input) => found[input])) changed = found[id] = true;
    });
  }
  return found;
}

function weight(node: Node): Weight | null {
  if (node.op !== "parameter") return null;
  const { path } = node.attributes;
  const trained = (node.attributes as { readonly trained?: boolean }).trained !== false;
  return { path, name: path.slice(path.lastIndexOf("/") + 1), rows: node.shape.rows, columns: node.shape.width, trained };
}
