// The loss over a pass of data, without changing anything.

import { totalsOf } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import type { Batch, Data } from "./data.ts";
import { countOf, type Losses, meanOf, together } from "./losses.ts";
import { giveWay } from "./pause.ts";
import { Runner, type Written } from "./runner.ts";
import { until } from "./until.ts";

/** Mean losses over data, and what they are the mean of. */
export interface Evaluation extends Losses {
  /** Symbols, vectors, numbers or sequences that the loss is the mean of; of several losses, what the first is. */
  readonly count: number;
}

/** Arguments have been checked. */
export async function evaluation(
  programs: Programs,
  data: Data,
  { teacherForcing, signal }: { teacherForcing: boolean; signal?: AbortSignal | undefined },
): Promise<Evaluation> {
  const { machine, definition } = programs;
  const { heads } = definition;
  const runner = new Runner(programs, { kind: "evaluate", teacherForcing }, data);
  const pause = giveWay();
  const sums = totalsOf({ heads }).map(() => 0);
  const counts = sums.slice();
  let number = 0;
  try {
    for await (const batch of until(data.batches(null), signal)) {
      signal?.throwIfAborted();
      const { program, carry } = runAt(number++, machine, runner, batch);
      const control = machine.view();
      for (let term = 0; term < sums.length; term++) {
        const count = countOf(control, term);
        sums[term] += meanOf(control, term) * count;
        counts[term] += count;
      }
      program.accept(carry);
      const waiting = pause();
      if (waiting) await waiting;
    }
    signal?.throwIfAborted();
  } finally {
    runner.release();
  }
  return { ...together(heads, (term) => (counts[term] > 0 ? sums[term] / counts[term] : 0)), count: counts[0] };
}

/** What a model draws in an evaluation is decided by the number of the batch, whatever has been trained: the same each time, and another in each batch. */
function runAt(number: number, machine: Machine, runner: Runner, batch: Batch): Written {
  const { step } = machine;
  machine.step = number;
  try {
    return runner.run(batch);
  } finally {
    machine.step = step;
  }
}
