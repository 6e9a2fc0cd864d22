// Every activation that Keras and ONNX have for recurrent layers, in words, against their own formulas in f64.

import { describe, expect, test } from "vitest";
import { dense, features, meanSquared } from "../../src/define/layers.ts";
import { model } from "../../src/define/model.ts";
import { ACTIVATIONS, type Activation, type ActivationName } from "../../src/graph/activations.ts";
import * as words from "../../src/index.ts";
import { unfold } from "../../src/plan/unfold.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES, runEngine } from "../support/engine.ts";

const { abs, add, clamp, complement, elu, exp, hardSigmoid, leakyRelu, mul, relu, scale, scaledTanh, shift, sigmoid } = words;
const { softplus, softsign, sqrt, square, sub, tanh, thresholdedRelu, unitStep } = words;

type Row = readonly [name: string, activation: Activation, formula: (x: number) => number];

const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));
const between = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/**
 * github.com/onnx/onnx, docs/Operators.md, "Activation functions" of LSTM, with the defaults of the operators of the same name; at the threshold
 * itself as the operator ThresholdedRelu has it.
 */
const ONNX: readonly Row[] = [
  ["Relu", "relu", (x) => Math.max(0, x)],
  ["Tanh", "tanh", Math.tanh],
  ["Sigmoid", "sigmoid", sigmoidOf],
  ["Affine", (x) => shift(scale(x, 0.5), 0.25), (x) => 0.5 * x + 0.25],
  ["LeakyRelu", "leakyRelu", (x) => (x >= 0 ? x : 0.01 * x)],
  ["ThresholdedRelu", (x) => thresholdedRelu(x, 1), (x) => (x > 1 ? x : 0)],
  ["ScaledTanh", (x) => scaledTanh(x, 1.5, 0.5), (x) => 1.5 * Math.tanh(0.5 * x)],
  ["HardSigmoid", (x) => hardSigmoid(x, 0.2), (x) => between(0.2 * x + 0.5, 0, 1)],
  ["Elu", "elu", (x) => (x >= 0 ? x : Math.exp(x) - 1)],
  ["Softsign", "softsign", (x) => x / (1 + Math.abs(x))],
  ["Softplus", "softplus", (x) => Math.log1p(Math.exp(x))],
];

const SELU = [1.0507009873554805, 1.6732632423543772] as const;
const gelu = (x: words.Value): words.Value =>
  scale(mul(x, shift(tanh(scale(add(x, scale(mul(x, square(x)), 0.044715)), Math.sqrt(2 / Math.PI))), 1)), 0.5);

