// Walks a list of commands: loops over time forwards and backwards, all else run by run, and hands each command's operands to its kernel.

import { address, Command, Run, Runs, rowStride, runsOf, timelineOf, timeStride } from "./command";
import {
  COMMAND_BYTES,
  CONTROL_BAD_COMMAND,
  CONTROL_BAD_ELEMENT,
  CONTROL_BAD_OUTPUT,
  CONTROL_BAD_TIME,
  CONTROL_CARRY_IN,
  CONTROL_CARRY_OUT,
  CONTROL_CHECK,
  CONTROL_KEEP,
  CONTROL_PARENTS,
  CONTROL_SCRATCH,
  CONTROL_SEED_HIGH,
  CONTROL_SEED_LOW,
  CONTROL_STEP,
  CONTROL_TABLES,
  CONTROL_TRUTH,
  DROPOUT_PER_SEQUENCE,
  DROPOUT_SCALED,
  Opcode,
  RUN_BYTES,
  Span,
} from "./isa";
import { arrange, atLast, beyond, carryIn, carryOut, last, sumOverTime } from "./kernels/ends";
import { drawRows, either, eitherGradient } from "./kernels/forcing";
import { gruGates, gruGatesGradient } from "./kernels/gates-gru";
import { lstmGates, lstmGatesGradient } from "./kernels/gates-lstm";
import { gemm } from "./kernels/gemm";
import { map } from "./kernels/map";
import { addNoise } from "./kernels/noise";
import { normalize, normalizeGradient } from "./kernels/normalize";
import { drawBits, drawDensity } from "./kernels/numbers";
import { outer, outerOverRuns } from "./kernels/outer";
import { pack, packTransposed } from "./kernels/pack";
import { dropout } from "./kernels/random";
import { columnSum, firstNonFinite } from "./kernels/reduce";
import { copyRows, fillRows } from "./kernels/rows";
import { gather, scatter } from "./kernels/select";
import { softmax, softmaxGradient } from "./kernels/softmax";
import { sparse, sparseTransposed } from "./kernels/sparse";
import { argmax } from "./kernels/symbols";
import { look, lookAtOnce, looks } from "./look";
import { loss } from "./losses";
import { update } from "./update";

/** Runs `count` commands at `program`. With the control block's check set, stops at the first result that is not finite and says where. */
export function run(program: usize, count: i32, control: usize): void {
  const check = load<u32>(control, CONTROL_CHECK) !== 0;
  const tables: usize = load<u32>(control, CONTROL_TABLES);
  const end = program + count * COMMAND_BYTES;
  store<i32>(control, -1, CONTROL_BAD_COMMAND);
  for (let at = program; at < end; at += COMMAND_BYTES) {
    const command = changetype<Command>(at);
    if (command.opcode !== Opcode.loop) {
      once(command, control, tables);
      if (check && !allFiniteOnce(command, control, tables, program)) return;
      continue;
    }
    const body = at + COMMAND_BYTES;
    at += command.inner * COMMAND_BYTES;
    const steps = runsOf(command, tables);
    const final = steps.first + (steps.count - 1) * RUN_BYTES;
    for (let step: usize = 0; step < <usize>steps.count; step++) {
      const one = changetype<Run>(command.flags > 0 ? steps.first + step * RUN_BYTES : final - step * RUN_BYTES);
      for (let inner = body; inner <= at; inner += COMMAND_BYTES) {
        execute(changetype<Command>(inner), one.step, one.rows, false, control, tables);
        if (check && !allFinite(changetype<Command>(inner), one.step, one.rows, control, program)) return;
      }
    }
  }
}

/** The sums over rows: their result is no sequence, and each run goes on from the one before. */
function isSum(opcode: i32): bool {
  return opcode === Opcode.outer || opcode === Opcode.scatter || opcode === Opcode.columnSum;
}

function isLoss(opcode: i32): bool {
  return opcode >= Opcode.crossEntropy && opcode <= Opcode.mixture;
}

/** All runs of sequences or vectors at once: few rows are packed with those that follow them. */
function outerOver(command: Command, runs: Runs, control: usize): void {
  outerOverRuns(
    address(command, 0, 0),
    rowStride(command, 0),
    address(command, 1, 0),
    timeStride(command, 1),
    rowStride(command, 1),
    address(command, 2, 0),
    timeStride(command, 2),
    rowStride(command, 2),
    runs.first,
    runs.count,
    command.inner,
    command.width,
    command.flags !== 0,
    load<u32>(control, CONTROL_SCRATCH),
  );
}

