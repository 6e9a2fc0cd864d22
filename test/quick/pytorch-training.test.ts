// Ten steps of training with every optimizer, clipped and not, and the rates of the schedules, as PyTorch made them (test/fixtures/record.py).

import { describe, expect, test } from "vitest";
import {
  adam,
  adamw,
  type Clip,
  type Clipped,
  compile,
  cosineDecay,
  type Data,
  exponentialDecay,
  type Network,
  type Optimizer,
  rmsprop,
  type Schedule,
  sgd,
  stepDecay,
  windows,
} from "../../src/index.ts";
import { BINARIES } from "../support/engine.ts";
import { asGoodAsPyTorch } from "../support/near.ts";
import { type Description, definitionOf, read, type Tensors } from "../support/pytorch.ts";

interface Step {
  readonly loss: number;
  /** Before clipping. */
  readonly norm: number;
  readonly clipped: Clipped;
  /** After the step, all parameters in their order. */
  readonly weights: readonly number[];
  readonly float32: { readonly loss: number; readonly norm: number; readonly weights: number };
}

interface Recorded {
  readonly model: Description;
  readonly batch: number;
  readonly steps: number;
  readonly text: readonly number[];
  readonly weights: Tensors;
  readonly runs: readonly {
    readonly optimizer: keyof typeof OPTIMIZERS;
    readonly options: object;
    readonly rate: number;
    readonly clip: Clip;
    readonly steps: readonly Step[];
  }[];
}

interface RecordedSchedule {
  readonly schedule: keyof typeof SCHEDULES;
  readonly arguments: readonly [rate: number, option: never];
  readonly rates: readonly number[];
}

const OPTIMIZERS = { sgd, rmsprop, adam, adamw };
const SCHEDULES: Readonly<Record<string, (rate: number, option: never) => Schedule>> = { stepDecay, exponentialDecay, cosineDecay };

const recorded = read<Recorded>("optimizers");
const { model, batch, steps, text } = recorded;
const data = (): Data => windows(text, { batch, steps });

async function start(module: WebAssembly.Module): Promise<Network> {
  const net = await compile(definitionOf(model), { module });
  for (const [path, values] of Object.entries(recorded.weights)) net.parameters.get(path).set(values);
  return net;
}

const words = (value: object): string => JSON.stringify(value).replace(/[{}"]/g, "") || "plain";

describe.each(recorded.runs.map((run) => [`${run.optimizer} ${words(run.options)}, clip ${words(run.clip)}`, run] as const))(
  "%s",
  (_, run) => {
    test.each(BINARIES)("$name", async ({ module }) => {
      using net = await start(module);
      const optimizer: Optimizer = OPTIMIZERS[run.optimizer](run.rate, run.options);
      let made = 0;
      for await (const { loss, gradientNorm, clipped, rate, action } of net.train(data(), { optimizer, clip: run.clip })) {
        const expected = run.steps[made];
        const { float32 } = expected;
        const weights = Object.keys(recorded.weights).flatMap((path) => [...net.parameters.get(path).get()]);
        asGoodAsPyTorch(`step ${made}: loss`, [loss], [expected.loss], float32.loss);
        asGoodAsPyTorch(`step ${made}: norm`, [gradientNorm], [expected.norm], float32.norm);
        asGoodAsPyTorch(`step ${made}: weights`, weights, expected.weights, float32.weights);
        expect({ rate, action }).toEqual({ rate: run.rate, action: "updated" });
        // No recorded number or norm is within rounding of its limit.
        expect(clipped).toEqual(expected.clipped);
        made++;
      }
      expect(made).toBe(run.steps.length);
    });
  },
);

test.each(read<RecordedSchedule[]>("schedules"))("$schedule $arguments", async ({ schedule, arguments: [rate, option], rates }) => {
  using net = await start(BINARIES[0].module);
  const used: number[] = [];
  for await (const progress of net.train(data(), { optimizer: sgd(SCHEDULES[schedule](rate, option)), epochs: 3 }))
    used.push(progress.rate);
  expect(used.length).toBe(rates.length);
  // PyTorch multiplies from step to step where we take powers, both in f64: 30 products of 1e-16 each, and as much of the first rate where
  // a cosine comes down to nothing.
  for (const [step, expected] of rates.entries()) expect(Math.abs(used[step] - expected)).toBeLessThan(1e-14 * rate);
});
