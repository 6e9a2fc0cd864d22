// What bad data and bad options get: a sentence with the place, both numbers and the next step; and the network is as it was before.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  adam,
  adamw,
  binaryCrossEntropy,
  bytesOf,
  compile,
  cosineDecay,
  crossEntropy,
  type Definition,
  dense,
  examples,
  exponentialDecay,
  features,
  last,
  meanSquared,
  model,
  type Network,
  plan,
  rmsprop,
  rnn,
  sgd,
  stepDecay,
  type TrainOptions,
  tokens,
  warmUp,
  windows,
} from "../../src/index.ts";
import { type Row, refuses } from "../support/refuse.ts";

// biome-ignore lint/suspicious/noExplicitAny: the table says on purpose what the types forbid
type Anything = any;

const DEFINITIONS = {
  symbols: model({ input: tokens(5), layers: [rnn(4), dense(5)], loss: crossEntropy({ ignore: 4 }) }),
  numbers: model({ input: features(2), layers: [rnn(3), dense(2)], loss: meanSquared() }),
  single: model({ input: features(1), layers: [rnn(3), dense(1)], loss: binaryCrossEntropy() }),
  vector: model({ input: features(2), layers: [rnn(3), last(), dense(3)], loss: crossEntropy() }),
};
type Networks = { [K in keyof typeof DEFINITIONS]: Network };
const nets = {} as Networks;
const given = (): Networks => nets;
const SYMBOLS = Int32Array.from({ length: 40 }, (_, i) => (i * 3) % 5);
const GOOD = windows(SYMBOLS, { batch: 2, steps: 4 });
/** One batch of one row of two steps, as the data of one's own below has. */
const TINY = windows([0, 1, 2], { batch: 1, steps: 2 });
/** Parameters of all networks, number by number. */
const photograph = () => Object.values(nets).map((net) => [...net.parameters].map((parameter) => Array.from(parameter.get()).join()));
const allocated = () => Object.values(nets).map((net) => net.bytes.total);
let before: ReturnType<typeof photograph>;
let bytes: readonly number[];

async function drain(steps: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of steps);
}
const train = (net: Network, data: Anything, options?: Anything) => drain(net.train(data, options));
const with_ =
  (options: Anything) =>
  ({ symbols }: Networks) =>
    train(symbols, GOOD, options as TrainOptions);

beforeAll(async () => {
  // Programs and the optimizer's memory are made once; from then on nothing may grow.
  for (const [name, definition] of Object.entries(DEFINITIONS)) nets[name as keyof Networks] = await compile(definition as Definition);
  await drain(nets.symbols.train(GOOD));
  nets.numbers.predict([[0, 1]]);
  await nets.symbols.evaluate(TINY);
  await drain(nets.symbols.train(TINY));
  before = photograph();
  bytes = allocated();
});

afterAll(() => {
  expect(photograph()).toEqual(before);
  // Less is possible: sgd, tried last, remembers less than adam.
  for (const [index, now] of allocated().entries()) expect(now).toBeLessThanOrEqual(bytes[index]);
  for (const net of Object.values(nets)) net.close();
});

