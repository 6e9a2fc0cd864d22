// The installed package trains in every Node version, and the bits do not depend on the version.

import { describe, expect, inject, test } from "vitest";

const echoes = inject("echoes");

describe.each(inject("nodes"))("Node $major", ({ major, program, reason }) => {
  const missing = program === null ? ` (skipped: ${reason})` : "";

  test.skipIf(missing)(`solves the echo task${missing}`, () => {
    const own = echoes.filter((echo) => echo.major === major);
    expect(own).toHaveLength(2);
    for (const { right, asked } of own) expect(right).toBe(asked);
  });

  test.skipIf(missing)(`takes the binary that it should${missing}`, () => {
    // Relaxed SIMD came with V8 11.4; Node 20 has 11.3.
    const own = echoes.filter((echo) => echo.major === major).map(({ binary }) => binary);
    expect(own).toEqual(["simd", major >= 22 ? "relaxed" : "simd"]);
  });
});

test.each(["simd", "relaxed"] as const)("%s gives the same bits in all of them", (binary) => {
  const own = echoes.filter((echo) => echo.binary === binary);
  expect(own.length).toBeGreaterThan(0);
  for (const { digest, loss, steps } of own) expect({ digest, loss, steps }).toEqual({ digest: own[0].digest, loss: own[0].loss, steps: own[0].steps });
});
