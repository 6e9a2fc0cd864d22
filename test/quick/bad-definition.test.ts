// What a bad definition gets: a sentence with the place, both numbers and the next step, before any work.

import { describe, expect, test } from "vitest";
import * as words from "../../src/index.ts";
import {
  add,
  alphabet,
  type CellOptions,
  cell,
  complement,
  concat,
  constant,
  crossEntropy,
  delay,
  dense,
  dropout,
  embedding,
  features,
  glorot,
  type Layer,
  last,
  meanSquared,
  model,
  mul,
  rnn,
  type StepInput,
  scale,
  shift,
  slice,
  tanh,
  tokens,
  uniform,
  type Value,
} from "../../src/index.ts";
import { type Row, refuses } from "../support/refuse.ts";

// biome-ignore lint/suspicious/noExplicitAny: the table says on purpose what the types forbid
type Anything = any;

const withLayers = (...layers: Anything[]) => model({ input: features(3), layers, loss: meanSquared() });
const withSymbols = (...layers: Anything[]) => model({ input: tokens(5), layers, loss: crossEntropy() });
/** A model of one cell of width 4 whose step is the given one. */
const withStep = (step: (input: Anything) => Anything, more: Anything = {}) =>
  withLayers(cell({ name: "own", state: { h: 4 }, step, ...more } as CellOptions<{ h: number }>), dense(2));
type Given = StepInput & { readonly h: Value };
/** A model whose cell does something with x (3 wide) and h (4 wide) before it returns h. */
const whileStepping = (act: (input: Given) => unknown) =>
  withStep((input: Given) => {
    act(input);
    return { h: tanh(input.h) };
  });

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
        "layers 1 and 3",
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
      ],
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

