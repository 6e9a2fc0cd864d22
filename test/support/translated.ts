// Recorded encoders and decoders (test/fixtures/seq2seq.json), and how their descriptions become definitions and data of ours.

import { attention } from "../../src/define/attention.ts";
import {
  add,
  cell,
  concat,
  type Definition,
  features,
  type Layer,
  mix,
  mul,
  type Sequence,
  seq2seq,
  sigmoid,
  slice,
  tanh,
  tokens,
  vector,
} from "../../src/index.ts";
import { type Batch, type Data, writeRows } from "../../src/train/data.ts";
import type { Data as Given } from "../reference/interpret.ts";
import { exactly } from "./judges.ts";
import { type Described, layerOf, read, type Tensors } from "./pytorch.ts";
import { cut, padded } from "./row-after-row.ts";

interface Description {
  readonly source: readonly ["tokens" | "features" | "vector", number];
  readonly encoder: readonly Described[];
  readonly context: "initial" | "input" | "both";
  readonly bridge?: readonly Described[];
  readonly target: readonly ["tokens", number];
  readonly decoder: readonly Described[];
}

/** What belongs to steps stands row after row: sources to their ends, targets to theirs, outputs one step longer. */
export interface RecordedTranslation {
  readonly name: string;
  readonly model: Description;
  readonly sources: readonly number[] | null;
  readonly targets: readonly number[];
  readonly source: readonly number[];
  readonly target: readonly number[];
  readonly maximum: number;
  readonly weights: Tensors;
  readonly output: readonly number[];
  readonly loss: number;
  readonly gradients: Tensors;
  /** Each row's likeliest symbols before the end. */
  readonly greedy: readonly (readonly number[])[];
  readonly float32: Readonly<Record<string, number>>;
}

/** As recorded, but for the weight of what stands beside the input at every step: ours has two, wx and wx context, PyTorch's one above the other. */
export const translations = (): readonly RecordedTranslation[] =>
  read<RecordedTranslation[]>("seq2seq").map((recorded) => {
    const { model, weights, gradients, float32 } = recorded;
    const [[, inputs], [kind, units]] = model.decoder as readonly (readonly [string, number])[];
    if (model.context === "initial") return recorded;
    const path = `decoder 2/${kind}/wx`;
    const columns = GATES[kind] * units;
    const apart = (tensors: Tensors): Tensors => ({
      ...tensors,
      [path]: tensors[path].slice(0, inputs * columns),
      [`${path} context`]: tensors[path].slice(inputs * columns),
    });
    return {
      ...recorded,
      weights: apart(weights),
      gradients: apart(gradients),
      float32: { ...float32, [`${path} context`]: float32[path] },
    };
  });

const GATES: Readonly<Record<string, number>> = { rnn: 1, gru: 3, lstm: 4 };

type Looking = { readonly score: "additive" | "general"; readonly units?: number };

/** A gru whose state of the step before looks at the source, and which hears beside its input what that has found. */
const attentive = (units: number, options: Looking): Layer =>
  cell({
    name: "gru",
    state: { h: units },
    step({ x, h, linear, bias, layer }) {
      const context = layer("attention", attention({ ...options, output: "context" }), h);
      const given = add(linear("wx", concat(x, context), 3 * units), bias("b", 3 * units));
      const heard = linear("wh", h, 3 * units);
      const [r, z] = [0, 1].map((gate) => sigmoid(add(slice(given, gate * units, units), slice(heard, gate * units, units))));
      const past = add(slice(heard, 2 * units, units), bias("bn", units));
      return { h: mix(z, h, tanh(add(slice(given, 2 * units, units), mul(r, past)))) };
    },
  });

function layersOf(list: readonly Described[]): Layer[] {
  return list.map((described) => {
    const [kind, units, options] = described;
    if (kind === "attention") return attention(units as unknown as Looking);
    return kind === "attentive" ? attentive(units as number, options as unknown as Looking) : layerOf(described);
  });
}

const SOURCES = { tokens, features, vector } as const;

export function definitionOf({ source: [kind, width], encoder, context, bridge, target, decoder }: Description): Definition {
  return seq2seq({
    source: SOURCES[kind](width),
    ...(encoder.length > 0 && { encoder: layersOf(encoder) }),
    context,
    ...(bridge && { bridge: layersOf(bridge) }),
    target: tokens(target[1]),
    decoder: layersOf(decoder),
  });
}

const widthIn = ({ source: [kind, width] }: Description): number => (kind === "tokens" ? 1 : width);

/** Sources and targets, the end behind each, row by row. */
function rowsOf({ model, sources, targets, source, target }: RecordedTranslation): { heard: number[][][]; said: number[][][] } {
  const end = [model.target[1]];
  return {
    heard: cut(source, sources ?? targets.map(() => 1), widthIn(model)),
    said: cut(target, targets, 1).map((row) => [...row, end]),
  };
}

/** Each row's source as a user gives it. */
export function sourcesOf(recorded: RecordedTranslation): Sequence[] {
  const [kind] = recorded.model.source;
  return rowsOf(recorded).heard.map((row) => (kind === "tokens" ? row.flat() : kind === "vector" ? row[0] : row));
}

/** All rows as training takes them: one batch, in the order in which they are recorded. */
export function dataOf(recorded: RecordedTranslation): Data {
  const { sources, targets } = recorded;
  const { heard, said } = rowsOf(recorded);
  const lengths = Int32Array.from(targets, (length) => length + 1);
  const batch: Batch = {
    steps: Math.max(...lengths),
    lengths,
    ...(sources && { source: { steps: Math.max(...sources), lengths: Int32Array.from(sources) } }),
    keep: null,
    write({ source, target }) {
      for (const [b, row] of heard.entries()) writeRows(source, row, 0, row.length, b);
      for (const [b, row] of said.entries()) writeRows(target, row, 0, row.length, b);
    },
  };
  const size = lengths.reduce((sum, length) => sum + length, 0);
  return { batch: targets.length, count: 1, size, check: () => undefined, batches: () => [batch] };
}

/** What is given to the reference, NaN behind every end; the end symbol is the last that is said. */
export function givenTo(recorded: RecordedTranslation): Given {
  const { model, sources, targets, weights } = recorded;
  const { heard, said } = rowsOf(recorded);
  const lengths = targets.map((length) => length + 1);
  return {
    batch: targets.length,
    steps: Math.max(...lengths),
    lengths,
    ...(sources && { source: { steps: Math.max(...sources), lengths: sources } }),
    parameters: exactly(weights),
    input: [],
    target: padded(said, 1),
    given: { source: padded(heard, widthIn(model)) },
  };
}
