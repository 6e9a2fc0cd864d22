// One row of a batch as often as it is asked for: what a decoder's or encoder's Jacobians are run on, a row for each number of the state.

import type { Batch, Slots } from "../train/data.ts";

/** Of no step, unless the row has one on that timeline. */
const lengthOf = (steps: number, lengths: Int32Array | null | undefined, b: number): number => lengths?.[b] ?? steps;

export const stepsOf = ({ steps, lengths, source }: Batch, b: number): [target: number, source: number] => [
  lengthOf(steps, lengths, b),
  source ? lengthOf(source.steps, source.lengths, b) : 0,
];

/** Row b of a batch of `count`, in so many rows; `more` writes what the batch knows nothing of, by name. */
export function copiesOf(
  batch: Batch,
  count: number,
  b: number,
  rows: number,
  more: Readonly<Record<string, (slots: Slots) => void>>,
): Batch {
  const [target, source] = stepsOf(batch, b);
  const all = (length: number) => ({ steps: Math.max(1, length), lengths: new Int32Array(rows).fill(length) });
  return {
    rows,
    ...all(target),
    ...(batch.source && { source: all(source) }),
    keep: null,
    write(slots) {
      const given = Object.entries(slots).filter(([name]) => !(name in more));
      const there = given.map(([name, { values, stride, batch: here }]): [string, Slots] => {
        const length = Math.max(batch.steps, batch.source?.steps ?? 0, values.length / (here * stride)) * count * stride;
        return [
          name,
          { values: values instanceof Int32Array ? new Int32Array(length) : new Float32Array(length), stride, batch: count, order: null },
        ];
      });
      batch.write(Object.fromEntries(there));
      given.forEach(([, { values, stride, batch: here }], index) => {
        const from = there[index][1].values;
        for (let at = 0; at < values.length; at++) {
          const [t, column] = [Math.floor(at / (here * stride)), at % stride];
          values[at] = from[(t * count + b) * stride + column];
        }
      });
      for (const name in more) if (slots[name]) more[name](slots[name]);
    },
  };
}
