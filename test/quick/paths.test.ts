// Lengths of paths, against counts worked out by hand on the three figures of the textbook and on the stock cells.

import { describe, expect, test } from "vitest";
import {
  add,
  attention,
  cell,
  crossEntropy,
  type Definition,
  dense,
  features,
  gru,
  type Layer,
  last,
  lstm,
  meanSquared,
  model,
  predictedLength,
  rnn,
  seq2seq,
  square,
  tanh,
  tokens,
} from "../../src/index.ts";
import { leastRatio } from "../../src/inspect/cycles.ts";
import { paths } from "../../src/inspect/index.ts";

const on = (...layers: Layer[]): Definition => model({ input: features(3), layers, loss: meanSquared() });
const range = (shortest: number, longest: number, gated = shortest) => ({ shortest, longest, gated });

/** Hidden to hidden by way of a layer of its own; `skip`: and around it. */
const deep = (units: number, skip: boolean): Layer =>
  cell({
    name: "deep",
    state: { h: units },
    step({ x, h, linear }) {
      const input = tanh(linear("wu", x, units));
      const through = tanh(linear("wv", h, units));
      const sum = add(linear("w", input, units), linear("v", through, units));
      return { h: tanh(skip ? add(sum, linear("s", h, units)) : sum) };
    },
  });

describe("the figures of the textbook (10.13)", () => {
  test("(a) stacked: one step in time for each layer, and one more on the way up", () => {
    const { recurrent, through, steps } = paths(on(rnn(4), rnn(5), dense(2)), { steps: 7 });
    expect(steps).toBe(7);
    expect(recurrent).toEqual(
      ["layer 1/rnn", "layer 2/rnn"].map((layer) => ({ layer, state: "h", direction: 1, perStep: range(1, 1), over: range(7, 7) })),
    );
    expect(through).toEqual(range(2, 2));
  });

  test("(b) deeper from input to hidden, hidden to hidden and hidden to output: twice as long in time", () => {
    const { recurrent, through } = paths(on(deep(4, false), dense(6, { activation: "tanh" }), dense(2)), { steps: 10 });
    expect(recurrent).toEqual([{ layer: "layer 1/deep", state: "h", direction: 1, perStep: range(2, 2), over: range(20, 20) }]);
    expect(through).toEqual(range(3, 3));
  });

  test("(c) a skip connection around the hidden layer: the shortest is again as short as without it", () => {
    const { recurrent } = paths(on(deep(4, true), dense(2)), { steps: 10 });
    expect(recurrent[0]).toMatchObject({ perStep: range(1, 2), over: range(10, 20) });
  });
});

describe("delays", () => {
  test("of 1 and 8 take strides of 8, and single steps for the rest", () => {
    const { recurrent } = paths(on(rnn(4, { delays: [1, 8] }), dense(2)), { steps: 100 });
    // 12 strides and 4 steps.
    expect(recurrent).toEqual([{ layer: "layer 1/rnn", state: "h", direction: 1, perStep: range(1 / 8, 1), over: range(16, 100) }]);
  });

  test("of 3 and 5 reach 11 by 5 + 3 + 3", () => {
    const [{ perStep, over }] = paths(on(rnn(4, { delays: [3, 5] }), dense(2)), { steps: 11 }).recurrent;
    expect(perStep?.shortest).toBeCloseTo(1 / 5, 12);
    expect(perStep?.longest).toBeCloseTo(1 / 3, 12);
    expect(over).toEqual(range(3, 3));
  });

  test("of 8 alone reach multiples of 8 only", () => {
    const layers = on(rnn(4, { delays: [8] }), dense(2));
    expect(paths(layers, { steps: 96 }).recurrent[0].over).toEqual(range(12, 12));
    expect(paths(layers, { steps: 100 }).recurrent[0]).toMatchObject({ perStep: range(1 / 8, 1 / 8), over: null });
  });
});

