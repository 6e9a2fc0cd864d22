// Gradients of states and Jacobians of steps: the reference against differences, the engine against what is known, training unchanged by being watched.

import { describe, expect, test } from "vitest";
import type { Node } from "../../src/graph/graph.ts";
import {
  add,
  attention,
  bidirectional,
  cell,
  compile,
  crossEntropy,
  type Definition,
  delay,
  dense,
  dropout,
  embedding,
  examples,
  features,
  gru,
  type Inspection,
  type Layer,
  last,
  lstm,
  meanSquared,
  model,
  type Network,
  residual,
  reverse,
  rnn,
  seq2seq,
  sgd,
  tanh,
  tokens,
  windows,
} from "../../src/index.ts";
import { gradientFlow, growth, setSpectralRadius, singularValues, spectralRadius, stepJacobian } from "../../src/inspect/index.ts";
import { type Purpose, type Unfolded, unfold } from "../../src/plan/unfold.ts";
import { dataOf } from "../reference/data.ts";
import { type Data, Interpretation, wholeLoss } from "../reference/interpret.ts";
import { make, type Rows } from "../reference/rows.ts";
import { product, rotation } from "../support/matrices.ts";
import { type Row, refuses } from "../support/refuse.ts";

const SIZE = { batch: 2, steps: 4, hidden: 3, input: 2, output: 2 };
const on = (...layers: Layer[]): Definition => model({ input: features(2), layers: [...layers, dense(2)], loss: meanSquared(), seed: 3 });

const MODELS: Record<string, Definition> = {
  rnn: on(rnn(3)),
  "two layers": on(rnn(3), gru(3)),
  lstm: on(lstm(3)),
  delays: on(rnn(3, { delays: [1, 3] })),
  "a long delay alone": on(rnn(3, { delays: [2] })),
  leaky: on(rnn(3, { leak: 0.3 })),
  "recurrence from the output": on(rnn(3, { recurrence: "both" })),
  "a state of a state": on(
    cell({
      name: "chain",
      state: { h: 3, c: 2 },
      step: ({ x, h, c, linear }) => {
        const next = tanh(add(linear("wx", x, 2), linear("wc", c, 2), linear("wh", h, 2), linear("wl", delay(c, 2), 2)));
        return { h: tanh(add(linear("uc", next, 3), linear("uh", h, 3))), c: next };
      },
    }),
  ),
};

/** 2⁻¹²: see test/reference/gradients.ts; the formula of four points errs by some 1e-12 of values near 1. */
const STEP = 2 ** -12;
const TOLERANCE = 1e-10;

/** The derivative of something by one number of one node's value at one step. */
function slope(
  nodes: readonly Node[],
  data: Data,
  place: { id: number; t: number; at: number },
  read: (run: Interpretation) => Float64Array,
): Float64Array {
  const run = (h: number): Float64Array => {
    const nudge = (id: number, t: number, value: Rows): Rows =>
      id !== place.id || t !== place.t
        ? value
        : make(value.rows, value.width, (r, c) => value.values[r * value.width + c] + (r * value.width + c === place.at ? h : 0));
    return read(new Interpretation(nodes, { ...data, nudge }));
  };
  const [a, b, c, d] = [run(STEP), run(-STEP), run(2 * STEP), run(-2 * STEP)];
  return a.map((_, i) => (8 * (a[i] - b[i]) - (c[i] - d[i])) / (12 * STEP));
}

const forwardNode = ({ nodes }: Unfolded, label: string): number => nodes.findIndex((node) => node.label === label && node.op !== "delay");

