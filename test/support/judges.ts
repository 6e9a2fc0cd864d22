// A recorded network judged: what the reference and the engine make of it, against every number that PyTorch gave.

import { expect } from "vitest";
import { compile } from "../../src/index.ts";
import { unfold } from "../../src/plan/unfold.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES } from "./engine.ts";
import { computed } from "./gradients.ts";
import { asGoodAsPyTorch, largest } from "./near.ts";
import { dataOf, definitionOf, finalOf, type RecordedNetwork, recordedNumbers, type Tensors, thinned } from "./pytorch.ts";
import { looksAhead, statesOf, watching } from "./watch.ts";

/** Nine digits are off by up to half a unit of the ninth: 5e-9 of the number, at worst. */
const DIGITS = 5e-9;
/** Of a tensor's largest element: f64 rounds at 1e-16, a sum here has some hundred terms, and large weights make errors grow a few hundredfold. */
const ROUNDING = 1e-12;

/** The reference's numbers are PyTorch's, to the digits that are recorded. */
export function agree(what: string, values: ArrayLike<number>, recorded: readonly number[]): void {
  expect(values.length, what).toBe(recorded.length);
  const floor = ROUNDING * largest(recorded);
  const first = recorded.findIndex((value, i) => !(Math.abs(values[i] - value) <= DIGITS * Math.abs(value) + floor));
  expect(first < 0 ? [] : [first, values[first], recorded[first]], `${what}: first that differs, reference, PyTorch`).toEqual([]);
}

/** Exact in f32 is what was meant by the recorded digits. */
export const exactly = (weights: Tensors): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(weights).map(([path, values]) => [path, Float32Array.from(values)]));

/** The first window, which begins with a fresh state. */
export const firstWindow = ({ batch, steps, weights, windows: [window] }: RecordedNetwork): Data => ({
  batch,
  steps,
  input: Float32Array.from(window.input),
  target: Float32Array.from(window.target),
  parameters: exactly(weights),
});

const PREDICT = { kind: "predict", raw: true } as const;

/** How a recording is to be read. */
export interface Reading {
  /** What the reference is given. */
  given(recorded: RecordedNetwork): Data;
  /** Of an output, what is recorded. */
  part(output: ArrayLike<number>, recorded: RecordedNetwork): ArrayLike<number>;
  /** Of a state at all steps, what is recorded of its end. */
  ends(state: ArrayLike<number>, recorded: RecordedNetwork, looksAhead: boolean): ArrayLike<number>;
}

/** The reference in f64 against PyTorch's f64: output, loss, gradients and last states. */
export function judgeReading(recorded: RecordedNetwork, { given, part, ends }: Reading): void {
  const [window] = recorded.windows;
  const definition = definitionOf(recorded.model);
  const data = given(recorded);
  const predicting = unfold(definition, PREDICT);
  agree("output", part(interpretUnfolded(predicting, data).run.all(predicting.shown.target), recorded), window.output);
  const { loss, gradients } = interpretUnfolded(unfold(definition, { kind: "train", teacherForcing: true }), data);
  agree("loss", [loss], [window.loss]);
  expect(Object.keys(gradients).sort()).toEqual(Object.keys(window.gradients).sort());
  for (const [path, values] of Object.entries(window.gradients)) agree(path, gradients[path], values);
  expect(statesOf(definition).sort()).toEqual(Object.keys(window.states).sort());
  for (const [label, values] of Object.entries(window.states)) {
    const watched = unfold(watching(definition, [label]), PREDICT);
    const seen = interpretUnfolded(watched, data).run.all(watched.shown.target);
    agree(label, ends(seen, recorded, looksAhead(definition, label)), values);
  }
}

/** The same of the first window. */
export function judgeReference(recorded: RecordedNetwork): void {
  judgeReading(recorded, { given: firstWindow, part: thinned, ends: finalOf });
}

/** The mean of the windows' losses, each by how many targets count in it. */
function meanLoss({ windows, model }: RecordedNetwork): number {
  const counted = windows.map(({ target }) => target.filter((symbol) => symbol !== model.loss[1]?.ignore).length);
  return windows.reduce((sum, { loss }, index) => sum + loss * counted[index], 0) / counted.reduce((sum, count) => sum + count);
}

/** Every binary against PyTorch's f64, within what is recorded as f32's share: every window, and the loss evaluated over all. */
export async function judgeEngine(recorded: RecordedNetwork): Promise<void> {
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
}
