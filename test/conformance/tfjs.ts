// TensorFlow.js's recurrent layers, as its own tests record them, in our layers: forward, masked, both ways, and trained by gradient descent.
//
// Gates stand in the order i, f, c, o and z, r, h; the gates are hard sigmoids 0.2·x + 0.5 unless a case says otherwise; a gru resets before
// the product. Masked are the steps of symbol 0: a row runs over the others alone, and a masked step repeats the output of the one before.

import {
  bidirectional,
  compile,
  type Data,
  type Definition,
  dense,
  embedding,
  examples,
  features,
  gru,
  hardSigmoid,
  type Layer,
  last,
  lstm,
  type Merge,
  meanSquared,
  model,
  type Network,
  reverse,
  rnn,
  sgd,
  tokens,
  type Value,
} from "../../src/index.ts";
import type { Engine, Parameters } from "./engine.ts";
import { near } from "./tensor.ts";

// biome-ignore lint/suspicious/noExplicitAny: every case describes itself in words of its own
type Words = any;

export interface TfjsCase {
  readonly name: string;
  readonly config: Words;
  readonly inputs: Words;
  readonly expected: Words;
  readonly tolerance: number;
}

const full = (count: number, value: number): number[] => new Array<number>(count).fill(value);
const ones = (count: number): number[] => full(count, 1);
const hard = (x: Value): Value => hardSigmoid(x, 0.2);

/** Steps of a row of ones, `width` wide. */
const rowOfOnes = (steps: number, width: number): number[][] => Array.from({ length: steps }, () => ones(width));

const UNBIASED = { bias: false } as const;
/** The cells with tfjs's defaults. */
const gruOf = (units: number, more = {}): Layer => gru(units, { reset: "before", gate: hard, ...more });
const lstmOf = (units: number, more = {}): Layer => lstm(units, { gate: hard, ...more });

/** Every weight the same number. A gru's recurrent weights lie in two. */
const weights = (
  kind: "rnn" | "gru" | "lstm",
  width: number,
  units: number,
  kernel: number,
  recurrent: number,
): Record<string, number[]> =>
  kind === "gru"
    ? { wx: full(width * 3 * units, kernel), wh: full(units * 2 * units, recurrent), wn: full(units * units, recurrent) }
    : { wx: full(width * GATES[kind] * units, kernel), wh: full(units * GATES[kind] * units, recurrent) };
const GATES = { rnn: 1, lstm: 4 } as const;

/** A bias of zeros, the forget gate's of ones. */
const remembering = (units: number): number[] => [0, 1, 0, 0].flatMap((value) => full(units, value));

/** Parameters by path, from those of each layer. */
const named = (...layers: readonly (readonly [path: string, parameters: Parameters])[]): Parameters =>
  Object.fromEntries(layers.flatMap(([path, own]) => Object.entries(own).map(([name, values]) => [`${path}/${name}`, values] as const)));

const DENSE_OF_ONES = (width: number, bias = true) => ({ w: ones(width), ...(bias && { b: [0] }) });

const regression = (width: number, ...layers: Layer[]): Definition => model({ input: features(width), layers, loss: meanSquared() });

/** What a value is after the last step, by row. */
const afterLast = (values: readonly (readonly (readonly number[])[])[]): readonly (readonly number[])[] => values[values.length - 1];

/** Expects one number everywhere. */
const everywhere = (
  what: string,
  values: readonly (readonly number[])[] | readonly number[],
  expected: number,
  tolerance: number,
): void => {
  const all = values.flat() as number[];
  near(what, all, full(all.length, expected), tolerance);
};

/** The unmasked steps of a row of symbols. */
const valid = (ids: readonly number[]): number[] => ids.filter((id) => id !== 0);

type Check = (recorded: TfjsCase, engine: Engine) => Promise<void>;

