// Judges the judge: every case's gradients against central differences, unfolding against meaning, and the interpreter against numbers worked out by hand.

import { describe, expect, test } from "vitest";
import { cell } from "../../src/define/cell.ts";
import { crossEntropy, dense, features, last, meanSquared, tokens } from "../../src/define/layers.ts";
import { type Definition, model } from "../../src/define/model.ts";
import { rnn } from "../../src/define/rnn.ts";
import { add } from "../../src/graph/words.ts";
import { type Purpose, unfold } from "../../src/plan/unfold.ts";
import { CASES } from "../reference/cases.ts";
import { dataOf, type Size } from "../reference/data.ts";
import { centralDifferences, distanceToKinks, STEP, slopeAlong } from "../reference/gradients.ts";
import { type Data, interpretDefinition, interpretUnfolded } from "../reference/interpret.ts";
import { Random } from "../reference/random.ts";

const SMALL: readonly Size[] = [
  { input: 2, hidden: 1, output: 1, steps: 1, batch: 1 },
  { input: 3, hidden: 2, output: 2, steps: 4, batch: 2 },
];
const LARGER: readonly Size[] = [
  { input: 5, hidden: 4, output: 3, steps: 7, batch: 3 },
  { input: 1, hidden: 7, output: 5, steps: 3, batch: 5 },
];

/** A parameter's move of two steps moves a value by the product of what lies between; eight times the move is generous. */
const AWAY = 16 * STEP;

/** Data that is away from every kink: the first seed that is. */
function smoothData(definition: Definition, size: Size, purpose: Purpose) {
  const unfolded = unfold(definition, purpose);
  for (let seed = 1; seed < 400; seed++) {
    const data = dataOf(definition, size, purpose, seed);
    const result = interpretUnfolded(unfolded, data);
    if (distanceToKinks(unfolded, result.run) > AWAY) return { unfolded, data, ...result };
  }
  throw new Error("no data away from kinks");
}

/** The four losses' rounding gives some 1e-12 absolutely, more where the loss is large (see STEP); 1e-8 of the gradient leaves room for f⁽⁵⁾. */
const near = (difference: number, gradient: number): boolean => Math.abs(difference - gradient) <= 3e-11 + 1e-8 * Math.abs(gradient);

const trainings = (purposes: readonly Purpose[]) => purposes.filter(({ kind }) => kind === "train");
const named = (purpose: Purpose): string => JSON.stringify(purpose).replace(/[{}"]/g, "");

describe.each(CASES)("$name", ({ definition: define, purposes }) => {
  test.each(trainings(purposes).map((purpose) => [named(purpose), purpose] as const))("gradients, %s", (_, purpose) => {
    for (const size of SMALL) {
      const { unfolded, data, gradients } = smoothData(define(size), size, purpose);
      for (const [path, differences] of Object.entries(centralDifferences(unfolded, data)))
        differences.forEach((difference, index) => {
          if (!near(difference, gradients[path][index]))
            expect.fail(`${path}[${index}]: ${gradients[path][index]}, differences ${difference}`);
        });
    }
    for (const size of LARGER) {
      const { unfolded, data, gradients } = smoothData(define(size), size, purpose);
      const random = new Random(5);
      const direction = Object.fromEntries(
        Object.entries(gradients).map(([path, { length }]) => [path, random.numbers(length, -0.3, 0.3)]),
      );
      const expected = Object.entries(gradients).reduce((sum, [path, g]) => g.reduce((s, x, i) => s + x * direction[path][i], sum), 0);
      const slope = slopeAlong(unfolded, data, direction);
      if (!near(slope, expected)) expect.fail(`along a direction: ${expected}, differences ${slope}`);
    }
  });

  test("unfolding keeps the meaning", () => {
    for (const purpose of purposes)
      for (const size of [...SMALL, ...LARGER]) {
        const definition = define(size);
        const data = dataOf(definition, size, purpose, 3);
        const meant = interpretDefinition(definition, purpose, data);
        const got = interpretUnfolded(unfold(definition, purpose), data);
        // The same formulas on the same numbers, in another order at most where a symbol is one-hot: 1e-13 is rounding alone.
        if (meant.loss !== undefined) expect(Math.abs(got.loss - meant.loss), named(purpose)).toBeLessThanOrEqual(1e-13 * (1 + meant.loss));
        else
          got.output.forEach((rows, t) => {
            rows.values.forEach((x, i) => {
              expect(Math.abs(x - meant.output[t].values[i]), named(purpose)).toBeLessThanOrEqual(1e-13 * (1 + Math.abs(x)));
            });
          });
      }
  });

  test("every parameter has a gradient", () => {
    const definition = define({ input: 2, hidden: 3, output: 2 });
    const paths = definition.nodes.flatMap((node) => (node.op === "parameter" ? [node.attributes.path] : []));
    const { gradients } = unfold(definition, { kind: "train", teacherForcing: true });
    expect(gradients.map(({ path }) => path).sort()).toEqual(paths.sort());
  });
});

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
