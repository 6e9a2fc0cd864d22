// Temporal order over 50 steps: the LSTM solves it, the tanh network stays at chance, and is helped by what the chapter offers.

import { describe, expect, test } from "vitest";
import { atMost, reported } from "../../bench/figure.ts";
import {
  adam,
  compile,
  crossEntropy,
  dense,
  gru,
  type Layer,
  last,
  lstm,
  model,
  orthogonal,
  rnn,
  type TrainOptions,
  tokens,
} from "../../src/index.ts";
import { Random } from "../reference/random.ts";
import { judge } from "./judge.ts";
import { accuracy, iterationsOf } from "./solve.ts";
import { ORDER_CLASSES, ORDER_SYMBOLS, temporalOrder } from "./tasks/temporal-order.ts";

const STEPS = 50;
const SOLVED = 0.99;
const MOST = 2000;
const UNITS = 16;

/** Always fresh sequences, 32 an iteration; judged by 1000 others, every 50 iterations. */
async function solve(layer: Layer, seed: number, options: TrainOptions): Promise<{ iterations: number | null; measured: number }> {
  using net = await compile(
    model({ input: tokens(ORDER_SYMBOLS), layers: [layer, last(), dense(ORDER_CLASSES)], loss: crossEntropy(), seed }),
  );
  const random = new Random(200 + seed);
  const fresh = () => temporalOrder(random, STEPS);
  const held = Array.from({ length: 1000 }, fresh);
  const measure = (): number => accuracy(net, held);
  return await iterationsOf(net, { fresh, batch: 32, every: 50, most: MOST, options, measure, isSolved: (share) => share >= SOLVED });
}

const clip = { norm: 1 };
const name = (cell: string, seed: number): string => `temporal order, ${STEPS} steps, ${cell}, seed ${seed}`;
const start = { wh: orthogonal(), "wh 8": orthogonal() };

test("sequences are as described", () => {
  const random = new Random(1);
  const classes = new Set<unknown>();
  for (let i = 0; i < 200; i++) {
    const { input, target } = temporalOrder(random, STEPS);
    const symbols = Array.from(input as Int32Array);
    expect([symbols.length, symbols[0], symbols[STEPS - 1]]).toEqual([STEPS, 6, 7]);
    const said = symbols.flatMap((symbol, t) => (symbol < 2 ? [t] : []));
    expect(said.map((t) => Math.floor(t / 5))).toEqual([1, 5]);
    expect(target).toBe(2 * symbols[said[0]] + symbols[said[1]]);
    classes.add(target);
  }
  expect(classes.size).toBe(ORDER_CLASSES);
});

describe.each([0, 1, 2])("seed %i", (seed) => {
  test.each<[string, Layer, TrainOptions]>([
    ["lstm(16)", lstm(UNITS), { optimizer: adam(1e-2), clip }],
    ["gru(16)", gru(UNITS), { optimizer: adam(1e-2), clip }],
    // Skip connections through time, leaky units, an orthogonal start, clipping by norm.
    ["rnn(16) with all help", rnn(UNITS, { delays: [1, 8], leak: 0.5, initial: start }), { optimizer: adam(3e-3), clip }],
  ])("%s solves it", async (cell, layer, options) => {
    const begin = performance.now();
    const { iterations, measured } = await solve(layer, seed, options);
    judge(atMost(name(cell, seed), iterations ?? Infinity, "iterations", MOST, `accuracy ${measured}`), begin);
  });

  test.each<[string, TrainOptions]>([
    ["as the LSTM is trained", { optimizer: adam(1e-2), clip }],
    ["as the helped one is trained", { optimizer: adam(3e-3), clip }],
    ["not clipped", { optimizer: adam(1e-2) }],
  ])("rnn(16), plain, stays at chance, %s", async (how, options) => {
    const begin = performance.now();
    const { iterations, measured } = await solve(rnn(UNITS), seed, options);
    judge(reported(name(`rnn(16), ${how}`, seed), measured, "accuracy", `after ${iterations ?? MOST} iterations; chance has 0.25`), begin);
    expect(iterations).toBeNull();
    // Of 1000 guesses among four, 250 ± 14 are right, more where one class is guessed throughout that is more frequent among them.
    expect(measured).toBeLessThan(0.35);
  });
});

describe("each help alone, seed 0", () => {
  test.each<[string, Layer]>([
    ["delays: [1, 8]", rnn(UNITS, { delays: [1, 8] })],
    ["an orthogonal start", rnn(UNITS, { initial: { wh: orthogonal() } })],
    ["leak: 0.1", rnn(UNITS, { leak: 0.1 })],
  ])("rnn(16), %s", async (help, layer) => {
    const begin = performance.now();
    const { iterations, measured } = await solve(layer, 0, { optimizer: adam(3e-3), clip });
    judge(reported(name(`rnn(16), ${help}`, 0), measured, "accuracy", `after ${iterations ?? MOST} iterations`), begin);
    expect(measured).toBeGreaterThan(0.35);
  });
});
