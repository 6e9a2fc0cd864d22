// What test/fixtures/*.json holds (record.py), and how its descriptions become definitions and data of ours.

import { readFileSync } from "node:fs";
import {
  binaryCrossEntropy,
  crossEntropy,
  type Data,
  type Definition,
  dense,
  embedding,
  examples,
  features,
  type Layer,
  type Loss,
  last,
  meanSquared,
  model,
  type RnnOptions,
  rnn,
  type Sequence,
  tokens,
  windows,
} from "../../src/index.ts";

/** A network as record.py describes it. */
export interface Description {
  readonly input: readonly ["tokens" | "features", number];
  readonly layers: readonly (readonly ["embedding" | "rnn" | "dense" | "last", number?, RnnOptions?])[];
  readonly loss: readonly [Loss["kind"], { readonly ignore: number }?];
}

/** Weights or gradients by path, [in × out] row by row. */
export type Tensors = Readonly<Record<string, readonly number[]>>;

/** One forward and backward pass. Sequences are [T][B] symbols or [T][B][width]. */
export interface RecordedWindow {
  readonly input: readonly number[];
  readonly target: readonly number[];
  readonly output: readonly number[];
  readonly loss: number;
  readonly gradients: Tensors;
  /** What f32 may get wrong: the largest difference of each tensor in PyTorch's own f32, and with weights off by a rounding. */
  readonly float32: Readonly<Record<string, number>>;
}

export interface RecordedNetwork {
  readonly name: string;
  readonly model: Description;
  readonly steps: number;
  readonly batch: number;
  readonly weights: Tensors;
  readonly windows: readonly RecordedWindow[];
}

export const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")) as T;

const LAYERS: Readonly<Record<Description["layers"][number][0], (units: number, options?: RnnOptions) => Layer>> = {
  embedding: (units) => embedding(units),
  rnn: (units, options) => rnn(units, options),
  dense: (units) => dense(units),
  last: () => last(),
};

const LOSSES: Readonly<Record<Loss["kind"], (options?: { readonly ignore: number }) => Loss>> = {
  crossEntropy: (options) => crossEntropy(options),
  meanSquared: () => meanSquared(),
  binaryCrossEntropy: () => binaryCrossEntropy(),
};

export function definitionOf({ input: [kind, width], layers, loss: [loss, options] }: Description): Definition {
  return model({
    input: kind === "tokens" ? tokens(width) : features(width),
    layers: layers.map(([name, units = 0, words]) => LAYERS[name](units, words)),
    loss: LOSSES[loss](options),
  });
}

/** The recorded numbers of one window by name: loss, output and the gradients' paths. */
export const recordedNumbers = ({ loss, output, gradients }: RecordedWindow): [string, readonly number[]][] => [
  ["loss", [loss]],
  ["output", output],
  ...Object.entries(gradients),
];

/** Row b of the batch as a sequence of our own: of symbols, or of rows of `width` numbers. */
function sequenceOf(values: readonly number[], b: number, batch: number, width: number): number[] | number[][] {
  const steps = Array.from({ length: values.length / batch / Math.max(width, 1) }, (_, t) => t * batch + b);
  return width === 0 ? steps.map((at) => values[at]) : steps.map((at) => values.slice(at * width, (at + 1) * width));
}

/** The input sequences and the targets of every row of the batch, windows joined; a target is one vector where the model ends in `last`. */
export function rowsOf({ model: { input, layers, loss }, batch, windows }: RecordedNetwork): {
  readonly inputs: readonly Sequence[];
  readonly targets: readonly Sequence[];
} {
  const [kind, features] = input;
  const outputs = layers[layers.length - 1][1] ?? 0;
  const all = (what: "input" | "target") => windows.flatMap((window) => window[what]);
  const rows = Array.from({ length: batch }, (_, b) => b);
  return {
    inputs: rows.map((b) => sequenceOf(all("input"), b, batch, kind === "tokens" ? 0 : features)),
    targets: rows.map((b) => sequenceOf(all("target"), b, batch, loss[0] === "crossEntropy" ? 0 : outputs)),
  };
}

/** One batch for each recorded window. */
export function dataOf(recorded: RecordedNetwork): Data {
  const { batch, steps, model } = recorded;
  const { inputs, targets } = rowsOf(recorded);
  if (!model.layers.some(([name]) => name === "last")) return windows(inputs, { batch, steps, targets });
  return examples(
    inputs.map((input, b) => ({ input, target: targets[b][0] as number })),
    { batch },
  );
}
