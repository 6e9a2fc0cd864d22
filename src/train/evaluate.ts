// The loss over a pass of data, without changing anything.

import { CONTROL_COUNT, CONTROL_LOSS } from "../../assembly/isa.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import type { Data } from "./data.ts";
import { giveWay } from "./pause.ts";
import { Runner } from "./runner.ts";

/** Mean loss over data, and what it is the mean of. */
export interface Evaluation {
  /** Mean loss, in the loss's own unit. */
  readonly loss: number;
  /** Symbols, vectors or numbers that it is the mean of. */
  readonly count: number;
}

/** Arguments have been checked. */
export async function evaluation(
  machine: Machine,
  programs: Programs,
  data: Data,
  { teacherForcing, signal }: { teacherForcing: boolean; signal?: AbortSignal | undefined },
): Promise<Evaluation> {
  const runner = new Runner(machine, programs, { kind: "evaluate", teacherForcing }, data);
  const pause = giveWay();
  let [sum, count] = [0, 0];
  try {
    for await (const batch of data.batches(null, true)) {
      signal?.throwIfAborted();
      const { program, carry } = runner.run(batch);
      const control = machine.view();
      const weight = control.getFloat64(CONTROL_COUNT, true);
      sum += control.getFloat64(CONTROL_LOSS, true) * weight;
      count += weight;
      program.accept(carry);
      const waiting = pause();
      if (waiting) await waiting;
    }
  } finally {
    runner.release();
  }
  return { loss: count > 0 ? sum / count : 0, count };
}