describe("the reference against central differences", () => {
  test.each(Object.entries(MODELS))("gradients of states, %s", (_, definition) => {
    for (const teacherForcing of [true, false]) {
      const purpose: Purpose = { kind: "inspect", teacherForcing };
      const unfolded = unfold(definition, purpose);
      const data = dataOf(definition, SIZE, purpose, 7);
      const run = new Interpretation(unfolded.nodes, data);
      const flows = unfolded.watched.filter(({ what }) => what === "gradient") as readonly { label: string; node: number }[];
      expect(flows.length).toBeGreaterThan(0);
      // Without the gradients, which differences need not.
      const forward = unfold(definition, { kind: "evaluate", teacherForcing });
      for (const { label, node } of flows) {
        const id = forwardNode(forward, label);
        for (const t of [0, 3]) {
          const { values } = run.at(node, t);
          for (let at = 0; at < values.length; at++) {
            const [expected] = slope(forward.nodes, data, { id, t, at }, (other) => other.at(forward.losses[0], 0).values);
            expect(Math.abs(values[at] - expected), `${label} at ${t}`).toBeLessThan(TOLERANCE);
          }
        }
      }
    }
  });

  test("gradients of states on two timelines, through first states, contexts and attention", () => {
    const definition = seq2seq({
      source: features(2),
      target: features(2),
      encoder: [bidirectional(gru(2))],
      decoder: [lstm(3), attention({ units: 2 }), dense(2)],
      context: "both",
      seed: 3,
    });
    const purpose: Purpose = { kind: "inspect", teacherForcing: true };
    const unfolded = unfold(definition, purpose);
    const data = dataOf(definition, SIZE, purpose, 7);
    const run = new Interpretation(unfolded.nodes, data);
    const forward = unfold(definition, { kind: "evaluate", teacherForcing: true });
    const flows = unfolded.watched.flatMap((entry) => (entry.what === "gradient" ? [entry] : []));
    expect(flows.map(({ label }) => label.split("/")[0])).toEqual(["encoder 1", "encoder 1", "decoder 1", "decoder 1"]);
    for (const { label, node } of flows) {
      const id = forwardNode(forward, label);
      const { width } = forward.nodes[id].shape;
      for (let t = 0; t < run.stepsOf(forward.nodes[id]); t++)
        for (let at = 0; at < SIZE.batch * width; at++) {
          if (t >= run.lengthOf(forward.nodes[id], Math.floor(at / width))) continue;
          const [expected] = slope(forward.nodes, data, { id, t, at }, (other) => Float64Array.of(wholeLoss(forward, other)));
          expect(Math.abs(run.at(node, t).values[at] - expected), `${label} at ${t}`).toBeLessThan(TOLERANCE);
        }
    }
  });

  test.each(Object.entries(MODELS))("derivatives of one step, %s", (_, definition) => {
    const { watched: flows } = unfold(definition, { kind: "inspect", teacherForcing: false });
    const [{ label }] = flows as readonly { label: string }[];
    const purpose: Purpose = { kind: "jacobian", state: label };
    const unfolded = unfold(definition, purpose);
    const states = unfolded.watched.flatMap((entry) => (entry.what === "state" ? [entry] : []));
    const derivatives = unfolded.watched.flatMap((entry) => (entry.what === "derivative" ? [entry] : []));
    const batch = states.reduce((sum, { width }) => sum + width, 0);
    const identity = Float32Array.from({ length: 4 * batch * batch }, (_, at) => (at % batch === Math.floor(at / batch) % batch ? 1 : 0));
    // The same sequence in every row.
    const one = dataOf(definition, { ...SIZE, batch: 1 }, purpose, 9);
    const input = Float32Array.from({ length: 4 * batch * 2 }, (_, at) => one.input[2 * Math.floor(at / (2 * batch)) + (at % 2)]);
    const data = { ...one, batch, input, given: { identity } };
    const run = new Interpretation(unfolded.nodes, data);
    const t = 3;
    for (const { node, by, lag, column, width } of derivatives) {
      const id = unfolded.nodes.findIndex((other, place) => {
        const { source, back } = lookOf(unfolded.nodes, place);
        return other.op === "delay" && source === states[by].node && back === lag;
      });
      expect(column).toBe(0);
      for (let j = 0; j < width; j++) {
        // Row 0 of the values is as good as any.
        const moved = slope(unfolded.nodes, data, { id, t, at: j }, (other) =>
          Float64Array.from(states.flatMap((state) => [...other.at(state.node, t).values.subarray(0, state.width)])),
        );
        const { values } = run.at(node, t);
        moved.forEach((expected, row) => {
          expect(Math.abs(values[row * width + j] - expected), `row ${row}, column ${j} by ${lag}`).toBeLessThan(TOLERANCE);
        });
      }
    }
  });
});