describe("cells", () => {
  test("of encoder and decoder: each timeline its own, and from the source through what stands between to the first output", () => {
    const translation = (options: object): Definition =>
      seq2seq({ source: features(3), target: features(2), encoder: [rnn(4)], decoder: [rnn(5), dense(2)], ...options });
    // The encoder's tanh, a bridge, and the decoder's tanh; the output is heard and is a state.
    const { recurrent, through } = paths(translation({}), { steps: 7 });
    expect(recurrent.map(({ layer, state, over }) => [layer, state, over])).toEqual([
      ["encoder 1/rnn", "h", range(7, 7)],
      ["decoder 1/rnn", "h", range(7, 7)],
      ["decoder 2/dense", "output", range(7, 7)],
    ]);
    expect(through).toEqual(range(2, 2));
    expect(paths(translation({ bridge: [dense(5, { activation: "tanh" })], context: "both" })).through).toEqual(range(3, 3));
    // What attention weighs passes its encoder's tanh, and the weights gate it.
    const looking = translation({ decoder: [rnn(4), attention({ score: "dot" }), dense(2)] });
    expect(paths(looking).through).toMatchObject({ shortest: 2, gated: 1 });
    // Chosen symbols have no derivative.
    const said = seq2seq({ source: tokens(3), target: tokens(3), encoder: [rnn(4)], decoder: [rnn(4), dense(3)] });
    expect(paths(said).recurrent.map(({ layer }) => layer)).toEqual(["encoder 1/rnn", "decoder 1/rnn"]);
    // Nothing comes in where there is no source but the steps that are left.
    const made = { target: features(2), decoder: [rnn(4), dense(2)], stop: predictedLength({ maximum: 5 }) };
    expect(paths(seq2seq(made)).through).toBeNull();
  });

  test("lstm: along c there are only the gates; the longest way leads through the forget gate and out again", () => {
    const { recurrent, through } = paths(on(lstm(4), dense(2)), { steps: 100 });
    const [h, c] = ["h", "c"].map((name) => recurrent.find(({ state }) => state === name));
    // In by a gate and its product, 99 times the product with the forget gate, out by tanh and the product with the output gate.
    expect(h).toMatchObject({ layer: "layer 1/lstm", perStep: range(1, 4, 0), over: range(2 + 99 + 2, 400, 2) });
    expect(c).toMatchObject({ perStep: range(1, 4, 0), over: { shortest: 100, gated: 0 } });
    // Up through the output gate: sigmoid and product; or through input gate, its product, tanh and the product.
    expect(through).toEqual(range(2, 4, 1));
  });

  test("gru: past everything by the update gate", () => {
    const { recurrent } = paths(on(gru(4), dense(2)), { steps: 10 });
    expect(recurrent).toEqual([{ layer: "layer 1/gru", state: "h", direction: 1, perStep: range(1, 4, 0), over: range(10, 40, 0) }]);
  });

  test("a leaky unit has a way without any", () => {
    expect(paths(on(rnn(4, { leak: 0.5 }), dense(2)), { steps: 9 }).recurrent[0]).toMatchObject({
      perStep: range(0, 1),
      over: range(0, 9),
    });
  });

  test("a linear recurrence has none, a squared one has one although a square is a product", () => {
    expect(paths(on(rnn(4, { activation: "identity" }))).recurrent[0]).toMatchObject({ perStep: range(0, 0), over: range(0, 0) });
    const squared = cell({ name: "squared", state: { h: 3 }, step: ({ x, h }) => ({ h: square(add(x, h)) }) });
    expect(paths(on(squared)).recurrent[0]).toMatchObject({ perStep: range(1, 1), over: range(100, 100) });
  });
});

describe("what is heard", () => {
  test("the output comes round by the units that hear it", () => {
    const { recurrent } = paths(on(rnn(4, { recurrence: "output" }), dense(2)), { steps: 5 });
    expect(recurrent).toEqual([{ layer: "layer 2/dense", state: "output", direction: 1, perStep: range(1, 1), over: range(5, 5) }]);
  });

  test("nothing passes a symbol that was chosen", () => {
    const layers = [rnn(4, { recurrence: "output" }), dense(3)];
    const said = model({ input: tokens(3), layers, loss: crossEntropy(), feedback: "symbol" });
    for (const { perStep, over } of paths(said).recurrent) expect([perStep, over]).toEqual([null, null]);
    const soft = model({ input: tokens(3), layers, loss: crossEntropy(), feedback: "softmax" });
    expect(paths(soft).recurrent[0]).toMatchObject({ perStep: range(2, 2) });
  });

  test("a vector is reached from the last step", () => {
    expect(paths(on(rnn(4), last(), dense(2))).through).toEqual(range(1, 1));
  });
});

test("the least ratio of a cycle is found among several", () => {
  const edge = (from: number, to: number, length: number, time: number) => ({ from, to, length, time });
  expect(leastRatio([edge(0, 1, 1, 1), edge(1, 0, 2, 1), edge(1, 1, 5, 3), edge(1, 2, 0, 1), edge(2, 1, 3, 4)], 3)).toBe(3 / 5);
  expect(leastRatio([edge(0, 1, 1, 1)], 2)).toBeNull();
});
