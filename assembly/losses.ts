// A loss over all runs of its span: first the terms that count, then their sum, run by run, and what each adds to the gradient of the mean.

import { address, Command, Run, Runs, rowStride } from "./command";
import { Opcode, RUN_BYTES } from "./isa";
import { binaryCrossEntropy, countTargets, crossEntropy, meanSquared } from "./kernels/loss";

/**
 * Stores the mean of the terms that count, f64, at the command's `extra`, and their number, f64, 8 bytes further; where nothing counts, both are
 * zero. Writes the gradient of `real` · mean if there is a first operand.
 */
export function loss(command: Command, runs: Runs): void {
  const end = runs.first + runs.count * RUN_BYTES;
  let count: f64 = 0;
  for (let at = runs.first; at < end; at += RUN_BYTES) count += termsOf(command, changetype<Run>(at));
  const share = <f64>command.real / count;
  let sum: f64 = 0;
  for (let at = runs.first; at < end; at += RUN_BYTES) sum += sumOf(command, changetype<Run>(at), share);
  store<f64>(command.extra, count > 0 ? sum / count : 0);
  store<f64>(command.extra, count, 8);
}

/** How many terms of a run count. */
function termsOf(command: Command, run: Run): f64 {
  if (command.opcode !== Opcode.crossEntropy) return <f64>run.rows * command.width;
  return countTargets(address(command, 2, run.step), run.rows, command.flags);
}

function sumOf(command: Command, run: Run, share: f64): f64 {
  const dX = address(command, 0, run.step);
  const x = address(command, 1, run.step);
  const target = address(command, 2, run.step);
  const dXStride = rowStride(command, 0);
  const xStride = rowStride(command, 1);
  const targetStride = rowStride(command, 2);
  const width = command.width;
  switch (command.opcode) {
    case Opcode.crossEntropy:
      return crossEntropy(dX, dXStride, x, xStride, target, run.rows, width, command.flags, share);
    case Opcode.meanSquared:
      return meanSquared(dX, dXStride, x, xStride, target, targetStride, run.rows, width, share);
    default:
      return binaryCrossEntropy(dX, dXStride, x, xStride, target, targetStride, run.rows, width, share);
  }
}
