// What inspections watch, the engine against the f64 reference: gradients of states, units, and the derivatives of single steps, for every case.

import { describe, expect, test } from "vitest";
import type { Definition } from "../../src/define/model.ts";
import { type Purpose, unfold } from "../../src/plan/unfold.ts";
import { differentiableStates } from "../../src/plan/watch.ts";
import { ATTENDING } from "../reference/attending.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { CASES } from "../reference/cases.ts";
import { dataOf, type Size } from "../reference/data.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { SEQUENCES } from "../reference/sequences.ts";
import { BINARIES, runEngine } from "../support/engine.ts";
import { aliveIn } from "../support/judge-run.ts";
import { isKept, noiseOf, uniformOf } from "../support/philox.ts";

/** Wider than a tile, which is 8, and than what fits the columns of one. */
const SIZE: Size = { batch: 3, steps: 5, hidden: 9, input: 5, output: 3 };

/** Everything that is watched, and the gradients. Returns how many values that was. */
async function judge(definition: Definition, purpose: Purpose, data: Data, name: string): Promise<number> {
  const unfolded = unfold(definition, purpose);
  const reference = interpretUnfolded(unfolded, data);
  const bounds = new Bounds(unfolded.nodes, reference.run);
  for (const binary of BINARIES) {
    const engine = await runEngine(definition, purpose, data, binary);
    const compare = (what: string, values: ArrayLike<number>, node: number) => {
      const alive = aliveIn(unfolded.nodes[node], reference.run);
      const [got, expected, allowed] = [Float64Array.from(values), reference.run.all(node), bounds.all(node)].map((all) =>
        all.filter((_, i) => alive(i)),
      );
      compareWithReference(`${name} on ${binary.name}, ${purpose.kind}: ${what}`, got, expected, allowed);
    };
    unfolded.watched.forEach(({ what, node }, index) => {
      compare(`${what} of ${unfolded.nodes[node].label}`, engine.watched[index], node);
    });
    for (const { path, node } of unfolded.gradients) compare(path, engine.gradients[path], node);
  }
  return unfolded.watched.length;
}

/** The identity, for as many rows as the states of one step have numbers. */
function identityData(definition: Definition, purpose: Purpose): Data {
  const { nodes, watched } = unfold(definition, purpose);
  const batch = watched.reduce((sum, entry) => sum + (entry.what === "state" ? entry.width : 0), 0);
  const data = dataOf(definition, { ...SIZE, batch }, purpose, 5);
  const state = watched.find(({ what }) => what === "state") as { node: number };
  const steps = nodes[state.node].shape.timeline === 0 ? SIZE.steps : (data.source?.steps ?? 0);
  const identity = Float32Array.from({ length: steps * batch * batch }, (_, at) => (at % batch === Math.floor(at / batch) % batch ? 1 : 0));
  return { ...data, given: { ...data.given, identity } };
}

/** Of the cells that begin with a context one is enough: it has two states. */
const TRANSLATING = [...SEQUENCES, ...ATTENDING].filter(({ name }) => !/(rnn|gru), context/.test(name));

describe.each([...CASES, ...TRANSLATING])("$name", ({ name, definition, purposes }) => {
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
      const uniform = (stream: number, time: number, row: number, column?: number): number =>
        uniformOf({ seed: made.seed, stream, step: 0, time }, row, column);
      await judge(made, purpose, { ...dataOf(made, SIZE, purpose, 3), keeps, noise, uniform }, name);
    }
    // A decoder hears the truth.
    const teacherForcing = made.decoding !== null;
    const states = differentiableStates(unfold(made, { kind: "predict", raw: true, teacherForcing }).nodes);
    for (const [, { label }] of new Map(states.map((state) => [state.loop, state]))) {
      const purpose = { kind: "jacobian", state: label, teacherForcing } as const;
      expect(await judge(made, purpose, identityData(made, purpose), name)).toBeGreaterThan(0);
    }
  });
});