/** What a delay, and the delays that it reads, look at, and how many steps back. */
function lookOf(nodes: readonly Node[], id: number): { source: number; back: number } {
  const node = nodes[id];
  if (node.op !== "delay") return { source: id, back: 0 };
  const { source, back } = lookOf(nodes, node.inputs[0]);
  return { source, back: back + node.attributes.steps };
}

/** h(t) = h(t−1)·W, which the input starts: the textbook's §10.7. */
async function linear(width: number, weights: ArrayLike<number>): Promise<Network> {
  const layers = [rnn(width, { activation: "identity", name: "h" })];
  const net = await compile(model({ input: features(width), layers, loss: meanSquared() }));
  const set = (path: string, value: (row: number, column: number) => number): void => {
    const parameter = net.parameters.get(path);
    const [, columns] = parameter.shape;
    parameter.set(parameter.get().map((_, at) => value(Math.floor(at / columns), at % columns)));
  };
  set("h/wx", (row, column) => (row === column ? 1 : 0));
  set("h/b", () => 0);
  set("h/wh", (row, column) => weights[row * width + column]);
  return net;
}

/** All zeros but for the first step. */
const impulse = (width: number, steps: number): number[][] =>
  Array.from({ length: steps }, (_, t) => Array.from({ length: width }, (_, i) => (t === 0 ? 1 / (i + 1) : 0)));

/** f32's rounding, 2⁻²⁴, once for each number and product. */
const SINGLE = 1e-6;

describe("the linear recurrence h(t) = h(t−1)·W", () => {
  const random = Float32Array.from({ length: 25 }, (_, at) => Math.sin(at * at + 1));

  test("the Jacobian of every step is Wᵀ, and its products are Wᵀ to the power", async () => {
    using net = await linear(5, random);
    const steps = stepJacobian(net, impulse(5, 7));
    expect(steps.map(({ t, size, layer, direction }) => [t, size, layer, direction])).toEqual(
      Array.from({ length: 7 }, (_, t) => [t, 5, "h", 1]),
    );
    const transposed = Float64Array.from(random, (_, at) => random[(at % 5) * 5 + Math.floor(at / 5)]);
    let power: Float64Array = Float64Array.from(transposed, (_, at) => (at % 6 === 0 ? 1 : 0));
    const { logs } = growth(steps);
    steps.forEach(({ matrix, spectralRadius: radius }, index) => {
      expect(matrix).toEqual(transposed);
      expect(radius).toBeCloseTo(spectralRadius({ shape: [5, 5], values: random }), 12);
      power = product(transposed, power, 5);
      const norm = Math.exp(logs[index]);
      const [expected] = singular(power, 5);
      expect(Math.abs(norm / expected - 1)).toBeLessThan(1e-12);
    });
  });

  test("a state of one number, beside a target of one symbol", async () => {
    using net = await compile(model({ input: features(1), layers: [rnn(1), dense(2)], loss: crossEntropy() }));
    expect(stepJacobian(net, [[1], [2]]).map(({ size }) => size)).toEqual([1, 1]);
  });

  test.each([
    [0.8, "shrinks"],
    [1, "holds"],
    [1.25, "explodes"],
  ])("with a rotation times %d the gradient %s by exactly that in each step", async (radius) => {
    const width = 4;
    const turn = [rotation(radius, 0.7), rotation(radius, 2)];
    const weights = Float64Array.from({ length: 16 }, (_, at) => {
      const [i, j] = [Math.floor(at / 4), at % 4];
      return i >> 1 === j >> 1 ? turn[i >> 1][i % 2][j % 2] : 0;
    });
    using net = await linear(width, weights);
    expect(spectralRadius(net.parameters.get("h/wh"))).toBeCloseTo(radius, 6);
    const T = 40;
    const jacobians = stepJacobian(net, impulse(width, T));
    expect(Math.abs(growth(jacobians).rate - Math.log(radius))).toBeLessThan(SINGLE);
    // Only the last step is compared with anything: the loss's gradient comes from there alone.
    using vector = await lastOnly(width, weights);
    const { states } = gradientFlow(vector, endTarget(width, T));
    const [{ layer, state, norms }] = states;
    expect([layer, state]).toEqual(["h", "h"]);
    for (let t = 1; t < T; t++) expect(Math.abs(norms[t - 1] / norms[t] / radius - 1)).toBeLessThan(SINGLE);
  });

  test("setting the radius decides what happens", async () => {
    using net = await linear(5, random);
    const rates = [0.9, 1.1].map((radius) => {
      setSpectralRadius(net.parameters.get("h/wh"), radius);
      const { logs } = growth(stepJacobian(net, impulse(5, 200)));
      return (logs[199] - logs[99]) / 100;
    });
    // Past the beginning the norm grows by the radius in each step, but for what turns with a complex pair.
    expect(Math.abs(rates[0] - Math.log(0.9))).toBeLessThan(0.02);
    expect(Math.abs(rates[1] - Math.log(1.1))).toBeLessThan(0.02);
  });
});

