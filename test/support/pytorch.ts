// What test/fixtures/*.json holds (record.py), and how its descriptions become definitions and data of ours.

import { readFileSync } from "node:fs";
import {
  bidirectional,
  binaryCrossEntropy,
  crossEntropy,
  type Data,
  type Definition,
  dense,
  embedding,
  examples,
  features,
  gaussian,
  gru,
  type Layer,
  type Loss,
  last,
  layerNorm,
  lstm,
  meanSquared,
  mixtureDensity,
  model,
  rnn,
  type Sequence,
  tokens,
  windows,
} from "../../src/index.ts";

/**
 * A layer as record.py describes it: `["lstm", 7, { projection: 3 }]`, `["bidirectional", ["gru", 5]]`, and `["bidirectional", ["gru", 5],
 * ["last"]]`, each direction of which ends by itself.
 */
export type Described = readonly [kind: string, units?: number | Described, options?: Options | readonly ["last"]];

interface Options {
  readonly transition?: readonly Described[];
}

/** A network as record.py describes it. */
export interface Description {
  readonly input: readonly ["tokens" | "features", number];
  readonly layers: readonly Described[];
  readonly loss: readonly [Loss["kind"], LossOptions?];
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
  /** The states after the last step of their direction, by their labels: [B][width]. */
  readonly states: Tensors;
  /** What f32 may get wrong: the largest difference of each tensor in PyTorch's own f32, and with weights off by a rounding. */
  readonly float32: Readonly<Record<string, number>>;
}

export interface RecordedNetwork {
  readonly name: string;
  readonly model: Description;
  readonly steps: number;
  readonly batch: number;
  /** Every so many'th output is recorded, the last included. */
  readonly every?: number;
  /** Steps of each row, where rows differ; what belongs to steps then stands row after row. */
  readonly lengths?: readonly number[];
  readonly weights: Tensors;
  readonly windows: readonly RecordedWindow[];
}

export const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")) as T;

/** The recorded networks of a file. */
export const networks = (file: string): readonly RecordedNetwork[] => read<RecordedNetwork[]>(file);

const LAYERS: Readonly<Record<string, (units: number, options?: object) => Layer>> = {
  embedding: (units) => embedding(units),
  rnn,
  lstm,
  gru,
  dense,
  layerNorm: () => layerNorm(),
  last: () => last(),
};

export function layerOf([kind, units = 0, more = {}]: Described): Layer {
  if (typeof units !== "number") return bidirectional("length" in more ? [layerOf(units), last()] : layerOf(units));
  const { transition, ...options } = more as Options;
  return LAYERS[kind](units, transition ? { ...options, transition: transition.map(layerOf) } : options);
}

type LossOptions = { readonly ignore?: number; readonly components?: number; readonly floor?: number };

const LOSSES: Readonly<Record<Loss["kind"], (options: LossOptions) => Loss>> = {
  crossEntropy,
  meanSquared,
  binaryCrossEntropy,
  gaussian,
  mixtureDensity: ({ components = 1, ...options }) => mixtureDensity(components, options),
};

export function definitionOf({ input: [kind, width], layers, loss: [loss, options] }: Description): Definition {
  return model({
    input: kind === "tokens" ? tokens(width) : features(width),
    layers: layers.map(layerOf),
    loss: LOSSES[loss](options ?? {}),
  });
}

/** The recorded numbers of one window by name: loss, output, the gradients' paths and the states' labels. */
export const recordedNumbers = ({ loss, output, gradients, states }: RecordedWindow): [string, readonly number[]][] => [
  ["loss", [loss]],
  ["output", output],
  ...Object.entries(gradients),
  ...Object.entries(states),
];

export const isVector = ({ layers }: Description): boolean =>
  layers.some(([name, , more]) => name === "last" || (typeof more === "object" && "length" in more));

/** Of one window's outputs, or what belongs to them number by number, those that are recorded. */
export function thinned(output: ArrayLike<number>, { every = 1, steps, model }: RecordedNetwork): number[] {
  const all = Array.from(output);
  const size = all.length / steps;
  return isVector(model)
    ? all
    : Array.from({ length: steps / every }, (_, k) => all.slice(((k + 1) * every - 1) * size, (k + 1) * every * size)).flat();
}

/** Of a state's values at all steps of a window, or what belongs to them, those after the last step of its direction. */
export function finalOf(values: ArrayLike<number>, { steps }: RecordedNetwork, isBackward: boolean): number[] {
  const size = values.length / steps;
  const from = isBackward ? 0 : values.length - size;
  return Array.from({ length: size }, (_, i) => values[from + i]);
}

/** Row b of the batch as a sequence of our own: of symbols, or of rows of `width` numbers. */
function sequenceOf(values: readonly number[], b: number, batch: number, width: number): number[] | number[][] {
  const steps = Array.from({ length: values.length / batch / Math.max(width, 1) }, (_, t) => t * batch + b);
  return width === 0 ? steps.map((at) => values[at]) : steps.map((at) => values.slice(at * width, (at + 1) * width));
}

/** Numbers of a target; 0: a symbol. */
function targetWidth({ layers, loss: [kind, options] }: Description): number {
  const outputs = Number(layers[layers.length - 1][1] ?? 0);
  if (kind === "crossEntropy") return 0;
  const { components = 0 } = options ?? {};
  return kind === "gaussian" || kind === "mixtureDensity" ? (outputs - components) / 2 / Math.max(1, components) : outputs;
}

/** The input sequences and the targets of every row of the batch, windows joined; a target is one vector where the model ends in `last`. */
export function rowsOf({ model, batch, windows }: RecordedNetwork): {
  readonly inputs: readonly Sequence[];
  readonly targets: readonly Sequence[];
} {
  const [kind, features] = model.input;
  const all = (what: "input" | "target") => windows.flatMap((window) => window[what]);
  const rows = Array.from({ length: batch }, (_, b) => b);
  return {
    inputs: rows.map((b) => sequenceOf(all("input"), b, batch, kind === "tokens" ? 0 : features)),
    targets: rows.map((b) => sequenceOf(all("target"), b, batch, targetWidth(model))),
  };
}

/** One batch for each recorded window. */
export function dataOf(recorded: RecordedNetwork): Data {
  const { batch, steps, model } = recorded;
  const { inputs, targets } = rowsOf(recorded);
  if (!isVector(model)) return windows(inputs, { batch, steps, targets });
  return examples(
    inputs.map((input, b) => ({ input, target: targets[b][0] as number })),
    { batch },
  );
}
