// Recorded networks whose rows have lengths of their own (test/fixtures/packed.json), as what the reference is given.

import type { Data, Sequence } from "../../src/train/data.ts";
import { writeRows } from "../../src/train/data.ts";
import type { Data as Given } from "../reference/interpret.ts";
import { exactly } from "./judges.ts";
import { isVector, type RecordedNetwork } from "./pytorch.ts";
import { cut, padded, rowAfterRow } from "./row-after-row.ts";

export const lengthsOf = ({ lengths }: RecordedNetwork): readonly number[] => lengths as readonly number[];

/** How wide a step of what stands row after row is. */
export const widthOf = (values: readonly number[], recorded: RecordedNetwork): number =>
  values.length / lengthsOf(recorded).reduce((sum, length) => sum + length, 0);

/** All rows in one batch. */
export function givenTo(recorded: RecordedNetwork): Given {
  const {
    steps,
    batch,
    weights,
    model,
    windows: [{ input, target }],
  } = recorded;
  const lengths = lengthsOf(recorded);
  const side = (values: readonly number[]): Float32Array => {
    const width = widthOf(values, recorded);
    return padded(cut(values, lengths, width), width);
  };
  return {
    steps,
    batch,
    lengths,
    parameters: exactly(weights),
    input: side(input),
    target: isVector(model) ? Float32Array.from(target) : side(target),
  };
}

/** The same as training takes it: one batch, its rows in the order in which they are recorded. */
export function dataOf(recorded: RecordedNetwork): Data & { readonly inputs: readonly Sequence[] } {
  const {
    steps,
    batch,
    model,
    windows: [{ input, target }],
  } = recorded;
  const lengths = lengthsOf(recorded);
  const [inputs, targets] = [
    cut(input, lengths, widthOf(input, recorded)),
    isVector(model)
      ? cut(
          target,
          lengths.map(() => 1),
          target.length / batch,
        )
      : cut(target, lengths, widthOf(target, recorded)),
  ];
  return {
    inputs: model.input[0] === "tokens" ? inputs.map((row) => row.flat()) : inputs,
    batch,
    count: 1,
    size: lengths.reduce((sum, length) => sum + length, 0),
    check: () => undefined,
    batches: () => [
      {
        steps,
        lengths: Int32Array.from(lengths),
        keep: null,
        write(slots) {
          for (const [name, rows] of Object.entries({ input: inputs, target: targets }))
            for (const [b, row] of rows.entries()) if (slots[name]) writeRows(slots[name], row, 0, row.length, b);
        },
      },
    ],
  };
}

/** Of an output [T][B][width], what is recorded: each row to its end; or a vector a row, as it is. */
export const recordedPart = (output: ArrayLike<number>, recorded: RecordedNetwork): number[] =>
  isVector(recorded.model) ? Array.from(output) : rowAfterRow(output, lengthsOf(recorded), output.length / recorded.steps / recorded.batch);

/** Of a state's values at all steps [T][B][width], each row's in which its direction ends. */
export function endsOf(values: ArrayLike<number>, recorded: RecordedNetwork, isBackward: boolean): number[] {
  const width = values.length / recorded.steps / recorded.batch;
  return lengthsOf(recorded).flatMap((length, b) => {
    const at = (isBackward ? 0 : length - 1) * recorded.batch + b;
    return Array.from({ length: width }, (_, i) => values[at * width + i]);
  });
}
