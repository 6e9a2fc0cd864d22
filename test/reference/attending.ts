// Attention for the case table: every score with every option, behind the decoder's layers and within a cell, over encoders of both directions.

import { type AttentionOptions, attention } from "../../src/define/attention.ts";
import { cell } from "../../src/define/cell.ts";
import { gru } from "../../src/define/gru.ts";
import type { Layer } from "../../src/define/layer.ts";
import { dense, embedding, features, tokens } from "../../src/define/layers.ts";
import { lstm } from "../../src/define/lstm.ts";
import { rnn } from "../../src/define/rnn.ts";
import { seq2seq } from "../../src/define/seq2seq.ts";
import type { Seq2seqOptions } from "../../src/define/seq2seq-options.ts";
import { bidirectional } from "../../src/define/wrappers.ts";
import { add, concat, tanh } from "../../src/graph/words.ts";
import type { Purpose } from "../../src/plan/unfold.ts";
import type { Case, Widths } from "./cases.ts";

const FORCED: Purpose = { kind: "train", teacherForcing: true };
/** What is said decides what is heard, so that attention is within the loop wherever it stands. */
const FREE: Purpose = { kind: "train", teacherForcing: false };
const PREDICT: Purpose = { kind: "predict", raw: true };

/** Bahdanau's place: the state of the step before looks, and what it finds enters the cell. */
export const attending = (units: number, options: AttentionOptions): Layer =>
  cell({
    name: "attending",
    state: { h: units },
    step({ x, h, linear, layer }) {
      const heard = concat(x, layer("attention", attention({ ...options, output: "context" }), h));
      return { h: tanh(add(linear("wx", heard, units), linear("wh", h, units))) };
    },
  });

const cases: Case[] = [];

function attend(name: string, options: (w: Widths) => Pick<Seq2seqOptions, "encoder" | "decoder">, purposes: readonly Purpose[]): void {
  cases.push({
    name: `attention, ${name}`,
    purposes,
    full: true,
    definition: (w) => seq2seq({ source: tokens(w.input), target: tokens(w.output), ...options(w) }),
  });
}

const OPTIONS: readonly [name: string, (w: Widths) => AttentionOptions][] = [
  ["dot", () => ({})],
  ["dot of equal widths, scaled", (w) => ({ units: w.hidden + 1, scale: true, values: 3 })],
  ["general", () => ({ score: "general" })],
  ["additive", () => ({ score: "additive" })],
  [
    "additive with a bias, the context alone",
    (w) => ({ score: "additive", units: w.hidden + 2, bias: true, values: w.hidden, output: "context" }),
  ],
];
for (const [name, options] of OPTIONS)
  attend(
    name,
    (w) => ({
      encoder: [embedding(w.hidden), gru(w.hidden)],
      decoder: [embedding(w.hidden), gru(w.hidden), attention(options(w)), dense(w.hidden, { activation: "tanh" }), dense(w.output)],
    }),
    name === "dot" || name === "additive" ? [FORCED, FREE, PREDICT] : [FORCED],
  );
for (const score of ["general", "additive"] as const)
  attend(
    `${score} within a cell, of both directions`,
    (w) => ({
      encoder: [embedding(w.hidden), bidirectional(rnn(w.hidden))],
      decoder: [embedding(w.hidden), attending(w.hidden, { score }), dense(w.output)],
    }),
    [FORCED, FREE],
  );
attend(
  "two layers that look, and one before all that recurs",
  (w) => ({
    encoder: [embedding(w.hidden), lstm(w.hidden)],
    decoder: [
      embedding(w.hidden),
      attention({ name: "first" }),
      lstm(w.hidden),
      attention({ score: "general", name: "second" }),
      dense(w.output),
    ],
  }),
  [FORCED],
);
cases.push({
  name: "attention of numbers",
  purposes: [FORCED, FREE],
  full: true,
  definition: (w) =>
    seq2seq({
      source: features(w.input),
      target: features(w.output),
      encoder: [gru(w.hidden)],
      decoder: [attention({ score: "additive", units: 5 }), gru(w.hidden), attention(), dense(w.output)],
    }),
});

export const ATTENDING: readonly Case[] = cases;
