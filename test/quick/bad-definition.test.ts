// What a bad definition gets: a sentence with the place, both numbers and the next step, before any work.

import { describe } from "vitest";
import {
  alphabet,
  cell,
  constant,
  crossEntropy,
  dense,
  dropout,
  embedding,
  features,
  glorot,
  last,
  meanSquared,
  model,
  rnn,
  tokens,
  uniform,
} from "../../src/index.ts";
import { type Anything, whileStepping, withLayers, withSymbols } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";

const SIZES: readonly (readonly [string, (size: Anything) => unknown])[] = [
  ["tokens", (size) => tokens(size)],
  ["features", (size) => features(size)],
  ["embedding", (size) => embedding(size)],
  ["dense", (size) => dense(size)],
  ["rnn", (size) => rnn(size)],
  ["state h", (size) => cell({ name: "own", state: { h: size }, step: ({ h }) => ({ h }) })],
  ["own/w", (size) => whileStepping(({ x, linear }) => linear("w", x, size))],
  ["own/b", (size) => whileStepping(({ bias }) => bias("b", size))],
];
const BAD_SIZES: readonly (readonly [Anything, typeof TypeError | typeof RangeError, string])[] = [
  [0, RangeError, "0"],
  [-3, RangeError, "-3"],
  [2.5, RangeError, "2.5"],
  [Number.NaN, RangeError, "NaN"],
  [Number.POSITIVE_INFINITY, RangeError, "Infinity"],
  [2 ** 25, RangeError, "33554432"],
  ["4", TypeError, '"4"'],
  [4n, TypeError, "4n"],
  [null, TypeError, "null"],
  [undefined, TypeError, "undefined"],
];

describe("sizes", () => {
  refuses(
    () => null,
    SIZES.flatMap(([place, make]) =>
      BAD_SIZES.map(([size, kind, said]): Row<null> => [`${place} of ${said}`, () => make(size), kind, place, said]),
    ),
  );
});

describe("options with unknown names", () => {
  const wrong: Anything = { sped: 1 };
  refuses(
    () => null,
    (
      [
        ["model", () => model({ input: features(1), layers: [dense(1)], loss: meanSquared(), ...wrong })],
        ["embedding", () => embedding(4, wrong)],
        ["dense", () => dense(4, wrong)],
        ["rnn", () => rnn(4, wrong)],
        ["dropout", () => dropout(0.5, wrong)],
        ["cell", () => cell({ name: "own", state: { h: 1 }, step: ({ h }) => ({ h }), ...wrong })],
        ["crossEntropy", () => crossEntropy(wrong)],
      ] as const
    ).map(([place, act]): Row<null> => [place, act, TypeError, place, '"sped"', "The options are: "]),
  );
});

