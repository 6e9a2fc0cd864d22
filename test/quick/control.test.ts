// The control block: every word has a place of its own. Offsets are plain numbers, so nothing else would notice two that share one.

import { expect, test } from "vitest";
import * as isa from "../../assembly/isa.ts";

/** f64; all others are words of 4 bytes. */
const DOUBLES = ["NORM", "RATE", "ALPHA", "BETA2", "EPSILON", "WEIGHT_DECAY", "MOMENTUM", "DAMPENING", "LOSS", "COUNT"];

test("no two fields overlap, and all lie in the block", () => {
  const fields = Object.entries(isa)
    .flatMap(([name, from]) => (name.startsWith("CONTROL_") && typeof from === "number" ? [{ name: name.slice(8), from }] : []))
    .filter(({ name }) => name !== "BYTES")
    .map(({ name, from }) => ({ name, from, to: from + (DOUBLES.includes(name) ? 8 : 4) }))
    .sort((a, b) => a.from - b.from);
  expect(fields.length).toBeGreaterThan(40);
  for (const name of DOUBLES) expect(fields.map((field) => field.name)).toContain(name);
  fields.forEach(({ name, to }, index) => {
    const next = fields[index + 1] ?? { name: "the end", from: isa.CONTROL_BYTES };
    expect(to, `${name} reaches into ${next.name}`).toBeLessThanOrEqual(next.from);
  });
  expect(isa.CONTROL_LOSS + isa.MOST_HEADS * isa.LOSS_BYTES).toBeLessThanOrEqual(isa.CONTROL_BYTES);
});
