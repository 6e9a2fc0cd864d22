// Walks a list of commands: loops over time forwards and backwards, and hands each command's operands to its kernel.

import { address, Command, rowStride } from "./command";
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
  CONTROL_SCRATCH,
  CONTROL_SEED_HIGH,
  CONTROL_SEED_LOW,
  CONTROL_STEP,
  DROPOUT_PER_SEQUENCE,
  DROPOUT_SCALED,
  Opcode,
} from "./isa";
import { gruGates, gruGatesGradient } from "./kernels/gates-gru";
import { lstmGates, lstmGatesGradient } from "./kernels/gates-lstm";
import { gemm } from "./kernels/gemm";
import { binaryCrossEntropy, crossEntropy, meanSquared } from "./kernels/loss";
import { map } from "./kernels/map";
import { addNoise } from "./kernels/noise";
import { normalize, normalizeGradient } from "./kernels/normalize";
import { outer } from "./kernels/outer";
import { pack, packTransposed } from "./kernels/pack";
import { dropout } from "./kernels/random";
import { columnSum, firstNonFinite } from "./kernels/reduce";
import { carryRows, copyRows, fillRows } from "./kernels/rows";
import { gather, scatter } from "./kernels/select";
import { softmax, softmaxGradient } from "./kernels/softmax";
import { sparse, sparseTransposed } from "./kernels/sparse";
import { argmax, carrySymbols, noSymbols } from "./kernels/symbols";
import { update } from "./update";

/** Runs `count` commands at `program`. With the control block's check set, stops at the first result that is not finite and says where. */
export function run(program: usize, count: i32, control: usize): void {
  const check = load<u32>(control, CONTROL_CHECK) !== 0;
  const end = program + count * COMMAND_BYTES;
  store<i32>(control, -1, CONTROL_BAD_COMMAND);
  for (let at = program; at < end; at += COMMAND_BYTES) {
    const command = changetype<Command>(at);
    if (command.opcode !== Opcode.loop) {
      execute(command, 0, control);
      if (check && !allFinite(command, 0, control, program)) return;
      continue;
    }
    const body = at + COMMAND_BYTES;
    at += command.inner * COMMAND_BYTES;
    const last = command.rows - 1;
    for (let step = 0; step <= last; step++) {
      const t = command.flags > 0 ? step : last - step;
      for (let inner = body; inner <= at; inner += COMMAND_BYTES) {
        execute(changetype<Command>(inner), t, control);
        if (check && !allFinite(changetype<Command>(inner), t, control, program)) return;
      }
    }
  }
}

function execute(command: Command, t: i32, control: usize): void {
  const rows = command.rows;
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
      return scatter(a, aStride, b, c, cStride, rows, width, inner, flags !== 0);
    case Opcode.columnSum:
      return columnSum(a, b, bStride, rows, width, flags !== 0);
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
    case Opcode.dropout:
      return dropout(
        a,
        aStride,
        b,
        bStride,
        rows,
        width,
        inner,
        t,
        command.real,
        (flags & DROPOUT_SCALED) !== 0,
        (flags & DROPOUT_PER_SEQUENCE) !== 0,
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH),
        <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
      );
    case Opcode.crossEntropy:
      return crossEntropy(command.extra, a, aStride, b, bStride, c, rows, width, flags, command.real);
    case Opcode.meanSquared:
      return meanSquared(command.extra, a, aStride, b, bStride, c, cStride, 0, rows, width, command.real);
    case Opcode.binaryCrossEntropy:
      return binaryCrossEntropy(command.extra, a, aStride, b, bStride, c, cStride, 0, rows, width, command.real);
    case Opcode.carryIn:
      return carryRows(a, aStride, <usize>load<u32>(control, CONTROL_CARRY_IN) + b, bStride, load<u32>(control, CONTROL_KEEP), rows, width);
    case Opcode.carryOut:
      return copyRows(<usize>load<u32>(control, CONTROL_CARRY_OUT) + a, aStride, b, bStride, rows, width);
    case Opcode.carrySymbolsIn:
      return carrySymbols(a, <usize>load<u32>(control, CONTROL_CARRY_IN) + b, load<u32>(control, CONTROL_KEEP), rows);
    case Opcode.carrySymbolsOut:
      return carrySymbols(<usize>load<u32>(control, CONTROL_CARRY_OUT) + a, b, 0, rows);
    case Opcode.noSymbols:
      return noSymbols(a, rows);
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
        t,
        command.real,
        load<u32>(control, CONTROL_SEED_LOW),
        load<u32>(control, CONTROL_SEED_HIGH),
        <u32>command.extra,
        load<u32>(control, CONTROL_STEP),
      );
    default:
      unreachable();
  }
}

/** Whether all that a command has written is finite; if not, says where in the control block. */
function allFinite(command: Command, t: i32, control: usize, program: usize): bool {
  const opcode = command.opcode;
  const sums = opcode === Opcode.outer || opcode === Opcode.scatter || opcode === Opcode.columnSum;
  const rows = sums ? command.inner : command.rows;
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
