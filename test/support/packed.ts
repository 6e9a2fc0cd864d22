// Recorded networks whose rows have lengths of their own (test/fixtures/packed.json): row by row, and as one ragged batch.

import { isVector, type RecordedNetwork } from "./pytorch.ts";

/** One row: what it is given and what it should say, flat, and the part of the recorded output that is its own. */
export interface Row {
  readonly steps: number;
  readonly input: readonly number[];
  readonly target: readonly number[];
  readonly output: readonly number[];
  /** Its share in the mean. */
  readonly share: number;
}

export function rowsIn({ model, lengths = [], windows: [window] }: RecordedNetwork): Row[] {
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const whole = isVector(model);
  let from = 0;
  return lengths.map((steps, b) => {
    const part = (values: readonly number[], perSequence: boolean): number[] => {
      const [count, begin, extent] = perSequence ? [lengths.length, b, 1] : [all, from, steps];
      const width = values.length / count;
      return values.slice(begin * width, (begin + extent) * width);
    };
    const row = {
      steps,
      input: part(window.input, false),
      target: part(window.target, whole),
      output: part(window.output, whole),
      share: whole ? 1 / lengths.length : steps / all,
    };
    from += steps;
    return row;
  });
}
