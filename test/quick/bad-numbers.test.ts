// Numbers that are finite in JavaScript and zero or infinite in f32, and data that a user has made himself: refused before they reach a kernel.

import { describe } from "vitest";
import {
  adam,
  compile,
  dense,
  examples,
  features,
  meanSquared,
  model,
  type Network,
  type Optimizer,
  rmsprop,
  sgd,
  stepDecay,
} from "../../src/index.ts";
import { refuses } from "../support/refuse.ts";

const network = (): Promise<Network> => compile(model({ input: features(1), layers: [dense(1)], loss: meanSquared() }));
const point = examples([{ input: [0], target: [0] }]);
async function train(net: Network, data: unknown, optimizer: Optimizer = adam(1e-3)): Promise<void> {
  for await (const _ of net.train(data as never, { optimizer, epochs: 3 }));
}
/** Data of one batch. */
const own = (batch: unknown, rows: unknown = 2) => ({
  batch: rows,
  count: 1,
  size: 1,
  check() {},
  *batches() {
    yield batch;
  },
});
const write = (): void => {};

describe("numbers that f32 cannot hold", () => {
  refuses(network, [
    ["a rate", () => sgd(1e300), RangeError, "sgd: the rate", "1e+300", "3.4028234663852886e+38"],
    ["a rate below 0, of which f32 is no reason", () => sgd(-1), RangeError, "sgd: the rate is -1 but must be at least 0."],
    ["a rate of a schedule", () => stepDecay(1e39, { every: 1, factor: 1 }), RangeError, "stepDecay: rate", "1e+39"],
    [
      "a rate of a function",
      (net) =>
        train(
          net,
          point,
          sgd(() => 1e39),
        ),
      RangeError,
      "rate at step 0",
      "1e+39",
    ],
    ["a weight decay", () => adam(1, { weightDecay: 1e300 }), RangeError, "adam: weightDecay", "1e+300"],
    ["a momentum", () => sgd(1, { momentum: 1e40 }), RangeError, "sgd: momentum", "1e+40"],
    ["adam's ε", () => adam(1, { epsilon: 1e-60 }), RangeError, "adam: epsilon", "1e-60", "1e-8"],
    ["rmsprop's ε", () => rmsprop(1, { epsilon: 1e-46 }), RangeError, "rmsprop: epsilon", "1e-46", "1e-8"],
  ]);
});

describe("data of one's own", () => {
  refuses(network, [
    ["without batches", (net) => train(net, { check() {}, batch: 1 }), TypeError, "train: the data"],
    ["without a number of rows", (net) => train(net, own({ steps: 1, keep: null, write }, Number.NaN)), RangeError, "batch", "NaN"],
    ["a batch of no steps", (net) => train(net, own({ steps: 0, keep: null, write })), RangeError, "steps", "0"],
    ["a batch of half a step", (net) => train(net, own({ steps: 0.5, keep: null, write })), RangeError, "steps", "0.5"],
    ["a batch of no rows", (net) => train(net, own({ rows: 0, steps: 1, keep: null, write })), RangeError, "rows", "0"],
    ["keep of too many rows", (net) => train(net, own({ steps: 1, keep: new Int32Array(3), write })), RangeError, "keep", "3", "2"],
  ]);
});
