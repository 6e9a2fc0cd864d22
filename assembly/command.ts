// The overlays through which the executor reads commands. isa.ts draws them.

import { FIRST_OPERAND_WORD, OPERAND_WORDS } from "./isa";

/** The fixed head of a command. Operands follow: `address`, `rowStride`. */
@unmanaged
export class Command {
  opcode: i32;
  rows: i32;
  inner: i32;
  width: i32;
  flags: i32;
  real: f32;
  extra: usize;
  outputs: i32;
}

/** Where operand `index` is at time step t, or 0 if it is absent. */
export function address(command: Command, index: i32, t: i32): usize {
  const operand = changetype<usize>(command) + ((FIRST_OPERAND_WORD + index * OPERAND_WORDS) << 2);
  return load<u32>(operand) + t * load<i32>(operand, 4);
}

/** Bytes from one row of operand `index` to the next. */
export function rowStride(command: Command, index: i32): i32 {
  return load<i32>(changetype<usize>(command) + ((FIRST_OPERAND_WORD + index * OPERAND_WORDS) << 2), 8);
}