describe("data", () => {
  const hole: number[] = [0, 1];
  hole[3] = 2;
  const both = [0, 1, 2, 3];
  refuses(given, [
    ["none", ({ symbols }) => train(symbols, undefined), TypeError, "train", "windows(…) or examples(…)", "undefined"],
    ["a plain list", ({ symbols }) => train(symbols, both), TypeError, "train", "an array of 4"],
    ["evaluate of none", ({ symbols }) => symbols.evaluate(null as Anything), TypeError, "evaluate", "null"],
    ["windows of a text", () => windows("abc" as Anything, { batch: 1, steps: 1 }), TypeError, "windows", '"abc"'],
    ["windows of nothing", () => windows(undefined as Anything, { batch: 1, steps: 1 }), TypeError, "windows", "undefined"],
    ["an empty list", ({ symbols }) => train(symbols, windows([], { batch: 1, steps: 1 })), RangeError, "data", "empty"],
    ["an empty document", ({ symbols }) => train(symbols, windows([[1, 2], []], { batch: 1, steps: 1 })), RangeError, "data[1]", "empty"],
    ["a length of NaN", ({ symbols }) => train(symbols, windows({ length: Number.NaN }, { batch: 1, steps: 1 })), TypeError, "data", "NaN"],
    ["a length of −1", ({ symbols }) => train(symbols, windows({ length: -1 }, { batch: 1, steps: 1 })), TypeError, "data", "-1"],
    [
      "a symbol too high",
      ({ symbols }) => train(symbols, windows([0, 1, 5], { batch: 1, steps: 1 })),
      RangeError,
      "data[2]",
      "5",
      "0 to 4",
    ],
    ["a negative symbol", ({ symbols }) => symbols.predict([0, -1]), RangeError, "sequence[1]", "-1", "0 to 4"],
    ["half a symbol", ({ symbols }) => symbols.predict([0.5]), RangeError, "sequence[0]", "0.5"],
    ["a symbol as text", ({ symbols }) => symbols.predict(["1"] as Anything), RangeError, "sequence[0]", '"1"'],
    ["a symbol as BigInt", ({ symbols }) => symbols.predict([1n] as Anything), RangeError, "sequence[0]", "1n"],
    ["a symbol in a list", ({ symbols }) => symbols.predict([[1]]), RangeError, "sequence[0]", "an array of 1"],
    ["a hole", ({ symbols }) => symbols.predict(hole), RangeError, "sequence[2]", "undefined"],
    ["a text", ({ symbols }) => symbols.predict("abc" as Anything), TypeError, "sequence", '"abc"'],
    ["an empty sequence", ({ symbols }) => symbols.predict([]), RangeError, "sequence", "empty"],
    [
      "NaN",
      ({ numbers }) =>
        numbers.predict([
          [0, 1],
          [0, Number.NaN],
        ]),
      TypeError,
      "sequence[1][1]",
      "NaN",
      "finite",
    ],
    ["−Infinity", ({ numbers }) => numbers.predict([[Number.NEGATIVE_INFINITY, 1]]), TypeError, "sequence[0][0]", "-Infinity"],
    ["beyond f32", ({ numbers }) => numbers.predict([[0, 1e39]]), TypeError, "sequence[0][1]", "1e+39", "3.4e38"],
    ["a text among numbers", ({ numbers }) => numbers.predict([[0, "1"]] as Anything), TypeError, "sequence[0][1]", '"1"'],
    ["a BigInt among numbers", ({ numbers }) => numbers.predict([[0, 1n]] as Anything), TypeError, "sequence[0][1]", "1n"],
    ["null among numbers", ({ numbers }) => numbers.predict([[0, null]] as Anything), TypeError, "sequence[0][1]", "null"],
    ["a row too short", ({ numbers }) => numbers.predict([[0, 1], [0]]), RangeError, "sequence[1]", "1 numbers", "takes 2"],
    ["a row that is a number", ({ numbers }) => numbers.predict([[0, 1], 3] as Anything), TypeError, "sequence[1]", "3", "2 numbers"],
    ["rows nested too deep", ({ numbers }) => numbers.predict([[[0], [1]]] as Anything), TypeError, "sequence[0][0]", "an array of 1"],
    [
      "NaN in a frozen list that was clean before",
      ({ numbers }) => {
        const row = [0, 1];
        const list = Object.freeze([row]);
        numbers.predict(list);
        row[1] = Number.NaN;
        numbers.predict(list);
      },
      TypeError,
      "sequence[0][1]",
      "NaN",
    ],
    [
      "windows longer than the data",
      ({ symbols }) => train(symbols, windows(both, { batch: 1, steps: 9 })),
      RangeError,
      "4",
      "9",
      "Use at most",
    ],
    ["too many streams", ({ symbols }) => train(symbols, windows(both, { batch: 9, steps: 1 })), RangeError, "4 steps", "9 streams"],
    [
      "too few documents",
      ({ symbols }) => train(symbols, windows([both, both], { batch: 3, steps: 2 })),
      RangeError,
      "2 of 2",
      "3 streams",
    ],
    ["batches of 0", () => windows(both, { batch: 0, steps: 1 }), RangeError, "batch", "0"],
    ["steps of 1.5", () => windows(both, { batch: 1, steps: 1.5 }), RangeError, "steps", "1.5"],
    ["windows without options", () => (windows as Anything)(both), TypeError, "windows", "undefined"],
    [
      "windows for one vector",
      ({ vector }) => train(vector, windows([[0, 1]], { batch: 1, steps: 1 })),
      TypeError,
      "windows",
      "examples()",
    ],
    [
      "targets of another length",
      ({ numbers }) =>
        train(
          numbers,
          windows([[0, 1]], {
            batch: 1,
            steps: 1,
            targets: [
              [0, 1],
              [0, 1],
            ],
          }),
        ),
      RangeError,
      "1 steps",
      "2",
    ],
    [
      "more lists of targets than documents",
      ({ symbols }) => train(symbols, windows([both, both], { batch: 1, steps: 1, targets: [both, both, both] })),
      RangeError,
      "2 documents",
      "3",
    ],
    [
      "targets for the first document only",
      ({ symbols }) => train(symbols, windows([both, both], { batch: 1, steps: 1, targets: [both] })),
      RangeError,
      "2 documents",
      "1",
    ],
    [
      "a target of NaN",
      ({ numbers }) => numbers.evaluate(windows([[0, 1]], { batch: 1, steps: 1, targets: [[0, Number.NaN]] })),
      TypeError,
      "targets[0][1]",
      "NaN",
    ],
    [
      "a target too high",
      ({ symbols }) => symbols.evaluate(windows(both, { batch: 1, steps: 1, targets: [0, 7, 0, 0] })),
      RangeError,
      "targets[1]",
      "7",
      "0 to 4",
    ],
    [
      "a target that is no probability",
      ({ single }) => single.evaluate(windows([0, 1], { batch: 1, steps: 1, targets: [0, 1.5] })),
      RangeError,
      "targets[1]",
      "1.5",
      "0 to 1",
    ],
    ["examples of nothing", () => examples(undefined as Anything), TypeError, "examples", "undefined"],
    ["examples of an empty list", () => examples([]), RangeError, "examples", "empty"],
    ["an example without input", () => examples([{ target: 1 } as Anything]), TypeError, "example 0", "{ input, target }"],
    [
      "an example without target",
      ({ vector }) => train(vector, examples([{ input: [[0, 1]] } as Anything])),
      RangeError,
      "[0].target",
      "undefined",
    ],
    [
      "an example of text",
      ({ symbols }) => train(symbols, examples([{ input: "ab", target: [0, 1] } as Anything])),
      TypeError,
      "[0].input",
      '"ab"',
    ],
    [
      "a target for each step where one is wanted",
      ({ vector }) => train(vector, examples([{ input: [[0, 1]], target: [1] }])),
      RangeError,
      "[0].target",
      "an array of 1",
      "0 to 2",
    ],
    [
      "one target where each step wants one",
      ({ symbols }) => train(symbols, examples([{ input: [0, 1], target: 1 }])),
      TypeError,
      "[0].target",
      "1",
    ],
    [
      "a target for half of the steps",
      ({ symbols }) => train(symbols, examples([{ input: [0, 1], target: [1] }])),
      RangeError,
      "2 steps",
      "has 1",
    ],
    ["examples in batches of NaN", () => examples([{ input: [0], target: 1 }], { batch: Number.NaN }), RangeError, "batch", "NaN"],
  ]);
});