/** Ones through one layer, step by step: t0, t1, … */
const stepByStep =
  (definition: Definition, parameters: Parameters, label: string, value = 1): Check =>
  async ({ inputs, expected, tolerance }, engine) => {
    const [, batch, steps, width] = (/\[(\d+),(\d+),(\d+)\]/.exec(inputs.x) ?? []).map(Number);
    const row = Array.from({ length: steps }, () => full(width, value));
    const { values, state } = await engine.run(
      definition,
      parameters,
      Array.from({ length: batch }, () => row),
      {},
    );
    for (let t = 0; t < steps; t++) if (`t${t}` in expected) everywhere(`step ${t}`, values[label][t], expected[`t${t}`], tolerance);
    for (const name of ["h", "c"])
      if (name in expected) everywhere(name, state[`${label.slice(0, label.lastIndexOf("/"))}/${name}`], expected[name], tolerance);
  };

/** Ones through one layer, twice, the state carried on. */
const twice =
  (definition: Definition, parameters: Parameters, label: string): Check =>
  async ({ inputs, expected, tolerance }, engine) => {
    const [, batch, steps, width] = (/\[(\d+),(\d+),(\d+)\]/.exec(inputs.x) ?? []).map(Number);
    const rows = Array.from({ length: batch }, () => rowOfOnes(steps, width));
    const first = await engine.run(definition, parameters, rows, {});
    const second = await engine.run(definition, parameters, rows, first.state);
    const again = await engine.run(definition, parameters, rows, {});
    [first, second].forEach(({ values }, index) => {
      everywhere(`call ${index + 1}`, afterLast(values[label]), expected[`y${index + 1}`], tolerance);
      const read = expected[`dense${index + 1}`];
      if (read !== undefined) everywhere(`read-out of call ${index + 1}`, afterLast(values.output), read, tolerance);
    });
    everywhere("after a reset", afterLast(again.values[label]), expected.y1, tolerance);
  };

async function trained(definition: Definition, parameters: Parameters, engine: Engine): Promise<Network> {
  if (!engine.binary) throw new Error("internal: the reference does not train");
  const net = await compile(definition, { module: engine.binary.module });
  for (const [path, values] of Object.entries(parameters)) net.parameters.get(path).set(values);
  return net;
}

/** Two batches of four rows, the second going on from the states of the first. */
const inTwoBatches = (target: readonly number[]): Data => ({
  batch: 4,
  count: 2,
  size: 24,
  check: () => {},
  batches: () =>
    [0, 1].map((index) => ({
      steps: 3,
      keep: new Int32Array(4).fill(index),
      write({ input, target: wanted }) {
        for (let row = 0; input && row < 12; row++) input.values.fill(1, row * input.stride, row * input.stride + 2);
        for (let b = 0; wanted && b < 4; b++) wanted.values[b * wanted.stride] = target[index * 4 + b];
      },
    })),
});

/** Mean loss of one epoch in which the state is carried from batch to batch. */
const statefulLoss =
  (layer: Layer, own: Parameters, readOut: number): Check =>
  async ({ inputs, expected, tolerance }, engine) => {
    const definition = regression(2, layer, last(), dense(1, UNBIASED));
    const parameters = named([`layer 1/${layer.kind}`, own], ["layer 3/dense", { w: full(5, readOut) }]);
    using net = await trained(definition, parameters, engine);
    const losses: number[] = [];
    for await (const { loss } of net.train(inTwoBatches(inputs.y), { optimizer: sgd(0.01) })) losses.push(loss);
    near("mean loss", [(losses[0] + losses[1]) / 2], [expected.mean_epoch_loss], tolerance);
  };

