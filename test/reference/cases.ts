// The case table: every word, layer, option and loss once, as definitions of any width. One case, three questions: right? right gradient? how fast?

import { blockwise } from "../../src/define/blockwise.ts";
import type { Layer } from "../../src/define/layer.ts";
import {
  binaryCrossEntropy,
  crossEntropy,
  dense,
  embedding,
  features,
  gaussian,
  last,
  meanSquared,
  mixtureDensity,
  tokens,
} from "../../src/define/layers.ts";
import { type Definition, model } from "../../src/define/model.ts";
import { dropout, layerNorm } from "../../src/define/regularization.ts";
import { type ReservoirOptions, reservoir } from "../../src/define/reservoir.ts";
import { rnn } from "../../src/define/rnn.ts";
import type { Purpose } from "../../src/plan/unfold.ts";
import { CELLS, delayedSymbols, hearing } from "./cells.ts";
import { STOCK } from "./stock.ts";
import { WRAPPED } from "./wrapped.ts";

export interface Widths {
  /** Features, or symbols. */
  readonly input: number;
  readonly hidden: number;
  /** Numbers of the output, or symbols. */
  readonly output: number;
}

export interface Case {
  readonly name: string;
  /** Every purpose that gives something of its own. */
  readonly purposes: readonly Purpose[];
  /** Left to the full tests, because a quick one is like it. */
  readonly full?: boolean;
  definition(widths: Widths): Definition;
}

const FORCED: Purpose = { kind: "train", teacherForcing: true };
const FREE: Purpose = { kind: "train", teacherForcing: false };
const MIXED: Purpose = { kind: "train", teacherForcing: "mixed" };
const PREDICT: Purpose = { kind: "predict", raw: false };
const RAW: Purpose = { kind: "predict", raw: true };
const EVALUATE: Purpose = { kind: "evaluate", teacherForcing: true };

/** Without recurrence from the output, forced and free are the same. */
const PLAIN: readonly Purpose[] = [FORCED, EVALUATE, PREDICT, RAW];
const HEARING: readonly Purpose[] = [...PLAIN, FREE, { kind: "evaluate", teacherForcing: false }, { kind: "generate" }];

const ACTIVATION_NAMES = ["tanh", "sigmoid", "relu", "softplus", "identity"] as const;
const RECURRENCES = ["hidden", "output", "both"] as const;

const cases: Case[] = [];

function regression(name: string, layers: (widths: Widths) => readonly Layer[], purposes = PLAIN): void {
  cases.push({ name, purposes, definition: (w) => model({ input: features(w.input), layers: layers(w), loss: meanSquared() }) });
}

function classification(
  name: string,
  layers: (widths: Widths) => readonly Layer[],
  options: { purposes?: readonly Purpose[]; feedback?: "output" | "softmax" | "symbol"; ignore?: number; features?: boolean } = {},
): void {
  const { purposes = PLAIN, feedback, ignore } = options;
  cases.push({
    name,
    purposes,
    definition: (given) => {
      const w = { ...given, output: Math.max(2, given.output) };
      return model({
        input: options.features ? features(w.input) : tokens(w.input),
        layers: layers(w),
        loss: crossEntropy(ignore === undefined ? {} : { ignore }),
        ...(feedback ? { feedback } : {}),
      });
    },
  });
}

function chances(name: string, layers: (widths: Widths) => readonly Layer[], purposes = PLAIN): void {
  cases.push({ name, purposes, definition: (w) => model({ input: features(w.input), layers: layers(w), loss: binaryCrossEntropy() }) });
}

/** Leaves the case that was written last to the full tests. */
function leave(when: boolean): void {
  if (when) cases.push({ ...(cases.pop() as Case), full: true });
}

for (const activation of ACTIVATION_NAMES) {
  regression(`dense ${activation}`, (w) => [dense(w.hidden, { activation }), dense(w.output, { activation, bias: false })]);
  for (const recurrence of RECURRENCES) {
    regression(
      `rnn ${activation}, ${recurrence}`,
      (w) => [rnn(w.hidden, { activation, recurrence }), dense(w.output)],
      recurrence === "hidden" ? PLAIN : HEARING,
    );
    leave(activation !== "tanh");
  }
}

for (const recurrence of RECURRENCES) {
  const purposes = recurrence === "hidden" ? PLAIN : [...HEARING, MIXED];
  classification(`tokens, rnn ${recurrence}`, (w) => [embedding(w.hidden), rnn(w.hidden, { recurrence }), dense(w.output)], { purposes });
  chances(`chances, rnn ${recurrence}`, (w) => [rnn(w.hidden, { recurrence }), dense(w.output)], purposes);
  leave(recurrence === "output");
}
for (const feedback of ["output", "softmax", "symbol"] as const)
  classification(`feedback ${feedback}`, (w) => [rnn(w.hidden, { recurrence: "both" }), dense(w.output)], {
    feedback,
    purposes: [...HEARING, MIXED],
    features: true,
  });

