// What PyTorch computed in f64 against the reference and the engine: within the recorded share of f32, and within the derived bound of
// rounding errors, element by element.

import { describe, test } from "vitest";
import { unfold } from "../../src/plan/unfold.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES } from "../support/engine.ts";
import { computed } from "../support/gradients.ts";
import { firstWindow, judgeEngine, judgeReference } from "../support/judges.ts";
import { definitionOf, finalOf, networks, recordedNumbers, thinned } from "../support/pytorch.ts";
import { looksAhead, statesOf, watching } from "../support/watch.ts";

/** A recorded number has nine significant digits: half a unit of the last is at most 5e-9 of it. */
const RECORDED = 5e-9;

/** The larger ones; the small ones are judged by the quick tests. */
describe.each(["densities", "stacks", "directions", "options", "gates", "long"])("%s", (file) => {
  const recorded = networks(file);
  test.each(recorded)("$name: the reference", judgeReference);
  test.each(recorded)("$name: the engine", judgeEngine);
});

describe.each(["tokens", "features", "vectors", "densities", "saturated", "cells", "stacks", "directions", "options", "gates"])(
  "%s, within bounds",
  (file) => {
    test.each(networks(file))("$name", async (recorded) => {
      const definition = definitionOf(recorded.model);
      const data = firstWindow(recorded);
      const engines = await Promise.all(BINARIES.map((binary) => computed(recorded, binary)));
      const training = unfold(definition, { kind: "train", teacherForcing: true });
      const predicting = unfold(definition, { kind: "predict", raw: true });
      const bounded = [training, predicting].map((unfolded) => new Bounds(unfolded.nodes, interpretUnfolded(unfolded, data).run));
      const bounds = new Map<string, ArrayLike<number>>([
        ["loss", bounded[0].all(training.losses[0])],
        ["output", thinned(bounded[1].all(predicting.shown.target), recorded)],
        ...training.gradients.map(({ path, node }) => [path, bounded[0].all(node)] as const),
        ...statesOf(definition).map((label) => {
          const watched = unfold(watching(definition, [label]), { kind: "predict", raw: true });
          const all = new Bounds(watched.nodes, interpretUnfolded(watched, data).run).all(watched.shown.target);
          return [label, finalOf(all, recorded, looksAhead(definition, label))] as const;
        }),
      ]);
      for (const [what, truth] of recordedNumbers(recorded.windows[0])) {
        // The bound is in units of 2⁻²⁴.
        const allowed = Array.from(bounds.get(what) ?? [], (bound, i) => bound + RECORDED * 2 ** 24 * Math.abs(truth[i]));
        BINARIES.forEach(({ name }, index) => {
          compareWithReference(`${recorded.name} on ${name}: ${what}`, engines[index][0][what], truth, allowed);
        });
      }
    });
  },
);
