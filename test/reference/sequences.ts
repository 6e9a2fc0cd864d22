// Sequence-to-sequence models for the case table, and what they are given: sources of another length than the targets, rows of every length.

import { blockwise } from "../../src/define/blockwise.ts";
import { cell } from "../../src/define/cell.ts";
import { gru } from "../../src/define/gru.ts";
import type { Layer } from "../../src/define/layer.ts";
import {
  binaryCrossEntropy,
  dense,
  embedding,
  features,
  gaussian,
  last,
  meanSquared,
  mixtureDensity,
  type Source,
  tokens,
  vector,
} from "../../src/define/layers.ts";
import { lstm } from "../../src/define/lstm.ts";
import type { Definition } from "../../src/define/model.ts";
import { dropout } from "../../src/define/regularization.ts";
import { rnn } from "../../src/define/rnn.ts";
import { seq2seq } from "../../src/define/seq2seq.ts";
import type { Seq2seqOptions } from "../../src/define/seq2seq-options.ts";
import { predictedLength, stopOutput } from "../../src/define/stops.ts";
import { bidirectional, residual, reverse } from "../../src/define/wrappers.ts";
import { add, delay, tanh } from "../../src/graph/words.ts";
import type { Purpose } from "../../src/plan/unfold.ts";
import type { Case, Widths } from "./cases.ts";
import type { Data } from "./interpret.ts";
import type { Random } from "./random.ts";

const PURPOSES: readonly Purpose[] = [
  { kind: "train", teacherForcing: true },
  { kind: "train", teacherForcing: false },
  { kind: "train", teacherForcing: "mixed" },
  { kind: "evaluate", teacherForcing: true },
  { kind: "evaluate", teacherForcing: false },
  { kind: "predict", raw: false, teacherForcing: true },
  { kind: "predict", raw: true },
];

/** A cell whose two states are of the names h and m, which hears itself from further back, and whose m is what h was. */
const remembering = (units: number): Layer =>
  cell({
    name: "remembering",
    state: { h: units, m: units },
    step: ({ x, h, m, linear }) => ({
      h: tanh(add(linear("wx", x, units), linear("wh", h, units), linear("wm", m, units), linear("wd", delay(h, 2), units))),
      m: h,
    }),
  });

type Options = Partial<Seq2seqOptions> & Pick<Seq2seqOptions, "decoder">;

const cases: Case[] = [];

function translate(name: string, options: (w: Widths) => Options, full = true): void {
  cases.push({
    name: `seq2seq, ${name}`,
    purposes: PURPOSES,
    full,
    definition: (w) => seq2seq({ source: tokens(w.input), target: tokens(w.output), ...options(w) }),
  });
}

function numbers(name: string, source: (w: Widths) => Source | undefined, options: (w: Widths) => Options): void {
  cases.push({
    name: `seq2seq of numbers, ${name}`,
    purposes: PURPOSES,
    full: true,
    definition: (w) => {
      const from = source(w);
      return seq2seq({ target: features(w.output), ...(from ? { source: from } : {}), ...options(w) });
    },
  });
}

const CELLS = { rnn, lstm, gru } as const;
for (const context of ["initial", "input", "both"] as const)
  for (const [name, layer] of Object.entries(CELLS))
    translate(
      `${name}, context ${context}`,
      (w) => ({
        encoder: [embedding(w.hidden), layer(w.hidden)],
        decoder: [embedding(w.hidden + 1), layer(w.hidden), dense(w.output)],
        context,
      }),
      !(context === "both" && name === "gru"),
    );