classification("symbols into rnn", (w) => [rnn(w.hidden), dense(w.output)]);
classification("symbols into dense", (w) => [dense(w.hidden, { activation: "tanh" }), dense(w.output)]);
classification("symbols, ignored", (w) => [embedding(w.hidden), rnn(w.hidden), dense(w.output)], { ignore: 0 });
classification("symbols, ignored, heard", (w) => [rnn(w.hidden, { recurrence: "output" }), dense(w.output)], {
  ignore: -100,
  purposes: [...HEARING, MIXED],
});
classification("classes of a sequence", (w) => [embedding(w.hidden), rnn(w.hidden), last(), dense(w.output)]);
classification("classes of a sequence, ignored", (w) => [rnn(w.hidden), last(), dense(w.output)], { ignore: 0 });
regression("vector", (w) => [rnn(w.hidden), last(), dense(w.hidden, { activation: "relu" }), dense(w.output)]);
chances("vector of chances", (w) => [rnn(w.hidden), last(), dense(w.output)]);
regression("last of features", (w) => [last(), dense(w.output)]);
regression("rnn alone", (w) => [rnn(w.output)]);
regression("rnn alone, output", (w) => [rnn(w.output, { recurrence: "output" })], [...HEARING, MIXED]);

/** Densities; a floor that is felt. */
function densities(name: string, layers: (widths: Widths) => readonly Layer[], components: number, full = false): void {
  const loss = components === 0 ? gaussian({ floor: 0.1 }) : mixtureDensity(components, { floor: 0.1 });
  const outputs = (w: Widths): number => Math.max(1, components) * 2 * w.output + components;
  cases.push({
    name,
    purposes: PLAIN,
    full,
    definition: (w) => model({ input: features(w.input), layers: [...layers(w), dense(outputs(w))], loss }),
  });
}
densities("one Gaussian", (w) => [rnn(w.hidden)], 0);
densities("one Gaussian of a sequence", (w) => [rnn(w.hidden), last()], 0, true);
densities("mixture of one", (w) => [rnn(w.hidden)], 1, true);
densities("mixture of three", (w) => [rnn(w.hidden)], 3, true);
densities("mixture of a sequence", (w) => [rnn(w.hidden), last()], 5, true);

/** Losses of every kind side by side: of blocks whose columns begin anywhere, of the output and of a head. */
const blocksOf = (w: Widths, weight = 1) =>
  blockwise({
    place: { width: w.output, loss: mixtureDensity(2, { floor: 0.1 }), weight: 0.5 },
    lifted: { width: w.hidden, loss: binaryCrossEntropy(), weight: 3 },
    rest: { width: 1, loss: meanSquared(), weight },
    tilt: { width: w.output, loss: gaussian({ floor: 0.1 }) },
  });
const toldOf = (w: Widths): number => 2 * (1 + 2 * w.output) + w.hidden + 1 + 2 * w.output;
cases.push({
  name: "blocks",
  purposes: PLAIN,
  definition: (w) => model({ input: features(w.input), layers: [rnn(w.hidden), dense(toldOf(w))], loss: blocksOf(w) }),
});
cases.push({
  name: "blocks of a sequence, beside a head of blocks",
  purposes: [...PLAIN, { kind: "predict", raw: false, head: "more" }],
  full: true,
  definition: (w) =>
    model({
      input: features(w.input),
      layers: [rnn(w.hidden), last(), dense(toldOf(w))],
      loss: blocksOf(w),
      heads: { more: { layers: [dense(toldOf(w))], loss: blocksOf(w, 0.25), weight: 2 } },
      mean: "sequences",
    }),
});

const EVERY_HEAD: readonly Purpose[] = [
  FORCED,
  EVALUATE,
  PREDICT,
  { kind: "predict", raw: false, head: "place" },
  { kind: "predict", raw: false, head: "stop" },
  { kind: "predict", raw: true, head: "whole" },
];
/** Several heads: symbols at every step besides a density, chances from a head of two layers, and one answer for the whole sequence. */
for (const mean of ["steps", "sequences"] as const)
  cases.push({
    name: `four heads, mean over ${mean}`,
    purposes: EVERY_HEAD,
    full: mean === "sequences",
    definition: (w) =>
      model({
        input: tokens(w.input),
        layers: [embedding(w.hidden), rnn(w.hidden), dense(1 + w.output)],
        loss: crossEntropy({ ignore: 1 }),
        heads: {
          place: { layers: [dense(2 * w.output)], loss: gaussian({ floor: 0.1 }), weight: 0.25 },
          stop: { layers: [dense(w.hidden, { activation: "tanh" }), dense(1)], loss: binaryCrossEntropy(), weight: 3 },
          whole: { layers: [last(), dense(w.output)], loss: meanSquared(), weight: 0.5 },
        },
        mean,
      }),
  });

