// Keras's SimpleRNN, GRU, LSTM and Bidirectional, as its own tests record them, in our layers.
//
// Gates stand in the order i, f, c, o and z, r, h. A masked step repeats the output of the step before (or gives zero, as the case says) and
// keeps the state: a row runs over its unmasked steps alone, and the others are filled in. `go_backwards` puts out in the order of processing;
// Bidirectional turns the backward sequence round again. A stateful layer goes on where the call before ended.

import { gru, lstm, rnn } from "../../src/index.ts";
import type { Engine } from "./engine.ts";
import { backward, bothWays, type Cell, forward, merged, type Row, type Trace } from "./passes.ts";
import { at, matrixAt, near, type Tensor } from "./tensor.ts";

interface LayerConfig {
  readonly layer: "LSTM" | "GRU" | "SimpleRNN";
  readonly units: number;
  readonly kernel_initializer: { readonly constant: number };
  readonly recurrent_initializer: { readonly constant: number };
  readonly bias_initializer: { readonly constant: number };
  readonly use_bias?: boolean;
  readonly unit_forget_bias?: boolean;
  readonly reset_after?: boolean;
  readonly go_backwards?: boolean;
  readonly return_sequences?: boolean;
  readonly return_state?: boolean;
  readonly stateful?: boolean;
  readonly zero_output_for_mask?: boolean;
}

interface BothConfig {
  readonly layer: LayerConfig;
  readonly backward_layer?: LayerConfig;
  readonly merge_mode?: "concat" | "sum" | "mul" | "ave" | null;
}

interface Call {
  readonly x: Tensor;
  readonly mask?: { readonly dims: readonly number[]; readonly data: readonly boolean[] };
  readonly initial_state?: Tensor | readonly Tensor[];
}

export interface KerasCase {
  readonly test: string;
  readonly config: LayerConfig | BothConfig;
  readonly calls: readonly (Call | "reset")[];
  /** Which call's result is compared, "reset" counted too. */
  readonly compare_call: number;
  /** `["out", i]`: the i-th of several results; a number: an index of the first axis. */
  readonly path: readonly (number | readonly ["out", number])[];
  readonly expected: Tensor;
  readonly atol: number;
}

const isBoth = (config: LayerConfig | BothConfig): config is BothConfig => typeof config.layer === "object";

const full = (count: number, value: number): number[] => new Array<number>(count).fill(value);

/** Every weight of a case is one number, so the order of its gates shows in the forget gate's bias alone. */
function cellOf(config: LayerConfig, width: number): Cell {
  const { units, use_bias: biased = true } = config;
  const [kernel, recurrent, bias] = [config.kernel_initializer, config.recurrent_initializer, config.bias_initializer].map(
    ({ constant }) => constant,
  );
  const weights = (gates: number) => ({ wx: full(width * gates * units, kernel), wh: full(units * gates * units, recurrent) });
  if (config.layer === "SimpleRNN")
    return { layer: rnn(units, { bias: biased }), parameters: { ...weights(1), ...(biased && { b: full(units, bias) }) } };
  if (config.layer === "LSTM") {
    const forget = config.unit_forget_bias === false ? bias : 1;
    const b = [bias, forget, bias, bias].flatMap((value) => full(units, value));
    return { layer: lstm(units, { bias: biased }), parameters: { ...weights(4), ...(biased && { b }) } };
  }
  if (config.reset_after === false) {
    const { wx } = weights(3);
    const parameters = { wx, wh: full(units * 2 * units, recurrent), wn: full(units * units, recurrent) };
    return {
      layer: gru(units, { reset: "before", bias: biased }),
      parameters: { ...parameters, ...(biased && { b: full(3 * units, bias) }) },
    };
  }
  // Two biases, of which the candidate's stay apart.
  const b = [2 * bias, 2 * bias, bias].flatMap((value) => full(units, value));
  return { layer: gru(units, { bias: biased }), parameters: { ...weights(3), ...(biased && { b, bn: full(units, bias) }) } };
}

/** What a layer gives for one call, by row: outputs in the order of processing, and the last states. */
interface Result {
  /** [B][T][units] */
  readonly outputs: number[][][];
  /** h, and c, by row. */
  readonly states: readonly Readonly<Record<string, readonly number[]>>[];
}

/** The unmasked steps of every row. */
const validOf = ({ x, mask }: Call): number[][] => {
  const [batch, steps] = x.dims;
  return Array.from({ length: batch }, (_, b) =>
    Array.from({ length: steps }, (_, t) => t).filter((t) => mask?.data[b * steps + t] ?? true),
  );
};

/** The rows of a call, of their unmasked steps. */
const rowsOf = (call: Call, before: Result["states"] | null): Row[] =>
  validOf(call).map((valid, b) => ({
    steps: valid.map((t) => matrixAt(call.x, b)[t]),
    ...(before && { initial: before[b] }),
  }));

/** From what the unmasked steps gave to what all steps put out, in the order of processing. */
function result(config: LayerConfig, call: Call, traces: readonly Trace[], back: boolean, before: Result["states"] | null): Result {
  const [, steps] = call.x.dims;
  const zero = full(config.units, 0);
  const valid = validOf(call);
  const outputs = traces.map((trace, b) => {
    let last: readonly number[] = zero;
    const order = Array.from({ length: steps }, (_, t) => (back ? steps - 1 - t : t));
    return order.map((t) => {
      const place = valid[b].indexOf(t);
      if (place >= 0) last = trace.h[place];
      return place < 0 && config.zero_output_for_mask ? zero : [...last];
    });
  });
  const states = traces.map((trace, b) =>
    Object.fromEntries(Object.entries(trace).map(([name, values]) => [name, values.at(back ? 0 : -1) ?? before?.[b][name] ?? zero])),
  );
  return { outputs, states };
}

