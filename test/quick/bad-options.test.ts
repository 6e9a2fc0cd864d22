// What bad options, optimizers and schedules get, and two trainings at once; the network is as it was before.

import { describe, expect, test } from "vitest";
import {
  adam,
  adamw,
  bytesOf,
  compile,
  cosineDecay,
  examples,
  exponentialDecay,
  plan,
  rmsprop,
  sgd,
  stepDecay,
  warmUp,
  windows,
} from "../../src/index.ts";
import type { Anything } from "../support/bad-models.ts";
import { DEFINITIONS, drain, GOOD, given, type Networks, nets, staysAsItWas, training } from "../support/bad-networks.ts";
import { type Row, refuses } from "../support/refuse.ts";

staysAsItWas();

describe("options with unknown names", () => {
  const wrong: Anything = { sped: 1 };
  refuses(
    given,
    (
      [
        ["windows", () => windows([0], { batch: 1, steps: 1, ...wrong })],
        ["examples", () => examples([{ input: [0], target: 1 }], wrong)],
        ["train", training(wrong)],
        ["train: clip", training({ clip: wrong })],
        ["train: onNonFinite", training({ onNonFinite: wrong })],
        ["evaluate", ({ symbols }) => symbols.evaluate(GOOD, wrong)],
        ["predict", ({ symbols }) => symbols.predict([0], wrong)],
        ["generate", ({ symbols }) => symbols.generate({ prompt: [0], length: 1, ...wrong })],
        ["save", ({ symbols }) => symbols.save(wrong)],
        ["compile", () => compile(DEFINITIONS.symbols, wrong)],
        ["plan", () => plan(DEFINITIONS.symbols, wrong)],
        ["bytesOf", () => bytesOf(DEFINITIONS.symbols, { batch: 1, steps: 1, ...wrong })],
        ["sgd", () => sgd(1, wrong)],
        ["rmsprop", () => rmsprop(1, wrong)],
        ["adam", () => adam(1, wrong)],
        ["adamw", () => adamw(1, wrong)],
        ["stepDecay", () => stepDecay(1, { every: 1, factor: 1, ...wrong })],
        ["cosineDecay", () => cosineDecay(1, { steps: 1, ...wrong })],
      ] as readonly (readonly [string, (nets: Networks) => unknown])[]
    ).map(([place, act]): Row<Networks> => [place, act, TypeError, place, '"sped"', "The options are: "]),
  );
});

describe("optimizers and schedules", () => {
  const nothing = undefined as Anything;
  refuses(given, [
    ["a rate that is none", () => adam("fast" as Anything), TypeError, "adam", '"fast"'],
    ["no rate", () => sgd(nothing), TypeError, "sgd", "undefined"],
    ["a negative rate", () => sgd(-0.1), RangeError, "sgd", "-0.1", "0"],
    ["a rate of NaN", () => rmsprop(Number.NaN), TypeError, "rmsprop", "NaN"],
    ["momentum below 0", () => sgd(1, { momentum: -1 }), RangeError, "momentum", "-1"],
    ["nesterov without momentum", () => sgd(1, { nesterov: true }), RangeError, "nesterov", "0"],
    ["beta1 of 1", () => adam(1, { beta1: 1 }), RangeError, "beta1", "below 1"],
    ["beta2 of 1.5", () => adamw(1, { beta2: 1.5 }), RangeError, "adamw: beta2", "1.5"],
    ["alpha as text", () => rmsprop(1, { alpha: "0.9" as Anything }), TypeError, "alpha", '"0.9"'],
    ["epsilon of 0", () => adam(1, { epsilon: 0 }), RangeError, "epsilon", "0", "1e-8"],
    ["weight decay of NaN", () => adamw(1, { weightDecay: Number.NaN }), TypeError, "weightDecay", "NaN"],
    ["stepDecay without options", () => (stepDecay as Anything)(1), TypeError, "stepDecay", "undefined"],
    ["stepDecay every 0", () => stepDecay(1, { every: 0, factor: 1 }), RangeError, "every", "0"],
    ["stepDecay without a factor", () => stepDecay(1, { every: 1 } as Anything), TypeError, "factor", "undefined"],
    ["exponentialDecay by NaN", () => exponentialDecay(1, Number.NaN), TypeError, "factor", "NaN"],
    ["cosineDecay without options", () => (cosineDecay as Anything)(1), TypeError, "cosineDecay", "undefined"],
    ["cosineDecay over half a step", () => cosineDecay(1, { steps: 0.5 }), RangeError, "steps", "0.5"],
    ["cosineDecay to a floor above", () => cosineDecay(1, { steps: 5, floor: 2 }), RangeError, "floor", "2", "1"],
    ["warmUp over 0 steps", () => warmUp(0, 1), RangeError, "warmUp: steps", "0"],
    ["warmUp to nothing", () => warmUp(5, nothing), TypeError, "warmUp", "undefined"],
    ["an optimizer that is none", training({ optimizer: "adam" }), TypeError, "optimizer", "adam(…)", '"adam"'],
    ["an optimizer that was not called", training({ optimizer: adam }), TypeError, "optimizer", "a function"],
    ["an unknown optimizer", training({ optimizer: { ...adam(1), kind: "lion" } }), TypeError, "optimizer", "lion"],
    [
      "an optimizer spoilt after the fact",
      training({ optimizer: { ...adam(1), beta2: Number.NaN } }),
      TypeError,
      "optimizer",
      "beta2",
      "NaN",
    ],
    ["an optimizer without a rate", training({ optimizer: { kind: "sgd" } }), TypeError, "rate", "undefined"],
    ["a schedule that gives NaN", training({ optimizer: sgd(() => Number.NaN) }), TypeError, "schedule", "step 6", "NaN"],
    ["a schedule that gives nothing", training({ optimizer: sgd((() => undefined) as Anything) }), TypeError, "step 6", "undefined"],
    ["a schedule that turns negative", training({ optimizer: sgd(() => -1) }), RangeError, "step 6", "-1"],
  ]);
});

