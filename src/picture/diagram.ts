// A model as a diagram: boxes and arrows as plain data, which every picture and every text of a graph is made from.

import { componentsOf } from "./components.ts";

/** What a box stands for. */
export type NodeKind = "input" | "state" | "layer" | "join" | "output" | "target" | "loss" | "operation" | "parameter" | "delay";

/** A weight that is met on an arrow. */
export interface Weight {
  readonly path: string;
  /** The last part of its path, as it stands on the arrow: `wh`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** False for weights that are never trained, as a reservoir's. */
  readonly trained: boolean;
}

export interface DiagramNode {
  readonly kind: NodeKind;
  /** What a textbook writes into it: `x`, `h`, `h, c`, `o`, `L`, `y`; on the level of operations the operation's name. */
  readonly symbol: string;
  /** Counts, from 1, those of one symbol if there are several; else 0. */
  readonly number: number;
  /** What it is, in a word and a number: `rnn · 128`. */
  readonly caption: string;
  /** Where it comes from: `layer 1/rnn`. */
  readonly path: string;
  /** The labels of its states, as a gradient flow names them: `layer 1/rnn/h`. */
  readonly states: readonly string[];
  /** Numbers at each step. */
  readonly width: number;
  /** A sequence has a value at each step, a vector one value; a parameter and a scalar belong to no step. */
  readonly extent: "sequence" | "vector" | "parameter" | "scalar";
  /** 1: of a sequence-to-sequence model what is known before its first step, the source and all that is made of it; 0: all else. */
  readonly timeline: 0 | 1;
  /** Arrows on the longest way to it from where something is given, those that lead back in a loop left out. */
  readonly rank: number;
  /** The loop through time that it is part of, counted from 0; −1 for none. */
  readonly loop: number;
  /** Parameters that no arrow carries: biases, and weights within the box. */
  readonly parameters: readonly Weight[];
}

export interface DiagramEdge {
  /** Places in `nodes`. */
  readonly from: number;
  readonly to: number;
  /** Time steps on the way: 0 for none, 1 for the black square, less than 0 where a layer reads its sequence backwards. */
  readonly delay: number;
  /**
   * "initial": a vector is the state before the first step. "first": a vector is what a layer that reads backwards ends with, at the first step.
   * "always" all others: within a step, and from a sequence's last step to a vector.
   */
  readonly when: "always" | "initial" | "first";
  readonly weights: readonly Weight[];
  /** Whether a gradient flows against the arrow. */
  readonly gradient: boolean;
}

export interface Diagram {
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

/** The rank of each node: arrows on the longest way to it. A delay within a loop leads back and does not count; arrows without one make no cycle. */
export function ranksOf(count: number, edges: readonly Pick<DiagramEdge, "from" | "to" | "delay">[]): number[] {
  const { of } = componentsOf(count, (node) => edges.filter(({ from }) => from === node).map(({ to }) => to));
  const before: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to, delay } of edges) if (delay === 0 || of[from] !== of[to]) before[to].push(from);
  const ranks = new Array<number>(count).fill(-1);
  const visit = (node: number): number => {
    if (ranks[node] === -2) throw new Error("internal: arrows without a delay make a cycle");
    if (ranks[node] >= 0) return ranks[node];
    ranks[node] = -2;
    return (ranks[node] = before[node].reduce((most, from) => Math.max(most, visit(from) + 1), 0));
  };
  for (let node = 0; node < count; node++) visit(node);
  return ranks;
}

/** Numbers for symbols that occur more than once, in the order of the nodes; a box of several states goes by the first. */
export function numbered<T extends { readonly symbol: string }>(nodes: readonly T[]): (T & { readonly number: number })[] {
  const first = ({ symbol }: T): string => symbol.split(", ")[0];
  const seen = new Map<string, number>();
  return nodes.map((node) => {
    const name = first(node);
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return { ...node, number: name !== "" && nodes.filter((other) => first(other) === name).length > 1 ? number : 0 };
  });
}
