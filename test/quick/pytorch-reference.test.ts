// The judge judged: the f64 reference against what PyTorch computed in f64, every output, loss and gradient of the recorded networks.

import { describe, expect, test } from "vitest";
import { unfold } from "../../src/plan/unfold.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { largest } from "../support/near.ts";
import { definitionOf, type RecordedNetwork, read } from "../support/pytorch.ts";

/** Nine digits are off by up to half a unit of the ninth: 5e-9 of the number, at worst. */
const DIGITS = 5e-9;
/** Of a tensor's largest element: f64 rounds at 1e-16, a sum here has some hundred terms, and large weights make errors grow a few hundredfold. */
const ROUNDING = 1e-12;

function agree(what: string, values: ArrayLike<number>, recorded: readonly number[]): void {
  expect(values.length, what).toBe(recorded.length);
  const floor = ROUNDING * largest(recorded);
  const first = recorded.findIndex((value, i) => !(Math.abs(values[i] - value) <= DIGITS * Math.abs(value) + floor));
  expect(first < 0 ? [] : [first, values[first], recorded[first]], `${what}: first that differs, reference, PyTorch`).toEqual([]);
}

/** The first window, which begins with a fresh state. */
describe.each(["tokens", "features", "vectors", "saturated", "carried"])("%s", (file) => {
  test.each(read<RecordedNetwork[]>(file))("$name", ({ model, batch, steps, weights, windows: [window] }) => {
    const definition = definitionOf(model);
    // Exact in f32 is what was meant by the recorded digits.
    const data: Data = {
      batch,
      steps,
      input: Float32Array.from(window.input),
      target: Float32Array.from(window.target),
      parameters: Object.fromEntries(Object.entries(weights).map(([path, values]) => [path, Float32Array.from(values)])),
    };
    const predicting = unfold(definition, { kind: "predict", raw: true });
    agree("output", interpretUnfolded(predicting, data).run.all(predicting.output), window.output);
    const { loss, gradients } = interpretUnfolded(unfold(definition, { kind: "train", teacherForcing: true }), data);
    agree("loss", [loss], [window.loss]);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(window.gradients).sort());
    for (const [path, values] of Object.entries(window.gradients)) agree(path, gradients[path], values);
  });
});