translate("widths that do not agree", (w) => ({
  encoder: [embedding(w.hidden), lstm(w.hidden)],
  decoder: [embedding(w.hidden), lstm(w.hidden + 1), dense(w.output)],
}));
translate("states that do not agree", (w) => ({
  encoder: [embedding(w.hidden), gru(w.hidden)],
  decoder: [embedding(w.hidden), lstm(w.hidden), remembering(w.hidden), dense(w.output)],
}));
translate("stacked", (w) => ({
  encoder: [embedding(w.hidden), gru(w.hidden), gru(w.hidden + 1)],
  decoder: [embedding(w.hidden), gru(w.hidden), gru(w.hidden + 1), dense(w.output)],
  context: "both",
}));
translate("both directions, stacked", (w) => ({
  encoder: [embedding(w.hidden), bidirectional(lstm(w.hidden)), bidirectional([lstm(w.hidden), lstm(w.hidden + 1)], { backward: lstm(2) })],
  decoder: [embedding(w.hidden), lstm(w.hidden), dense(w.output)],
  context: "both",
}));
translate("reversed", (w) => ({
  encoder: [embedding(w.hidden), reverse(gru(w.hidden, { delays: [1, 3] }))],
  decoder: [embedding(w.hidden), residual(gru(w.hidden, { delays: [1, 2] })), dense(w.output)],
}));
translate("a bridge", (w) => ({
  encoder: [embedding(w.hidden), gru(w.hidden)],
  bridge: [dense(w.hidden + 2, { activation: "tanh" })],
  decoder: [embedding(w.hidden), lstm(w.hidden), dense(w.output)],
  context: "both",
}));
translate("an encoder that ends with a vector", (w) => ({
  encoder: [embedding(w.hidden), bidirectional([rnn(w.hidden), last()]), dense(w.hidden, { activation: "tanh" })],
  decoder: [embedding(w.hidden), gru(w.hidden), dense(w.output)],
  context: "both",
}));
translate("nothing recurs but what is said", (w) => ({
  encoder: [embedding(w.hidden), rnn(w.hidden)],
  decoder: [embedding(w.hidden), dense(w.hidden, { activation: "tanh" }), dense(w.output)],
  context: "input",
}));
translate("layers that hear the output", (w) => ({
  encoder: [rnn(w.hidden)],
  decoder: [
    embedding(w.hidden),
    rnn(w.hidden, { recurrence: "both" }),
    dropout(0.4),
    rnn(w.hidden, { recurrence: "output" }),
    dense(w.output),
  ],
}));
translate("no stop", (w) => ({
  encoder: [embedding(w.hidden), dropout(0.3), gru(w.hidden)],
  target: tokens(Math.max(2, w.output)),
  decoder: [gru(w.hidden), dense(Math.max(2, w.output))],
  stop: null,
}));
cases.push({
  name: "symbols from nothing",
  purposes: PURPOSES,
  full: true,
  definition: (w) => seq2seq({ target: tokens(w.output), decoder: [embedding(w.hidden), gru(w.hidden), dense(w.output)] }),
});
numbers(
  "a sequence",
  (w) => features(w.input),
  (w) => ({ encoder: [gru(w.hidden)], decoder: [gru(w.hidden), dense(w.output)], context: "both" }),
);
numbers(
  "a vector",
  (w) => vector(w.input),
  (w) => ({ decoder: [lstm(w.hidden), dense(w.output)], context: "both" }),
);
numbers(
  "nothing",
  () => undefined,
  (w) => ({ decoder: [rnn(w.hidden), dense(w.output)], loss: binaryCrossEntropy() }),
);
/** Densities that are heard, a floor that is felt. */
numbers(
  "a sequence, one Gaussian",
  (w) => features(w.input),
  (w) => ({ encoder: [gru(w.hidden)], decoder: [gru(w.hidden), dense(2 * w.output)], loss: gaussian({ floor: 0.1 }) }),
);
numbers(
  "a vector, a mixture of three, layers that hear it",
  (w) => vector(w.input),
  (w) => ({
    decoder: [lstm(w.hidden), rnn(w.hidden, { recurrence: "both" }), dense(3 * (1 + 2 * w.output))],
    loss: mixtureDensity(3, { floor: 0.1 }),
    mean: "sequences",
  }),
);
numbers(
  "nothing, a mixture of one",
  () => undefined,
  (w) => ({ decoder: [rnn(w.hidden), dense(1 + 2 * w.output)], loss: mixtureDensity(1, { floor: 0.1 }) }),
);