/** keras.io/api/layers/activations, version 3. gelu is its approximate form; glu, log_softmax, softmax and sparsemax mix columns. */
const KERAS: readonly Row[] = [
  [
    "celu",
    (x) => add(relu(x), scale(shift(exp(scale(sub(x, relu(x)), 1 / 1.5)), -1), 1.5)),
    (x) => (x > 0 ? x : 1.5 * Math.expm1(x / 1.5)),
  ],
  ["elu", (x) => elu(x, 0.7), (x) => (x > 0 ? x : 0.7 * Math.expm1(x))],
  ["exponential", exp, Math.exp],
  ["gelu, approximate", gelu, (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
  ["hard_shrink", (x) => mul(x, unitStep(shift(abs(x), -0.5))), (x) => (Math.abs(x) > 0.5 ? x : 0)],
  ["hard_sigmoid", "hardSigmoid", (x) => between(x / 6 + 0.5, 0, 1)],
  ["hard_silu", (x) => mul(x, hardSigmoid(x)), (x) => x * between(x / 6 + 0.5, 0, 1)],
  ["hard_tanh", (x) => clamp(x, -1, 1), (x) => between(x, -1, 1)],
  ["leaky_relu", (x) => leakyRelu(x, 0.2), (x) => (x > 0 ? x : 0.2 * x)],
  ["linear", "identity", (x) => x],
  ["log_sigmoid", (x) => scale(softplus(scale(x, -1)), -1), (x) => -Math.log1p(Math.exp(-x))],
  ["mish", (x) => mul(x, tanh(softplus(x))), (x) => x * Math.tanh(Math.log1p(Math.exp(x)))],
  ["relu, up to 6", (x) => clamp(x, 0, 6), (x) => between(x, 0, 6)],
  [
    "relu, sloped, bounded, from a threshold",
    (x) => add(clamp(thresholdedRelu(x, 0.3), 0, 2), scale(sub(shift(x, -0.3), relu(shift(x, -0.3))), 0.1)),
    (x) => (x >= 2 ? 2 : x >= 0.3 ? x : 0.1 * (x - 0.3)),
  ],
  ["selu", "selu", (x) => SELU[0] * (x > 0 ? x : SELU[1] * Math.expm1(x))],
  ["sigmoid", sigmoid, sigmoidOf],
  ["silu", "silu", (x) => x * sigmoidOf(x)],
  ["soft_shrink", (x) => sub(x, clamp(x, -0.5, 0.5)), (x) => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0)],
  ["softplus", softplus, (x) => Math.log1p(Math.exp(x))],
  ["softsign", softsign, (x) => x / (1 + Math.abs(x))],
  [
    "sparse_plus",
    (x) => add(sub(x, clamp(x, -1, 1)), scale(square(shift(clamp(x, -1, 1), 1)), 0.25), scale(sub(shift(x, 1), relu(shift(x, 1))), -1)),
    (x) => (x <= -1 ? 0 : x < 1 ? 0.25 * (x + 1) ** 2 : x),
  ],
  ["sparse_sigmoid", (x) => clamp(shift(scale(x, 0.5), 0.5), 0, 1), (x) => (x <= -1 ? 0 : x < 1 ? 0.5 * (x + 1) : 1)],
  ["squareplus", (x) => scale(add(x, sqrt(shift(square(x), 4))), 0.5), (x) => (x + Math.sqrt(x * x + 4)) / 2],
  ["tanh", "tanh", Math.tanh],
  ["tanh_shrink", (x) => sub(x, tanh(x)), (x) => x - Math.tanh(x)],
  ["threshold", (x) => add(mul(x, unitStep(shift(x, -0.4))), scale(complement(unitStep(shift(x, -0.4))), 0.1)), (x) => (x > 0.4 ? x : 0.1)],
];

/** From far below to far above, both sides of every kink, and 0. */
const POINTS = [-20, -6, -3, -2.5, -1.25, -1, -0.75, -0.5, -0.31, -1e-3, 0, 1e-3, 0.29, 0.31, 0.41, 0.5, 0.75, 1, 1.25, 2, 2.5, 3, 6, 20];

/** f at each point: one unit of weight 1, no bias. */
function graphOf(activation: Activation) {
  const definition = model({
    input: features(1),
    layers: [dense(1, { activation, bias: false, name: "d" })],
    loss: meanSquared(),
  });
  const target = POINTS.map(() => 0);
  return { definition, data: { steps: POINTS.length, batch: 1, parameters: { "d/w": [1] }, input: POINTS, target } };
}

const NAMED: readonly Row[] = (Object.keys(ACTIVATIONS) as ActivationName[]).map((name) => {
  const row = [...ONNX, ...KERAS].find(([, activation]) => activation === name);
  if (!row) throw new Error(`no formula for ${name}`);
  return [name, name, row[2]];
});

describe.each([
  ["ONNX", ONNX],
  ["Keras 3", KERAS],
  ["by name", NAMED],
] as const)("%s", (_, rows) => {
  test.each(rows)("%s", async (_, activation, formula) => {
    const { definition, data } = graphOf(activation);
    const { output } = interpretUnfolded(unfold(definition, { kind: "predict", raw: true }), data);
    // The same formula in another order: some roundings of f64, of numbers up to 20.
    POINTS.forEach((x, t) => {
      expect(Math.abs(output[t].values[0] - formula(x)), `at ${x}`).toBeLessThanOrEqual(1e-14 * (20 + Math.abs(formula(x))));
    });
    for (const binary of BINARIES) {
      const engine = await runEngine(definition, { kind: "predict", raw: true }, data, binary);
      // In f32: some ten roundings of numbers up to 20, of 2⁻²⁴ each; eˣ of 20 is relative.
      POINTS.forEach((x, t) => {
        expect(Math.abs(engine.output[t] - formula(x)), `at ${x} on ${binary.name}`).toBeLessThanOrEqual(
          1e-5 + 1e-6 * Math.abs(formula(x)),
        );
      });
    }
  });
});

test("the gradient of elu and leakyRelu at 0 is that from below, not the 0 of relu", async () => {
  for (const [activation, slope] of [
    ["elu", 1],
    ["leakyRelu", 0.01],
  ] as const) {
    const definition = model({
      input: features(1),
      layers: [dense(1, { activation, name: "d", initial: { w: words.constant(0) } })],
      loss: meanSquared(),
    });
    const { gradients } = interpretUnfolded(unfold(definition, { kind: "train", teacherForcing: true }), {
      steps: 1,
      batch: 1,
      parameters: { "d/w": [0], "d/b": [0] },
      input: [1],
      target: [-1],
    });
    // d(y + 1)² = 2·y′
    expect(gradients["d/b"][0]).toBeCloseTo(2 * slope, 14);
  }
});
