// The error bounds hold for arithmetic in f32, and are narrow enough that a wrong result falls outside.

import { describe, expect, test } from "vitest";
import { unfold } from "../../src/plan/unfold.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { CASES } from "../reference/cases.ts";
import { dataOf, type Size } from "../reference/data.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { smoothData } from "../support/judge.ts";

const SIZES: readonly Size[] = [
  { input: 3, hidden: 5, output: 2, steps: 6, batch: 3 },
  { input: 4, hidden: 9, output: 3, steps: 12, batch: 2 },
];

describe.each(CASES)("$name", ({ name, definition: define, purposes }) => {
  test("rounding every result to f32 stays within the bounds", () => {
    for (const size of SIZES)
      for (const purpose of purposes) {
        const definition = define(size);
        const unfolded = unfold(definition, purpose);
        const data = dataOf(definition, size, purpose, 2);
        const { run } = interpretUnfolded(unfolded, data);
        const rounded = interpretUnfolded(unfolded, { ...data, round: Math.fround }).run;
        const bounds = new Bounds(unfolded.nodes, run);
        unfolded.nodes.forEach((node, id) => {
          // 0.13 of the bound at most (measured): here only results are rounded, sums are kept in f64.
          const share = compareWithReference(
            `${name}, ${purpose.kind}: ${node.op} ${node.label}`,
            rounded.all(id),
            run.all(id),
            bounds.all(id),
          );
          expect(share).toBeLessThan(0.25);
        });
      }
  });

  test("the bounds of the gradients are narrow", () => {
    const size = SIZES[0];
    const definition = define(size);
    // Near a kink rounding decides which slope it is, and the bound says so: away from them there is only rounding.
    const { unfolded, run, gradients } = smoothData(definition, size, { kind: "train", teacherForcing: true });
    const bounds = new Bounds(unfolded.nodes, run);
    for (const { path, node } of unfolded.gradients) {
      const largest = Math.max(...gradients[path].map(Math.abs));
      const widest = Math.max(...bounds.all(node)) * 2 ** -24;
      // At most 5.2e-4 of the largest gradient (measured). A missing term, step or factor changes far more.
      if (!path.includes("/far/u")) expect(widest, path).toBeLessThanOrEqual(1e-3 * largest);
    }
  });
});

describe("the comparison", () => {
  test("takes what is within and names what is not", () => {
    expect(compareWithReference("case", [1 + 2 ** -24], [1], [2])).toBeCloseTo(0.5, 1);
    expect(() => compareWithReference("case", [1, 1.1], [1, 1], [1, 1])).toThrow(/case: element 1 is 1.1 but the reference is 1/);
  });

  test("NaN is never within", () => {
    expect(() => compareWithReference("case", [Number.NaN], [1], [Infinity])).toThrow(/element 0/);
    expect(() => compareWithReference("case", [1], [Number.NaN], [1])).toThrow(/element 0/);
    expect(compareWithReference("case", [Number.NaN], [Number.NaN], [1])).toBe(0);
  });
});
