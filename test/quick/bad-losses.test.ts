// What losses, and outputs that do not fit them, get: a sentence with both numbers and the next step, before any work.

import { describe } from "vitest";
import { dense, features, gaussian, type Loss, last, mixtureDensity, model, rnn } from "../../src/index.ts";
import type { Anything } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";

const ending = (units: number, loss: Loss): unknown => model({ input: features(2), layers: [rnn(3), dense(units)], loss });

describe("losses", () => {
  const wrong: Anything = { flor: 1 };
  const rows: readonly Row<null>[] = [
    ["a floor of nothing", () => gaussian({ floor: 0 }), RangeError, "gaussian: floor", "0", "1e-12"],
    ["a floor that is no number", () => mixtureDensity(2, { floor: Number.NaN }), TypeError, "mixtureDensity: floor", "NaN"],
    ["an unknown option", () => gaussian(wrong), TypeError, "gaussian", '"flor"', "floor"],
    ["no components", () => mixtureDensity(0), RangeError, "mixtureDensity: the number of components", "0"],
    ["half a component", () => mixtureDensity(1.5), RangeError, "mixtureDensity: the number of components", "1.5"],
    ["a Gaussian of half a number", () => ending(5, gaussian()), RangeError, "layer 2/dense", "5 wide", "dense(6)", "targets of 3"],
    ["a mixture that is too narrow", () => ending(2, mixtureDensity(3)), RangeError, "3 · (1 + 2n)", "2 wide", "dense(9) for n = 1"],
    ["a mixture of no whole targets", () => ending(14, mixtureDensity(3)), RangeError, "layer 2/dense", "14 wide", "dense(15) for n = 2"],
    [
      "an output that is heard",
      () => model({ input: features(1), layers: [rnn(3, { recurrence: "output" }), dense(2)], loss: gaussian() }),
      TypeError,
      "layer 2/dense",
      "gaussian",
      "listens",
    ],
    [
      "a vector that is too wide",
      () => model({ input: features(1), layers: [rnn(3), last()], loss: gaussian() }),
      RangeError,
      "layer 2/last",
      "3 wide",
      "dense(4)",
    ],
  ];
  refuses(() => null, rows);
});
