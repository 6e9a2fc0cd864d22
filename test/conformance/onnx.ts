// ONNX's RNN, GRU and LSTM, as its own node tests and ONNX Runtime's unit tests record them, in our layers.
//
// Gates stand in the order i, o, f, c and z, r, h; B is the bias of W and that of R; P is i, o, f. Y is zero past a row's length, Y_h and Y_c
// are those of its last valid step, and the reverse direction runs over the valid part only. A row of no steps gives zeros.

import { gru, type Layer, leakyRelu, lstm, rnn, scaledTanh, type Value } from "../../src/index.ts";
import type { Engine } from "./engine.ts";
import { backward, bothWays, type Cell, forward, type Row, type Trace } from "./passes.ts";
import { at, matrixAt, near, permuted, type Tensor } from "./tensor.ts";

interface Attributes {
  readonly hidden_size: number;
  readonly direction?: "forward" | "reverse" | "bidirectional";
  readonly layout?: 0 | 1;
  readonly activations?: readonly string[];
  readonly activation_alpha?: readonly number[];
  readonly activation_beta?: readonly number[];
  readonly clip?: number;
  readonly input_forget?: 0 | 1;
  readonly linear_before_reset?: 0 | 1;
}

export interface OnnxCase {
  readonly name: string;
  readonly op: "RNN" | "GRU" | "LSTM";
  readonly expect?: "success" | "failure";
  readonly attributes: Attributes;
  readonly inputs: { readonly X: Tensor; readonly W: Tensor; readonly R: Tensor } & Readonly<
    Partial<Record<"B" | "P" | "sequence_lens" | "initial_h" | "initial_c", Tensor>>
  >;
  readonly outputs: Readonly<Partial<Record<"Y" | "Y_h" | "Y_c", Tensor>>>;
}

type Activation = "tanh" | "sigmoid" | "relu" | ((x: Value) => Value);

/** Activations by ONNX's names; alpha and beta are taken from the lists as they come. */
const ACTIVATIONS: Readonly<Record<string, (alpha: () => number, beta: () => number) => Activation>> = {
  tanh: () => "tanh",
  sigmoid: () => "sigmoid",
  relu: () => "relu",
  leakyrelu: (alpha) => {
    const slope = alpha();
    return (x) => leakyRelu(x, slope);
  },
  scaledtanh: (alpha, beta) => {
    const [a, b] = [alpha(), beta()];
    return (x) => scaledTanh(x, a, b);
  },
};

const DEFAULTS = { RNN: ["tanh"], GRU: ["sigmoid", "tanh"], LSTM: ["sigmoid", "tanh", "tanh"] } as const;

/** The activations of each direction. */
function activationsOf({ op, attributes }: OnnxCase, directions: number): Activation[][] {
  const names: readonly string[] = attributes.activations ?? Array.from({ length: directions }, () => DEFAULTS[op]).flat();
  const [alphas, betas] = [[...(attributes.activation_alpha ?? [])], [...(attributes.activation_beta ?? [])]];
  const next = (list: number[]) => () => {
    const value = list.shift();
    if (value === undefined) throw new Error("an activation lacks its alpha or beta");
    return value;
  };
  const all = names.map((name) => {
    const make = ACTIVATIONS[name.toLowerCase()];
    if (!make) throw new Error(`no activation ${name}`);
    return make(next(alphas), next(betas));
  });
  const each = all.length / directions;
  return Array.from({ length: directions }, (_, d) => all.slice(d * each, (d + 1) * each));
}

/** ONNX's gates in our order, as the number of ONNX's gate. */
const ORDER = { RNN: [0], GRU: [1, 0, 2], LSTM: [0, 2, 3, 1] } as const;

/** Columns of our weight from ONNX's rows: gate by gate in the order given, [in × gates·H]; a gate may be turned in sign. */
function columns(rows: readonly (readonly number[])[], units: number, gates: readonly number[], signs: readonly number[] = []): number[] {
  return rows[0].flatMap((_, i) =>
    gates.flatMap((gate, index) => Array.from({ length: units }, (_, j) => (signs[index] ?? 1) * rows[gate * units + j][i])),
  );
}

const isOne = (flag: number | undefined): boolean => flag === 1;

