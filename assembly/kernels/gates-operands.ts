// What the kernels of gates find in scratch: the constants of their functions, and where a row of each operand is.

import { MAP_HEADER_BYTES, MAP_OPERAND_BYTES } from "../isa";
import { putSigmoid, SIGMOID_CONSTANTS } from "../math/sigmoid";
import { putTanh, TANH_CONSTANTS } from "../math/tanh";

/** Where in scratch the constants of tanh are; those of sigmoid are at its start. */
export const AT_TANH: usize = SIGMOID_CONSTANTS;
/** Where in scratch the rows are. */
export const AT_ROWS: usize = SIGMOID_CONSTANTS + TANH_CONSTANTS;

/** Puts the constants where `sigmoidBy` and `tanhBy` will read them. */
export function putConstants(scratch: usize): void {
  putSigmoid(scratch);
  putTanh(scratch + AT_TANH);
}

/** Writes the address of row `row` of every operand at time step `time`, one u32 each, 0 for an absent one. Returns where. */
export function rowsAt(program: usize, time: i32, row: i32, scratch: usize): usize {
  let to = scratch + AT_ROWS;
  let operand = program + MAP_HEADER_BYTES;
  for (const end = operand + load<i32>(program, 4) * MAP_OPERAND_BYTES; operand < end; operand += MAP_OPERAND_BYTES) {
    const base = load<u32>(operand);
    store<u32>(to, base ? base + time * load<i32>(operand, 4) + row * load<i32>(operand, 8) : 0);
    to += 4;
  }
  return scratch + AT_ROWS;
}
