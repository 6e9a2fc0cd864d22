// Judges the reference on cases: the part of its tests that quick and full ones share.

import { describe, expect, test } from "vitest";
import type { Definition } from "../../src/define/model.ts";
import { type Purpose, unfold } from "../../src/plan/unfold.ts";
import type { Case } from "../reference/cases.ts";
import { dataOf, type Size } from "../reference/data.ts";
import { centralDifferences, distanceToKinks, lossAt, STEP, slopeAlong } from "../reference/gradients.ts";
import { interpretDefinition, interpretUnfolded } from "../reference/interpret.ts";
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
export function smoothData(definition: Definition, size: Size, purpose: Purpose) {
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

/** Gradients against central differences, unfolding against meaning, and that no parameter is forgotten. */
export function judge(cases: readonly Case[]): void {
  describe.each(cases)("$name", ({ definition: define, purposes }) => {
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
      for (const size of [...SMALL, ...LARGER]) {
        const definition = define(size);
        for (const purpose of purposes) {
          const data = dataOf(definition, size, purpose, 3);
          const meant = interpretDefinition(definition, purpose, data);
          const unfolded = unfold(definition, purpose);
          // The same formulas on the same numbers, in another order at most where a symbol is one-hot: 1e-13 is rounding alone.
          const agree = (got: number, wanted: number): void => {
            if (!(Math.abs(got - wanted) <= 1e-13 * (1 + Math.abs(wanted)))) expect.fail(`${named(purpose)}: ${got}, meant is ${wanted}`);
          };
          if (meant.loss !== undefined) agree(lossAt(unfolded, data), meant.loss);
          else {
            const { outputs: got } = interpretUnfolded(unfolded, data);
            for (const [head, outputs] of Object.entries(meant.outputs))
              outputs.forEach(({ values, width }, t) => {
                values.forEach((x, i) => {
                  if (t < (data.lengths?.[Math.floor(i / width)] ?? data.steps)) agree(got[head][t].values[i], x);
                });
              });
          }
        }
      }
    });

    test("every parameter that is trained has a gradient", () => {
      const definition = define({ input: 2, hidden: 3, output: 2 });
      const paths = definition.nodes.flatMap((node) => (node.op === "parameter" && node.attributes.trained ? [node.attributes.path] : []));
      const { gradients } = unfold(definition, { kind: "train", teacherForcing: true });
      expect(gradients.map(({ path }) => path).sort()).toEqual(paths.sort());
    });
  });
}