/** The parameters of one direction. */
function parametersOf({ op, attributes, inputs }: OnnxCase, d: number): Record<string, number[]> {
  const { hidden_size: units } = attributes;
  const [w, r] = [matrixAt(inputs.W, d), matrixAt(inputs.R, d)];
  const count = ORDER[op].length * units;
  const both = inputs.B ? at(inputs.B, d) : new Array<number>(2 * count).fill(0);
  const [bw, br] = [both.slice(0, count), both.slice(count)].map((values) => values.map((value) => [value]));
  const sum = bw.map(([value], i) => [value + br[i][0]]);
  if (op === "RNN") return { wx: columns(w, units, [0]), wh: columns(r, units, [0]), b: columns(sum, units, [0]) };
  if (op === "GRU") {
    const wx = columns(w, units, ORDER.GRU);
    if (isOne(attributes.linear_before_reset)) {
      const apart = sum.map((value, i) => (i < 2 * units ? value : bw[i]));
      return { wx, wh: columns(r, units, ORDER.GRU), b: columns(apart, units, ORDER.GRU), bn: columns(br, units, [2]) };
    }
    return { wx, wh: columns(r, units, [1, 0]), wn: columns(r, units, [2]), b: columns(sum, units, ORDER.GRU) };
  }
  const peepholes = inputs.P ? at(inputs.P, d).map((value) => [value]) : undefined;
  if (isOne(attributes.input_forget)) {
    // ONNX has f = 1 − i and we have i = 1 − f: with f = sigmoid(x), 1 − f = sigmoid(−x).
    const [gates, signs] = [
      [0, 3, 1],
      [-1, 1, 1],
    ];
    return {
      wx: columns(w, units, gates, signs),
      wh: columns(r, units, gates, signs),
      b: columns(sum, units, gates, signs),
      ...(peepholes && { p: columns(peepholes, units, [0, 1], [-1, 1]) }),
    };
  }
  return {
    wx: columns(w, units, ORDER.LSTM),
    wh: columns(r, units, ORDER.LSTM),
    b: columns(sum, units, ORDER.LSTM),
    ...(peepholes && { p: columns(peepholes, units, [0, 2, 1]) }),
  };
}

function layerOf({ op, attributes, inputs }: OnnxCase, activations: readonly Activation[]): Layer {
  const { hidden_size: units } = attributes;
  const clip = attributes.clip === undefined ? {} : { clip: attributes.clip };
  const [first, second, third] = activations;
  if (op === "RNN") return rnn(units, { activation: first, ...clip });
  if (op === "GRU")
    return gru(units, { gate: first, activation: second, reset: isOne(attributes.linear_before_reset) ? "after" : "before", ...clip });
  return lstm(units, {
    gate: first,
    activation: second,
    outputActivation: third,
    coupled: isOne(attributes.input_forget),
    peepholes: inputs.P !== undefined,
    ...clip,
  });
}

/** A case with its batch in the second place everywhere: X [T][B][I], initial_h [D][B][H], Y [T][D][B][H]. */
function timeMajor(original: OnnxCase): OnnxCase {
  if (original.attributes.layout !== 1) return original;
  const { inputs, outputs } = original;
  const swap = (tensor: Tensor | undefined, order: readonly number[]) => tensor && permuted(tensor, order);
  const states = [1, 0, 2];
  return {
    ...original,
    inputs: {
      ...inputs,
      X: permuted(inputs.X, states),
      ...(inputs.initial_h && { initial_h: permuted(inputs.initial_h, states) }),
      ...(inputs.initial_c && { initial_c: permuted(inputs.initial_c, states) }),
    },
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, swap(y, name === "Y" ? [1, 2, 0, 3] : states)])),
  };
}

/** The rows of one direction, each as long as it is valid. */
function rowsOf({ op, inputs }: OnnxCase, d: number): Row[] {
  const [steps, batch] = inputs.X.dims;
  return Array.from({ length: batch }, (_, b) => {
    const length = inputs.sequence_lens?.data[b] ?? steps;
    const states = { h: inputs.initial_h, ...(op === "LSTM" && { c: inputs.initial_c }) };
    const begun = Object.values(states).some((state) => state?.data.some((value) => value !== 0));
    const initial = Object.entries(states).map(([name, state]) => [name, state ? at(state, d, b) : zeros(inputs.R.dims[2])]);
    return {
      steps: Array.from({ length }, (_, t) => at(inputs.X, t, b)),
      ...(begun && { initial: Object.fromEntries(initial) }),
    };
  });
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** Runs the case on an engine and compares every recorded output. */
export async function checkOnnx(recorded: OnnxCase, engine: Engine, tolerance: number): Promise<void> {
  const given = timeMajor(recorded);
  const { direction = "forward", hidden_size: units } = given.attributes;
  const directions = direction === "bidirectional" ? 2 : 1;
  const activations = activationsOf(given, directions);
  const cells = activations.map((own, d): Cell => ({ layer: layerOf(given, own), parameters: parametersOf(given, d) }));
  const rows = activations.map((_, d) => rowsOf(given, d));
  const traces: Trace[][] =
    directions === 2
      ? await bothWays(engine, [cells[0], cells[1]], [rows[0], rows[1]])
      : [await (direction === "reverse" ? backward : forward)(engine, cells[0], rows[0])];
  const steps = given.inputs.X.dims[0];
  const isBack = (d: number): boolean => d === 1 || direction === "reverse";
  const each = <T>(make: (trace: Trace, d: number, b: number) => T): T[] =>
    traces.flatMap((ofDirection, d) => ofDirection.map((trace, b) => make(trace, d, b)));
  const final = (name: string) => each((trace, d) => trace[name].at(isBack(d) ? 0 : -1) ?? zeros(units)).flat();
  const results = {
    Y: () => Array.from({ length: steps }, (_, t) => each((trace) => trace.h[t] ?? zeros(units)).flat()).flat(),
    Y_h: () => final("h"),
    Y_c: () => final("c"),
  };
  for (const [name, expected] of Object.entries(given.outputs) as [keyof typeof results, Tensor][])
    near(name, results[name](), expected.data, tolerance);
}
