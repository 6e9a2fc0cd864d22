// The stock cells: every option of every cell, and options that meet.

import { gru } from "../../src/define/gru.ts";
import type { Layer } from "../../src/define/layer.ts";
import { dense, embedding, last } from "../../src/define/layers.ts";
import { lstm } from "../../src/define/lstm.ts";
import { type RnnOptions, rnn } from "../../src/define/rnn.ts";
import { type Activation, elu, hardSigmoid, leakyRelu, scaledTanh, selu, thresholdedRelu } from "../../src/graph/activations.ts";
import { clamp, scale, tanh } from "../../src/graph/words.ts";

type Make = (units: number) => Layer;

/** At most some units: a projection must be smaller than what it projects. */
const smaller = (units: number): number => Math.ceil((units + 1) / 2);
const deep = (units: number): readonly Layer[] => [dense(units + 2, { activation: "sigmoid" }), dense(units, { activation: "tanh" })];

/** With a small epsilon one unit's or two units' variance decides how rounding is amplified, and the bounds say nothing. */
const NORM = { epsilon: 0.5 };

/** Every activation by its name, and those with numbers of their own. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  tanh: "tanh",
  sigmoid: "sigmoid",
  hardSigmoid: "hardSigmoid",
  relu: "relu",
  leakyRelu: "leakyRelu",
  elu: "elu",
  // As it is, it makes a recurrence with these weights explode, and every rounding with it.
  selu: (x) => selu(scale(x, 0.5)),
  softsign: "softsign",
  softplus: "softplus",
  silu: "silu",
  identity: "identity",
  "hardSigmoid of ONNX": (x) => hardSigmoid(x, 0.2, 0.5),
  "leakyRelu 0.2": (x) => leakyRelu(x, 0.2),
  "elu 0.5": (x) => elu(x, 0.5),
  thresholdedRelu: (x) => thresholdedRelu(x, 0.3),
  scaledTanh: (x) => scaledTanh(x, 1.7159, 2 / 3),
  clamp: (x) => clamp(x, -0.6, 0.9),
};

const LSTM: Readonly<Record<string, Make>> = {
  lstm,
  "lstm, no bias": (units) => lstm(units, { bias: false }),
  "lstm, peepholes": (units) => lstm(units, { peepholes: true }),
  "lstm, coupled": (units) => lstm(units, { coupled: true }),
  "lstm, coupled peepholes": (units) => lstm(units, { coupled: true, peepholes: true }),
  "lstm, clip": (units) => lstm(units, { clip: 0.7 }),
  "lstm, cellClip": (units) => lstm(units, { cellClip: 0.4 }),
  "lstm, projection": (units) => lstm(units + 1, { projection: smaller(units) }),
  "lstm, delays 1 and 3": (units) => lstm(units, { delays: [1, 3] }),
  "lstm, delay 2 alone": (units) => lstm(units, { delays: [2] }),
  "lstm, transition": (units) => lstm(units, { transition: deep(units) }),
  "lstm, transition, concat": (units) => lstm(units, { transition: deep(units), transitionSkip: "concat" }),
  "lstm, activations": (units) => lstm(units, { activation: "softsign", outputActivation: "identity", gate: "hardSigmoid" }),
  "lstm, layer norm": (units) => lstm(units, { layerNorm: NORM }),
  "lstm, layer norm, no bias, delays": (units) => lstm(units, { layerNorm: NORM, bias: false, delays: [1, 2] }),
  "lstm, recurrent dropout": (units) => lstm(units, { recurrentDropout: 0.4, delays: [1, 3] }),
  "lstm, zoneout": (units) => lstm(units, { zoneout: { h: 0.2, c: 0.5 } }),
  "lstm, all at once": (units) =>
    lstm(units + 1, {
      activation: (x) => tanh(scale(x, 0.8)),
      clip: 2,
      cellClip: 1.5,
      peepholes: true,
      coupled: true,
      projection: smaller(units),
      delays: [3, 1],
      transition: [dense(units + 1, { activation: "tanh" })],
      transitionSkip: "concat",
      layerNorm: NORM,
      recurrentDropout: 0.2,
      zoneout: 0.1,
    }),
};

const GRU: Readonly<Record<string, Make>> = {
  gru,
  "gru, reset before": (units) => gru(units, { reset: "before" }),
  "gru, no bias": (units) => gru(units, { bias: false }),
  "gru, reset before, no bias": (units) => gru(units, { reset: "before", bias: false }),
  "gru, clip": (units) => gru(units, { clip: 0.7 }),
  "gru, reset before, clip": (units) => gru(units, { reset: "before", clip: 0.7 }),
  "gru, delays 1 and 3": (units) => gru(units, { delays: [1, 3] }),
  "gru, delay 2 alone": (units) => gru(units, { delays: [2] }),
  "gru, reset before, delays 1 and 3": (units) => gru(units, { reset: "before", delays: [1, 3] }),
  "gru, transition": (units) => gru(units, { transition: deep(units), transitionSkip: "concat" }),
  "gru, reset before, transition": (units) => gru(units, { reset: "before", transition: deep(units), transitionSkip: "add" }),
  "gru, layer norm": (units) => gru(units, { layerNorm: NORM }),
  "gru, reset before, layer norm": (units) => gru(units, { reset: "before", layerNorm: NORM, delays: [1, 2] }),
  "gru, recurrent dropout": (units) => gru(units, { recurrentDropout: 0.4 }),
  "gru, reset before, zoneout": (units) => gru(units, { reset: "before", zoneout: 0.3, recurrentDropout: 0.2 }),
  "gru, activations": (units) => gru(units, { activation: "elu", gate: (x) => hardSigmoid(x, 0.2) }),
};

const rnns =
  (options: RnnOptions): Make =>
  (units) =>
    rnn(units, options);

const RNN: Readonly<Record<string, Make>> = {
  "rnn, no bias": rnns({ bias: false }),
  "rnn, clip": rnns({ clip: 0.7 }),
  "rnn, leak": rnns({ leak: 0.3 }),
  "rnn, learned leak": rnns({ leak: "learned" }),
  "rnn, delays 1 and 3": rnns({ delays: [1, 3] }),
  "rnn, delay 2 alone": rnns({ delays: [2] }),
  "rnn, transition": (units) => rnn(units, { transition: deep(units) }),
  "rnn, transition of one, add": (units) => rnn(units, { transition: [dense(units, { activation: "relu" })], transitionSkip: "add" }),
  "rnn, transition, concat, delays": (units) =>
    rnn(units, { transition: deep(units), transitionSkip: "concat", delays: [1, 4], leak: "learned" }),
  "rnn, layer norm": rnns({ layerNorm: NORM }),
  "rnn, recurrent dropout, zoneout": rnns({ recurrentDropout: 0.4, zoneout: { h: 0.3 } }),
  "rnn, a cell as transition": (units) => rnn(units, { transition: [rnn(units + 1), dense(units)] }),
};

const HEARING: Readonly<Record<string, Make>> = {
  "rnn, both, leak": rnns({ recurrence: "both", leak: 0.4 }),
  "rnn, output, learned leak": rnns({ recurrence: "output", leak: "learned" }),
  "rnn, both, layer norm": rnns({ recurrence: "both", layerNorm: NORM }),
  "rnn, output, zoneout": rnns({ recurrence: "output", zoneout: 0.3 }),
  "rnn, both, delays": rnns({ recurrence: "both", delays: [1, 2] }),
  "rnn, both, transition": (units) => rnn(units, { recurrence: "both", transition: deep(units), transitionSkip: "add", clip: 0.9 }),
};

/** Those that quick tests judge, in the first of the patterns. */
const QUICK = ["lstm", "gru", "gru, reset before", "rnn, transition, concat, delays"];

