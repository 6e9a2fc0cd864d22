// A loss over all runs of its span: first the terms that count, then their sum, run by run, and what each adds to the gradient of the mean.

import { address, Command, Run, Runs, rowStride } from "./command";
import { CONTROL_SCRATCH, Opcode, RUN_BYTES, SPAN_BYTES, Span } from "./isa";
import { binaryCrossEntropy, countTargets, crossEntropy, meanSquared } from "./kernels/loss";
import { mixture } from "./kernels/mixture";

/**
 * Stores the mean of the terms that count, f64, at the command's `extra`, and their number, f64, 8 bytes further; where nothing counts, both are
 * zero. Writes the gradient of `real` · mean if there is a first operand. With `rows` it is not the terms that count, but those of one row for each
 * sequence of the batch.
 */
export function loss(command: Command, runs: Runs, control: usize, tables: usize): void {
  const end = runs.first + runs.count * RUN_BYTES;
  let count: f64 = 0;
  if (command.rows !== 0) {
    const batch = changetype<Run>(changetype<Runs>(tables + Span.rows * SPAN_BYTES).first);
    count = <f64>batch.rows * termsOfRow(command);
  } else for (let at = runs.first; at < end; at += RUN_BYTES) count += termsOf(command, changetype<Run>(at));
  const share = <f64>command.real / count;
  const scratch: usize = load<u32>(control, CONTROL_SCRATCH);
  let sum: f64 = 0;
  for (let at = runs.first; at < end; at += RUN_BYTES) sum += sumOf(command, changetype<Run>(at), share, scratch);
  store<f64>(command.extra, count > 0 ? sum / count : 0);
  store<f64>(command.extra, count, 8);
}

/** How many terms a row is: a symbol or a density is one. */
function termsOfRow(command: Command): i32 {
  return command.opcode === Opcode.crossEntropy || command.opcode === Opcode.mixture ? 1 : command.width;
}

/** How many terms of a run count. */
function termsOf(command: Command, run: Run): f64 {
  if (command.opcode !== Opcode.crossEntropy) return <f64>run.rows * termsOfRow(command);
  return countTargets(address(command, 2, run.step), run.rows, command.flags);
}

function sumOf(command: Command, run: Run, share: f64, scratch: usize): f64 {
  const dX = address(command, 0, run.step);
  const x = address(command, 1, run.step);
  const target = address(command, 2, run.step);
  const dXStride = rowStride(command, 0);
  const xStride = rowStride(command, 1);
  const targetStride = rowStride(command, 2);
  const width = command.width;
  const flags = command.flags;
  switch (command.opcode) {
    case Opcode.crossEntropy:
      return crossEntropy(dX, dXStride, x, xStride, target, run.rows, width, flags, share);
    case Opcode.meanSquared:
      return meanSquared(dX, dXStride, x, xStride, target, targetStride, run.rows, width, share);
    case Opcode.mixture: {
      const logFloor = reinterpret<f32>(flags);
      return mixture(dX, dXStride, x, xStride, target, targetStride, run.rows, width, command.inner, logFloor, share, scratch);
    }
    default:
      return binaryCrossEntropy(dX, dXStride, x, xStride, target, targetStride, run.rows, width, share);
  }
}