test("two trainings at once", async () => {
  const first = nets.symbols.train(GOOD, { optimizer: sgd(0) });
  await first.next();
  await expect(nets.symbols.train(GOOD).next()).rejects.toThrow(/being trained already.*leave its loop/);
  await first.return();
  await drain(nets.symbols.train(GOOD, { optimizer: sgd(0), steps: 1 }));
});

describe("options of train()", () => {
  const rows: readonly (readonly [Anything, typeof TypeError | typeof RangeError, ...string[]])[] = [
    [null, TypeError, "train", "null"],
    [{ epochs: 0 }, RangeError, "epochs", "0", "1 or more"],
    [{ epochs: 1.5 }, RangeError, "epochs", "1.5"],
    [{ epochs: -Infinity }, RangeError, "epochs", "-Infinity"],
    [{ steps: -1 }, RangeError, "steps", "-1"],
    [{ steps: Number.NaN }, RangeError, "steps", "NaN"],
    [{ clip: 5 }, TypeError, "clip", "5", "{ value, parameterNorm, norm }"],
    [{ clip: { norm: 0 } }, RangeError, "clip.norm", "0", "leave it out"],
    [{ clip: { value: -1 } }, RangeError, "clip.value", "-1"],
    [{ clip: { parameterNorm: 0 } }, RangeError, "clip.parameterNorm", "0", "leave it out"],
    [{ clip: { parameterNorm: "1" } }, TypeError, "clip.parameterNorm", '"1"'],
    [{ clip: { parameternorm: 1 } }, TypeError, "parameternorm", "parameterNorm"],
    [{ clip: { norm: Number.NaN } }, TypeError, "clip.norm", "NaN"],
    [{ clip: { norm: 1e-60 } }, RangeError, "clip.norm", "1e-60"],
    [{ onNonFinite: "ignore" }, TypeError, "onNonFinite", '"ignore"', '"skip"'],
    [{ onNonFinite: 5 }, TypeError, "onNonFinite", "5", '"skip"'],
    [{ onNonFinite: null }, TypeError, "onNonFinite", "null"],
    [{ onNonFinite: {} }, TypeError, "randomStep", "undefined"],
    [{ onNonFinite: { randomStep: -1 } }, RangeError, "randomStep", "-1"],
    [{ onNonFinite: { randomStep: 1e39 } }, RangeError, "randomStep", "1e+39"],
    [{ teacherForcing: "often" }, TypeError, "teacherForcing", "a share from 0 to 1", '"often"'],
    [{ signal: {} }, TypeError, "signal", "AbortSignal"],
  ];
  refuses(
    given,
    rows.map(([options, ...rest]): Row<Networks> => [JSON.stringify(options), training(options), ...rest]),
  );
});