const singular = (matrix: ArrayLike<number>, n: number): Float64Array => singularValues({ shape: [n, n], values: matrix });

async function lastOnly(width: number, weights: ArrayLike<number>): Promise<Network> {
  const net = await compile(
    model({ input: features(width), layers: [rnn(width, { activation: "identity", name: "h" }), last()], loss: meanSquared() }),
  );
  net.parameters.get("h/wh").set(weights);
  return net;
}

const endTarget = (width: number, steps: number) =>
  examples([{ input: impulse(width, steps), target: Array.from({ length: width }, (_, i) => i) }]);

describe("an encoder and a decoder", () => {
  /** s(t) = u·s(t−1) + …, and h(t) = w·h(t−1) + … from h(0) = s(S): numbers, so that norms are products. */
  async function chain(encoder: number, decoder: number): Promise<Network> {
    const unit = (name: string): Layer => rnn(1, { activation: "identity", name });
    const net = await compile(
      seq2seq({ source: features(1), target: features(1), encoder: [unit("s")], decoder: [unit("h"), dense(1)], stop: null, seed: 4 }),
    );
    net.parameters.get("s/wh").set([encoder]);
    net.parameters.get("h/wh").set([decoder]);
    return net;
  }
  const sequence = (length: number, from: number): number[] => Array.from({ length }, (_, t) => Math.sin(from + t));
  const pairs = [
    { source: sequence(6, 1), target: sequence(3, 2) },
    { source: sequence(2, 3), target: sequence(5, 4) },
    { source: sequence(4, 5), target: sequence(1, 6) },
  ];

  test("the gradient goes back through the first state into the source, to its first step", async () => {
    using net = await chain(0.5, 0.25);
    const { states } = gradientFlow(net, examples([pairs[0]]));
    const [source, target] = states.map(({ norms }) => norms);
    expect(states.map(({ layer, state, norms }) => `${layer} ${state} ${norms.length}`)).toEqual(["s h 6", "h h 3"]);
    expect(Math.abs(source[5] / target[0] / 0.25 - 1)).toBeLessThan(SINGLE);
    for (let t = 1; t < 6; t++) expect(Math.abs(source[t - 1] / source[t] / 0.5 - 1)).toBeLessThan(SINGLE);
  });

  test("the gradient of a ragged batch is that of each pair alone, by its share of the steps", async () => {
    using net = await compile(
      seq2seq({
        source: features(1),
        target: features(1),
        encoder: [bidirectional(gru(3))],
        decoder: [lstm(4), attention({ units: 3 }), dense(1)],
        stop: null,
        seed: 4,
      }),
    );
    const together = gradientFlow(net, examples(pairs, { batch: 3 })).states;
    const alone = pairs.map((pair) => gradientFlow(net, examples([pair])).states);
    together.forEach(({ norms }, index) => {
      norms.forEach((norm, t) => {
        const parts = pairs.map(({ target }, k) => ((alone[k][index].norms[t] ?? 0) * target.length) / 9);
        expect(Math.abs(norm / Math.hypot(...parts) - 1)).toBeLessThan(SINGLE);
      });
    });
  });

  test("the Jacobian of a step of either, and how products of them grow", async () => {
    using net = await chain(0.5, 0.25);
    const of = (layer: string) => stepJacobian(net, pairs[0], { layer }).map(({ t, layer: told, matrix }) => [t, told, ...matrix]);
    expect(of("s")).toEqual([0, 1, 2, 3, 4, 5].map((t) => [t, "s", 0.5]));
    expect(of("h")).toEqual([0, 1, 2].map((t) => [t, "h", 0.25]));
    expect(stepJacobian(net, pairs[0], { t: [5] }).map(({ t, layer }) => [t, layer])).toEqual([[5, "s"]]);
    const flow = gradientFlow(net, examples(pairs, { batch: 3, bucket: false }), { growth: true });
    expect(flow.growth?.map(({ layer, logs }) => `${layer} ${logs.length}`)).toEqual(["s 6", "h 3"]);
    flow.growth?.forEach(({ rate }, index) => {
      expect(Math.abs(rate - Math.log([0.5, 0.25][index]))).toBeLessThan(SINGLE);
    });
    expect(net.bytes.programs).toBe(0);
  });

  const ended = seq2seq({
    source: tokens(5),
    target: tokens(4),
    encoder: [embedding(3), gru(3)],
    decoder: [embedding(3), gru(3), dense(4)],
  });
  const short = async () => await compile(ended);
  test("the end that is said is a step of the decoder, and a source of no step has none", async () => {
    using net = await short();
    expect(stepJacobian(net, { source: [1, 2, 3], target: [] }, { layer: "decoder 2/gru" }).map(({ t }) => t)).toEqual([0]);
  });

  refuses(short, [
    ["a source of no step", (net) => stepJacobian(net, { source: [], target: [1] }), RangeError, "0 steps"],
    ["a sequence alone", (net) => stepJacobian(net, [1, 2]), TypeError, "{ source, target }"],
    ["a target that is none", (net) => stepJacobian(net, { source: [1], target: [4] }), RangeError, "target[0] is 4", "from 0 to 3"],
    [
      "another layer",
      (net) => stepJacobian(net, { source: [1], target: [1] }, { layer: "decoder" }),
      RangeError,
      "encoder 2/gru, decoder 2/gru",
    ],
    [
      "a step of the target, of the source's layer",
      (net) => stepJacobian(net, { source: [1], target: [1] }, { t: 1 }),
      RangeError,
      "t is 1",
    ],
    [
      "growth along nothing",
      (net) => gradientFlow(net, examples([{ source: [], target: [1] }]), { growth: true }),
      RangeError,
      "growth",
      "at least one step",
    ],
  ]);
});

