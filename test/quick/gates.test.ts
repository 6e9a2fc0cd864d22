// The kernels of gates against the maps that they stand for: the same bytes; and which maps are recognised, and which are not.

import { describe, expect, test } from "vitest";
import {
  add,
  cell,
  compile,
  dense,
  examples,
  features,
  gru,
  type Layer,
  last,
  lstm,
  meanSquared,
  mix,
  model,
  mul,
  plan,
  relu,
  sgd,
  sigmoid,
  slice,
  tanh,
  type Value,
} from "../../src/index.ts";
import type { Purpose } from "../../src/plan/unfold.ts";
import { CELLS } from "../reference/cells.ts";
import { dataOf, type Size } from "../reference/data.ts";
import { BINARIES, runEngine } from "../support/engine.ts";

const network = (...layers: Layer[]) => model({ input: features(5), layers: [...layers, dense(3)], loss: meanSquared() });

/** An LSTM with whatever is put in the place of its parts. */
const lstmLike = (parts: {
  gate?: (x: Value) => Value;
  squash?: (x: Value) => Value;
  forget?: (pre: Value, c: Value) => Value;
  next?: (kept: Value, added: Value) => Value;
  output?: (h: Value, c: Value) => Value;
}) =>
  cell({
    name: "own",
    state: { h: 8, c: 8 },
    step({ x, h, c, linear }) {
      const { gate = sigmoid, squash = tanh, forget = (pre) => pre, next = add, output = (value) => value } = parts;
      const all = add(linear("w", x, 32), linear("u", h, 32));
      const [i, f, g, o] = [0, 1, 2, 3].map((index) => slice(all, index * 8, 8));
      const state = next(mul(gate(forget(f, c)), c), mul(squash(g), gate(i)));
      return { h: output(mul(tanh(state), gate(o)), state), c: state };
    },
  });

/** A GRU whose sums of products were made before. */
const separateGru = (units: number) =>
  cell({
    name: "gru",
    state: { h: units },
    step({ x, h, linear, bias }) {
      const gate = (name: string) => sigmoid(add(linear(`w${name}`, x, units), linear(`u${name}`, h, units), bias(`b${name}`, units)));
      const heard = add(linear("un", h, units), bias("bn", units));
      return { h: mix(gate("z"), h, tanh(add(mul(heard, gate("r")), linear("wn", x, units)))) };
    },
  });

const kernels = (layer: Layer, purpose: "train" | "predict" = "train"): string[] =>
  plan(network(layer), { purpose, batch: 2, steps: 3 }).stages.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === "map" && step.fused ? [step.fused.kernel] : [])),
  );

const both = (name: string): string[] => [`${name} gates`, `d ${name} gates`];

describe("recognised by what is computed", () => {
  const cases: [string, Layer, string][] = [
    ["lstm()", lstm(9), "lstm"],
    ["gru()", gru(9), "gru"],
    ["gates of separate products", CELLS.lstm(9), "lstm"],
    ["gates of one product", CELLS["lstm of one product"](9), "lstm"],
    ["factors the other way round", lstmLike({ next: (kept, added) => add(added, kept) }), "lstm"],
    ["a state that is also the output", lstmLike({ output: (h, c) => add(h, c) }), "lstm"],
    ["a gru of separate products", separateGru(9), "gru"],
  ];
  test.each(cases)("%s", (_, layer, name) => {
    expect(kernels(layer)).toEqual(both(name));
    expect(kernels(layer, "predict")).toEqual([`${name} gates`]);
  });

  test("what is left of a map goes before or after: a forget gate that sees the state", () => {
    expect(kernels(lstmLike({ forget: (pre, c) => add(pre, c) }))).toEqual(both("lstm"));
  });

  test.each([
    ["another gate", lstmLike({ gate: relu })],
    ["another activation", lstmLike({ squash: relu })],
    ["an activation between the gate's own and the product's", lstmLike({ gate: (x) => tanh(sigmoid(x)) })],
    ["no sum of two products", lstmLike({ next: (kept, added) => mix(sigmoid(added), kept, added) })],
    ["a gru whose reset comes first", gru(9, { reset: "before" })],
    ["a minimal gated unit", CELLS.mgu(9)],
  ])("%s stays a map", (_, layer) => expect(kernels(layer)).toEqual([]));

  test("the printed plan shows it", () => {
    const text = String(plan(network(lstm(8)), { batch: 2, steps: 3 }));
    expect(text).toMatch(/^ +lstm gates +\[2 × 8\]/m);
    expect(text).toMatch(/^ +d lstm gates +\[2 × 8\]/m);
  });
});

describe("the same bytes as the maps", () => {
  const cases: [string, (units: number) => readonly Layer[]][] = [
    ["lstm()", (units) => [lstm(units)]],
    ["gru()", (units) => [gru(units)]],
    ["two layers of lstm()", (units) => [lstm(units), lstm(units + 1), last()]],
    ["two layers of gru()", (units) => [gru(units), gru(units + 1), last()]],
    ["lstm of separate products", (units) => [CELLS.lstm(units)]],
    ["gru of separate products", (units) => [separateGru(units)]],
    ["lstm with peephole", () => [lstmLike({ forget: (pre, c) => add(pre, c) })]],
    ["lstm that shows its state", () => [lstmLike({ output: (h, c) => add(h, c) })]],
  ];
  const sizes: Size[] = [
    { batch: 1, steps: 4, hidden: 7, input: 5, output: 3 },
    { batch: 2, steps: 1, hidden: 8, input: 5, output: 3 },
    { batch: 5, steps: 3, hidden: 17, input: 5, output: 3 },
  ];
  const purposes: Purpose[] = [
    { kind: "train", teacherForcing: true },
    { kind: "predict", raw: true },
  ];
  test.each(cases)("%s", async (_, layers) => {
    for (const size of sizes)
      for (const purpose of purposes)
        for (const binary of BINARIES) {
          const definition = network(...layers(size.hidden));
          const data = dataOf(definition, size, purpose, 5);
          const fused = await runEngine(definition, purpose, data, binary);
          expect(fused).toEqual(await runEngine(definition, purpose, data, binary, { fused: false }));
          expect(fused.output.some(Number.isNaN)).toBe(false);
        }
  });
});

test("where a number inside a kernel is not finite, the step names its state, time step and column", async () => {
  const definition = model({ input: features(1), layers: [gru(1), dense(1)], loss: meanSquared() });
  using net = await compile(definition);
  // r·(h(t−1)·wh + bn): the sum overflows once h(t−1) is a half, and tanh of it is 1 all the same.
  net.parameters.get("layer 1/gru/wx").set([0, 0, 0]);
  net.parameters.get("layer 1/gru/b").set([0, 0, 0]);
  net.parameters.get("layer 1/gru/wh").set([0, 0, 2e38]);
  net.parameters.get("layer 1/gru/bn").set([3e38]);
  const data = examples([{ input: [[1], [1], [1]], target: [[0], [0], [0]] }], { batch: 1 });
  const steps = net.train(data, { optimizer: sgd(0.1) });
  await expect(steps.next()).rejects.toThrow(/first such value is Infinity in layer 1\/gru at time step 1, row 0, column 0/);
});