const RESERVOIRS: Readonly<Record<string, ReservoirOptions>> = {
  plain: {},
  leaky: { leak: 0.3, radius: 1.25, bias: 0.5 },
  "of one entry": { density: 1e-6, inputScale: 0.5 },
  dense: { density: 1, activation: "identity", radius: 0.5 },
  ring: { topology: "ring", activation: "softplus", bias: 1 },
  orthogonal: { topology: "orthogonal", leak: 0.5 },
  noisy: { noise: 0.1, leak: 0.5 },
};
for (const [name, options] of Object.entries(RESERVOIRS)) {
  regression(`reservoir, ${name}`, (w) => [reservoir(w.hidden, options), dense(w.output)]);
  regression(`reservoir above a dense layer, ${name}`, (w) => [
    dense(w.hidden + 1, { activation: "tanh" }),
    reservoir(w.hidden, options),
    dense(w.output),
  ]);
  leave(name !== "leaky");
}
regression("reservoir that hears", (w) => [reservoir(w.hidden, { feedback: 0.5, noise: 0.01 }), dense(w.output)], HEARING);
classification("reservoir of symbols that hears", (w) => [reservoir(w.hidden, { feedback: 0.5 }), dense(w.output)], { purposes: HEARING });
regression("two reservoirs, the last of a sequence", (w) => [reservoir(w.hidden), reservoir(w.hidden + 1), last(), dense(w.output)]);

regression("two layers", (w) => [rnn(w.hidden), rnn(w.hidden + 1), dense(w.output)]);
classification("three layers", (w) => [embedding(w.hidden + 1), rnn(w.hidden), rnn(w.hidden + 2), rnn(w.hidden), dense(w.output)]);
regression(
  "two layers, both hear the output",
  (w) => [rnn(w.hidden, { recurrence: "output" }), rnn(w.hidden + 1, { recurrence: "both" }), dense(w.output)],
  HEARING,
);
regression("dense between", (w) => [rnn(w.hidden), dense(w.hidden + 3, { activation: "sigmoid" }), rnn(w.hidden), dense(w.output)]);
regression("names", (w) => [rnn(w.hidden, { name: "memory" }), dense(w.output, { name: "read-out" })]);

regression("dropout", (w) => [dropout(0.3), rnn(w.hidden), dropout(0.5), dense(w.output)]);
regression("dropout of a vector", (w) => [rnn(w.hidden), last(), dropout(0.5), dense(w.output)]);
classification(
  "dropout, heard",
  (w) => [embedding(w.hidden), dropout(0.2), rnn(w.hidden, { recurrence: "both" }), dropout(0.4), dense(w.output)],
  { purposes: HEARING },
);
regression("dropout, one mask a sequence", (w) => [
  dropout(0.3, { perSequence: true }),
  rnn(w.hidden),
  dropout(0.5, { perSequence: true }),
  dense(w.output),
]);
regression("layer norm", (w) => [
  rnn(w.hidden),
  layerNorm({ epsilon: 0.5 }),
  dense(w.hidden),
  layerNorm({ epsilon: 0.5, name: "second" }),
  dense(w.output),
]);
regression("layer norm of a vector", (w) => [rnn(w.hidden), last(), layerNorm({ epsilon: 0.5 }), dense(w.output)]);
regression("dropout 0", (w) => [dropout(0), rnn(w.hidden), dense(w.output)]);

for (const [name, make] of Object.entries(CELLS)) regression(`cell ${name}`, (w) => [make(w.hidden), dense(w.output)]);
for (const name of ["lstm", "gru", "mgu"] as const) {
  classification(`tokens, ${name}`, (w) => [embedding(w.hidden), CELLS[name](w.hidden), dense(w.output)]);
  leave(name !== "lstm");
  regression(`two layers of ${name}`, (w) => [CELLS[name](w.hidden), CELLS[name](w.hidden + 1), last(), dense(w.output)]);
  leave(true);
}
for (const { name, pattern, full, layers } of STOCK) {
  if (pattern === "tokens") classification(name, layers, { purposes: [FORCED, PREDICT] });
  else regression(name, layers, pattern === "heard" ? HEARING : pattern === "hidden" ? [FORCED, PREDICT] : [FORCED]);
  leave(full);
}

regression("cell that hears", (w) => [hearing(w.hidden), dense(w.output)], HEARING);
classification("cell that hears symbols", (w) => [hearing(w.hidden), dense(w.output)], { purposes: [...HEARING, MIXED] });
classification("cell that hears a symbol", (w) => [hearing(w.hidden), dense(w.output)], { purposes: HEARING, feedback: "symbol" });
classification("symbols delayed", (w) => [delayedSymbols(w.hidden), dense(w.output)]);

for (const { name, input, heard, full, skips, layers } of WRAPPED)
  cases.push({
    name,
    full,
    purposes: (heard ? HEARING : [FORCED, PREDICT]).filter(({ kind }) => kind !== "generate"),
    definition: (given) => {
      const w = { ...given, output: input === "tokens" ? Math.max(2, given.output) : given.output };
      const more = { layers: layers(w), ...(skips ? { skips } : {}) };
      return input === "tokens"
        ? model({ input: tokens(w.input), loss: crossEntropy(), ...more })
        : model({ input: features(w.input), loss: meanSquared(), ...more });
    },
  });

export const CASES: readonly Case[] = cases;