export interface StockCase {
  readonly name: string;
  readonly pattern: "hidden" | "vector" | "stacked" | "tokens" | "heard";
  readonly full: boolean;
  layers(w: { readonly hidden: number; readonly output: number }): readonly Layer[];
}

function* stockCases(): Generator<StockCase> {
  for (const [name, make] of Object.entries({ ...LSTM, ...GRU, ...RNN })) {
    yield { name, pattern: "hidden", full: !QUICK.includes(name), layers: (w) => [make(w.hidden), dense(w.output)] };
    yield { name: `${name}, to vector`, pattern: "vector", full: true, layers: (w) => [make(w.hidden), last(), dense(w.output)] };
    yield {
      name: `${name}, stacked`,
      pattern: "stacked",
      full: true,
      layers: (w) => [make(w.hidden + 1), make(w.hidden), dense(w.output)],
    };
  }
  for (const [name, make] of [
    ["lstm", lstm],
    ["gru", gru],
  ] as const)
    yield {
      name: `${name}, tokens`,
      pattern: "tokens",
      full: true,
      layers: (w) => [embedding(w.hidden + 1), make(w.hidden), dense(w.output)],
    };
  for (const [name, make] of Object.entries(HEARING))
    yield { name, pattern: "heard", full: true, layers: (w) => [make(w.hidden), dense(w.output)] };
  for (const [name, activation] of Object.entries(ACTIVATIONS))
    yield {
      name: `activation ${name}`,
      pattern: "hidden",
      full: true,
      layers: (w) => [dense(w.hidden + 1, { activation }), rnn(w.hidden, { activation }), dense(w.output)],
    };
}

export const STOCK: readonly StockCase[] = [...stockCases()];
