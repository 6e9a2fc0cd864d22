// Memory capacity: near the number of units for linear reservoirs that waste nothing, never beyond it, less for others.

import { describe, expect, test } from "vitest";
import { dense, reservoir } from "../../src/index.ts";
import { type MemoryCapacityOptions, memoryCapacity } from "../../src/inspect/index.ts";

const N = 16;
/** A correlation of 2000 independent pairs has r² of 1/2000 by chance alone: over 32 delays 0.016, and some three times that at most. */
const CHANCE = 0.05;

describe("memory capacity", () => {
  test.each(["ring", "orthogonal"] as const)("of a linear reservoir, %s, is near its number of units and not above", async (topology) => {
    const { capacity, perDelay } = await memoryCapacity(reservoir(N, { topology, activation: "identity", radius: 0.9, seed: 2 }));
    expect(perDelay).toHaveLength(2 * N);
    expect(capacity).toBeGreaterThan(0.9 * N);
    expect(capacity).toBeLessThan(N + CHANCE);
    // An input goes round in N steps and is then r^N as loud, over the new one: 1 − r^2N of the recent past can be told (Rodan and Tiňo 2011).
    // The estimate of such an r² from 2000 steps spreads by 2·√((1 − r²)²/2000) = 0.0015.
    if (topology === "ring") for (const r2 of perDelay.slice(0, N - 1)) expect(Math.abs(r2 - (1 - 0.9 ** (2 * N)))).toBeLessThan(0.01);
  });

  test("of a tanh reservoir that is driven hard is smaller", async () => {
    const { capacity } = await memoryCapacity(reservoir(N, { topology: "ring", inputScale: 10, radius: 0.9, seed: 2 }));
    expect(capacity).toBeLessThan(0.8 * N);
    expect(capacity).toBeGreaterThan(1);
  });

  test("of a layer without a state is nothing", async () => {
    const { capacity } = await memoryCapacity(dense(4), { delays: 5 });
    expect(capacity).toBeLessThan(CHANCE);
  });

  test.each([
    ["no delays", { delays: 0 }, "delays must be a whole number of 1 or more"],
    ["steps that are none", { steps: 0.5 }, "steps must be a whole number"],
    ["a ridge below 0", { ridge: -1 }, "ridge is -1"],
    ["an unknown option", { washout: 3 }, "no option"],
  ])("refuses %s", async (_, options, part) => {
    await expect(memoryCapacity(reservoir(4), options as MemoryCapacityOptions)).rejects.toThrow(part);
  });
});