describe("data of one's own", () => {
  const batches = (batch: object): Anything => ({
    batch: 1,
    count: 1,
    size: 2,
    check() {},
    batches: () => [{ steps: 2, keep: null, write() {}, ...batch }],
  });
  refuses(given, [
    ["no rows", ({ symbols }) => train(symbols, batches({ rows: 0 })), RangeError, "rows", "0"],
    ["steps of NaN", ({ symbols }) => train(symbols, batches({ steps: Number.NaN })), RangeError, "steps", "NaN"],
    ["one and a half steps", ({ symbols }) => symbols.evaluate(batches({ steps: 1.5 })), RangeError, "steps", "1.5"],
    ["keep for other rows", ({ symbols }) => train(symbols, batches({ keep: new Int32Array(64) })), RangeError, "keep", "64", "1 rows"],
    [
      "a symbol that is none",
      ({ symbols }) => train(symbols, batches({ write: (input: Anything) => input.values.fill(2 ** 30) })),
      RangeError,
      "an input",
      "1073741824",
      "0 to 4",
    ],
    [
      "a target that is none",
      ({ symbols }) =>
        train(symbols, batches({ write: (input: Anything, target: Anything) => target.values.fill(input.values.fill(0)[0] - 7) })),
      RangeError,
      "a target",
      "-7",
      "0 to 4",
    ],
    [
      "more than there is memory for",
      ({ symbols }) => symbols.evaluate(batches({ rows: 2 ** 22, steps: 2 ** 20 })),
      RangeError,
      "memory",
      "smaller batch",
    ],
  ]);
});

describe("options with unknown names", () => {
  const wrong: Anything = { sped: 1 };
  refuses(
    given,
    (
      [
        ["windows", () => windows([0], { batch: 1, steps: 1, ...wrong })],
        ["examples", () => examples([{ input: [0], target: 1 }], wrong)],
        ["train", with_(wrong)],
        ["train: clip", with_({ clip: wrong })],
        ["train: onNonFinite", with_({ onNonFinite: wrong })],
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
    ["an optimizer that is none", with_({ optimizer: "adam" }), TypeError, "optimizer", "adam(…)", '"adam"'],
    ["an optimizer that was not called", with_({ optimizer: adam }), TypeError, "optimizer", "a function"],
    ["an unknown optimizer", with_({ optimizer: { ...adam(1), kind: "lion" } }), TypeError, "optimizer", "lion"],
    ["an optimizer spoilt after the fact", with_({ optimizer: { ...adam(1), beta2: Number.NaN } }), TypeError, "optimizer", "beta2", "NaN"],
    ["an optimizer without a rate", with_({ optimizer: { kind: "sgd" } }), TypeError, "rate", "undefined"],
    ["a schedule that gives NaN", with_({ optimizer: sgd(() => Number.NaN) }), TypeError, "schedule", "step 5", "NaN"],
    ["a schedule that gives nothing", with_({ optimizer: sgd((() => undefined) as Anything) }), TypeError, "step 5", "undefined"],
    ["a schedule that turns negative", with_({ optimizer: sgd(() => -1) }), RangeError, "step 5", "-1"],
  ]);
});

test("two trainings at once", async () => {
  const first = nets.symbols.train(GOOD, { optimizer: sgd(0) });
  await first.next();
  await expect(nets.symbols.train(GOOD).next()).rejects.toThrow(/being trained already.*leave its loop/);
  await first.return();
  await drain(nets.symbols.train(GOOD, { optimizer: sgd(0), steps: 1 }));
});
