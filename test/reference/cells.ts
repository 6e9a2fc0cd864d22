// Cells in a user's words: every word at least once, inside a recurrence, on a domain where it is finite and has no kink nearby.

import { cell, type State } from "../../src/define/cell.ts";
import type { Layer } from "../../src/define/layer.ts";
import type { Value } from "../../src/graph/value.ts";
import {
  abs,
  add,
  complement,
  concat,
  delay,
  div,
  drop,
  exp,
  log,
  mix,
  mul,
  neg,
  normalize,
  relu,
  scale,
  shift,
  sigmoid,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  zoneout,
} from "../../src/graph/words.ts";

/** h = tanh(formula(x·wx, h·wh, b, h)) */
const word =
  (name: string, formula: (a: Value, b: Value, row: Value, h: Value) => Value) =>
  (units: number): Layer =>
    cell({
      name,
      state: { h: units },
      step: ({ x, h, linear, bias }) => ({ h: tanh(formula(linear("wx", x, units), linear("wh", h, units), bias("b", units), h)) }),
    });

/** 1 and not much more: a smaller divisor makes 33 steps so sensitive that rounding alone moves a gradient by twice its bound (measured). */
const positive = (x: Value): Value => shift(square(x), 1);

const WORDS: Readonly<Record<string, (units: number) => Layer>> = {
  add: word("add", (a, b, row, h) => add(a, b, row, h)),
  "add twice the same": word("add2", (a, b, row) => add(add(a, a), add(b, row), b)),
  sub: word("sub", (a, b, row) => sub(sub(a, row), sub(row, b))),
  mul: word("mul", (a, b, row) => add(a, mul(a, b), mul(row, b))),
  div: word("div", (a, b, row) => add(div(a, positive(b)), div(b, positive(row)))),
  "div by itself": word("div2", (a, b, row) => div(a, add(positive(a), square(add(b, row))))),
  "row over rows": word("row", (a, b, row) => div(row, positive(add(a, b)))),
  mix: word("mix", (a, b, row, h) => mix(sigmoid(add(b, row)), h, a)),
  "mix of rows": word("mix2", (a, b, row) => mix(sigmoid(row), add(a, b), mix(b, row, a))),
  "mix of one": word("mix3", (a, b, row) => mix(sigmoid(b), a, add(a, row))),
  scale: word("scale", (a, b, row) => add(scale(a, -1.5), scale(b, 0.25), scale(row, 2))),
  shift: word("shift", (a, b, row) => mul(shift(a, 0.5), shift(add(b, row), -0.25))),
  neg: word("neg", (a, b, row) => add(neg(a), b, neg(row))),
  complement: word("complement", (a, b, row) => mul(complement(add(a, row)), complement(b))),
  tanh: word("tanh", (a, b, row) => add(tanh(add(a, b)), tanh(row))),
  sigmoid: word("sigmoid", (a, b, row) => add(sigmoid(add(a, b)), sigmoid(row))),
  relu: word("relu", (a, b, row) => add(relu(add(a, b)), relu(row))),
  softplus: word("softplus", (a, b, row) => add(softplus(add(a, b)), softplus(row))),
  exp: word("exp", (a, b, row) => sub(exp(tanh(add(a, b))), exp(row))),
  log: word("log", (a, b, row) => add(log(positive(a)), log(positive(b)), log(positive(row)))),
  sqrt: word("sqrt", (a, b, row) => sub(sqrt(positive(add(a, b))), sqrt(positive(row)))),
  abs: word("abs", (a, b, row) => sub(abs(add(a, b)), abs(row))),
  square: word("square", (a, b, row) => sub(square(a), add(square(b), square(row)))),
  // An epsilon of the size of the variance: two columns that nearly agree would make the function too steep for differences.
  normalize: word("normalize", (a, b, row, h) => add(normalize(add(a, b), 0.5), normalize(row, 0.5), scale(normalize(h, 0.5), 0.5))),
  drop: word("drop", (a, b, row, h) =>
    add(drop(a, 0.4), drop(b, 0.3, { perSequence: true }), drop(row, 0.2), drop(h, 0.5, { scaled: false })),
  ),
  softmax: word("softmax", (a, b, row) => add(scale(softmax(add(a, b)), 3), softmax(row))),
};

export const of =
  <const S extends State>(name: string, states: (units: number) => S, step: (units: number) => Parameters<typeof cell<S>>[0]["step"]) =>
  (units: number): Layer =>
    cell({ name, state: states(units), step: step(units) });

const one = (units: number) => ({ h: units });

