// Every recorded case by name, with how it is checked or why it is left out. The data lies beside the repository and is read in place.

import { existsSync, readFileSync } from "node:fs";
import { features, lstm, meanSquared, model, rnn } from "../../src/index.ts";
import { ENGINES, type Engine } from "./engine.ts";
import { checkKeras, type KerasCase, nameOf } from "./keras.ts";
import { checkOnnx, type OnnxCase } from "./onnx.ts";
import { near, type Tensor } from "./tensor.ts";
import { CHECKS, type TfjsCase } from "./tfjs.ts";

export interface Case {
  readonly name: string;
  /** A sentence, if it is left out. */
  readonly reason?: string;
  /** Who is judged. */
  readonly engines: readonly Engine[];
  check(engine: Engine): Promise<void>;
}

export interface Suite {
  readonly file: string;
  readonly from: string;
  readonly cases: readonly Case[];
}

const FOLDER = new URL("../../../shared/conformance/", import.meta.url);

/** Whether the recorded values are there. */
export const isPresent = existsSync(FOLDER);

const read = <T>(file: string): { readonly source: string; readonly cases: readonly T[] } =>
  JSON.parse(readFileSync(new URL(`${file}.json`, FOLDER), "utf8"));

function suite<T>(file: string, cases: (recorded: readonly T[]) => Case[]): Suite {
  const { source, cases: recorded } = read<T>(file);
  return { file, from: source, cases: cases(recorded) };
}

const UNSAYABLE = "a row is as long as its own list here, so that a length which contradicts the data cannot be said";

/**
 * ONNX's own comparison allows 1e-3 of a value, far more than is needed: recorded are f32 numbers of at most 3, which f32 rounds by at most
 * 1.2e-7, and each has a handful of roundings behind it.
 */
const NODE = 1e-6;

/**
 * As the folder's README has it: 1e-6, and 1e-4 in two cases with a literal that is off by 6e-5. And one case's literals have five decimals
 * (−0.10621 for −0.1062148): half a unit of the last.
 */
function runtimeTolerance(name: string): number {
  if (/LSTM(ShorterSeqInMiddle|ZeroSeqInMiddle)/.test(name)) return 1e-4;
  return name.endsWith("LSTMBatchReallocation#2") ? 5e-6 : 1e-6;
}

const onnx = (file: string, tolerance: (name: string) => number): Suite =>
  suite<OnnxCase>(file, (recorded) =>
    recorded.map((one) => ({
      name: one.name,
      ...(one.expect === "failure" && { reason: UNSAYABLE }),
      engines: ENGINES,
      check: (engine: Engine) => checkOnnx(one, engine, tolerance(one.name)),
    })),
  );

/** A network that PyTorch exported: layers of one width, with PyTorch's names and orders. */
interface OperatorCase {
  readonly name: string;
  readonly op: "RNN" | "LSTM";
  readonly nonlinearity: "tanh" | "relu" | null;
  readonly num_layers: number;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly input: Tensor;
  readonly params: Readonly<Record<string, Tensor>>;
  readonly expected: Readonly<Record<string, Tensor>>;
}

const transposed = ({ dims: [rows, columns], data }: Tensor): number[] =>
  Array.from({ length: rows * columns }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);

async function checkOperator(recorded: OperatorCase, engine: Engine): Promise<void> {
  const { op, num_layers: count, hidden_size: units, nonlinearity, params, input, expected } = recorded;
  const layer = op === "LSTM" ? lstm(units) : rnn(units, { activation: nonlinearity ?? "tanh" });
  const layers = Array.from({ length: count }, () => layer);
  const definition = model({ input: features(recorded.input_size), layers, loss: meanSquared() });
  const parameters = Object.fromEntries(
    layers.flatMap((_, index) => [
      [`layer ${index + 1}/${layer.kind}/wx`, transposed(params[`weight_ih_l${index}`])],
      [`layer ${index + 1}/${layer.kind}/wh`, transposed(params[`weight_hh_l${index}`])],
      [
        `layer ${index + 1}/${layer.kind}/b`,
        params[`bias_ih_l${index}`].data.map((value, i) => value + params[`bias_hh_l${index}`].data[i]),
      ],
    ]),
  );
  const [steps, batch, width] = input.dims;
  const rows = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: steps }, (_, t) => input.data.slice((t * batch + b) * width, (t * batch + b + 1) * width)),
  );
  const { values, state } = await engine.run(definition, parameters, rows, {});
  const final = (name: string) => layers.flatMap((_, index) => state[`layer ${index + 1}/${layer.kind}/${name}`].flat());
  near("output", values.output.flat(2), expected.output.data, NODE);
  near("h_n", final("h"), expected.h_n.data, NODE);
  if (expected.c_n) near("c_n", final("c"), expected.c_n.data, NODE);
}

export const suites = (): readonly Suite[] => [
  onnx("onnx-node-head", () => NODE),
  onnx("onnxruntime-rnn", runtimeTolerance),
  suite<OperatorCase>("onnx-pytorch-operator", (recorded) =>
    recorded.map((one) => ({ name: one.name, engines: ENGINES, check: (engine: Engine) => checkOperator(one, engine) }))),
  suite<KerasCase>("keras-rnn", (recorded) =>
    recorded.map((one) => ({ name: nameOf(one), engines: ENGINES, check: (engine: Engine) => checkKeras(one, engine) }))),
  suite<TfjsCase>("tfjs-rnn", (recorded) =>
    recorded.map((one) => ({
      name: one.name,
      engines: ENGINES.filter(({ binary }) => binary || !CHECKS[one.name].trains),
      check: (engine: Engine) => CHECKS[one.name].check({ ...one, tolerance: CHECKS[one.name].tolerance ?? one.tolerance }, engine),
    }))),
];