/** The weights of one unit after two steps over five equal rows. */
const weightsAfterTwo =
  (layer: Layer, own: Parameters, target: number, rate: number, expect: (net: Network, expected: Words) => [number[], number[]]): Check =>
  async ({ expected, tolerance }, engine) => {
    const definition = regression(4, layer, last(), dense(1, UNBIASED));
    using net = await trained(definition, named([`layer 1/${layer.kind}`, own], ["layer 3/dense", { w: [1] }]), engine);
    const rows = Array.from({ length: 5 }, () => ({ input: rowOfOnes(3, 4), target: [target] }));
    for await (const _ of net.train(examples(rows, { batch: 5 }), { optimizer: sgd(rate), epochs: 2 }));
    const [values, recorded] = expect(net, expected);
    near("weights", [...values, net.parameters.get("layer 3/dense/w").get()[0]], [...recorded, expected.dense], tolerance, 1e-6);
  };

const of = (net: Network, name: string): number[] => [...net.parameters.get(`layer 1/${name}`).get()];

/** A network of symbols, row by row over the unmasked steps: outputs of the read-out and states after each. */
async function byRow(engine: Engine, definition: Definition, parameters: Parameters, ids: readonly (readonly number[])[]) {
  const runs = ids.map((row) => (valid(row).length === 0 ? null : engine.run(definition, parameters, [valid(row).map((id) => [id])], {})));
  return Promise.all(runs);
}

/** Per epoch the loss of one ragged batch: each row's unmasked steps, none for some; and after each a step of training. */
async function descent(
  engine: Engine,
  definition: Definition,
  parameters: Parameters,
  ids: readonly (readonly number[])[],
  targets: readonly number[],
  { rate, epochs }: { readonly rate: number; readonly epochs: number },
): Promise<number[]> {
  using net = await trained(definition, parameters, engine);
  const rows = ids.map((row, index) => ({ input: valid(row), target: [targets[index]] }));
  const losses: number[] = [];
  for await (const { loss } of net.train(examples(rows, { batch: rows.length }), { optimizer: sgd(rate), epochs })) losses.push(loss);
  return losses;
}

const MASKED_LSTM = named(["layer 1/embedding", { w: ones(40) }], ["layer 2/lstm", { ...weights("lstm", 4, 3, 1, 1), b: remembering(3) }]);

const maskedLstm = (...more: Layer[]): Definition =>
  model({ input: tokens(10), layers: [embedding(4), lstmOf(3), ...more], loss: meanSquared() });

const READ_LSTM = { ...MASKED_LSTM, ...named(["layer 3/dense", DENSE_OF_ONES(3)]) };

/** A layer that runs both ways over masked symbols, with a read-out, trained for five epochs. */
const bothWaysMasked =
  (kind: "lstm" | "rnn"): Check =>
  async ({ inputs, expected, tolerance }, engine) => {
    const cell = kind === "lstm" ? lstmOf(4) : rnn(4);
    const layers = [embedding(3), bidirectional([cell, last()]), dense(1)];
    const definition = model({ input: tokens(3), layers, loss: meanSquared() });
    const own = { ...weights(kind, 3, 4, 1, 1), b: kind === "lstm" ? remembering(4) : full(4, 0) };
    const parameters = named(
      ["layer 1/embedding", { w: ones(9) }],
      [`layer 2/bidirectional/forward/1 ${kind}`, own],
      [`layer 2/bidirectional/backward/1 ${kind}`, own],
      ["layer 3/dense", DENSE_OF_ONES(8)],
    );
    const predicted = (inputs.ids as number[][]).map((row) => predictedFrom(engine, definition, parameters, row));
    near("predicted", (await Promise.all(predicted)).flat(), expected.predict.flat(), tolerance);
    const targets = full(4, 0);
    const losses = await descent(engine, definition, parameters, inputs.ids, targets, { rate: 0.01, epochs: 5 });
    near("losses", losses, expected.losses, tolerance);
  };

/** What a sequence → vector network of symbols says of a row's unmasked steps; of none, the read-out's bias, which is 0. */
const predictedFrom = async (engine: Engine, definition: Definition, parameters: Parameters, ids: readonly number[]): Promise<number[]> => {
  const steps = valid(ids).map((id) => [id]);
  return steps.length === 0 ? [0] : engine.predict(definition, parameters, [steps]);
};