const TEXT = Int32Array.from({ length: 400 }, (_, i) => (i * i + 3 * i) % 7);
const tale = model({
  input: tokens(7),
  layers: [embedding(5), lstm(6), dropout(0.2), gru(5, { name: "upper" }), dense(7)],
  loss: crossEntropy(),
  seed: 11,
});
const read = () => windows(TEXT, { batch: 3, steps: 8 });

/** Losses, norms and the parameters at the end of some steps of training. */
async function trained(definition: Definition, options: { inspect?: { every: number } }, teacherForcing = true) {
  using net = await compile(definition);
  const told: [number, number][] = [];
  const seen: (Inspection | null)[] = [];
  for await (const { loss, gradientNorm, inspection } of net.train(read(), {
    optimizer: sgd(0.3),
    steps: 12,
    epochs: 3,
    teacherForcing,
    ...options,
  })) {
    told.push([loss, gradientNorm]);
    seen.push(inspection);
  }
  return { told, seen, parameters: [...net.parameters].map((parameter) => [...parameter.get()]), bytes: net.bytes };
}

describe("inspection during training", () => {
  const hearing = model({ input: tokens(7), layers: [rnn(6, { recurrence: "both" }), dense(7)], loss: crossEntropy(), seed: 2 });

  test.each([
    ["with dropout and carried states", tale, true],
    ["hearing itself", hearing, false],
    ["hearing the truth", hearing, true],
  ] as const)("changes no bit of it, %s", async (_, definition, teacherForcing) => {
    const [plain, watched] = [
      await trained(definition, {}, teacherForcing),
      await trained(definition, { inspect: { every: 3 } }, teacherForcing),
    ];
    expect(watched.told).toEqual(plain.told);
    expect(watched.parameters).toEqual(plain.parameters);
    expect(plain.seen.every((inspection) => inspection === null)).toBe(true);
    expect(watched.seen.map((inspection) => inspection !== null)).toEqual(Array.from({ length: 12 }, (_, i) => i % 3 === 2));
    // The same batch, the same mask, the same carried state: the same loss and gradient, though another plan.
    watched.seen.forEach((inspection, step) => {
      if (!inspection) return;
      const [loss, norm] = watched.told[step];
      expect(Math.abs(inspection.loss / loss - 1)).toBeLessThan(SINGLE);
      expect(Math.abs(Math.hypot(...inspection.parameters.map((parameter) => parameter.norm)) / norm - 1)).toBeLessThan(SINGLE);
    });
    expect(watched.bytes).toEqual(plain.bytes);
  });

  test("names layers, states and gates", async () => {
    const { seen } = await trained(tale, { inspect: { every: 12 } });
    const { states, saturation, parameters } = seen[11] as Inspection;
    expect(states.map(({ layer, state, norms }) => `${layer} ${state} ${norms.length}`)).toEqual([
      "layer 2/lstm c 8",
      "layer 2/lstm h 8",
      "upper h 8",
    ]);
    for (const { norms } of states) for (const norm of norms) expect(norm).toBeGreaterThan(0);
    expect(parameters.map(({ path }) => path)).toEqual(parameters.map(({ path }) => path).filter((path) => path.includes("/")));
    expect(saturation.map(({ layer, unit, kind }) => `${layer} ${unit} ${kind}`).sort()).toEqual(
      [
        ...["i sigmoid", "f sigmoid", "g tanh", "o sigmoid", "c tanh"].map((unit) => `layer 2/lstm ${unit}`),
        ...["r sigmoid", "z sigmoid", "n tanh"].map((unit) => `upper ${unit}`),
      ].sort(),
    );
  });
});

