// Attention as a user meets it: what it refuses, its weights, rows of different lengths as each alone, and a reversal that needs it.

import { describe, expect, test } from "vitest";
import {
  type AttentionOptions,
  attention,
  cell,
  compile,
  crossEntropy,
  dense,
  embedding,
  features,
  gru,
  type Layer,
  last,
  model,
  predictedLength,
  seq2seq,
  tokens,
  vector,
} from "../../src/index.ts";
import { attentionWeights } from "../../src/inspect/index.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { unfold } from "../../src/plan/unfold.ts";
import { attending } from "../reference/attending.ts";
import { dataOf } from "../reference/data.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES, runEngine } from "../support/engine.ts";
import { refuses } from "../support/refuse.ts";

const translator = (...decoder: Layer[]) =>
  seq2seq({ source: tokens(6), target: tokens(5), encoder: [embedding(4), gru(7)], decoder: [embedding(3), ...decoder, dense(5)] });

describe("attention refuses", () => {
  const made = (options: unknown) => attention(options as AttentionOptions);
  refuses(
    () => null,
    [
      [
        "a score that there is not",
        () => made({ score: "cosine" }),
        TypeError,
        "attention: score",
        '"dot", "general", "additive"',
        '"cosine"',
      ],
      ["an option that there is not", () => made({ heads: 2 }), TypeError, '"heads"', "score"],
      ["units of 0", () => made({ units: 0 }), RangeError, "attention: units", "0"],
      ["half a column of values", () => made({ values: 1.5 }), RangeError, "attention: values", "1.5"],
      ["units where states are compared as they are", () => made({ score: "general", units: 3 }), TypeError, "3", '"general"', '"dot"'],
      ["a scale where nothing is multiplied", () => made({ score: "additive", scale: true }), TypeError, "scale", '"additive"'],
      ["a bias without a sum", () => made({ bias: true }), TypeError, "bias", '"dot"'],
      ["first values of a parameter that it has not", () => made({ initial: { wq: { kind: "identity", scale: 1 } } }), TypeError, '"wq"'],
      ["an output that there is not", () => made({ output: "sum" }), TypeError, '"concat", "context"', '"sum"'],
      ["widths that differ", () => translator(gru(5), attention()), RangeError, "decoder 3/attention", "5 columns", "7 of", '"general"'],
      [
        "a model without a source",
        () => model({ input: features(2), layers: [gru(3), attention(), dense(2)], loss: crossEntropy() }),
        TypeError,
        "layer 2/attention",
        "no encoder",
        "seq2seq",
      ],
      [
        "a vector as a source",
        () => seq2seq({ source: vector(3), target: tokens(4), decoder: [embedding(3), gru(3), attention(), dense(4)] }),
        TypeError,
        "no encoder",
      ],
      [
        "an encoder that ends with a vector",
        () =>
          seq2seq({
            source: tokens(3),
            target: tokens(4),
            encoder: [embedding(3), gru(3), last()],
            decoder: [embedding(3), gru(3), attention(), dense(4)],
          }),
        TypeError,
        "no encoder",
      ],
      [
        "the encoder",
        () => seq2seq({ source: features(3), target: features(3), encoder: [gru(3), attention()], decoder: [gru(3), dense(3)] }),
        TypeError,
        "encoder 2/attention",
        "decoder",
      ],
      [
        "symbols",
        () => seq2seq({ source: tokens(3), target: tokens(4), encoder: [gru(3)], decoder: [attention(), gru(3), dense(4)] }),
        TypeError,
        "decoder 1/attention",
        "symbols below 5",
        "embedding",
      ],
    ],
  );
});

test("parameters have stable names and shapes", async () => {
  using net = await compile(translator(gru(6), attention({ score: "additive", units: 4, bias: true, values: 2, name: "look" })));
  const own = [...net.parameters].filter(({ path }) => path.includes("look")).map(({ path, shape }) => [path, ...shape]);
  expect(own.sort()).toEqual([
    ["look/b", 1, 4],
    ["look/v", 1, 4],
    ["look/wk", 7, 4],
    ["look/wq", 6, 4],
    ["look/wv", 7, 2],
  ]);
});

describe("the plan", () => {
  const stages = (definition: Parameters<typeof makePlan>[0]) =>
    makePlan(definition, { kind: "train", teacherForcing: true }, 4, [5, 6]).stages.map(({ direction, steps }) => ({
      direction,
      text: JSON.stringify(steps),
    }));
  const nodesOf = (definition: Parameters<typeof makePlan>[0], op: string) => {
    const plan = makePlan(definition, { kind: "train", teacherForcing: true }, 4, [5, 6]);
    return plan.stages.flatMap(({ direction, steps }) =>
      steps.flatMap((step) => (step.kind === "op" && plan.nodes[step.node].op === op ? [direction] : [])),
    );
  };

  test("looks once for all steps behind the recurrent layers", () => {
    const definition = translator(gru(7), attention());
    for (const op of ["dotScore", "align", "attend", "spread"]) expect(new Set(nodesOf(definition, op))).toEqual(new Set([0]));
    expect(stages(definition).length).toBeGreaterThan(3);
  });

  test("within a cell looks step by step, and sums up what goes back to the source behind the loop", () => {
    const definition = translator(attending(5, { score: "additive" }));
    expect(nodesOf(definition, "additiveScore")).toEqual([1]);
    expect(nodesOf(definition, "additiveToQuery")).toEqual([-1]);
    expect(nodesOf(definition, "additiveToKey")).toEqual([0]);
    expect(nodesOf(definition, "spread")).toEqual([0]);
  });
});

