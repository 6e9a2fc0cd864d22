// Random compositions of everything that can be composed: what must hold of all holds of each, or it is refused with a sentence.
// `FUZZ=1000 npm run test:random` judges so many, and `FUZZ_FROM=5000` begins with that one. What fails is made smaller, and printed as code.

import { expect, test } from "vitest";
import { caseOf, judge, smallest, text } from "../random/cases.ts";

const count = Number(process.env.FUZZ ?? 24);
const from = Number(process.env.FUZZ_FROM ?? 0);

let defined = 0;
test.each(Array.from({ length: count }, (_, index) => from + index))("case %i", async (seed) => {
  const made = caseOf(seed);
  const finding = await judge(made);
  if (finding === null) defined++;
  if (finding === null || finding.what === "refused") return;
  const small = await smallest(made, finding.what);
  const { error = finding.error } = (await judge(small, [finding.what])) ?? {};
  throw new Error(`${finding.what}, ${error.message}\n\n${text(small)}\n\nmade of ${text(made)}`, { cause: error });
});

test("most of them can be defined", () => expect(defined).toBeGreaterThan(0.7 * count));
