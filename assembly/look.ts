// Attention's commands: of all steps at once outside of loops, of one step within, by the tables of both timelines.

import { address, Command, Run, Runs, rowStride, Timeline, timeStride } from "./command";
import { Opcode, SPAN_BYTES, Span, TABLES_TIMELINES, TIMELINE_BYTES } from "./isa";
import { additiveScore, additiveToKey, additiveToQuery } from "./kernels/additive";
import { align, alignGradient, attend, dotScore, packSource, spread } from "./kernels/attention";

export function looks(opcode: i32): bool {
  return opcode >= Opcode.packSource && opcode <= Opcode.additiveToKey;
}

/** All steps of all rows. */
export function lookAtOnce(command: Command, tables: usize, scratch: usize): void {
  const batch = changetype<Runs>(tables + Span.rows * SPAN_BYTES);
  const lookers = changetype<Timeline>(tables + TABLES_TIMELINES);
  look(command, 0, changetype<Run>(batch.first).rows, lookers.lengths, tables, scratch);
}

/** The first `rows` rows from step t on: their `steps`, or with 0 the one. */
export function look(command: Command, t: i32, rows: i32, steps: usize, tables: usize, scratch: usize): void {
  const order = changetype<Timeline>(tables + TABLES_TIMELINES).order;
  const source = changetype<Timeline>(tables + TABLES_TIMELINES + TIMELINE_BYTES);
  const lengths = source.lengths;
  const places = source.places;
  const width = command.width;
  const a = address(command, 0, t);
  const b = address(command, 1, t);
  const c = address(command, 2, t);
  const d = address(command, 3, t);
  const aTime = timeStride(command, 0);
  const bTime = timeStride(command, 1);
  const cTime = timeStride(command, 2);
  const aStride = rowStride(command, 0);
  const bStride = rowStride(command, 1);
  const cStride = rowStride(command, 2);
  const dStride = rowStride(command, 3);
  switch (command.opcode) {
    case Opcode.packSource:
      return packSource(a, aStride, b, bTime, bStride, places, lengths, rows, width, command.flags !== 0);
    case Opcode.dotScore:
      return dotScore(a, aTime, aStride, b, bTime, bStride, c, cStride, order, lengths, steps, rows, width);
    case Opcode.additiveScore:
      return additiveScore(a, aTime, aStride, b, bTime, bStride, c, cStride, d, order, lengths, steps, rows, width);
    case Opcode.align:
      return align(a, aTime, aStride, b, bTime, bStride, order, lengths, steps, rows);
    case Opcode.alignGradient:
      return alignGradient(a, aTime, aStride, b, bTime, bStride, c, cTime, cStride, order, lengths, steps, rows);
    case Opcode.attend:
      return attend(a, aTime, aStride, b, bTime, bStride, c, cStride, order, lengths, steps, rows, width);
    case Opcode.spread:
      return spread(a, aTime, aStride, b, bTime, bStride, c, cTime, cStride, order, places, lengths, steps, rows, width, scratch);
    case Opcode.additiveToQuery:
      return additiveToQuery(a, aTime, aStride, b, bTime, bStride, c, cTime, cStride, d, dStride, order, lengths, steps, rows, width);
    default:
      additiveToKey(
        a,
        aTime,
        aStride,
        b,
        bTime,
        bStride,
        c,
        cTime,
        cStride,
        d,
        dStride,
        order,
        places,
        lengths,
        steps,
        rows,
        width,
        scratch,
      );
  }
}
