// What inspections watch, the engine against the f64 reference: gradients of states, units, and the derivatives of single steps, for every case.

import { describe, expect, test } from "vitest";
import type { Definition } from "../../src/define/model.ts";
import { type Purpose, unfold } from "../../src/plan/unfold.ts";
import { differentiableStates } from "../../src/plan/watch.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { CASES } from "../reference/cases.ts";
import { dataOf, type Size } from "../reference/data.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES, runEngine } from "../support/engine.ts";
import { isKept, noiseOf } from "../support/philox.ts";

/** Wider than a tile, which is 8, and than what fits the columns of one. */
const SIZE: Size = { batch: 3, steps: 5, hidden: 9, input: 5, output: 3 };

/** Everything that is watched, and the gradients. Returns how many values that was. */
async function judge(definition: Definition, purpose: Purpose, data: Data, name: string): Promise<number> {
  const unfolded = unfold(definition, purpose);
  const reference = interpretUnfolded(unfolded, data);
  const bounds = new Bounds(unfolded.nodes, reference.run);
  for (const binary of BINARIES) {
    const engine = await runEngine(definition, purpose, data, binary);
    const compare = (what: string, values: ArrayLike<number>, node: number) =>
      compareWithReference(`${name} on ${binary.name}, ${purpose.kind}: ${what}`, values, reference.run.all(node), bounds.all(node));
    unfolded.watched.forEach(({ what, node }, index) => {
      compare(`${what} of ${unfolded.nodes[node].label}`, engine.watched[index], node);
    });
    for (const { path, node } of unfolded.gradients) compare(path, engine.gradients[path], node);
  }
  return unfolded.watched.length;
}

/** The identity in place of the target, for as many rows as the states of one step have numbers. */
function identityData(definition: Definition, purpose: Purpose): Data {
  const { watched } = unfold(definition, purpose);
  const batch = watched.reduce((sum, entry) => sum + (entry.what === "state" ? entry.width : 0), 0);
  const target = Float32Array.from({ length: SIZE.steps * batch * batch }, (_, at) =>
    at % batch === Math.floor(at / batch) % batch ? 1 : 0,
  );
  return { ...dataOf(definition, { ...SIZE, batch }, purpose, 5), target };
}

describe.each(CASES)("$name", ({ name, definition, purposes }) => {
  test("watched", async () => {
    const made = definition(SIZE);
    const forcings = purposes.some((purpose) => "teacherForcing" in purpose && !purpose.teacherForcing) ? [true, false] : [true];
    for (const teacherForcing of forcings) {
      const purpose = { kind: "inspect", teacherForcing } as const;
      const { nodes } = unfold(made, purpose);
      const keeps = (stream: number, time: number, row: number, column: number): boolean => {
        const node = nodes.find(({ op, attributes }) => op === "dropout" && (attributes as { stream: number }).stream === stream);
        const { keep } = (node as { attributes: { keep: number } }).attributes;
        return isKept({ seed: made.seed, stream, step: 0, time }, row, column, keep);
      };
      const noise = (stream: number, time: number, row: number, column: number): number =>
        noiseOf({ seed: made.seed, stream, step: 0, time }, row, column);
      await judge(made, purpose, { ...dataOf(made, SIZE, purpose, 3), keeps, noise }, name);
    }
    const states = differentiableStates(unfold(made, { kind: "predict", raw: true }).nodes);
    for (const [, { label }] of new Map(states.map((state) => [state.loop, state]))) {
      const purpose = { kind: "jacobian", state: label } as const;
      expect(await judge(made, purpose, identityData(made, purpose), name)).toBeGreaterThan(0);
    }
  });
});