/** A command outside of loops, over all runs of its span. */
function once(command: Command, control: usize, tables: usize): void {
  if (command.span === Span.nothing) return execute(command, 0, command.rows, false, control, tables);
  const runs = runsOf(command, tables);
  if (command.opcode === Opcode.outer) return outerOver(command, runs, control);
  if (isLoss(command.opcode)) return loss(command, runs, control, tables);
  if (looks(command.opcode)) return lookAtOnce(command, tables, load<u32>(control, CONTROL_SCRATCH));
  const first = runs.first;
  const end = first + runs.count * RUN_BYTES;
  for (let at = first; at < end; at += RUN_BYTES) {
    const one = changetype<Run>(at);
    execute(command, one.step, one.rows, at > first, control, tables);
  }
  // The sum of nothing.
  if (first === end && isSum(command.opcode)) execute(command, 0, 0, false, control, tables);
}

/** `more`: the sum goes on. */
function execute(command: Command, t: i32, rows: i32, more: bool, control: usize, tables: usize): void {
  const inner = command.inner;
  const width = command.width;
  const flags = command.flags;
  const a = address(command, 0, t);
  const b = address(command, 1, t);
  const c = address(command, 2, t);
  const aStride = rowStride(command, 0);
  const bStride = rowStride(command, 1);
  const cStride = rowStride(command, 2);
  const scratch = load<u32>(control, CONTROL_SCRATCH);
  const timeline = timelineOf(command, tables);
  switch (command.opcode) {
    case Opcode.pack:
      return pack(a, b, bStride, inner, width);
    case Opcode.packTransposed:
      return packTransposed(a, b, bStride, inner, width);
    case Opcode.gemm:
      return gemm(a, aStride, b, bStride, c, address(command, 3, t), rowStride(command, 3), rows, inner, width);
    case Opcode.outer:
      return outer(a, aStride, b, bStride, c, cStride, rows, inner, width, flags !== 0, scratch);
    case Opcode.gather:
      return gather(a, aStride, b, c, cStride, address(command, 3, t), rowStride(command, 3), rows, width);
    case Opcode.scatter:
      return scatter(a, aStride, b, c, cStride, rows, width, inner, more || flags !== 0);
    case Opcode.columnSum:
      return columnSum(a, b, bStride, rows, width, more || flags !== 0);
    case Opcode.map:
      return map(command.extra, t, rows, width, scratch);
    case Opcode.lstmGates:
      return lstmGates(command.extra, t, rows, width, scratch);
    case Opcode.lstmGatesGradient:
      return lstmGatesGradient(command.extra, t, rows, width, scratch);
    case Opcode.gruGates:
      return gruGates(command.extra, t, rows, width, scratch);
    case Opcode.gruGatesGradient:
      return gruGatesGradient(command.extra, t, rows, width, scratch);
    case Opcode.copy:
      return copyRows(a, aStride, b, bStride, rows, width);
    case Opcode.fill:
      return fillRows(a, aStride, command.real, rows, width);
    case Opcode.softmax:
      return softmax(a, aStride, b, bStride, rows, width);
    case Opcode.softmaxGradient:
      return softmaxGradient(a, aStride, b, bStride, c, cStride, rows, width);
    case Opcode.normalize:
      return normalize(a, aStride, b, bStride, rows, width, command.real);
    case Opcode.normalizeGradient:
      return normalizeGradient(
        a,
        aStride,
        b,
        bStride,
        c,
        cStride,
        address(command, 3, t),
        rowStride(command, 3),
        rows,
        width,
        command.real,
      );
    case Opcode.argmax:
      return argmax(a, b, bStride, rows, width);
    case Opcode.draw:
      return drawRows(
        a,
        b,
        bStride,
        rows,
        width,
        inner,
        command.span <= Span.rows ? 0 : timeline.order,
        t,
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH) ^ <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
        scratch,
      );
    case Opcode.drawBits:
      return drawBits(
        a,
        aStride,
        b,
        bStride,
        rows,
        width,
        1,
        inner,
        command.span <= Span.rows ? 0 : timeline.order,
        t,
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH) ^ <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
      );
    case Opcode.drawDensity:
      return drawDensity(
        a,
        aStride,
        b,
        bStride,
        rows,
        width,
        flags,
        command.real,
        1,
        inner,
        command.span <= Span.rows ? 0 : timeline.order,
        t,
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH) ^ <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
        scratch,
      );
    case Opcode.either:
      return either(
        a,
        aStride,
        b,
        bStride,
        c,
        cStride,
        rows,
        width,
        inner,
        command.span <= Span.rows ? 0 : timeline.order,
        t,
        load<f32>(control, CONTROL_TRUTH),
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH) ^ <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
      );
    case Opcode.eitherGradient:
      return eitherGradient(
        a,
        aStride,
        b,
        bStride,
        rows,
        width,
        inner,
        command.span <= Span.rows ? 0 : timeline.order,
        t,
        load<f32>(control, CONTROL_TRUTH),
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH) ^ <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
      );
    case Opcode.dropout:
      return dropout(
        a,
        aStride,
        b,
        bStride,
        rows,
        width,
        inner,
        command.span <= Span.rows ? 0 : timeline.order,
        t,
        command.real,
        (flags & DROPOUT_SCALED) !== 0,
        (flags & DROPOUT_PER_SEQUENCE) !== 0,
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH),
        <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
      );
    case Opcode.carryIn:
      return carryIn(
        a,
        aStride,
        <usize>load<u32>(control, CONTROL_CARRY_IN) + b,
        bStride,
        c,
        cStride,
        flags,
        load<u32>(control, CONTROL_KEEP),
        load<u32>(control, CONTROL_PARENTS),
        timeline.order,
        rows,
        width,
      );
    case Opcode.carryOut:
      return carryOut(
        <usize>load<u32>(control, CONTROL_CARRY_OUT) + a,
        aStride,
        b,
        timeStride(command, 1),
        bStride,
        timeline.lengths,
        timeline.order,
        rows,
        width,
      );
    case Opcode.before:
      return beyond(a, timeStride(command, 0), aStride, b, bStride, flags, inner, 0, timeline.order, rows, width);
    case Opcode.behind:
      return beyond(a, timeStride(command, 0), aStride, b, bStride, flags, inner, timeline.lengths, timeline.order, rows, width);
    case Opcode.last:
      return last(a, aStride, b, timeStride(command, 1), bStride, flags < 0, timeline.lengths, timeline.places, rows, width);
    case Opcode.atLast:
      return atLast(a, timeStride(command, 0), aStride, b, bStride, flags < 0, timeline.lengths, timeline.places, rows, width);
    case Opcode.arrange:
      return arrange(a, aStride, b, bStride, flags > 0 ? timeline.order : timeline.places, rows, width);
    case Opcode.sumOverTime:
      return sumOverTime(
        a,
        aStride,
        b,
        timeStride(command, 1),
        bStride,
        inner,
        flags,
        load<u32>(control, CONTROL_KEEP),
        timeline.lengths,
        timeline.places,
        rows,
        width,
      );
    case Opcode.update:
      return update(control);
    case Opcode.sparse:
      return sparse(a, aStride, b, bStride, c, address(command, 3, t), rowStride(command, 3), rows, flags, width);
    case Opcode.sparseTransposed:
      return sparseTransposed(a, aStride, b, bStride, c, address(command, 3, t), rowStride(command, 3), rows, flags, inner, width);
    case Opcode.addNoise:
      return addNoise(
        a,
        aStride,
        b,
        bStride,
        rows,
        width,
        inner,
        command.span <= Span.rows ? 0 : timeline.order,
        t,
        command.real,
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH),
        <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
      );
    default:
      if (!looks(command.opcode)) unreachable();
      look(command, t, rows, 0, tables, scratch);
  }
}

