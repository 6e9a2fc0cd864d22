// The overlays through which the executor reads commands and tables. isa.ts draws them.

import { FIRST_OPERAND_WORD, OPERAND_WORDS, SPAN_BYTES, TABLES_TIMELINES, TIMELINE_BYTES } from "./isa";

/** The fixed head of a command. Operands follow: `address`, `timeStride`, `rowStride`. */
@unmanaged
export class Command {
  opcode: i32;
  span: i32;
  timeline: i32;
  rows: i32;
  inner: i32;
  width: i32;
  flags: i32;
  real: f32;
  extra: usize;
  outputs: i32;
}

/** The runs of a span. */
@unmanaged
export class Runs {
  count: i32;
  /** The first of them. */
  first: usize;
}

@unmanaged
export class Run {
  step: i32;
  rows: i32;
}

/** Addresses of i32 [B]. */
@unmanaged
export class Timeline {
  lengths: usize;
  order: usize;
  places: usize;
}

export function runsOf(command: Command, tables: usize): Runs {
  return changetype<Runs>(tables + command.span * SPAN_BYTES);
}

export function timelineOf(command: Command, tables: usize): Timeline {
  return changetype<Timeline>(tables + TABLES_TIMELINES + command.timeline * TIMELINE_BYTES);
}

/** Where operand `index` is at time step t, or 0 if it is absent. */
export function address(command: Command, index: i32, t: i32): usize {
  const operand = changetype<usize>(command) + ((FIRST_OPERAND_WORD + index * OPERAND_WORDS) << 2);
  return load<u32>(operand) + t * load<i32>(operand, 4);
}

/** Bytes from one time step of operand `index` to the next. */
export function timeStride(command: Command, index: i32): i32 {
  return load<i32>(changetype<usize>(command) + ((FIRST_OPERAND_WORD + index * OPERAND_WORDS) << 2), 4);
}

/** Bytes from one row of operand `index` to the next. */
export function rowStride(command: Command, index: i32): i32 {
  return load<i32>(changetype<usize>(command) + ((FIRST_OPERAND_WORD + index * OPERAND_WORDS) << 2), 8);
}
