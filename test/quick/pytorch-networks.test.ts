// Outputs, losses and every gradient of rnn networks as PyTorch computed them (test/fixtures/record.py), on every binary.

import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { BINARIES } from "../support/engine.ts";
import { computed } from "../support/gradients.ts";
import { asGoodAsPyTorch, largest } from "../support/near.ts";
import { dataOf, definitionOf, type RecordedNetwork, read, recordedNumbers } from "../support/pytorch.ts";

/** The mean of the windows' losses, each by how many targets count in it. */
function meanLoss({ windows, model }: RecordedNetwork): number {
  const counted = windows.map(({ target }) => target.filter((symbol) => symbol !== model.loss[1]?.ignore).length);
  return windows.reduce((sum, { loss }, index) => sum + loss * counted[index], 0) / counted.reduce((sum, count) => sum + count);
}

describe.each(["tokens", "features", "vectors", "saturated", "carried"])("%s", (file) => {
  test.each(read<RecordedNetwork[]>(file))("$name", async (recorded) => {
    for (const binary of BINARIES) {
      const windows = await computed(recorded, binary);
      expect(windows.length).toBe(recorded.windows.length);
      recorded.windows.forEach((window, index) => {
        const truth = recordedNumbers(window);
        expect(Object.keys(windows[index]).sort()).toEqual(truth.map(([what]) => what).sort());
        for (const [what, numbers] of truth)
          asGoodAsPyTorch(`${binary.name}, window ${index}, ${what}`, windows[index][what], numbers, window.float32[what]);
      });
      using net = await compile(definitionOf(recorded.model), { module: binary.module });
      for (const [path, values] of Object.entries(recorded.weights)) net.parameters.get(path).set(values);
      const { loss } = await net.evaluate(dataOf(recorded));
      const float32 = largest(recorded.windows.map((window) => window.float32.loss));
      asGoodAsPyTorch(`${binary.name}, evaluated`, [loss], [meanLoss(recorded)], float32);
    }
  });
});
