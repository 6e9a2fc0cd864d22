// Judges the engine on cases: outputs, loss and every gradient, within error bounds that are derived, not chosen.

import { describe, expect, test } from "vitest";
import type { Definition } from "../../src/define/model.ts";
import type { Case } from "../reference/cases.ts";
import type { Size } from "../reference/data.ts";
import { judgeRun, named, type RaggedSize } from "./judge-run.ts";

const NUMBERS = [1, 3, 4, 5, 7, 8, 9, 17, 33];

/** Nine sizes in which each dimension takes every number once, in a different order: all of one dimension meet many of the others. */
export const SIZES: readonly Size[] = NUMBERS.map((_, i) => {
  const pick = (step: number, start: number): number => NUMBERS[(i * step + start) % 9];
  return { batch: pick(1, 0), steps: pick(2, 4), hidden: pick(4, 7), input: pick(5, 2), output: pick(7, 5) };
});

/** Every case for every purpose at these sizes, on every binary. */
export function judgeEngine(cases: readonly Case[], sizes: readonly RaggedSize[]): void {
  describe.each(cases)("$name", ({ name, definition, purposes }) => {
    test.each(purposes.map((purpose) => [named(purpose), purpose] as const))("%s", async (_, purpose) => {
      let judged = 0;
      for (const size of sizes) {
        let made: Definition;
        try {
          made = definition(size);
        } catch (error) {
          // Some cases need a width of at least 2; the sentence says so.
          expect(error).toBeInstanceOf(RangeError);
          continue;
        }
        await judgeRun(made, purpose, size, name);
        judged++;
      }
      expect(judged).toBeGreaterThan(sizes.length - 3);
    });
  });
}
