// What the lowerings of several operations have in common.

import type { Opcode } from "../../assembly/isa.ts";
import type { NodeId } from "../graph/graph.ts";
import type { Plan } from "../plan/plan.ts";
import type { Context } from "./spans.ts";
import { ABSENT, type Command, type Operand } from "./words.ts";

export type Lowering = (context: Context) => Command[];

export const start = (context: Context, place: number): Operand => {
  const input = context.node.inputs[place];
  return input === undefined ? ABSENT : context.at(input);
};

export const widthOf = (plan: Plan, id: NodeId): number => plan.nodes[id].shape.width;

/** x and y as they are, row by row. */
export const rowwise =
  (opcode: Opcode): Lowering =>
  ({ node, id, width, at }) => [{ opcode, width, outputs: 1, operands: [at(id), ...node.inputs.map(at)] }];