/** Columns of one unit's kernel, i, j, f, o there, in our order. */
const fromBasic = (rows: readonly (readonly number[])[]): number[] => rows.flatMap(([i, j, f, o]) => [i, f, j, o]);

interface Row {
  /** Whether it is about training, which the reference has no part in. */
  readonly trains?: true;
  /** Instead of the recorded tolerance. */
  readonly tolerance?: number;
  readonly check: Check;
}

/** What is done with each case. */
export const CHECKS: Readonly<Record<string, Row>> = {
  "SimpleRNN linear returnSequences": {
    check: stepByStep(
      regression(2, rnn(5, { activation: "identity" })),
      named(["layer 1/rnn", { ...weights("rnn", 2, 5, 1, 1), b: ones(5) }]),
      "layer 1/rnn/h",
    ),
  },
  "SimpleRNN linear stateful, then dense(ones)": {
    check: twice(
      regression(2, rnn(5, { activation: "identity" }), dense(1, UNBIASED)),
      named(["layer 1/rnn", { ...weights("rnn", 2, 5, 1, 1), b: full(5, 0) }], ["layer 2/dense", DENSE_OF_ONES(5, false)]),
      "layer 1/rnn/h",
    ),
  },
  "rnn stateful BPTT loss": { trains: true, check: statefulLoss(rnn(5), { ...weights("rnn", 2, 5, 1, 1), b: full(5, 0) }, 0) },
  "gru stateful BPTT loss": { trains: true, check: statefulLoss(gruOf(5), { ...weights("gru", 2, 5, 1, 1), b: full(15, 0) }, 0) },
  "lstm stateful BPTT loss": { trains: true, check: statefulLoss(lstmOf(5), { ...weights("lstm", 2, 5, 1, 1), b: ones(20) }, 1) },
  "SimpleRNN BPTT weights after 2 steps": {
    trains: true,
    // Recorded is 2e-5, but in f64 the weights come out 4.1e-5 below the recorded ones: where h is 0.9999, 1 − h² loses four digits in f32.
    // PyTorch's f32 is off by 4.8e-5 on the other side. What two f32 implementations may differ by is the sum, 8.9e-5.
    tolerance: 1e-4,
    check: weightsAfterTwo(rnn(1, UNBIASED), weights("rnn", 4, 1, 1, 1), 0, 5, (net, { kernel, recurrent }) => [
      [...of(net, "rnn/wx"), ...of(net, "rnn/wh")],
      [...full(4, kernel), recurrent],
    ]),
  },
  "gru BPTT weights after 2 steps": {
    trains: true,
    check: weightsAfterTwo(gruOf(1, UNBIASED), weights("gru", 4, 1, 0, 0), 1, 1, (net, { kernel_each_row: kernel, recurrent }) => {
      const [z, r, h] = [0, 1, 2].map((gate) => kernel[gate]);
      return [
        [...of(net, "gru/wx"), ...of(net, "gru/wh"), ...of(net, "gru/wn")],
        [...[0, 1, 2, 3].flatMap(() => [r, z, h]), recurrent[1], recurrent[0], recurrent[2]],
      ];
    }),
  },
  "lstm BPTT weights after 2 steps": {
    trains: true,
    check: weightsAfterTwo(lstmOf(1, UNBIASED), weights("lstm", 4, 1, 0, 0), 1, 1, (net, { kernel_each_row: kernel, recurrent }) => [
      [...of(net, "lstm/wx"), ...of(net, "lstm/wh")],
      [...[0, 1, 2, 3].flatMap(() => kernel), ...recurrent],
    ]),
  },
  "GRU forward golden": {
    check: stepByStep(regression(2, gruOf(5)), named(["layer 1/gru", { ...weights("gru", 2, 5, 1, 1), b: ones(15) }]), "layer 1/gru/h", 0),
  },
  "GRU stateful forward": {
    check: twice(
      regression(2, gruOf(5, { activation: "identity" })),
      named(["layer 1/gru", { ...weights("gru", 2, 5, 1, 0), b: full(15, 0) }]),
      "layer 1/gru/h",
    ),
  },
  "LSTM forward golden": {
    check: stepByStep(regression(2, lstmOf(5)), named(["layer 1/lstm", { ...weights("lstm", 2, 5, 1, 1), b: ones(20) }]), "layer 1/lstm/h"),
  },
  "LSTM stateful forward": {
    check: twice(regression(2, lstmOf(5)), named(["layer 1/lstm", { ...weights("lstm", 2, 5, 1, 1), b: ones(20) }]), "layer 1/lstm/h"),
  },
  "LSTM with mask": {
    async check({ inputs, expected, tolerance }, engine) {
      const runs = await byRow(engine, maskedLstm(dense(1)), READ_LSTM, inputs.ids);
      const lastOf = (label: string, index: number) => (run: (typeof runs)[number]) => (run ? afterLast(run.values[label])[0][index] : 0);
      near("y", runs.map(lastOf("output", 0)), expected.y.flat(), tolerance);
      for (const unit of [0, 1, 2]) {
        near("h", runs.map(lastOf("layer 2/lstm/h", unit)), expected.h0, tolerance);
        near("c", runs.map(lastOf("layer 2/lstm/c", unit)), expected.c0, tolerance);
      }
    },
  },
  "LSTM with mask, returnSequences": {
    async check({ inputs, expected, tolerance }, engine) {
      const runs = await byRow(engine, maskedLstm(dense(1)), READ_LSTM, inputs.ids);
      const rows = (inputs.ids as number[][]).map((ids, row) => {
        let place = -1;
        // The read-out of zeros, before the first unmasked step, is its bias: 0.
        return ids.map((id) => runs[row]?.values.output[id === 0 ? place : ++place]?.[0][0] ?? 0);
      });
      near("y", rows.flat(), expected.y.flat(2), tolerance);
    },
  },
  "LSTM BPTT with mask": {
    trains: true,
    async check({ inputs, expected, tolerance }, engine) {
      const parameters = { ...MASKED_LSTM, ...named(["layer 4/dense", DENSE_OF_ONES(3)]) };
      const losses = await descent(engine, maskedLstm(last(), dense(1)), parameters, inputs.ids, inputs.y, { rate: 0.01, epochs: 4 });
      near("losses", losses.slice(2), [expected.loss_epoch3, expected.loss_epoch4], tolerance);
    },
  },
  "LSTM with mask, goBackwards": {
    async check({ config, inputs, expected, tolerance }, engine) {
      const layers = [embedding(2), reverse([lstmOf(2), last()]), dense(1, UNBIASED)];
      const definition = model({ input: tokens(4), layers, loss: meanSquared() });
      const own = { wx: config.kernel.flat(), wh: config.recurrent.flat(), b: config.bias } as Parameters;
      const parameters = named(
        ["layer 1/embedding", { w: config.embedding_weights.flat() }],
        ["layer 2/reverse/1 lstm", own],
        ["layer 3/dense", { w: ones(2) }],
      );
      const y = (inputs.ids as number[][]).map((row) => predictedFrom(engine, definition, parameters, row));
      near("y", (await Promise.all(y)).flat(), expected.y.flat(), tolerance);
    },
  },
  "Stacked SimpleRNN->LSTM with mask": {
    async check({ inputs, expected, tolerance }, engine) {
      const definition = model({ input: tokens(10), layers: [embedding(4), rnn(3), lstmOf(3)], loss: meanSquared() });
      const parameters = named(
        ["layer 1/embedding", { w: ones(40) }],
        ["layer 2/rnn", { ...weights("rnn", 4, 3, 1, 1), b: full(3, 0) }],
        ["layer 3/lstm", { ...weights("lstm", 3, 3, 1, 1), b: remembering(3) }],
      );
      const runs = await byRow(engine, definition, parameters, inputs.ids);
      near(
        "y",
        runs.flatMap((run) => (run ? afterLast(run.values.output)[0] : full(3, 0))),
        expected.y.flat(),
        tolerance,
      );
    },
  },
  "StackedRNNCells simple(3)->gru(2)->lstm(1), no bias, ones": {
    async check({ inputs, expected, tolerance }, engine) {
      const definition = regression(4, rnn(3, UNBIASED), gruOf(2, UNBIASED), lstmOf(1, UNBIASED));
      const parameters = named(
        ["layer 1/rnn", weights("rnn", 4, 3, 1, 1)],
        ["layer 2/gru", weights("gru", 3, 2, 1, 1)],
        ["layer 3/lstm", weights("lstm", 2, 1, 1, 1)],
      );
      const { values } = await engine.run(definition, parameters, inputs.x, {});
      near("y", afterLast(values.output).flat(), expected.y.flat(), tolerance);
    },
  },
  "Bidirectional SimpleRNN merge modes": {
    async check({ inputs, expected, tolerance }, engine) {
      const own = weights("rnn", 2, 3, 1, 1);
      const parameters = named(["layer 1/bidirectional/forward/1 rnn", own], ["layer 1/bidirectional/backward/1 rnn", own]);
      const given = (merge: Merge) =>
        engine.predict(regression(2, bidirectional([rnn(3, UNBIASED), last()], { merge })), parameters, inputs.x);
      const both = await given("concat");
      everywhere("forward", both.slice(0, 3), expected.forward, tolerance);
      everywhere("backward", both.slice(3), expected.backward, tolerance);
      everywhere("mul", await given("product"), expected.mul, tolerance);
      everywhere("ave", await given("mean"), expected.ave, tolerance);
    },
  },
  "Bidirectional(goBackwards LSTM) concat fit": {
    trains: true,
    async check({ inputs, expected, tolerance }, engine) {
      // The layer that is given goes backwards, so that the one in the other direction goes forwards.
      const definition = regression(2, bidirectional(reverse([lstmOf(1), last()])));
      const own = { ...weights("lstm", 2, 1, 1, 1), b: ones(4) };
      const parameters = named(
        ["layer 1/bidirectional/forward/reverse/1 lstm", own],
        ["layer 1/bidirectional/backward/reverse/1 lstm", own],
      );
      using net = await trained(definition, parameters, engine);
      near("before", [...net.predict(inputs.x[0])[0]], expected.before[0], tolerance);
      const losses: number[] = [];
      const data = examples([{ input: inputs.x[0], target: inputs.y[0] }]);
      for await (const { loss } of net.train(data, { optimizer: sgd(0.01) })) losses.push(loss);
      near("loss", losses, [expected.loss], tolerance);
      near("after", [...net.predict(inputs.x[0])[0]], expected.after[0], tolerance);
    },
  },
  "Bidirectional lstm with mask": { trains: true, check: bothWaysMasked("lstm") },
  "Bidirectional rnn with mask": { trains: true, check: bothWaysMasked("rnn") },
  "multiRNNCell of two basicLSTMCells": {
    async check({ config, inputs, expected, tolerance }, engine) {
      const definition = regression(2, lstm(1), lstm(1));
      const own = (kernel: number[][], bias: number[], width: number) => ({
        wx: fromBasic(kernel.slice(0, width)),
        wh: fromBasic(kernel.slice(width)),
        b: fromBasic([bias]).map((value, gate) => (gate === 1 ? value + config.forgetBias : value)),
      });
      const parameters = named(
        ["layer 1/lstm", own(config.kernel1, config.bias1, 2)],
        ["layer 2/lstm", own(config.kernel2, config.bias2, 1)],
      );
      const { state } = await engine.run(definition, parameters, [inputs.x], {});
      for (const layer of [1, 2])
        for (const name of ["c", "h"])
          near(`${name}${layer}`, state[`layer ${layer}/lstm/${name}`].flat(), [expected[`${name}${layer}`]], tolerance);
    },
  },
};
