// PyTorch against the f64 reference that judges everything else here, and the engine against PyTorch within bounds that are derived.

import { describe, expect, test } from "vitest";
import { unfold } from "../../src/plan/unfold.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES } from "../support/engine.ts";
import { computed } from "../support/gradients.ts";
import { definitionOf, type RecordedNetwork, read, recordedNumbers } from "../support/pytorch.ts";

/** A recorded number has nine significant digits: half a unit of the last is at most 5e-9 of it. */
const RECORDED = 5e-9;

/**
 * Both reckon in f64, in different orders: off by less than this share of the largest element, besides the recording. That is some
 * thousand roundings of 1e-16, which saturated networks multiply as they do those of f32.
 */
const DOUBLE = 1e-12;

describe.each(["tokens", "features", "vectors", "saturated"])("%s", (file) => {
  test.each(read<RecordedNetwork[]>(file))("$name", async (recorded) => {
    const { windows, batch, steps, weights, model } = recorded;
    const [window] = windows;
    const definition = definitionOf(model);
    const data: Data = {
      batch,
      steps,
      parameters: Object.fromEntries(Object.entries(weights).map(([path, values]) => [path, Float32Array.from(values)])),
      input: Float32Array.from(window.input),
      target: Float32Array.from(window.target),
    };
    const training = unfold(definition, { kind: "train", teacherForcing: true });
    const predicting = unfold(definition, { kind: "predict", raw: true });
    const runs = [training, predicting].map((unfolded) => {
      const { run } = interpretUnfolded(unfolded, data);
      return { run, bounds: new Bounds(unfolded.nodes, run) };
    });
    const engines = await Promise.all(BINARIES.map((binary) => computed(recorded, binary)));
    const nodes = new Map([
      ["loss", training.loss],
      ["output", predicting.output],
      ...training.gradients.map(({ path, node }) => [path, node] as const),
    ]);
    for (const [what, truth] of recordedNumbers(window)) {
      const { run, bounds } = runs[what === "output" ? 1 : 0];
      const node = nodes.get(what) ?? -1;
      const reference = run.all(node);
      expect(reference.length).toBe(truth.length);
      const scale = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      truth.forEach((value, i) => {
        expect(Math.abs(reference[i] - value), `${what}, element ${i}`).toBeLessThanOrEqual(RECORDED * Math.abs(value) + DOUBLE * scale);
      });
      // The bound is in units of 2⁻²⁴.
      const allowed = bounds.all(node).map((bound, i) => bound + RECORDED * 2 ** 24 * Math.abs(truth[i]));
      BINARIES.forEach(({ name }, index) => {
        compareWithReference(`${recorded.name} on ${name}: ${what}`, engines[index][0][what], truth, allowed);
      });
    }
  });
});
