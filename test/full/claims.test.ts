// What the textbook says of long-term dependencies (Goodfellow, Bengio and Courville 2016, chapter 10), each claim as numbers that could be others.
// That clipping by norm keeps the direction stands in quick/clipping.test.ts, what explodes by itself in exploding.test.ts.

import { describe, expect, test } from "vitest";
import {
  compile,
  constant,
  crossEntropy,
  type Definition,
  dense,
  examples,
  features,
  type Initializer,
  type Layer,
  last,
  lstm,
  meanSquared,
  model,
  orthogonal,
  plan,
  rnn,
  spectral,
  tokens,
} from "../../src/index.ts";
import { gradientFlow, paths, spectralRadius } from "../../src/inspect/index.ts";
import { Random } from "../reference/random.ts";
import { BINARIES } from "../support/engine.ts";
import { gradientsOf } from "../support/gradients.ts";

const define = (layer: Layer, seed: number): Definition =>
  model({ input: features(1), layers: [layer, last(), dense(1)], loss: meanSquared(), seed });

/**
 * ‖∂o(T)/∂a(0)‖: how much the output after `steps` steps depends on what the units are given at the first of them. The input is 1 at the first
 * step and 0 from then on, so that the gradient of wx is that of a(0) alone; the loss is (o − y)², its derivative 2·(o − y).
 */
async function reach(layer: Layer, steps: number, seed: number, change: (weights: Record<string, Float32Array>) => void = () => undefined) {
  const definition = define(layer, seed);
  using net = await compile(definition);
  const weights = Object.fromEntries([...net.parameters].map((parameter) => [parameter.path, parameter.get()]));
  change(weights);
  const input = new Float32Array(steps);
  input[0] = 1;
  const [{ loss, gradients }] = await gradientsOf(definition, weights, examples([{ input, target: [1] }]), BINARIES[0]);
  const [wx] = Object.keys(gradients).filter((path) => path.endsWith("/wx"));
  return Math.hypot(...gradients[wx]) / (2 * Math.sqrt(loss));
}

const UNITS = 16;
const SEEDS = [0, 1, 2];
/** A product of 17 terms is rounded once for each; over `steps` such products, forwards and backwards, errors at most add up. */
const rounding = (steps: number): number => 2 * 17 * steps * 2 ** -24;

describe.each(SEEDS)("the linear recurrence h(t) = h(t−1)·W, seed %i", (seed) => {
  const linear = (wh: Initializer): Layer => rnn(UNITS, { activation: "identity", initial: { wh } });

  test.each([0.8, 1, 1.25])("grows by its spectral radius a step: %d", async (radius) => {
    using net = await compile(define(linear(spectral(radius)), seed));
    // The weights are f32.
    expect(spectralRadius(net.parameters.get("layer 1/rnn/wh"))).toBeCloseTo(radius, 5);
    const [near, far] = [await reach(linear(spectral(radius)), 51, seed), await reach(linear(spectral(radius)), 151, seed)];
    // A pair of complex eigenvalues turns what it stretches, so that a factor of up to ten hangs on when one looks: 10^(1/100) = 1.023.
    expect(Math.abs((far / near) ** 0.01 / radius - 1)).toBeLessThan(0.025);
    if (radius < 1) expect(far).toBeLessThan(1e-8 * near);
    if (radius > 1) expect(far).toBeGreaterThan(1e8 * near);
  });

  test("an orthogonal start holds the length, step by step; scaled, it shrinks or grows by that factor exactly", async () => {
    for (const gain of [1, 0.97, 1.03]) {
      const first = await reach(linear(orthogonal(gain)), 1, seed);
      for (const steps of [2, 10, 100, 200]) {
        const ratio = (await reach(linear(orthogonal(gain)), steps, seed)) / first;
        // At the first step all units are read, at the others too: an orthogonal matrix changes none of the lengths.
        expect(Math.abs(ratio / gain ** (steps - 1) - 1)).toBeLessThan(rounding(steps));
      }
    }
    const uniform = rnn(UNITS, { activation: "identity" });
    expect((await reach(uniform, 200, seed)) / (await reach(uniform, 1, seed))).toBeLessThan(1e-20);
  });
});

