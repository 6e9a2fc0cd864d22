// The printed plans of the stock networks are golden files: a change of the planner shows itself here, line by line.
// `UPDATE_GOLDEN=1 npx vitest run --project quick test/quick/plans.test.ts` writes them anew; read the difference before committing it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  add,
  bidirectional,
  cell,
  complement,
  crossEntropy,
  type Definition,
  dense,
  embedding,
  features,
  gru,
  last,
  lstm,
  meanSquared,
  mix,
  model,
  mul,
  type PlanOptions,
  plan,
  printGraph,
  reservoir,
  rnn,
  seq2seq,
  sigmoid,
  tanh,
  tokens,
} from "../../src/index.ts";

/** The minimal gated unit (Zhou et al. 2016). */
const mgu = (units: number) =>
  cell({
    name: "mgu",
    state: { h: units },
    step({ x, h, linear, bias }) {
      const f = sigmoid(add(linear("wf", x, units), linear("uf", h, units), bias("bf", units)));
      const n = tanh(add(linear("wn", x, units), linear("un", mul(f, h), units), bias("bn", units)));
      return { h: mix(complement(f), h, n) };
    },
  });

const characters = (layers: Parameters<typeof model>[0]["layers"]): Definition =>
  model({ input: tokens(65), layers, loss: crossEntropy() });

const hidden = characters([rnn(128), dense(65)]);
const output = characters([rnn(128, { recurrence: "output" }), dense(65)]);
const both = characters([rnn(128, { recurrence: "both" }), dense(65)]);
const vector = model({ input: features(12), layers: [rnn(32), last(), dense(9)], loss: crossEntropy() });
const stack = characters([embedding(24), rnn(64), rnn(64), dense(65)]);
const memory = characters([embedding(64), lstm(128), dense(65)]);
const gated = characters([embedding(64), gru(128), dense(65)]);
const before = characters([embedding(64), gru(128, { reset: "before" }), dense(65)]);
const deep = characters([
  lstm(32, { peepholes: true, projection: 16, delays: [1, 8], transition: [dense(24, { activation: "tanh" })], transitionSkip: "concat" }),
  dense(65),
]);
const twoWays = characters([bidirectional(rnn(64)), dense(65)]);
const own = model({ input: features(3), layers: [mgu(32), dense(2)], loss: meanSquared() });

/** A leaky unit whose own weights are frozen: nothing flows back through time unless something below it is trained. */
const frozen = (units: number) =>
  cell({
    name: "frozen",
    state: { h: units },
    step: ({ x, h, linear, bias }) => ({
      h: tanh(add(linear("wx", x, units, undefined, false), bias("b", units, undefined, false), linear("wh", h, units, undefined, false))),
    }),
  });
const translator = seq2seq({
  source: tokens(30),
  target: tokens(40),
  encoder: [embedding(24), bidirectional(gru(64))],
  decoder: [embedding(24), gru(96), dense(40)],
  context: "both",
});
const readOut = model({ input: features(3), layers: [frozen(32), dense(2)], loss: meanSquared() });
const below = model({ input: features(3), layers: [dense(8), frozen(32), dense(2)], loss: meanSquared() });

const CASES: [name: string, definition: Definition, options: PlanOptions][] = [
  ["hidden-recurrence", hidden, {}],
  ["output-recurrence-free-running", output, { teacherForcing: false }],
  ["output-recurrence-teacher-forced", output, {}],
  ["both-recurrences-teacher-forced", both, {}],
  ["sequence-to-vector", vector, {}],
  ["two-layers", stack, {}],
  ["own-cell", own, {}],
  ["lstm", memory, {}],
  ["gru", gated, {}],
  ["gru-reset-before", before, {}],
  ["lstm-deep-and-far", deep, {}],
  ["reservoir", model({ input: features(3), layers: [reservoir(1000, { leak: 0.3 }), dense(2)], loss: meanSquared() }), {}],
  ["both-directions", twoWays, {}],
  ["frozen-recurrence", readOut, {}],
  ["frozen-recurrence-above-trained", below, {}],
  ["sequence-to-sequence", translator, { sourceSteps: 48 }],
  ["hidden-recurrence-streaming", hidden, { purpose: "predict", batch: 1, steps: 1 }],
];

function expectGolden(name: string, text: string): void {
  const file = new URL(`../golden/${name}.txt`, import.meta.url);
  if (process.env.UPDATE_GOLDEN || !existsSync(file)) writeFileSync(file, `${text}\n`);
  expect(`${text}\n`).toBe(readFileSync(file, "utf8"));
}

test.each(CASES)("plan of %s", (name, definition, options) => {
  expectGolden(name, String(plan(definition, { batch: 32, steps: 64, ...options })));
});

test("graph of both directions", () =>
  expectGolden(
    "graph-of-both-directions",
    printGraph(model({ input: features(3), layers: [bidirectional(rnn(4)), dense(2)], loss: meanSquared() })),
  ));

test("each direction has a loop of its own, and its gradient's loop runs the other way", () => {
  const directions = plan(twoWays, { batch: 32, steps: 64 }).stages.map(({ direction }) => direction);
  expect(directions.filter((direction) => direction === 1)).toHaveLength(2);
  expect(directions.filter((direction) => direction === -1)).toHaveLength(2);
  expect(plan(twoWays, { batch: 32, steps: 64 }).carried.map(({ label }) => label)).toEqual(["layer 1/bidirectional/forward/rnn/h"]);
});

test("graph of hidden recurrence", () => expectGolden("graph-of-hidden-recurrence", printGraph(hidden)));

const loops = (definition: Definition, options: PlanOptions): number =>
  plan(definition, { batch: 32, steps: 64, ...options }).stages.filter(({ direction }) => direction !== 0).length;

test("teacher forcing cuts the only cycle, so that nothing runs step by step", () => {
  expect(loops(output, { teacherForcing: true })).toBe(0);
  expect(loops(output, { teacherForcing: false })).toBe(2);
});

test("where hidden recurrence remains, the loops that remain are its own", () => {
  expect(loops(both, { teacherForcing: true })).toBe(2);
  expect(loops(both, { teacherForcing: false })).toBe(2);
});

test("each layer of a stack has one loop each way, and everything else is hoisted out of them", () => {
  const { stages } = plan(stack, { batch: 32, steps: 64 });
  expect(stages.filter(({ direction }) => direction === 1)).toHaveLength(2);
  expect(stages.filter(({ direction }) => direction === -1)).toHaveLength(2);
  for (const { direction, steps } of stages) if (direction !== 0) expect(steps).toHaveLength(2);
});
