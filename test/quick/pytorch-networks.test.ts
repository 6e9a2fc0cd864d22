// Outputs, losses and every gradient of rnn networks as PyTorch computed them (test/fixtures/record.py), on every binary.

import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { BINARIES } from "../support/engine.ts";
import { computed } from "../support/gradients.ts";
import { dataOf, definitionOf, type RecordedNetwork, read, recordedNumbers } from "../support/pytorch.ts";

/** max |x|; not a number if one is not. */
const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Two right f32 implementations differ from the truth by errors of one size, not by the same ones: they sum in different orders, ours
 * in `simd` without fused products. Allowed is eight times the error that is recorded as f32's, or 2⁻²⁴ of the largest element where that
 * is more. (Worst seen: 3.8 times, with either binary. A wrong term is off by thousands.)
 */
function asGoodAsPyTorch(what: string, values: ArrayLike<number>, truth: ArrayLike<number>, float32: number): void {
  expect(values.length, what).toBe(truth.length);
  const allowed = 8 * Math.max(float32, 2 ** -24 * largest(truth));
  const off = largest(Array.from(values, (value, i) => value - truth[i]));
  expect(off, what).toBeLessThanOrEqual(allowed);
}

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