describe("saturation", () => {
  test("counts the units at either end", async () => {
    using net = await compile(on(rnn(4, { name: "r" })));
    net.parameters.get("r/b").set([20, -20, 0, 0.01]);
    net.parameters.get("r/wx").set(new Float32Array(8));
    net.parameters.get("r/wh").set(new Float32Array(16));
    const data = windows(
      Array.from({ length: 4 }, () => [0, 0]),
      { batch: 1, steps: 3 },
    );
    const { saturation } = gradientFlow(net, data);
    expect(saturation).toEqual([{ layer: "r", unit: "h", kind: "tanh", low: 0.25, high: 0.25 }]);
  });
});

describe("is refused:", () => {
  const given = compile(on(rnn(3), dense(3), lstm(2, { name: "memory" })));
  const steps = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const data = windows([...steps, ...steps], { batch: 1, steps: 2, targets: [...steps, ...steps] });
  const rows: Row<Network>[] = [
    [
      "a layer that is not recurrent",
      (net) => stepJacobian(net, steps, { layer: "layer 2/dense" }),
      RangeError,
      "layer 2/dense",
      "layer 1/rnn, memory",
    ],
    ["a time step past the end", (net) => stepJacobian(net, steps, { t: 3 }), RangeError, "t is 3", "3 steps", "0 to 2"],
    ["no time step", (net) => stepJacobian(net, steps, { t: [] }), RangeError, "no step", "0 to 2"],
    ["a sequence of the wrong width", (net) => stepJacobian(net, [[1]]), RangeError, "1 numbers", "takes 2"],
    ["an unknown option", (net) => stepJacobian(net, steps, { time: 1 } as never), TypeError, '"time"', "layer, t"],
    ["no network", () => stepJacobian({} as never, steps), TypeError, "compile"],
    [
      "data of the wrong width for a flow",
      (net) => gradientFlow(net, windows([[1], [2], [3]], { batch: 1, steps: 2 })),
      RangeError,
      "takes 2",
    ],
    ["no data for a flow", (net) => gradientFlow(net, steps as never), TypeError, "windows", "array"],
    ["a share beyond a half", (net) => gradientFlow(net, data, { saturated: 0.6 }), RangeError, "0.6", "between 0 and 0.5"],
    ["growth of nothing", () => growth([]), RangeError, "at least one"],
    ["growth over a gap", (net) => growth(stepJacobian(net, steps, { t: [0, 2] })), RangeError, "step 2", "after step 0"],
    ["inspection at no step", (net) => net.train(data, { inspect: { every: 0 } }), RangeError, "inspect.every", "0"],
    ["inspection as a number", (net) => net.train(data, { inspect: 100 as never }), TypeError, "train: inspect", "100"],
    ["inspection with an unknown option", (net) => net.train(data, { inspect: { each: 3 } as never }), TypeError, '"each"', "every"],
  ];
  refuses(() => given, rows);

  test("a model without recurrence, and a state that is too wide", async () => {
    using flat = await compile(on(dense(3)));
    expect(() => stepJacobian(flat, steps)).toThrow(/no layer of this model is recurrent/);
    using wide = await compile(on(rnn(16, { delays: [1, 300] })));
    expect(() => stepJacobian(wide, steps)).toThrow(/the state is 4800 numbers \(layer 1\/rnn\/h 16 × 300 steps\) but can be at most 4096/);
  });

  test("a closed network", async () => {
    const closed = await compile(on(rnn(2)));
    closed.close();
    expect(() => stepJacobian(closed, steps)).toThrow(/closed/);
    expect(() => gradientFlow(closed, data)).toThrow(/closed/);
  });
});

