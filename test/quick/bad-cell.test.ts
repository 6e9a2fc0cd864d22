// What a bad cell gets: a sentence with the layer, both numbers and the next step, while its step function is traced.

import { describe, expect, test } from "vitest";
import { add, cell, complement, concat, delay, mul, scale, shift, slice, tanh, type Value } from "../../src/index.ts";
import { type Anything, type Given, whileStepping, withStep } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";

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

test("every word for a cell is refused outside of one", () => {
  for (const word of [add, mul, tanh, concat, complement]) expect(() => (word as Anything)(1, 2, 3)).toThrow(TypeError);
});