describe.each(SEEDS)("the tanh network, seed %i", (seed) => {
  test("an orthogonal start holds the gradient longer than a uniform one", async () => {
    // Uniform in ±1/√n has a radius of about 1/√3 = 0.58: 0.58^192 = 1e-46 at the edge of f32. tanh shrinks the orthogonal one a little.
    const started = async (layer: Layer): Promise<number> => (await reach(layer, 201, seed)) / (await reach(layer, 9, seed));
    expect(await started(rnn(UNITS))).toBeLessThan(1e-35);
    expect(await started(rnn(UNITS, { initial: { wh: orthogonal() } }))).toBeGreaterThan(1e-15);
  });

  test("a skip connection through time shortens the path and raises the gradient", async () => {
    const [plain, skipping] = [rnn(UNITS), rnn(UNITS, { delays: [1, 8] })];
    const stepsOf = (layer: Layer) => paths(define(layer, seed), { steps: 96 }).recurrent[0].over;
    expect(stepsOf(plain)).toMatchObject({ shortest: 96, longest: 96 });
    expect(stepsOf(skipping)).toMatchObject({ shortest: 12, longest: 96 });
    // 96 factors of about 0.58 or 12 of them: 1e-23 or 1e-3; wx, wh and b are the same.
    const [without, withSkip] = [await reach(plain, 97, seed), await reach(skipping, 97, seed)];
    expect(without).toBeLessThan(1e-18);
    expect(withSkip).toBeGreaterThan(1e-6);
  });

  test("a delay of 8 alone carries over 8·k steps exactly what a delay of 1 carries over k", async () => {
    const weight = new Random(seed).numbers(UNITS * UNITS, -0.5, 0.5);
    for (const k of [1, 5, 12]) {
      const short = await reach(rnn(UNITS), k + 1, seed, (weights) => weights["layer 1/rnn/wh"].set(weight));
      const long = await reach(rnn(UNITS, { delays: [8] }), 8 * k + 1, seed, (weights) => weights["layer 1/rnn/wh 8"].set(weight));
      // The same sums in the same order.
      expect(long).toBe(short);
      expect(short).toBeGreaterThan(0);
    }
  });

  test("a skip connection around a deep transition shortens the path and raises the gradient", async () => {
    const transition = [dense(UNITS, { activation: "tanh" }), dense(UNITS, { activation: "tanh" })];
    const [deep, skipping] = (["none", "add"] as const).map((transitionSkip) => rnn(UNITS, { transition, transitionSkip }));
    const stepsOf = (layer: Layer) => paths(define(layer, seed), { steps: 50 }).recurrent[0].over;
    expect(stepsOf(deep)).toMatchObject({ shortest: 150, longest: 150 });
    expect(stepsOf(skipping)).toMatchObject({ shortest: 50, longest: 150 });
    // Three factors of about 0.58 a step instead of one.
    const [without, withSkip] = [await reach(deep, 26, seed), await reach(skipping, 26, seed)];
    expect(withSkip).toBeGreaterThan(1e5 * without);
  });

  test("leaky units keep a longer memory", async () => {
    // Where nothing else is recurrent, a unit forgets α of itself at each step, and that is all: (1 − α)^n.
    for (const leak of [0.5, 0.1, 0.02]) {
      const alone = rnn(UNITS, { leak, initial: { wh: constant(0) } });
      const first = await reach(alone, 1, seed);
      for (const n of [1, 10, 100]) {
        const ratio = (await reach(alone, n + 1, seed)) / first;
        expect(Math.abs(ratio / (1 - leak) ** n - 1)).toBeLessThan(rounding(n + 1));
      }
    }
    // With the recurrence: what is left after 97 steps of what there was after 9. 0.58^88 = 1e-21; a leak of 0.1 makes that about
    // (1 − 0.1·0.42)^88 = 0.02 where the radius is reached, and less elsewhere.
    const left = async (leak: number): Promise<number> =>
      (await reach(rnn(UNITS, { leak }), 97, seed)) / (await reach(rnn(UNITS, { leak }), 9, seed));
    const [fast, slow, slower] = [await left(1), await left(0.1), await left(0.02)];
    expect(fast).toBeLessThan(1e-15);
    expect(slow).toBeGreaterThan(1e-4);
    expect(slower).toBeGreaterThan(5 * slow);
  });
});