/** Blocks of every kind that are heard side by side. */
numbers(
  "a vector, blocks, layers that hear them",
  (w) => vector(w.input),
  (w) => ({
    target: features(2 * w.output + w.hidden + 1),
    decoder: [gru(w.hidden), rnn(w.hidden, { recurrence: "both" }), dense(w.hidden + 3 * (1 + 2 * w.output) + 1 + 2 * w.output)],
    loss: blockwise({
      bits: { width: w.hidden, loss: binaryCrossEntropy(), weight: 2 },
      place: { width: w.output, loss: mixtureDensity(3, { floor: 0.1 }) },
      rest: { width: 1, loss: meanSquared(), weight: 0.5 },
      tilt: { width: w.output, loss: gaussian({ floor: 0.1 }) },
    }),
  }),
);
numbers(
  "nothing, a density beside a pen",
  () => undefined,
  (w) => ({
    target: features(w.output + 1),
    decoder: [lstm(w.hidden), dense(3 * (1 + 2 * w.output) + 1)],
    loss: blockwise({
      offset: { width: w.output, loss: mixtureDensity(3, { floor: 0.1 }) },
      lifted: { width: 1, loss: binaryCrossEntropy() },
    }),
    mean: "sequences",
  }),
);

const length = predictedLength({ maximum: 9, weight: 0.5 });
translate("a stop output", (w) => ({
  encoder: [embedding(w.hidden), gru(w.hidden)],
  target: tokens(w.output + 1),
  decoder: [embedding(w.hidden), gru(w.hidden), dense(w.output + 1)],
  stop: stopOutput({ weight: 2 }),
  mean: "sequences",
}));
translate("a predicted length", (w) => ({
  encoder: [embedding(w.hidden), gru(w.hidden)],
  target: tokens(w.output + 1),
  decoder: [embedding(w.hidden), gru(w.hidden), dense(w.output + 1)],
  stop: length,
}));
translate("a predicted length, behind a bridge, the context at every step", (w) => ({
  encoder: [embedding(w.hidden), bidirectional(lstm(w.hidden))],
  bridge: [dense(w.hidden + 1, { activation: "tanh" })],
  context: "both",
  target: tokens(w.output + 1),
  decoder: [embedding(w.hidden), lstm(w.hidden), dense(w.output + 1)],
  stop: length,
}));
numbers(
  "a vector, a predicted length",
  (w) => vector(w.input),
  (w) => ({ decoder: [gru(w.hidden), dense(w.output)], stop: length, mean: "sequences" }),
);
numbers(
  "nothing, a predicted length",
  () => undefined,
  (w) => ({ decoder: [rnn(w.hidden), dense(w.output)], stop: length }),
);
numbers(
  "a vector, without a stop",
  (w) => vector(w.input),
  (w) => ({ decoder: [gru(w.hidden), dense(w.output)], stop: null }),
);

export const SEQUENCES: readonly Case[] = cases;

/** Some length from 0 to `steps` for each row, one of them the longest. */
export function lengthsOf(random: Random, batch: number, steps: number): Int32Array {
  const lengths = Int32Array.from({ length: batch }, () => random.below(steps + 1));
  lengths[random.below(batch)] = steps;
  return lengths;
}

/** The source of such a model: longer than the targets or shorter. Behind each row's end is NaN, or no symbol that there is. */
export function sourceOf(definition: Definition, random: Random, batch: number, steps: number): Pick<Data, "source" | "given"> {
  const { source } = definition.inputs;
  if (!source) return {};
  if (source.kind === "vector") return { given: { source: random.numbers(batch * source.width, -1, 1) } };
  const longest = steps === 1 ? 2 : steps - 1;
  const lengths = lengthsOf(random, batch, longest);
  const width = source.kind === "tokens" ? 1 : source.width;
  const values =
    source.kind === "tokens" ? random.symbols(longest * batch, source.symbols) : random.numbers(longest * batch * width, -1, 1);
  return { source: { steps: longest, lengths }, given: { source: ended(values, lengths, width) } };
}

/** What lies behind the rows' ends is nobody's. */
export function ended<V extends Int32Array | Float32Array>(values: V, lengths: Int32Array, width: number): V {
  const batch = lengths.length;
  values.forEach((_, i) => {
    const row = Math.floor(i / width);
    if (Math.floor(row / batch) >= lengths[row % batch]) values[i] = values instanceof Int32Array ? 1e9 : Number.NaN;
  });
  return values;
}
