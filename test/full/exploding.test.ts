// A linear recurrence over 300 steps whose gradient overflows by itself, and what throwing, skipping and random steps make of it.

import { describe, expect, test } from "vitest";
import {
  compile,
  type Data,
  dense,
  examples,
  features,
  meanSquared,
  model,
  type Network,
  NonFiniteError,
  type Progress,
  rnn,
  sgd,
  type TrainOptions,
} from "../../src/index.ts";
import { Random } from "../reference/random.ts";

/** How many steps back the gradient goes. What is to be learned is a sum that forgets a tenth of itself at each step: ρ = 0.9. */
const LONG = 300;
/** At ρ = 1.5 a state of 1 grows to 3300 over so many steps, and over 300 to 1e52, which f32 does not have. */
const SHORT = 20;
const EPOCHS = 40;

const forgetting = (...lengths: readonly number[]): Data => {
  const random = new Random(7);
  const list = lengths.flatMap((length) =>
    Array.from({ length: 32 }, () => {
      const input = random.numbers(length, -1, 1);
      let y = 0;
      return { input, target: input.map((x) => (y = 0.9 * y + x)) };
    }),
  );
  return examples(list, { batch: 8 });
};
/** The mean square of what is to be said: (1/3)/(1 − 0.9²), the loss of an answer of 0. */
const GUESS = 1.75;

/** With ρ as the two units' spectral radius, or as it comes. */
async function start(seed: number, radius?: number): Promise<Network> {
  const net = await compile(
    model({ input: features(1), layers: [rnn(2, { activation: "identity" }), dense(1)], loss: meanSquared(), seed }),
  );
  if (radius !== undefined) net.parameters.get("layer 1/rnn/wh").set([radius, 0, 0, radius]);
  return net;
}

async function progressOf(net: Network, data: Data, options: TrainOptions): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const progress of net.train(data, { epochs: EPOCHS, optimizer: sgd(0.05), ...options })) seen.push(progress);
  return seen;
}
const weightsOf = (net: Network): number[] => [...net.parameters].flatMap((parameter) => [...parameter.get()]);
const SEEDS = [0, 1, 2];

describe.each(SEEDS)("seed %i", (seed) => {
  test("a training that is not clipped explodes by itself, and throw says where, when, and that nothing was lost", async () => {
    using net = await start(seed);
    const norms: number[] = [];
    let before = weightsOf(net);
    const run = async (): Promise<void> => {
      for await (const { gradientNorm } of net.train(forgetting(LONG), { optimizer: sgd(0.3), epochs: EPOCHS })) {
        norms.push(gradientNorm);
        before = weightsOf(net);
      }
    };
    const error = (await run().catch((reason: unknown) => reason)) as NonFiniteError;
    expect(error).toBeInstanceOf(NonFiniteError);
    // It began harmlessly, learned a little, and fell off a cliff.
    expect(norms.length).toBeGreaterThan(2);
    expect(norms[0]).toBeLessThan(10);
    expect(error.step).toBe(norms.length + 1);
    expect(error.first?.label).toMatch(/^(d )?layer [12]\/(rnn|dense)/);
    // Infinity, or NaN where a product sums Infinity and −Infinity.
    expect(Number.isFinite(error.first?.value)).toBe(false);
    expect(error.message).toContain(`layer ${error.first?.label.includes("rnn") ? 1 : 2}`);
    expect(error.message).toContain(`time step ${error.first?.time}`);
    expect(weightsOf(net)).toEqual(before);
    expect(before.every(Number.isFinite)).toBe(true);
  });

  test("the same training, clipped, does not", async () => {
    using net = await start(seed);
    const seen = await progressOf(net, forgetting(LONG), { clip: { norm: 1 } });
    expect(seen.every(({ action }) => action === "updated")).toBe(true);
    expect(seen.at(-1)?.counts.clippedByNorm).toBeGreaterThan(0);
    expect((await net.evaluate(forgetting(LONG))).loss).toBeLessThan(GUESS / 2);
  });

  test("where the state overflows, throw names the recurrence and a time that it takes to get there", async () => {
    using net = await start(seed, 1.5);
    const error = (await progressOf(net, forgetting(LONG), { clip: { norm: 1 } }).catch((reason: unknown) => reason)) as NonFiniteError;
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error.step).toBe(1);
    expect(error.first?.label).toBe("layer 1/rnn/h");
    // log(3.4e38) / log(1.5) = 219 steps for a state that begins at 1; inputs and weights between 0.05 and 5 make it 8 more or 4 fewer.
    expect(error.first?.time).toBeGreaterThan(214);
    expect(error.first?.time).toBeLessThan(228);
  });

  test("skip: long sequences are left out until the short ones have brought the recurrence back, then all are learned", async () => {
    using net = await start(seed, 1.5);
    const data = forgetting(SHORT, LONG);
    const seen = await progressOf(net, data, { clip: { norm: 1 }, onNonFinite: "skip" });
    const skipped = seen.map(({ action }) => Number(action === "skipped"));
    const sum = (list: number[]): number => list.reduce((total, one) => total + one, 0);
    expect(seen.at(-1)?.counts.skipped).toBe(sum(skipped));
    // Half of the batches are long; in the first fifth of the training all of them are beyond f32.
    expect(sum(skipped.slice(0, seen.length / 5))).toBeGreaterThan(0.4 * (seen.length / 5));
    expect(sum(skipped)).toBeLessThan(seen.length / 2);
    expect((await net.evaluate(data)).loss).toBeLessThan(GUESS / 5);
  });

  test("skip: where every sequence overflows, skipping alone changes nothing", async () => {
    using net = await start(seed, 1.5);
    const before = weightsOf(net);
    const seen = await progressOf(net, forgetting(LONG), { clip: { norm: 1 }, onNonFinite: "skip", epochs: 3 });
    expect(seen.at(-1)?.counts).toEqual({ clippedByValue: 0, clippedByParameterNorm: 0, clippedByNorm: 0, skipped: 12, randomSteps: 0 });
    expect(weightsOf(net)).toEqual(before);
  });

  test("randomStep: chance leads out of where the gradient is not finite, and the gradient home from there", async () => {
    using net = await start(seed, 1.2);
    const data = forgetting(LONG);
    // The loss itself is finite: it is the gradient that is not.
    expect((await net.evaluate(data)).loss).toBeGreaterThan(1e40);
    const seen = await progressOf(net, data, { clip: { norm: 1 }, onNonFinite: { randomStep: 0.3 } });
    expect(Number.isFinite(seen[0].loss)).toBe(true);
    expect(Number.isFinite(seen[0].gradientNorm)).toBe(false);
    expect(seen[0].action).toBe("randomStep");
    const { randomSteps, skipped } = (seen.at(-1) as Progress).counts;
    expect(randomSteps).toBe(seen.filter(({ action }) => action === "randomStep").length);
    expect(randomSteps).toBeLessThan(seen.length / 2);
    expect(skipped).toBe(0);
    expect(seen.slice(-EPOCHS).every(({ action }) => action === "updated")).toBe(true);
    expect((await net.evaluate(data)).loss).toBeLessThan(GUESS / 5);
  });
});
