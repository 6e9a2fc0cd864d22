// The lowerings of attention: one command each, whose opcode has the operation's name.

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

const NAMES = ["dotScore", "additiveScore", "align", "alignGradient", "attend", "spread", "additiveToQuery", "additiveToKey"] as const;

/**
 * `width` is that of what is compared or summed up, the second operand's. Scores hold nothing behind a source's end, so what is to be finite is not looked
 * for in them but in what is made of them.
 */
const looking =
  (name: (typeof NAMES)[number]) =>
  ({ plan, node, id, at }: Looking): Command[] => {
    const { width } = plan.nodes[node.inputs[1] ?? id].shape;
    return [{ opcode: Opcode[name], width, outputs: name === "attend" ? 1 : 0, operands: [at(id), ...node.inputs.map(at)] }];
  };

export const LOOK: Partial<Record<OpName, (context: Looking) => Command[]>> = Object.fromEntries(
  NAMES.map((name) => [name, looking(name)]),
);

/** A sequence of the source as panels, row by row of the batch. */
export const packOfSource = ({ shape, attributes }: NodeOf<"pack">, panels: Operand, x: Operand): Command => ({
  opcode: Opcode.packSource,
  width: shape.width,
  flags: attributes.transposed ? 1 : 0,
  operands: [panels, x],
});