/** Given states by row: h, or h and c, of one direction. */
function given(config: LayerConfig, tensors: readonly Tensor[]): Result["states"] {
  const names = config.layer === "LSTM" ? ["h", "c"] : ["h"];
  return Array.from({ length: tensors[0].dims[0] }, (_, b) =>
    Object.fromEntries(names.map((name, index) => [name, at(tensors[index], b)])),
  );
}

const listed = ({ initial_state: state }: Call): readonly Tensor[] => (state === undefined ? [] : "dims" in state ? [state] : state);

/** One call of one layer. */
async function call(engine: Engine, config: LayerConfig, given: Call, before: Result["states"] | null): Promise<Result> {
  const cell = cellOf(config, given.x.dims[2]);
  const back = config.go_backwards === true;
  const traces = await (back ? backward : forward)(engine, cell, rowsOf(given, before));
  return result(config, given, traces, back, before);
}

/** Calls of one layer: what each returns. */
async function callOne(engine: Engine, config: LayerConfig, calls: KerasCase["calls"]): Promise<unknown[]> {
  let carried: Result["states"] | null = null;
  const returned: unknown[] = [];
  for (const one of calls) {
    if (one === "reset") carried = null;
    else {
      const tensors = listed(one);
      const { outputs, states }: Result = await call(engine, config, one, tensors.length > 0 ? given(config, tensors) : carried);
      if (config.stateful) carried = states;
      const output = config.return_sequences ? outputs : outputs.map((rows) => rows[rows.length - 1]);
      returned.push(config.return_state ? [output, ...statesApart(config, states)] : output);
      continue;
    }
    returned.push(null);
  }
  return returned;
}

const statesApart = (config: LayerConfig, states: Result["states"]): unknown[] =>
  (config.layer === "LSTM" ? ["h", "c"] : ["h"]).map((name) => states.map((row) => row[name]));

const MERGES = { concat: "concat", sum: "sum", mul: "product", ave: "mean" } as const;

/** Calls of a layer that runs both ways. */
async function callBoth(engine: Engine, config: BothConfig, calls: KerasCase["calls"]): Promise<unknown[]> {
  const [there, back] = [config.layer, config.backward_layer ?? config.layer];
  const { merge_mode: mode = "concat" } = config;
  let carried: readonly [Result["states"] | null, Result["states"] | null] = [null, null];
  const returned: unknown[] = [];
  for (const one of calls) {
    if (one === "reset") {
      carried = [null, null];
      returned.push(null);
      continue;
    }
    const tensors = listed(one);
    const half = tensors.length / 2;
    const before: typeof carried = half > 0 ? [given(there, tensors.slice(0, half)), given(back, tensors.slice(half))] : carried;
    const cells = [cellOf(there, one.x.dims[2]), cellOf(back, one.x.dims[2])] as const;
    const rows = [rowsOf(one, before[0]), rowsOf(one, before[1])] as const;
    const traces = await bothWays(engine, cells, rows);
    const results = [result(there, one, traces[0], false, before[0]), result(back, one, traces[1], true, before[1])] as const;
    if (there.stateful) carried = [results[0].states, results[1].states];
    const ending = there.return_sequences !== true;
    const [a, b] = ending
      ? results.map(({ outputs }) => outputs.map((row) => row[row.length - 1]))
      : [results[0].outputs, results[1].outputs.map((row) => row.toReversed())];
    const whole = before[0] === null && one.mask === undefined;
    // With a mask or given states the directions run alone, and what they give is put side by side here.
    if (!whole && !(mode === "concat" && ending)) throw new Error(`internal: ${mode} of masked rows or given states`);
    const output =
      mode === null
        ? [a, b]
        : whole
          ? await merged(engine, cells, rows[0], MERGES[mode], ending)
          : a.map((row, index) => [...row, ...b[index]]);
    returned.push(
      there.return_state ? [output, ...statesApart(there, results[0].states), ...statesApart(back, results[1].states)] : output,
    );
  }
  return returned;
}

/** Runs the calls of a case on an engine and compares what is recorded. */
export async function checkKeras(recorded: KerasCase, engine: Engine): Promise<void> {
  const { config, calls, compare_call: compared, path, expected, atol } = recorded;
  const returned = isBoth(config) ? await callBoth(engine, config, calls) : await callOne(engine, config, calls);
  const value = path.reduce<unknown>((whole, step) => (whole as unknown[])[typeof step === "number" ? step : step[1]], returned[compared]);
  near("output", (value as number[][][]).flat(Number.POSITIVE_INFINITY) as number[], expected.data, atol);
}

/** A case by its test, its configuration, and what of its result is compared. */
export function nameOf({ test, config, calls, path }: KerasCase): string {
  const layer = isBoth(config) ? config.layer : config;
  const ORDINARY = ["layer", "kernel_initializer", "recurrent_initializer", "bias_initializer", "units", "backward_layer"];
  const words = [...Object.entries(layer), ...(isBoth(config) ? Object.entries(config) : [])]
    .filter(([key]) => !ORDINARY.includes(key))
    .map(([key, value]) => `${key} ${String(value)}`);
  const more = [calls.length > 1 ? `${calls.length} calls` : "", path.length > 0 ? `result ${path.flat().join(" ")}` : ""];
  return [test.replace("_test.py::test_", " "), layer.layer, ...words, ...more].filter((word) => word !== "").join(", ");
}
