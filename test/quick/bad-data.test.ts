// What bad data gets: a sentence with the place, both numbers and the next step; and the network is as it was before.

import { describe } from "vitest";
import { examples, windows } from "../../src/index.ts";
import type { Anything } from "../support/bad-models.ts";
import { given, type Networks, staysAsItWas, train } from "../support/bad-networks.ts";
import { type Row, refuses } from "../support/refuse.ts";

staysAsItWas();

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
    ["an empty sequence", ({ symbols }) => symbols.score([]), RangeError, "sequence", "empty"],
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
      ({ symbols }) => train(symbols, windows([both, both], { batch: 4, steps: 2 })),
      RangeError,
      "2 documents make 3 windows",
      "4 streams",
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
    ["an example without input", ({ vector }) => train(vector, examples([{ target: 1 }])), TypeError, "examples[0]", "{ input, target }"],
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
    [
      "NaN in one step of one example",
      ({ numbers }) =>
        train(
          numbers,
          examples(
            [0, 1, 2].map((i) => ({
              input: [
                [0, 1],
                [2, i === 1 ? Number.NaN : 3],
              ],
              target: [
                [0, 0],
                [0, 0],
              ],
            })),
          ),
        ),
      TypeError,
      "examples[1].input[1][1]",
      "NaN",
    ],
    ["no step in any example", ({ symbols }) => train(symbols, examples([{ input: [], target: [] }])), RangeError, "1 sequences", "step"],
    [
      "a target for no step",
      ({ symbols }) => train(symbols, examples([{ input: [], target: [1] }])),
      RangeError,
      "[0]",
      "0 steps",
      "has 1",
    ],
    [
      "an example that is a list",
      ({ symbols }) => train(symbols, examples([[1, 2]] as Anything)),
      TypeError,
      "examples[0]",
      "an array of 2",
    ],
    ...["mask", "weights"].map(
      (name): Row<Networks> => [
        `${name} of steps`,
        ({ symbols }) => train(symbols, examples([{ input: [0, 1], target: [0, 1], [name]: [1, 0] }])),
        TypeError,
        `examples[0] has ${name}`,
        "Leave steps out",
        "crossEntropy({ ignore })",
      ],
    ),
    ["a hole among examples", ({ symbols }) => train(symbols, examples(new Array(1))), TypeError, "examples[0]", "undefined"],
    ["pools of 0", () => examples([{ input: [0], target: 1 }], { pool: 0 }), RangeError, "pool", "0"],
    ["buckets that are no choice", () => examples([{ input: [0], target: 1 }], { bucket: 3 as Anything }), TypeError, "bucket", "3"],
    ["a generator instead of a function", () => examples([].values() as Anything), TypeError, "a function that gives", "examples(() => …)"],
    ["an async generator", () => examples((async function* () {})() as Anything), TypeError, "is an AsyncGenerator", "examples(() => …)"],
    [
      "a function that gives nothing",
      ({ symbols }) =>
        train(
          symbols,
          examples(() => undefined as Anything),
        ),
      TypeError,
      "undefined",
      "generator",
    ],
    [
      "a function that gives no example",
      ({ symbols }) =>
        train(
          symbols,
          examples(() => []),
        ),
      RangeError,
      "nothing",
      "anew",
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
      ({ symbols }) => train(symbols, batches({ write: ({ input }: Anything) => input.values.fill(2 ** 30) })),
      RangeError,
      "row 0, step 0 of the input",
      "1073741824",
      "0 to 4",
    ],
    [
      "a target that is none",
      ({ symbols }) => train(symbols, batches({ write: ({ input, target }: Anything) => target.values.fill(input.values.fill(0)[0] - 7) })),
      RangeError,
      "row 0, step 0 of the target",
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
