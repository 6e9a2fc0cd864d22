// Outputs that are not finite: told with where they began, instead of given.

import type { Carry, Program } from "../engine/program.ts";

/** The step and row of the first number of a head that the last run of its program has left, and that is not finite; null if all are. */
export function firstOdd(program: Program, head: string): readonly [step: number, row: number] | null {
  const { plan, tables, machine } = program;
  const node = plan.shown[head];
  const { width, extent } = plan.nodes[node].shape;
  const { address, stride } = program.place(node);
  const counts = extent === "sequence" ? tables.timelines[0].counts : [tables.rows];
  for (let t = 0; t < counts.length; t++) {
    const at = machine.exports.firstNonFinite(address + t * plan.batch * stride * 4, stride * 4, counts[t], width);
    if (at >= 0) return [t, Math.floor(at / width)];
  }
  return null;
}

/** A run whose state has not been accepted yet. */
interface Run {
  readonly program: Program;
  readonly carry: Carry;
  readonly keep: Int32Array | null;
}

/** @throws RangeError if a number of a head is not finite, of the row that `name` names, with its step and where it began; the run began at step `from`. */
export function checkFinite({ program, carry, keep }: Run, head: string, from: number, name: (row: number) => string): void {
  const odd = firstOdd(program, head);
  if (!odd) return;
  const first = program.diagnose(carry, keep);
  const began = first ? `The first such value is ${first.value} in ${first.label} at step ${from + first.time}. ` : "";
  throw notFinite(`${name(odd[1])}: at step ${from + odd[0]}`, began);
}

/** `where` says of what and when, `began` where it began. */
export const notFinite = (where: string, began = ""): RangeError =>
  new RangeError(`${where} the output is not finite. ${began}Look at net.parameters, and train with clip: { norm: 1 } or a lower rate.`);
