// The lowerings of attention: one command each.

import { Opcode } from "../../assembly/isa.ts";
import type { Node, NodeId, NodeOf } from "../graph/graph.ts";
import type { OpName } from "../graph/operations.ts";
import type { Plan } from "../plan/plan.ts";
import type { Command, Operand } from "./words.ts";

interface Looking {
  readonly plan: Plan;
  readonly node: Node;
  readonly id: NodeId;
  at(id: NodeId): Operand;
}

/**
 * `width` is that of what is compared or summed up, the second operand's. Scores hold nothing behind a source's end, so what is to be finite is not looked
 * for in them but in what is made of them.
 */
const looking =
  (opcode: Opcode) =>
  ({ plan, node, id, at }: Looking): Command[] => {
    const { width } = plan.nodes[node.inputs[1] ?? id].shape;
    return [{ opcode, width, outputs: opcode === Opcode.attend ? 1 : 0, operands: [at(id), ...node.inputs.map(at)] }];
  };

export const LOOK = {
  dotScore: looking(Opcode.dotScore),
  additiveScore: looking(Opcode.additiveScore),
  align: looking(Opcode.align),
  alignGradient: looking(Opcode.alignGradient),
  attend: looking(Opcode.attend),
  spread: looking(Opcode.spread),
  additiveToQuery: looking(Opcode.additiveToQuery),
  additiveToKey: looking(Opcode.additiveToKey),
} satisfies Partial<Record<OpName, (context: Looking) => Command[]>>;

/** A sequence of the source as panels, row by row of the batch. */
export const packOfSource = ({ shape, attributes }: NodeOf<"pack">, panels: Operand, x: Operand): Command => ({
  opcode: Opcode.packSource,
  width: shape.width,
  flags: attributes.transposed ? 1 : 0,
  operands: [panels, x],
});
