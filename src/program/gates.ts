// A map that has a kernel of its own: which command it is, and its operands as that kernel's table.

import { Opcode } from "../../assembly/isa.ts";
import type { NodeId } from "../graph/graph.ts";
import type { Fused } from "../plan/schedule.ts";
import { ABSENT, type Operand, operandWords } from "./words.ts";

export const GATES: Readonly<Record<Fused["kernel"], Opcode>> = {
  "lstm gates": Opcode.lstmGates,
  "d lstm gates": Opcode.lstmGatesGradient,
  "gru gates": Opcode.gruGates,
  "d gru gates": Opcode.gruGatesGradient,
};

/** A map program of no instructions, whose operands stand in the order of the kernel. */
export function gatesProgram({ outputs, inputs }: Fused, at: (id: NodeId) => Operand): Uint32Array {
  const operands = [...outputs, ...inputs].map((id) => (id < 0 ? ABSENT : at(id)));
  return Uint32Array.from([0, operands.length, 0, 0, ...operands.flatMap(operandWords)]);
}
