// The engine against what PyTorch computed in f64, within the derived bound of its rounding errors, element by element.

import { describe, test } from "vitest";
import { unfold } from "../../src/plan/unfold.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES } from "../support/engine.ts";
import { computed } from "../support/gradients.ts";
import { definitionOf, type RecordedNetwork, read, recordedNumbers } from "../support/pytorch.ts";

/** A recorded number has nine significant digits: half a unit of the last is at most 5e-9 of it. */
const RECORDED = 5e-9;

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
    const bounded = [training, predicting].map((unfolded) => {
      const { run } = interpretUnfolded(unfolded, data);
      return new Bounds(unfolded.nodes, run);
    });
    const engines = await Promise.all(BINARIES.map((binary) => computed(recorded, binary)));
    const nodes = new Map([
      ["loss", training.loss],
      ["output", predicting.output],
      ...training.gradients.map(({ path, node }) => [path, node] as const),
    ]);
    for (const [what, truth] of recordedNumbers(window)) {
      const bounds = bounded[what === "output" ? 1 : 0];
      const node = nodes.get(what) ?? -1;
      // The bound is in units of 2⁻²⁴.
      const allowed = bounds.all(node).map((bound, i) => bound + RECORDED * 2 ** 24 * Math.abs(truth[i]));
      BINARIES.forEach(({ name }, index) => {
        compareWithReference(`${recorded.name} on ${name}: ${what}`, engines[index][0][what], truth, allowed);
      });
    }
  });
});