const SHAPES = {
  concat: of("concat", one, (units) => ({ x, h, linear, bias }) => ({
    h: tanh(add(linear("w", concat(x, h, x), units), bias("b", units))),
  })),
  "slices of one product": of("slices", one, (units) => ({ x, h, linear, bias }) => {
    const all = add(linear("w", x, 3 * units), linear("u", h, 3 * units), bias("b", 3 * units));
    return { h: mix(sigmoid(slice(all, 0, units)), tanh(slice(all, units, units)), mul(h, sigmoid(slice(all, 2 * units, units)))) };
  }),
  "slices that overlap": of("overlap", one, (units) => ({ x, h, linear, bias }) => {
    const all = add(linear("w", x, 2 * units + 1), linear("u", h, 2 * units + 1));
    const row = bias("b", 2 * units);
    return {
      h: tanh(
        add(slice(all, 0, units), slice(all, 1, units), mul(slice(row, 0, units), slice(all, units + 1, units)), slice(row, units, units)),
      ),
    };
  }),
  "concat of slices": of("turn", one, (units) => ({ x, h, linear }) => {
    const all = tanh(linear("w", concat(h, x), 2 * units));
    return { h: slice(concat(slice(all, units, units), slice(all, 0, units)), 0, units) };
  }),
  "delay of the input": of("echo", one, (units) => ({ x, h, linear }) => ({
    h: tanh(add(linear("w0", x, units), linear("w1", delay(x), units), linear("w3", delay(x, 3), units), linear("u", h, units))),
  })),
  "delay of the state": of("skip", one, (units) => ({ x, h, linear }) => ({
    h: tanh(add(linear("w", x, units), linear("u1", h, units), linear("u3", delay(h, 2), units))),
  })),
  "delay of a product": of("later", one, (units) => ({ x, h, linear }) => {
    const product = linear("u", h, units);
    return { h: tanh(add(linear("w", x, units), delay(product, 2), mul(product, delay(product)))) };
  }),
  "delay beyond the sequence": of("far", one, (units) => ({ x, h, linear }) => ({
    h: tanh(add(linear("w", x, units), delay(linear("u", h, units), 50))),
  })),
  "state that stays now and then": of("zoneout", one, (units) => ({ x, h, linear }) => ({
    h: zoneout(h, tanh(add(linear("w", x, units), linear("u", drop(h, 0.2, { perSequence: true }), units))), 0.3),
  })),
  leaky: of("leaky", one, (units) => ({ x, h, linear }) => ({
    h: add(scale(h, 0.7), scale(tanh(add(linear("w", x, units), linear("u", h, units))), 0.3)),
  })),
  "deep transition": of("deep", one, (units) => ({ x, h, linear, bias }) => ({
    h: tanh(linear("v", sigmoid(add(linear("w", x, units + 2), linear("u", h, units + 2), bias("b", units + 2))), units)),
  })),
  "state that is only carried": of(
    "carried",
    (units) => ({ h: units, s: units }),
    () =>
      ({ h, s, x, linear }) => ({
        h: tanh(add(linear("w", x, h.width), s)),
        s: h,
      }),
  ),
  "output of its own": of("output", one, (units) => ({ x, h, linear, bias }) => {
    const next = tanh(add(linear("w", x, units), linear("u", h, units)));
    return { h: next, output: mul(next, sigmoid(add(linear("v", next, units), bias("b", units)))) };
  }),
  "row of a row": of("rows", one, (units) => ({ x, h, linear, bias }) => ({
    h: tanh(add(linear("w", x, units), h, linear("v", sigmoid(bias("b", units + 1)), units))),
  })),
  lstm: of(
    "lstm",
    (units) => ({ h: units, c: units }),
    (units) =>
      ({ x, h, c, linear, bias }) => {
        const gate = (name: string) => add(linear(`w${name}`, x, units), linear(`u${name}`, h, units), bias(`b${name}`, units));
        const next = add(mul(sigmoid(gate("f")), c), mul(sigmoid(gate("i")), tanh(gate("g"))));
        return { h: mul(sigmoid(gate("o")), tanh(next)), c: next };
      },
  ),
  "lstm of one product": of(
    "lstm",
    (units) => ({ h: units, c: units }),
    (units) =>
      ({ x, h, c, linear, bias }) => {
        const all = add(linear("w", x, 4 * units), linear("u", h, 4 * units), bias("b", 4 * units));
        const part = (index: number): Value => slice(all, index * units, units);
        const next = add(mul(sigmoid(part(1)), c), mul(sigmoid(part(0)), tanh(part(2))));
        return { h: mul(sigmoid(part(3)), tanh(next)), c: next };
      },
  ),
  gru: of("gru", one, (units) => ({ x, h, linear, bias }) => {
    const gates = sigmoid(add(linear("w", x, 2 * units), linear("u", h, 2 * units), bias("b", 2 * units)));
    const heard = mul(slice(gates, 0, units), add(linear("un", h, units), bias("bn", units)));
    return { h: mix(slice(gates, units, units), h, tanh(add(linear("wn", x, units), heard))) };
  }),
  mgu: of("mgu", one, (units) => ({ x, h, linear }) => {
    const f = sigmoid(add(linear("wf", x, units), linear("uf", h, units)));
    return { h: mix(f, h, tanh(add(linear("wn", x, units), linear("un", mul(f, h), units)))) };
  }),
};

export const CELLS: Readonly<Record<keyof typeof SHAPES, (units: number) => Layer>> & Readonly<Record<string, (units: number) => Layer>> = {
  ...WORDS,
  ...SHAPES,
};

/** A cell that hears the model's output. */
export const hearing = of("hearing", one, (units) => ({ x, y, h, linear }) => ({
  h: tanh(add(linear("w", x, units), linear("u", h, units), linear("v", y, units), linear("vv", delay(y), units))),
}));

/** A cell of symbols that also sees earlier symbols: before the first there is none. */
export const delayedSymbols = of("bigram", one, (units) => ({ x, h, linear }) => ({
  h: tanh(add(linear("w", x, units), linear("w1", delay(x), units), linear("w2", delay(x, 2), units), linear("u", h, units))),
}));
