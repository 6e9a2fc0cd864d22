// What lowering knows, and what commands go over: nothing but their own rows, the rows of the batch, or a timeline, run by run or step by step.

import { Span } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import type { Plan } from "../plan/plan.ts";
import type { Command, Operand } from "./words.ts";

export type Over = Required<Pick<Command, "span" | "timeline" | "rows">>;

/** What lowering one step needs to know. */
export interface Context {
  readonly plan: Plan;
  readonly node: Node;
  readonly id: NodeId;
  /** The whole row width of the result. */
  readonly width: number;
  readonly control: number;
  at(id: NodeId): Operand;
  /** What a command goes over that takes all of this operand. */
  over(id: NodeId): Over;
}

/**
 * What a command goes over that makes, or takes all of, `id`. In a loop it is a single step; elsewhere as few runs as there are, unless something
 * that is `read` is the same at every step, so that its rows do not go on from step to step.
 */
export function spanOf(nodes: readonly Node[], id: NodeId, read: readonly NodeId[], at: (id: NodeId) => Operand, inLoop: boolean): Over {
  const { extent, rows, timeline } = nodes[id].shape;
  if (extent === "vector") return { span: Span.rows, timeline, rows: 0 };
  if (extent !== "sequence") return { span: Span.nothing, timeline, rows };
  const still = (input: NodeId): boolean => nodes[input].shape.extent === "sequence" && at(input).timeStride === 0;
  return { span: (inLoop || read.some(still) ? Span.steps : Span.runs) + timeline, timeline, rows: 0 };
}
