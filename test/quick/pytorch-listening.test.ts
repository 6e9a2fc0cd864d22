// Recurrence from the output against values recorded from PyTorch: teacher forced and free running, loss, outputs and every gradient.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { crossEntropy, dense, features, meanSquared, tokens } from "../../src/define/layers.ts";
import { type Definition, model } from "../../src/define/model.ts";
import { rnn } from "../../src/define/rnn.ts";
import { type Purpose, unfold } from "../../src/plan/unfold.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { UNIT } from "../reference/errors.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES, runEngine } from "../support/engine.ts";

interface Run {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly output?: readonly number[];
}

/** As record_listening.py writes it. */
interface Recorded {
  readonly name: string;
  readonly recurrence: "output" | "both";
  readonly input: readonly ["tokens" | "features", number];
  readonly hidden: number;
  readonly width: number;
  readonly loss: "crossEntropy" | "meanSquared";
  readonly steps: number;
  readonly batch: number;
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly x: readonly number[];
  readonly target: readonly number[];
  readonly forced: Run;
  readonly free: Run;
}

const RECORDED = JSON.parse(readFileSync(new URL("../fixtures/listening.json", import.meta.url), "utf8")) as readonly Recorded[];

/** Nine digits are off by up to half a unit of the ninth: 5e-9 of the number, at worst. */
const DIGITS = 5e-9;

const definitionOf = ({ recurrence, input, hidden, width, loss }: Recorded): Definition =>
  model({
    input: input[0] === "tokens" ? tokens(input[1]) : features(input[1]),
    layers: [rnn(hidden, { recurrence }), dense(width)],
    loss: loss === "crossEntropy" ? crossEntropy() : meanSquared(),
  });

const dataOf = ({ steps, batch, x, target, weights }: Recorded): Data => ({
  steps,
  batch,
  input: Float32Array.from(x),
  target: Float32Array.from(target),
  parameters: Object.fromEntries(Object.entries(weights).map(([path, values]) => [path, Float32Array.from(values)])),
});

/** PyTorch computed in f64, so what an element may be off is what the engine's f32 may, derived in bounds.ts, and the record's digits. */
async function judge(definition: Definition, data: Data, purpose: Purpose, run: Run): Promise<void> {
  const unfolded = unfold(definition, purpose);
  const reference = interpretUnfolded(unfolded, data);
  const bounds = new Bounds(unfolded.nodes, reference.run);
  const compare = (what: string, values: ArrayLike<number>, recorded: readonly number[], node: number): void => {
    const magnitude = bounds.all(node).map((bound, i) => bound + (DIGITS * Math.abs(recorded[i])) / UNIT);
    compareWithReference(what, values, recorded, magnitude);
    // The judge in f64 has nothing to lose but the record's digits and 1e-14 in sums of numbers near 1.
    reference.run.all(node).forEach((value, i) => {
      expect(Math.abs(value - recorded[i]), `the reference's ${what}[${i}]`).toBeLessThanOrEqual(DIGITS * Math.abs(recorded[i]) + 1e-14);
    });
  };
  for (const binary of BINARIES) {
    const engine = await runEngine(definition, purpose, data, binary);
    if (purpose.kind === "predict") compare(`output on ${binary.name}`, engine.output, run.output as number[], unfolded.shown.target);
    else compare(`loss on ${binary.name}`, [engine.loss], [run.loss], unfolded.losses[0]);
    for (const { path, node } of unfolded.gradients)
      compare(`gradient of ${path} on ${binary.name}`, engine.gradients[path], run.gradients[path], node);
    if (purpose.kind === "train") expect(Object.keys(engine.gradients).sort()).toEqual(Object.keys(run.gradients).sort());
  }
}

describe.each(RECORDED)("$name", (recorded) => {
  const [definition, data] = [definitionOf(recorded), dataOf(recorded)];
  test("teacher forced", () => judge(definition, data, { kind: "train", teacherForcing: true }, recorded.forced));
  test("free running", () => judge(definition, data, { kind: "train", teacherForcing: false }, recorded.free));
  test("prediction", () => judge(definition, data, { kind: "predict", raw: true }, recorded.free));
});
