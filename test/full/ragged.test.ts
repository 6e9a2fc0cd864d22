// Ragged batches: each row gives what it gives alone, whatever lies behind its end and beside it.

import { describe, expect, test } from "vitest";
import type { Definition } from "../../src/define/model.ts";
import type { Purpose } from "../../src/plan/unfold.ts";
import { CASES } from "../reference/cases.ts";
import { dataOf } from "../reference/data.ts";
import type { Data } from "../reference/interpret.ts";
import { BINARIES, runEngine } from "../support/engine.ts";
import { judgeEngine } from "../support/judge-engine.ts";
import type { RaggedSize } from "../support/judge-run.ts";

/** Unsorted, with rows of equal length and of none; in a program with room for more rows and steps, so that no two steps lie without a gap; one row. */
const UNSORTED: RaggedSize = { batch: 6, steps: 6, lengths: [3, 0, 6, 1, 6, 2], hidden: 5, input: 4, output: 3 };
const ROOM: RaggedSize = { ...UNSORTED, lengths: [2, 4, 0, 6, 5, 5], room: { rows: 3, steps: 2 }, hidden: 9, output: 8 };

/** When generating there is one step, and rows cannot differ. */
const cases = CASES.map((one) => ({ ...one, purposes: one.purposes.filter(({ kind }) => kind !== "generate") }));
judgeEngine(
  cases.filter(({ full }) => !full),
  [UNSORTED, ROOM],
);
judgeEngine(
  cases.filter(({ full }) => full),
  [ROOM],
);

/** Row `b` of data alone. */
function alone(definition: Definition, data: Data, lengths: readonly number[], b: number): Data {
  const { batch } = data;
  const row = (values: ArrayLike<number>, steps: number): number[] => {
    const width = values.length / (batch * steps);
    return Array.from({ length: steps === 1 ? 1 : lengths[b] }, (_, t) =>
      Array.from({ length: width }, (_, i) => values[(t * batch + b) * width + i]),
    ).flat();
  };
  const [{ output }] = definition.heads;
  const target = data.target && row(data.target, definition.nodes[output].shape.extent === "sequence" ? data.steps : 1);
  return { ...data, batch: 1, steps: lengths[b], input: row(data.input, data.steps), ...(target && { target }) };
}

const RAW: Purpose = { kind: "predict", raw: true };
const TRAIN: Purpose = { kind: "train", teacherForcing: true };

describe.each(cases)("$name", ({ definition: define }) => {
  const { lengths = [], room = { rows: 0, steps: 0 } } = ROOM;

  test("each row's outputs are those of the row alone, bit for bit", async () => {
    const definition = define(ROOM);
    const data = { ...dataOf(definition, ROOM, RAW, 3), lengths };
    const { extent, width } = definition.nodes[definition.heads[0].output].shape;
    for (const binary of BINARIES) {
      const { output } = await runEngine(definition, RAW, data, binary, { room });
      for (const [b, length] of lengths.entries()) {
        if (length === 0) continue;
        const row = alone(definition, data, lengths, b);
        const { output: own } = await runEngine(definition, RAW, { ...row, lengths: undefined }, binary);
        const at = (t: number): number => (t * ROOM.batch + b) * width;
        const steps = extent === "sequence" ? length : 1;
        const got = Array.from({ length: steps }, (_, t) => [...output.subarray(at(t), at(t) + width)]).flat();
        expect([...own], `row ${b} of ${length} steps`).toEqual(got);
      }
    }
  });
});

describe.each(cases.filter(({ full }) => !full))("$name", ({ definition: define }) => {
  const size = { batch: 4, steps: 5, hidden: 5, input: 4, output: 3 };
  const [binary] = BINARIES;

  test("room that is not taken, and lengths that are all the same, change no bit of loss and gradients", async () => {
    const definition = define(size);
    const data = dataOf(definition, size, TRAIN, 3);
    const expected = await runEngine(definition, TRAIN, data, binary);
    expect(await runEngine(definition, TRAIN, { ...data, lengths: [5, 5, 5, 5] }, binary)).toEqual(expected);
    expect(await runEngine(definition, TRAIN, data, binary, { room: { rows: 0, steps: 3 } })).toEqual(expected);
  });

  test("where all rows have ended before they began, there is no loss and no gradient", async () => {
    const definition = define(size);
    const data = { ...dataOf(definition, size, TRAIN, 3), lengths: [0, 0, 0, 0] };
    const { loss, gradients } = await runEngine(definition, TRAIN, data, binary);
    // A head that gives one vector a sequence is judged by what it gives for none.
    if (definition.heads.some(({ output }) => definition.nodes[output].shape.extent === "vector")) return expect(loss).not.toBeNaN();
    expect(loss).toBe(0);
    for (const [path, gradient] of Object.entries(gradients))
      expect(
        gradient.every((x) => x === 0),
        path,
      ).toBe(true);
  });
});