describe("cell", () => {
  const other: { value?: Value } = {};
  withStep(({ h }: Given) => {
    other.value = h;
    return { h: tanh(h) };
  });
  refuses(
    () => null,
    [
      ["nothing", () => cell(undefined as Anything), TypeError, "cell", "undefined"],
      ["no state", () => withStep(() => ({}), { state: {} }), TypeError, "own", "at least one state"],
      ["state that is none", () => withStep(() => ({}), { state: null }), TypeError, "own", "state", "{ h: 64 }"],
      ["a reserved state", () => withStep(() => ({}), { state: { linear: 3 } }), TypeError, "own", '"linear"'],
      ["no step", () => withStep(undefined as Anything), TypeError, "own", "step", "function"],
      ["a forgotten state", () => withStep(() => ({})), TypeError, "layer 1/own", 'no "h"', "{ h }"],
      ["nothing returned", () => withStep(() => undefined), TypeError, "layer 1/own", "undefined", "{ h }"],
      ["an unknown state", () => withStep(({ h }) => ({ h, c: h })), TypeError, "layer 1/own", '"c"', "h"],
      ["a state of another width", () => withStep(({ x }) => ({ h: x })), RangeError, "layer 1/own", "4 wide", "3", "state: { h: 3 }"],
      ["a state as it was", () => withStep(({ h }) => ({ h })), TypeError, "layer 1/own", "state h", "zero for ever"],
      ["a slice of all of a state", () => withStep(({ h }) => ({ h: slice(h, 0, 4) })), TypeError, "state h", "zero for ever"],
      [
        "two states that change places",
        () => withStep(({ h, c }) => ({ h: c, c: h }), { state: { h: 4, c: 4 } }),
        TypeError,
        "state h",
        "zero for ever",
      ],
      ["a number as state", () => withStep(() => ({ h: 0 })), TypeError, "layer 1/own", "0 for state h", "symbolic"],
      ["a parameter as state", () => withStep(({ bias }) => ({ h: bias("b", 4) })), TypeError, "layer 1/own", "[1 × 4]", "sequence"],
      ["a number as output", () => withStep(({ h }) => ({ h: tanh(h), output: 1 })), TypeError, "layer 1/own", "1 as output", "symbolic"],
      ["another model's state", () => withStep(() => ({ h: other.value })), TypeError, "layer 1/own", "state h", "another model"],
      [
        "another model's output",
        () => withStep(({ h }) => ({ h: tanh(h), output: other.value })),
        TypeError,
        "layer 1/own",
        "another model",
      ],
      ["another model's value in a word", () => whileStepping(({ h }) => add(h, other.value as Value)), TypeError, "two different models"],
      [
        "another model's value in linear()",
        () => whileStepping(({ linear }) => linear("w", other.value as Value, 4)),
        TypeError,
        "layer 1/own",
        "another model",
      ],
      [
        "two parameters of one name",
        () => whileStepping(({ x, linear }) => [linear("w", x, 4), linear("w", x, 4)]),
        TypeError,
        "layer 1/own",
        '"w"',
      ],
      ["a nameless parameter", () => whileStepping(({ bias }) => bias("", 4)), TypeError, "layer 1/own", "name"],
      ["a parameter's name with a slash", () => whileStepping(({ bias }) => bias("a/b", 4)), TypeError, "layer 1/own", '"a/b"'],
      ["linear() of a number", () => whileStepping(({ linear }) => linear("w", 5 as Anything, 4)), TypeError, "layer 1/own", "5"],
      [
        "linear() with a first value of a number",
        () => whileStepping(({ linear, x }) => linear("w", x, 4, 0.5 as Anything)),
        TypeError,
        "layer 1/own/w",
        "0.5",
      ],
      ["widths that differ", () => whileStepping(({ x, h }) => add(x, h)), RangeError, "layer 1/own", "width 3", "width 4", "linear()"],
      ["a word of a number", () => whileStepping(({ h }) => mul(h, 2 as Anything)), TypeError, "mul()", "2", "scale(x, k)"],
      ["a word of nothing", () => whileStepping(() => (tanh as Anything)()), TypeError, "tanh()", "undefined"],
      ["concat() of nothing", () => whileStepping(() => concat()), TypeError, "concat()", "at least one"],
      ["scale() by NaN", () => whileStepping(({ h }) => scale(h, Number.NaN)), TypeError, "scale()", "NaN"],
      ["scale() beyond f32", () => whileStepping(({ h }) => scale(h, 1e39)), TypeError, "scale()", "1e+39"],
      ["shift() by a value", () => whileStepping(({ h }) => shift(h, h as Anything)), TypeError, "shift()", "symbolic"],
      ["slice() beyond the end", () => whileStepping(({ h }) => slice(h, 2, 3)), RangeError, "slice", "4"],
      ["slice() of half a column", () => whileStepping(({ h }) => slice(h, 0.5, 1)), RangeError, "slice", "0.5"],
      ["delay() of 0", () => whileStepping(({ h }) => delay(h, 0)), RangeError, "delay()", "0", "from 1"],
      ["delay() of 1.5", () => whileStepping(({ h }) => delay(h, 1.5)), RangeError, "delay()", "1.5"],
      ["delay() of a row", () => whileStepping(({ bias }) => delay(bias("b", 4))), TypeError, "delay()", "[1 × 4]"],
    ],
  );
});

describe("a symbolic value used as a number", () => {
  refuses(
    () => null,
    (
      [
        ["h + 1", ({ h }) => (h as Anything) + 1],
        ['h + " text"', ({ h }) => `${(h as Anything) + " text"}`],
        ["h * x", ({ h, x }) => (h as Anything) * (x as Anything)],
        ["-h", ({ h }) => -(h as Anything)],
        ["h > 0", ({ h }) => (h as Anything) > 0],
        // biome-ignore lint/suspicious/noDoubleEquals: it coerces, and that is what is tested
        ["h == 0", ({ h }) => (h as Anything) == 0],
        ["h < x", ({ h, x }) => h < x],
        ["Math.max(h, 0)", ({ h }) => Math.max(h as Anything, 0)],
        ["Number(h)", ({ h }) => Number(h)],
        ["h ** 2", ({ h }) => (h as Anything) ** 2],
      ] as readonly (readonly [string, (input: Given) => unknown])[]
    ).map(([what, act]): Row<null> => [what, () => whileStepping(act), TypeError, "layer 1/own", "used as a number", "add(a, b)"]),
  );
  test("in a template string it says what it is", () => {
    let text = "";
    whileStepping(({ h }) => {
      text = `${h}`;
    });
    expect(text).toBe("symbolic sequence of width 4");
  });
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

test("every word for a cell is refused outside of one", () => {
  for (const word of [words.add, words.sub, words.mul, words.div, words.mix, words.tanh, words.exp, words.softmax, complement])
    expect(() => (word as Anything)(1, 2, 3)).toThrow(TypeError);
  const layer: Layer = dense(3);
  expect(Object.keys(layer)).toContain("text");
});
