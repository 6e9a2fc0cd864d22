// The loss over a pass of data, without changing anything.

import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import type { Data } from "./data.ts";
import { countOf, type Losses, meanOf, together } from "./losses.ts";
import { giveWay } from "./pause.ts";
import { Runner } from "./runner.ts";

/** Mean losses over data, and what they are the mean of. */
export interface Evaluation extends Losses {
  /** Symbols, vectors, numbers or sequences that the loss is the mean of; of several heads, what the model's own is. */
  readonly count: number;
}

/** Arguments have been checked. */
export async function evaluation(
  machine: Machine,
  programs: Programs,
  { heads }: Definition,
  data: Data,
  { teacherForcing, signal }: { teacherForcing: boolean; signal?: AbortSignal | undefined },
): Promise<Evaluation> {
  const runner = new Runner(machine, programs, { kind: "evaluate", teacherForcing }, data);
  const pause = giveWay();
  const sums = heads.map(() => 0);
  const counts = heads.map(() => 0);
  try {
    for await (const batch of data.batches(null)) {
      signal?.throwIfAborted();
      const { program, carry } = runner.run(batch);
      const control = machine.view();
      heads.forEach((_, head) => {
        const count = countOf(control, head);
        sums[head] += meanOf(control, head) * count;
        counts[head] += count;
      });
      program.accept(carry);
      const waiting = pause();
      if (waiting) await waiting;
    }
  } finally {
    runner.release();
  }
  const means = sums.map((sum, head) => (counts[head] > 0 ? sum / counts[head] : 0));
  return { ...together(heads, means), count: counts[0] };
}
