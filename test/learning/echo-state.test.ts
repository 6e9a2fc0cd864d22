// Echo state networks: chaos forecast freely, a laser one step ahead, and who says these vowels; the read-out solved in closed form.

import { expect, test } from "vitest";
import { atLeast, atMost } from "../../bench/figure.ts";
import { compile, crossEntropy, dense, examples, features, last, meanSquared, model, reservoir, windows } from "../../src/index.ts";
import { judge, testOver } from "./judge.ts";
import { mackeyGlass } from "./tasks/mackey-glass.ts";
import { CHANNELS, SPEAKERS, vowels } from "./tasks/vowels.ts";

const SEEDS = [0, 1, 2, 3, 4];
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const exponents = (values: readonly number[]): string => values.map((value) => value.toExponential(1)).join(" ");
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((value) => value ** 2)) - mean(values) ** 2;

/** Reservoir of 1000, leak 0.3, radius 1.25, ridge 1e-8, 2000 steps of which 100 are washed out, as in Lukoševičius's example (2012). */
test("Mackey-Glass", async () => {
  const start = performance.now();
  const [learned, starts] = [2000, 50];
  const series = mackeyGlass(learned + 1 + 100 * starts + 500);
  const squares: number[] = [];
  const normalised: number[] = [];
  for (const seed of SEEDS) {
    const layer = reservoir(1000, { leak: 0.3, radius: 1.25, inputScale: 1.5, bias: 1 });
    using net = await compile(model({ input: features(1), layers: [layer, dense(1)], loss: meanSquared(), seed }));
    await net.solve(windows(series.slice(0, learned + 1), { batch: 1, steps: 100 }), { ridge: 1e-8, washout: 100 });
    const free = net.forecast(series.slice(0, learned + 1), 500);
    squares.push(mean(free.map(([y], t) => (y - series[learned + 1 + t]) ** 2)));
    // From each start on the network has heard 1000 steps of truth: the state has forgotten how it began.
    const errors = Array.from({ length: starts }, (_, i) => {
      const now = learned + 1 + 100 * i;
      return (net.forecast(series.slice(now - 1000, now), 84)[83][0] - series[now + 83]) ** 2;
    });
    normalised.push(Math.sqrt(mean(errors) / variance(series)));
  }
  const name = "Mackey-Glass, 1000 units, median of 5 seeds";
  judge(atMost(`${name}: 500 free steps`, median(squares), "mean squared error", 3e-6, exponents(squares)), start);
  judge(atMost(`${name}: 84 free steps, 50 starts`, median(normalised), "NRMSE", 3e-3, exponents(normalised)), start);
});

/** One step ahead; the ridge is the one that predicts steps 700 … 999 best after the first 700 were learned; then all 1000 are. */
testOver(["santafe_laser.csv"], "Santa Fe laser", async ([file]) => {
  const start = performance.now();
  const series = file
    .trim()
    .split("\n")
    .map((line) => Number(line) / 255);
  expect(series).toHaveLength(10_093);
  const truth = series.slice(1000, 1100);
  const reached: number[] = [];
  for (const seed of SEEDS) {
    const layer = reservoir(500, { radius: 0.6, inputScale: 5, bias: 2 });
    using net = await compile(model({ input: features(1), layers: [layer, dense(1)], loss: meanSquared(), seed }));
    const stretch = (from: number, to: number) => windows(series.slice(from, to), { batch: 1, steps: 50 });
    const options = { washout: 100, validation: stretch(600, 1000) };
    const { ridge } = await net.solve(stretch(0, 700), { ...options, ridge: [1e-6, 1e-5, 1e-4, 1e-3] });
    await net.solve(stretch(0, 1000), { ridge, washout: 100 });
    const predicted = net.predict(series.slice(0, 1099)).slice(999);
    reached.push(mean(predicted.map(([y], t) => (y - truth[t]) ** 2)) / variance(truth));
  }
  const note = `seeds ${reached.map((value) => value.toFixed(4)).join(" ")}; persistence .952`;
  judge(atMost("Santa Fe laser, 500 units, median of 5 seeds", median(reached), "NMSE", 0.015, note), start);
});

/** As ReservoirPy's tutorial: 500 units, leak 0.1, ridge 1e-6, the last state of an utterance; 92.8 % there. */
testOver(["JapaneseVowels_TRAIN.ts", "JapaneseVowels_TEST.ts"], "Japanese Vowels, echo state network", async (files) => {
  const start = performance.now();
  const [train, held] = files.map(vowels);
  for (const [ridge, goal] of [
    [1e-6, 0.92],
    [0.1, 0.975],
  ]) {
    const reached: number[] = [];
    for (const seed of SEEDS.slice(0, 3)) {
      const layer = reservoir(500, { radius: 0.9, leak: 0.1 });
      using net = await compile(model({ input: features(CHANNELS), layers: [layer, last(), dense(SPEAKERS)], loss: crossEntropy(), seed }));
      await net.solve(examples(train), { ridge });
      const right = held.filter(({ input, target }) => {
        const [chances] = net.predict(input);
        return chances.indexOf(Math.max(...chances)) === target;
      });
      reached.push(right.length / held.length);
    }
    const note = `seeds ${reached.map((share) => share.toFixed(3)).join(" ")}`;
    judge(atLeast(`Japanese Vowels, 500 units, ridge ${ridge}, mean of 3`, mean(reached), "of 370 known", goal, note), start);
  }
});