test("long sequences are taken in pieces, and the pieces fit together", async () => {
  using net = await compile(on(lstm(4), rnn(2, { delays: [1, 2] })));
  const sequence = Array.from({ length: 150 }, (_, t) => [Math.sin(t), Math.cos(3 * t)]);
  for (const layer of ["layer 1/lstm", "layer 2/rnn"]) {
    const all = stepJacobian(net, sequence, { layer });
    expect(all.map(({ t }) => t)).toEqual(Array.from({ length: 150 }, (_, t) => t));
    // Rows of a batch, and steps of a piece, do not change each other's bits.
    const [one] = stepJacobian(net, sequence, { layer, t: 70 });
    expect(one.matrix).toEqual(all[70].matrix);
  }
});

test("a layer that reads backwards depends on the step after, as one that reads forwards on the step before", async () => {
  using forwards = await compile(on(lstm(3, { name: "memory" })));
  using backwards = await compile(on(reverse(lstm(3))));
  for (const name of ["wx", "wh", "b"])
    backwards.parameters.get(`layer 1/reverse/lstm/${name}`).set(forwards.parameters.get(`memory/${name}`).get());
  const sequence = Array.from({ length: 9 }, (_, t) => [Math.sin(t), Math.cos(3 * t)]);
  const one = stepJacobian(forwards, sequence, { layer: "memory" });
  const other = stepJacobian(backwards, [...sequence].reverse(), { layer: "layer 1/reverse/lstm" });
  expect(other.map(({ direction }) => direction)).toEqual(other.map(() => -1));
  one.forEach(({ matrix }, t) => {
    expect(other[8 - t].matrix).toEqual(matrix);
  });
  expect(growth(other)).toEqual(growth(one));
});

test("parts of wrappers go by their own names", async () => {
  using net = await compile(on(bidirectional(lstm(2)), residual(rnn(4, { name: "inner" }))));
  const rows = [
    [1, 2],
    [3, 4],
  ];
  const { states, saturation } = gradientFlow(net, examples([{ input: rows, target: rows }]));
  const layers = ["layer 1/bidirectional/forward/lstm", "layer 1/bidirectional/backward/lstm", "layer 2/residual/inner"];
  expect([...new Set(states.map(({ layer }) => layer))]).toEqual(layers);
  expect(saturation.filter(({ unit }) => unit === "f").map(({ layer }) => layer)).toEqual(layers.slice(0, 2));
  expect(saturation.at(-1)).toMatchObject({ layer: layers[2], unit: "h", kind: "tanh" });
});

test("a flow gives back what it took", async () => {
  using net = await compile(tale);
  const look = () => gradientFlow(net, read(), { growth: true });
  const { growth: grown } = look();
  expect(grown?.map(({ layer, logs }) => [layer, logs.length])).toEqual([
    ["layer 2/lstm", 8],
    ["upper", 8],
  ]);
  const { programs, total } = net.bytes;
  const memory = net.inside.machine.memory.bytes;
  for (let i = 0; i < 6; i++) look();
  expect(net.bytes).toMatchObject({ programs, total });
  expect(programs).toBe(0);
  expect(net.inside.machine.memory.bytes).toBe(memory);
});