describe("model", () => {
  const good = { input: features(3), layers: [dense(2)], loss: meanSquared() };
  const change = (part: Anything) => () => model({ ...good, ...part });
  refuses(
    () => null,
    [
      ["nothing", () => model(undefined as Anything), TypeError, "model", "undefined"],
      ["input a number", change({ input: 3 }), TypeError, "input", "tokens(n)", "3"],
      ["input without its size", change({ input: { kind: "tokens" } }), TypeError, "tokens", "undefined"],
      ["no layers", change({ layers: [] }), TypeError, "layers", "at least one", "array of 0"],
      ["a layer that was not called", change({ layers: [last] }), TypeError, "layer 1", "a function"],
      ["a hole among the layers", change({ layers: [dense(1), undefined] }), TypeError, "layer 2", "undefined"],
      ["a layer that builds nothing", change({ layers: [{ ...dense(2), build: () => 5 }] }), TypeError, "layer 1/dense", "5"],
      ["a loss that was not called", change({ loss: meanSquared }), TypeError, "loss", "crossEntropy()", "a function"],
      ["an unknown loss", change({ loss: { kind: "hinge", ignore: -1 } }), TypeError, "loss", "hinge"],
      ["a fractional seed", change({ seed: 0.5 }), RangeError, "seed", "0.5"],
      ["a negative seed", change({ seed: -1 }), RangeError, "seed", "-1"],
      ["a seed of 33 bits", change({ seed: 2 ** 32 }), RangeError, "seed", "4294967295", "4294967296"],
      ["an unknown feedback", change({ feedback: "logits" }), TypeError, "feedback", '"logits"', '"softmax"'],
      ["a feedback that nobody hears", change({ feedback: "output" }), TypeError, "feedback", 'recurrence: "output"'],
      [
        "softmax heard without classes",
        change({ layers: [rnn(2, { recurrence: "output" })], feedback: "softmax" }),
        TypeError,
        "crossEntropy()",
      ],
      [
        "two layers of one name",
        () => withLayers(dense(2, { name: "out" }), rnn(2), dense(2, { name: "out" })),
        TypeError,
        "layer 1 and layer 3",
        '"out"',
      ],
      ["a name with a slash", () => withLayers(dense(2, { name: "a/b" })), TypeError, '"a/b"', '"/"'],
      ["an empty name", () => withLayers(dense(2, { name: "" })), TypeError, "name", '""'],
      ["a name that is no text", () => withLayers(dense(2, { name: 7 as Anything })), TypeError, "name", "7"],
      ["an embedding of numbers", () => withLayers(embedding(4)), TypeError, "layer 1/embedding", "width 3", "tokens(n)"],
      ["dropout of symbols", () => withSymbols(dropout(0.5), dense(5)), TypeError, "layer 1/dropout", "below 5"],
      ["recurrence after last()", () => withLayers(last(), rnn(4)), TypeError, "layer 2/rnn", "width 3", "last()"],
      ["last() twice", () => withLayers(last(), last()), TypeError, "layer 2/last", "sequence"],
      ["symbols as outputs", () => withSymbols(last()), TypeError, "layer 1/last", "dense(n)"],
      ["cross-entropy of one class", () => withSymbols(dense(1)), RangeError, "layer 1/dense", "at least 2", "1 wide"],
      [
        "ignoring a symbol that there is not",
        () => model({ input: tokens(4), layers: [dense(4)], loss: crossEntropy({ ignore: 4 }) }),
        RangeError,
        "ignore is 4",
        "0 to 3",
        "below 0",
      ],
      ["ignoring what 4 bytes cannot hold", () => crossEntropy({ ignore: -3e9 }), RangeError, "ignore", "-3000000000"],
      ["ignoring half a symbol", () => crossEntropy({ ignore: 1.5 }), RangeError, "ignore", "1.5"],
      ["an unknown activation", () => dense(3, { activation: "gelu" as Anything }), TypeError, "activation", '"gelu"', '"tanh"'],
      ["an unknown recurrence", () => rnn(3, { recurrence: "all" as Anything }), TypeError, "recurrence", '"all"', '"both"'],
      ["a bias that is no yes or no", () => dense(3, { bias: "no" as Anything }), TypeError, "dense: bias", '"no"'],
      ["hearing an output at the end", () => withLayers(rnn(2, { recurrence: "output" }), last()), TypeError, "last()"],
      ["dropping everything", () => dropout(1), RangeError, "1", "below 1"],
      ["dropping more than everything", () => dropout(1.2), RangeError, "1.2", "0 and 1"],
      ["dropping NaN", () => dropout(Number.NaN), TypeError, "rate", "NaN"],
      ["a first value of NaN", () => constant(Number.NaN), TypeError, "constant", "NaN"],
      ["a first value beyond f32", () => constant(1e39), TypeError, "constant", "1e+39"],
      ["an infinite limit", () => uniform(Number.POSITIVE_INFINITY), TypeError, "uniform", "Infinity"],
      ["a negative limit", () => uniform(-1), RangeError, "uniform", "-1", "0"],
      ["glorot of nothing", () => glorot(0, 4), RangeError, "glorot", "0"],
      ["an initialiser that is none", () => withSymbols(embedding(4, { initial: 0.1 as Anything })), TypeError, "0.1", "uniform("],
    ],
  );
});

describe("alphabet", () => {
  refuses(
    () => alphabet("abc"),
    [
      ["of nothing", () => alphabet(undefined as Anything), TypeError, "alphabet", "undefined"],
      ["of an empty text", () => alphabet(""), RangeError, "alphabet", "empty"],
      ["of numbers", () => alphabet([2, 1] as Anything), TypeError, "alphabet", "2"],
      ["of words", () => alphabet(["ab", "c"]), TypeError, '"ab"', "one character"],
      ["a foreign character", (letters) => letters.encode("abxc"), RangeError, '"x"', "position 2", "3"],
      ["no text", (letters) => letters.encode(5 as Anything), TypeError, "encode", "5"],
      ["a foreign symbol", (letters) => letters.decode([0, 3]), RangeError, "symbol 3", "position 1", "0 to 2"],
      ["half a symbol", (letters) => letters.decode([0.5]), RangeError, "0.5", "position 0"],
      ["a property's name as symbol", (letters) => letters.decode(["length"] as Anything), RangeError, '"length"', "position 0"],
      ["symbols that are no list", (letters) => letters.decode(5 as Anything), TypeError, "decode", "5"],
      ["no symbols", (letters) => letters.decode(null as Anything), TypeError, "decode", "null"],
    ],
  );
});