describe.each(SEEDS)("gates, seed %i", (seed) => {
  const left = async (layer: Layer): Promise<number> => (await reach(layer, 201, seed)) / (await reach(layer, 9, seed));

  test("an LSTM carries a gradient over 200 steps where tanh does not", async () => {
    // Forget gates that begin at sigmoid(log 200 ± ¼) = 0.994 to 0.996 keep 0.3 to 0.45 over 192 steps (Tallec and Ollivier 2018); what else
    // comes and goes through the other gates is of that size, so a factor of ten is left either way.
    const open = await left(lstm(UNITS, { forgetBias: Math.log(200) }));
    expect(open).toBeGreaterThan(0.03);
    expect(open).toBeLessThan(3);
    // tanh: 0.58^192 = 1e-46 from a uniform start; from an orthogonal one it loses to tanh's own slope.
    const plain = await left(rnn(UNITS));
    expect(plain).toBeLessThan(1e-35);
    expect(await left(rnn(UNITS, { initial: { wh: orthogonal() } }))).toBeLessThan(open / 30);
    // Even at a bias of 1, sigmoid(1)^192 = 1e-26 at the least.
    expect(await left(lstm(UNITS))).toBeGreaterThan(1e10 * plain);
  });

  test("the carousel: c alone passes what the forget gate lets through, exactly", async () => {
    // With no recurrent weights c(t) = f·c(t−1) after the first step, f = sigmoid(bias), and o(t) is a half of tanh(c(t)), read out.
    const forgetBias = 3;
    const alone = lstm(UNITS, { initial: { wh: constant(0), wx: constant(0.5), b: constant(0) } });
    const open = (weights: Record<string, Float32Array>): void => {
      weights["layer 1/lstm/b"].fill(forgetBias, UNITS, 2 * UNITS);
    };
    const forget = 1 / (1 + Math.exp(-forgetBias));
    const first = Math.tanh(0.5) / (1 + Math.exp(-0.5));
    /** ∂o(n)/∂c(0), but for what does not depend on n. */
    const expected = (n: number): number => forget ** n * (1 - Math.tanh(first * forget ** n) ** 2);
    const near = await reach(alone, 11, seed, open);
    for (const n of [50, 110, 200]) {
      const ratio = (await reach(alone, n + 1, seed, open)) / near;
      expect(Math.abs((ratio * expected(10)) / expected(n) - 1)).toBeLessThan(rounding(n + 1));
    }
  });
});

describe.each(SEEDS)("a batch of noise, seed %i: ‖∂L/∂h(t)‖ of every step", (seed) => {
  const STEPS = 200;
  /** The gradient's length at the first step as a share of that at the last. */
  async function arrives(layer: Layer, state: string): Promise<number> {
    using net = await compile(define(layer, seed));
    const random = new Random(seed);
    const list = Array.from({ length: 4 }, () => ({ input: random.numbers(STEPS, -1, 1), target: [random.between(-1, 1)] }));
    const { states } = gradientFlow(net, examples(list, { batch: 4 }));
    const { norms } = states.find((flow) => flow.state === state) as (typeof states)[number];
    expect(norms.length).toBe(STEPS);
    return norms[0] / norms[STEPS - 1];
  }

  test("it vanishes in a tanh network, less so with a skip connection through time, and arrives in an LSTM", async () => {
    const [plain, skipping] = [await arrives(rnn(UNITS), "h"), await arrives(rnn(UNITS, { delays: [1, 8] }), "h")];
    // 199 factors of about 0.58: below the numbers of f32; 25 of them are 1e-6.
    expect(plain).toBeLessThan(1e-30);
    expect(skipping).toBeGreaterThan(1e-12);
    // Forget gates of about 0.995, 199 times: 0.37, and what comes through the other gates.
    const carried = await arrives(lstm(UNITS, { forgetBias: Math.log(STEPS) }), "c");
    expect(carried).toBeGreaterThan(0.05);
  });
});

test("teacher forcing is parallel: recurrence from the output alone leaves no loop over time, unless it hears itself", () => {
  const definition = model({ input: tokens(5), layers: [rnn(8, { recurrence: "output" }), dense(5)], loss: crossEntropy() });
  const loops = (teacherForcing: boolean): number =>
    plan(definition, { batch: 4, steps: 20, teacherForcing }).stages.filter(({ direction }) => direction !== 0).length;
  expect(loops(true)).toBe(0);
  expect(loops(false)).toBe(2);
});