/** As `allFinite`, of a command outside of loops. */
function allFiniteOnce(command: Command, control: usize, tables: usize, program: usize): bool {
  if (isSum(command.opcode)) return allFinite(command, 0, command.inner, control, program);
  if (command.span === Span.nothing) return allFinite(command, 0, command.rows, control, program);
  const runs = runsOf(command, tables);
  const end = runs.first + runs.count * RUN_BYTES;
  for (let at = runs.first; at < end; at += RUN_BYTES) {
    const one = changetype<Run>(at);
    if (!allFinite(command, one.step, one.rows, control, program)) return false;
  }
  return true;
}

/** Whether all that a command has written in `rows` rows is finite; if not, says where in the control block. */
function allFinite(command: Command, t: i32, rows: i32, control: usize, program: usize): bool {
  for (let output = 0; output < command.outputs; output++) {
    const bad = firstNonFinite(address(command, output, t), rowStride(command, output), rows, command.width);
    if (bad < 0) continue;
    store<i32>(control, <i32>((changetype<usize>(command) - program) / COMMAND_BYTES), CONTROL_BAD_COMMAND);
    store<i32>(control, t, CONTROL_BAD_TIME);
    store<i32>(control, bad, CONTROL_BAD_ELEMENT);
    store<i32>(control, output, CONTROL_BAD_OUTPUT);
    return false;
  }
  return true;
}