describe("a row of a ragged batch", () => {
  const purpose = { kind: "predict", raw: true, teacherForcing: true } as const;
  test.each([
    ["dot", translator(gru(7), attention())],
    ["additive", translator(gru(6), attention({ score: "additive" }))],
    ["additive, within a cell", translator(attending(5, { score: "additive" }))],
  ] as const)("gives the bits that it gives alone: %s", async (_, definition) => {
    const size = { batch: 5, steps: 6, input: 6, hidden: 7, output: 5 };
    const data = dataOf(definition, size, purpose, 5);
    const [lengths, sources] = [data.lengths, data.source?.lengths] as Int32Array[];
    expect(new Set(lengths).size).toBeGreaterThan(1);
    const one = (values: ArrayLike<number>, steps: number, b: number) => Array.from({ length: steps }, (_, t) => values[t * 5 + b]);
    for (const binary of BINARIES) {
      const { output } = await runEngine(definition, purpose, data, binary);
      const width = output.length / data.steps / 5;
      for (let b = 0; b < 5; b++) {
        if (lengths[b] === 0) continue;
        const alone = await runEngine(
          definition,
          purpose,
          {
            ...data,
            batch: 1,
            steps: lengths[b],
            lengths: [lengths[b]],
            source: { steps: Math.max(1, sources[b]), lengths: [sources[b]] },
            target: one(data.target as ArrayLike<number>, lengths[b], b),
            given: { source: one(data.given?.source as ArrayLike<number>, Math.max(1, sources[b]), b) },
          },
          binary,
        );
        for (let t = 0; t < lengths[b]; t++)
          expect(output.slice((t * 5 + b) * width, (t * 5 + b + 1) * width)).toEqual(alone.output.slice(t * width, (t + 1) * width));
      }
    }
  });
});

describe("attentionWeights", () => {
  const twice = translator(gru(7), attention({ name: "first" }), gru(7), attention({ name: "second" }));
  const example = { source: [1, 5, 0, 2], target: [3, 4] };

  test("are those of the reference, for each step that is said, the end too", async () => {
    const definition = translator(gru(6), attention({ score: "additive" }));
    using net = await compile(definition);
    const weights = attentionWeights(net, example);
    expect(weights.map(({ length }) => length)).toEqual([4, 4, 4]);
    const parameters = Object.fromEntries([...net.parameters].map((parameter) => [parameter.path, parameter.get()]));
    const unfolded = unfold(definition, { kind: "evaluate", teacherForcing: true });
    const { run } = interpretUnfolded(unfolded, {
      steps: 3,
      batch: 1,
      source: { steps: 4 },
      parameters,
      input: [],
      target: [3, 4, 5],
      given: { source: example.source },
    });
    const expected = run.all(unfolded.nodes.findIndex(({ op }) => op === "align"));
    // Rounding of a few sums and a softmax of numbers below 1.
    const all = weights.flatMap((row) => [...row]);
    for (let i = 0; i < expected.length; i++) expect(all[i]).toBeCloseTo(expected[i], 5);
    expect(all.length).toBe(expected.length);
  });

  test("hear the steps that are left of a predicted length", async () => {
    const definition = seq2seq({
      source: tokens(6),
      target: tokens(5),
      encoder: [embedding(3), gru(6)],
      decoder: [embedding(4), gru(6), attention(), dense(5)],
      stop: predictedLength({ maximum: 4 }),
      seed: 5,
    });
    using net = await compile(definition);
    const parameters = Object.fromEntries([...net.parameters].map((parameter) => [parameter.path, parameter.get()]));
    const unfolded = unfold(definition, { kind: "evaluate", teacherForcing: true });
    const left = [0.25, 0];
    const { run } = interpretUnfolded(unfolded, {
      steps: 2,
      batch: 1,
      source: { steps: 4 },
      parameters,
      input: [],
      target: example.target,
      given: { source: example.source, "steps left": left, length: [2] },
    });
    const expected = run.all(unfolded.nodes.findIndex(({ op }) => op === "align"));
    const all = attentionWeights(net, example).flatMap((row) => [...row]);
    expect(all.length).toBe(expected.length);
    // As above.
    for (let i = 0; i < expected.length; i++) expect(all[i]).toBeCloseTo(expected[i], 5);
  });

  test("of one of several layers", async () => {
    using net = await compile(twice);
    const [first, second] = ["first", "second"].map((layer) => attentionWeights(net, example, { layer }));
    expect(first).not.toEqual(second);
    for (const rows of [first, second]) for (const row of rows) expect(row.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 5);
  });

  refuses(
    () => compile(twice),
    [
      ["no choice among several", (net) => attentionWeights(net, example), RangeError, "first, second", '{ layer: "first" }'],
      ["a layer that there is not", (net) => attentionWeights(net, example, { layer: "third" }), RangeError, '"third"', "first, second"],
      [
        "a source that is empty",
        (net) => attentionWeights(net, { source: [], target: [] }, { layer: "first" }),
        RangeError,
        "source is empty",
      ],
      [
        "the end as a symbol of the user's",
        (net) => attentionWeights(net, { source: [1], target: [5] }, { layer: "first" }),
        RangeError,
        "target[0]",
        "0 to 4",
      ],
      ["no network", () => attentionWeights(null as never, example), TypeError, "null"],
    ],
  );
  refuses(
    () => compile(translator(gru(7))),
    [["a model that does not attend", (net) => attentionWeights(net, example), TypeError, "no layer", "attention()"]],
  );
});

test("a user's cell may hold it", () => {
  const own = cell({
    name: "own",
    state: { h: 4 },
    step: ({ h, linear, layer }) => ({ h: linear("w", layer("look", attention({ score: "general", output: "context" }), h), 4) }),
  });
  expect(translator(own).nodes.some(({ label }) => label === "decoder 2/own/look/wq")).toBe(true);
});
