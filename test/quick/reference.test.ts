// Judges the judge: every case's gradients against central differences, unfolding against meaning, and the interpreter against numbers worked out by hand.

import { describe, expect, test } from "vitest";
import { cell } from "../../src/define/cell.ts";
import { crossEntropy, dense, features, last, meanSquared, tokens } from "../../src/define/layers.ts";
import { type Definition, model } from "../../src/define/model.ts";
import { rnn } from "../../src/define/rnn.ts";
import { add } from "../../src/graph/words.ts";
import { type Purpose, unfold } from "../../src/plan/unfold.ts";
import { CASES } from "../reference/cases.ts";
import { type Data, interpretUnfolded } from "../reference/interpret.ts";
import { SEQUENCES } from "../reference/sequences.ts";
import { judge } from "../support/judge.ts";

judge([...CASES, ...SEQUENCES].filter(({ full }) => !full));

describe("by hand", () => {
  const one = (definition: Definition, purpose: Purpose, data: Data) => interpretUnfolded(unfold(definition, purpose), data);
  const train: Purpose = { kind: "train", teacherForcing: true };

  test("two steps of an rnn", () => {
    // h1 = 2·1 + 1 = 3, h2 = 2·(−1) + 0.5·3 + 1 = 0.5; loss = ((3−1)² + (0.5−1)²)/2 = 2.125
    // dh2 = −0.5, dh1 = 2 + 0.5·(−0.5) = 1.75; dwx = 1.75·1 + (−0.5)(−1), dwh = −0.5·3, db = 1.75 − 0.5
    const definition = model({ input: features(1), layers: [rnn(1, { activation: "identity", name: "r" })], loss: meanSquared() });
    const { loss, gradients } = one(definition, train, {
      steps: 2,
      batch: 1,
      parameters: { "r/wx": [2], "r/wh": [0.5], "r/b": [1] },
      input: [1, -1],
      target: [1, 1],
    });
    expect(loss).toBe(2.125);
    expect(gradients["r/wx"][0]).toBe(2.25);
    expect(gradients["r/wh"][0]).toBe(-1.5);
    expect(gradients["r/b"][0]).toBe(1.25);
  });

  test("the carried state enters before the first step", () => {
    const definition = model({ input: features(1), layers: [rnn(1, { activation: "identity", name: "r" })], loss: meanSquared() });
    const { output } = one(
      definition,
      { kind: "predict", raw: true },
      {
        steps: 1,
        batch: 2,
        parameters: { "r/wx": [2], "r/wh": [0.5], "r/b": [1] },
        input: [1, 3],
        carry: { "r/h": [4, 8] },
      },
    );
    expect([...output[0].values]).toEqual([5, 11]);
  });

  test("cross-entropy of known logits, one row ignored", () => {
    // logits (0, log 3): probabilities 1/4, 3/4
    const definition = model({
      input: tokens(2),
      layers: [last(), dense(2, { bias: false, name: "d" })],
      loss: crossEntropy({ ignore: 0 }),
    });
    const { loss, gradients } = one(definition, train, {
      steps: 1,
      batch: 3,
      parameters: { "d/w": [0, Math.log(3), 0, 0] },
      input: [0, 0, 1],
      target: [1, 0, 1],
    });
    expect(loss).toBeCloseTo((Math.log(4 / 3) + Math.log(2)) / 2, 15);
    expect(gradients["d/w"][0]).toBeCloseTo(1 / 8, 15);
    expect(gradients["d/w"][1]).toBeCloseTo(-1 / 8, 15);
    expect(gradients["d/w"][3]).toBeCloseTo(-1 / 4, 15);
  });

  test("teacher forcing hears the target, free running the output", () => {
    const adding = cell({ name: "s", state: { h: 1 }, step: ({ x, y, linear }) => ({ h: add(x, linear("v", y, 1)) }) });
    const definition = model({ input: features(1), layers: [adding], loss: meanSquared() });
    const data: Data = { steps: 3, batch: 1, parameters: { "layer 1/s/v": [2] }, input: [1, 1, 1], target: [5, 6, 7] };
    // forced: 1, 1+2·5, 1+2·6;  free: 1, 3, 7
    expect(one(definition, { kind: "evaluate", teacherForcing: true }, data).loss).toBe((16 + 25 + 36) / 3);
    expect(one(definition, { kind: "evaluate", teacherForcing: false }, data).loss).toBe((16 + 9 + 0) / 3);
  });
});
