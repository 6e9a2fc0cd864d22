// Sequence-to-sequence models as definitions and plans: what stands where, what is put in between, what is refused.

import { describe, expect, test } from "vitest";
import { attention } from "../../src/define/attention.ts";
import {
  adam,
  type Batch,
  bidirectional,
  compile,
  crossEntropy,
  type Data,
  type Definition,
  dense,
  dropout,
  embedding,
  features,
  gru,
  last,
  lstm,
  meanSquared,
  open,
  plan,
  residual,
  reverse,
  rnn,
  type Seq2seqOptions,
  seq2seq,
  tokens,
  vector,
} from "../../src/index.ts";
import { unfold } from "../../src/plan/unfold.ts";
import { writeRows } from "../../src/train/data.ts";
import { dataOf } from "../reference/data.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import type { Anything } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";

const translator = (options: Partial<Seq2seqOptions> = {}): Definition =>
  seq2seq({
    source: tokens(6),
    target: tokens(10),
    encoder: [embedding(8), gru(16)],
    decoder: [embedding(8), gru(16), dense(10)],
    ...options,
  });

const paths = ({ nodes }: Definition): string[] => nodes.flatMap((node) => (node.op === "parameter" ? [node.attributes.path] : []));

/** What each state of the decoder begins with, as the graph has it. */
function beginnings({ nodes }: Definition): Record<string, string> {
  const said = (id: number): string => {
    const { op, inputs, label } = nodes[id];
    if (op === "last") return `the end of ${nodes[inputs[0]].label}`;
    return op === "concat" ? inputs.map(said).join(" and ") : label;
  };
  return Object.fromEntries(
    nodes.flatMap((node) => (node.op === "delay" && node.inputs.length > 1 ? [[node.label, said(node.inputs[1])]] : [])),
  );
}

describe("what a decoder begins with", () => {
  test("states of the same names, layer by layer where there are as many", () => {
    const stacked = { encoder: [embedding(8), lstm(16), lstm(12)], decoder: [embedding(8), lstm(16), lstm(12), dense(10)] };
    expect(beginnings(translator(stacked))).toEqual({
      "decoder 2/lstm/h": "the end of encoder 2/lstm/h",
      "decoder 2/lstm/c": "the end of encoder 2/lstm/c",
      "decoder 3/lstm/h": "the end of encoder 3/lstm/h",
      "decoder 3/lstm/c": "the end of encoder 3/lstm/c",
    });
  });

  test("else those of the last; each direction ends where its time does, also within wrappers", () => {
    const encoder = [embedding(8), gru(4), residual(bidirectional([rnn(3), gru(2)]))];
    expect(beginnings(translator({ encoder, decoder: [embedding(8), residual(gru(8)), gru(4), dense(10)] }))).toEqual({
      "decoder 2/residual/gru/h": "bridge/decoder 2/residual/gru/h",
      "decoder 3/gru/h":
        "the end of encoder 3/residual/bidirectional/forward/2 gru/h and the end of encoder 3/residual/bidirectional/backward/2 gru/h",
    });
  });

  test("a dense layer of its own where widths or names do not agree, which the plan shows", () => {
    const definition = translator({ decoder: [embedding(8), lstm(16), gru(5), dense(10)] });
    expect(definition.layers.map(({ path, text, part }) => `${part}: ${path}, ${text}`)).toEqual([
      "encoder: encoder 1/embedding, embedding(8)",
      "encoder: encoder 2/gru, gru(16)",
      "bridge: bridge/decoder 2/lstm/c, dense(16)",
      "bridge: bridge/decoder 3/gru/h, dense(5)",
      "decoder: decoder 1/embedding, embedding(8)",
      "decoder: decoder 2/lstm, lstm(16)",
      "decoder: decoder 3/gru, gru(5)",
      "decoder: decoder 4/dense, dense(11)",
    ]);
    expect(paths(definition)).toContain("bridge/decoder 2/lstm/c/w");
    const printed = String(plan(definition, { batch: 4, steps: 3, sourceSteps: 5 }));
    expect(printed).toMatch(/matmul +\[4 × 16\] .* bridge\/decoder 2\/lstm\/c$/m);
    expect(printed).toContain("beginning: decoder 2/lstm/h with ");
  });

  test("one context, through layers of a bridge or from a vector", () => {
    const bridged = translator({ bridge: [dense(16, { activation: "tanh" })], decoder: [embedding(8), gru(16), gru(16), dense(10)] });
    expect(beginnings(bridged)).toEqual({ "decoder 2/gru/h": "bridge 1/dense", "decoder 3/gru/h": "bridge 1/dense" });
    const caption = seq2seq({ source: vector(16), target: tokens(10), decoder: [embedding(8), gru(16), dense(10)] });
    expect(beginnings(caption)).toEqual({ "decoder 2/gru/h": "source" });
    const generator = seq2seq({ target: tokens(10), decoder: [embedding(8), gru(16), dense(10)] });
    expect(beginnings(generator)).toEqual({});
    expect(generator.inputs).toEqual({});
  });
});

test("a symbol of the library's own stands before the beginning, and with endSymbol() behind the end", () => {
  const definition = translator();
  expect(definition.decoding).toEqual({ target: tokens(10), boundary: 10, stop: { kind: "endSymbol" }, maximum: null });
  const { nodes, heads, layers } = definition;
  expect(nodes[heads[0].output].shape.width).toBe(11);
  expect(layers[layers.length - 1].text).toBe("dense(11)");
  expect(nodes.find(({ op }) => op === "feedback")?.shape.symbols).toBe(11);
  // Without a stop it is only heard.
  const endless = translator({ stop: null });
  expect(endless.nodes[endless.heads[0].output].shape.width).toBe(10);
  expect(endless.nodes.find(({ op }) => op === "feedback")?.shape.symbols).toBe(11);
});

describe("what is made of the context once a sequence", () => {
  const both = translator({ context: "both" });
  const work = (definition: Definition, options = {}) => plan(definition, { batch: 4, steps: 3, sourceSteps: 5, ...options }).stages;

  test("its products, whether the decoder hears the truth or itself", () => {
    for (const teacherForcing of [true, false]) {
      const { stages, nodes } = plan(both, { purpose: "evaluate", batch: 4, steps: 3, sourceSteps: 5, teacherForcing });
      const products = stages.flatMap(({ direction, steps }) =>
        steps.flatMap((step) => (step.kind === "op" && nodes[step.node].op === "matmul" ? [{ direction, node: nodes[step.node] }] : [])),
      );
      const ofContext = products.filter(({ node }) => nodes[nodes[node.inputs[1]].inputs[0]].label === "decoder 2/gru/wx context");
      expect(ofContext.map(({ direction, node }) => [direction, node.shape.extent])).toEqual([[0, "vector"]]);
    }
  });

  test("teacher forcing leaves no loop but the encoder's where nothing else recurs", () => {
    const definition = translator({ decoder: [embedding(8), dense(16, { activation: "tanh" }), dense(10)], context: "input" });
    const loops = (teacherForcing: boolean) =>
      work(definition, { purpose: "evaluate", teacherForcing })
        .filter(({ direction }) => direction !== 0)
        .map(({ timeline }) => timeline);
    expect(loops(true)).toEqual([1]);
    expect(loops(false)).toEqual([1, 0]);
  });

  test("each loop has a timeline, and a map is of one", () => {
    const { stages, nodes } = plan(both, { batch: 4, steps: 3, sourceSteps: 3 });
    for (const { direction, timeline, steps } of stages)
      for (const step of steps) {
        const members = step.kind === "op" ? [step.node] : step.nodes;
        const timelines = new Set(members.map((id) => nodes[id].shape.timeline));
        expect(timelines.size).toBe(1);
        if (direction !== 0) expect([...timelines]).toEqual([timeline]);
      }
    expect(stages.filter(({ direction }) => direction !== 0).map(({ direction, timeline }) => `${direction} ${timeline}`)).toEqual([
      "1 1",
      "1 0",
      "-1 0",
      "-1 1",
    ]);
  });
});

test("a file holds it", async () => {
  const definition = translator({ context: "both", maximum: 7 });
  using net = await compile(definition);
  using again = await open(net.save());
  expect(again.definition).toEqual(definition);
});

describe("what cannot be", () => {
  const build = (options: Anything) => () => translator(options);
  const rows: Row<null>[] = [
    ["no decoder", build({ decoder: [] }), TypeError, "decoder", "an array of 0"],
    ["an option that is none", build({ encoders: [] }), TypeError, "encoders", "encoder"],
    ["an encoder without a source", build({ source: undefined }), TypeError, "no source", "encoder", "leave encoder out"],
    ["a context without a source", build({ source: undefined, encoder: [], context: "both" }), TypeError, "no source", "context"],
    ["a source that nothing reads", build({ encoder: [] }), TypeError, "tokens(6)", "no encoder", "embedding(64), gru(128)"],
    ["an encoder of a vector", build({ source: vector(6) }), TypeError, "vector(6)", "2 layers", "bridge"],
    ["a context of another kind", build({ context: "all" }), TypeError, "context", '"initial"', '"all"'],
    ["a loss that does not fit symbols", build({ loss: meanSquared() }), TypeError, "tokens(10)", "meanSquared", "crossEntropy()"],
    ["a loss that does not fit numbers", build({ target: features(10), loss: crossEntropy() }), TypeError, "features(10)", "crossEntropy"],
    [
      "an output that is too narrow",
      build({ decoder: [embedding(8), gru(16), dense(9)] }),
      RangeError,
      "decoder 3/dense",
      "9 wide",
      "tokens(10) and the end, 11 symbols",
      "dense(10), which is made one wider",
    ],
    [
      "an output of one symbol, but for its end",
      build({ target: tokens(1), decoder: [gru(16), rnn(1)] }),
      RangeError,
      "decoder 2/rnn",
      "1 wide",
      "tokens(1) and the end, 2 symbols",
    ],
    [
      "an encoder's cell that looks ahead",
      build({ encoder: [embedding(8), rnn(4, { transition: [bidirectional(rnn(2))] })] }),
      TypeError,
      "encoder 2/rnn/transition 1/backward/rnn/h",
      "neither of these within a cell",
    ],
    [
      "a context of symbols",
      build({ encoder: [last()], context: "both" }),
      TypeError,
      "encoder 1/last",
      "vector of symbols below 6",
      "embedding(n)",
    ],
    [
      "a context at every step of a vector",
      build({ decoder: [embedding(8), last(), dense(10)], context: "input" }),
      TypeError,
      "decoder 3/dense",
      "vector of width 8",
      "Leave last() out",
    ],
    [
      "nothing to choose",
      build({ target: tokens(1), decoder: [gru(16), dense(1)], stop: null }),
      RangeError,
      "tokens(1)",
      "tokens(2)",
      "endSymbol()",
    ],
    [
      "an output of numbers that is too wide",
      build({ target: features(3), decoder: [gru(16), dense(4)] }),
      RangeError,
      "decoder 2/dense",
      "4 numbers",
      "features(3)",
    ],
    [
      "a decoder that ends with a vector",
      build({ decoder: [embedding(8), gru(16), last(), dense(10)] }),
      TypeError,
      "decoder 4/dense",
      "vector",
      "last()",
    ],
    [
      "a decoder that looks ahead",
      build({ decoder: [embedding(8), bidirectional(gru(16)), dense(10)] }),
      TypeError,
      "decoder 2/bidirectional",
      "later steps",
      "encoder",
    ],
    [
      "a decoder without a state",
      build({ decoder: [embedding(8), dense(10)] }),
      TypeError,
      '"initial"',
      "no layer of the decoder",
      '"input"',
    ],
    [
      "a context beside symbols",
      build({ decoder: [gru(16), dense(10)], context: "input" }),
      TypeError,
      "decoder 1/gru",
      "symbols below 11",
      "embedding",
    ],
    [
      "an encoder without a state",
      build({ encoder: [embedding(8), dense(3)] }),
      TypeError,
      "encoder 2/dense",
      "no recurrent layer",
      "gru(64)",
    ],
    [
      "an encoder that hears the output",
      build({ encoder: [embedding(8), rnn(16, { recurrence: "both" })] }),
      TypeError,
      "encoder 2/rnn",
      "decoder will say",
    ],
    [
      "a layer behind the encoder's last state",
      build({ encoder: [embedding(8), gru(16), dropout(0.5), dense(3)] }),
      TypeError,
      "encoder 3/dropout",
      "nothing hears",
      "bridge",
    ],
    [
      "a stop of numbers",
      build({ target: features(3), decoder: [gru(16), dense(3)], stop: { kind: "endSymbol" } }),
      TypeError,
      "endSymbol()",
      "features(3)",
    ],
    ["a stop that is none", build({ stop: 3 }), TypeError, "endSymbol()", "3"],
    ["a maximum of 0", build({ maximum: 0 }), RangeError, "maximum", "0"],
    ["a seed below 0", build({ seed: -1 }), RangeError, "seed", "-1"],
    [
      "two layers of one name",
      build({ encoder: [embedding(8, { name: "e" }), gru(16)], decoder: [embedding(8, { name: "e" }), gru(16), dense(10)] }),
      TypeError,
      "encoder 1 and decoder 1",
      '"e"',
    ],
    ["a layer that was not called", build({ bridge: [dense] }), TypeError, "bridge 1", "a function"],
    ["an encoder that is no list", build({ encoder: gru(3) }), TypeError, "encoder", "a list"],
    ["prediction step by step", () => compile(translator()).then((net) => net.stream()), TypeError, "nothing to push", "generate"],
  ];
  refuses(() => null, rows);

  test("what looks ahead may stand in an encoder", () => {
    expect(() => translator({ encoder: [embedding(8), reverse(gru(16))] })).not.toThrow();
  });
});

/** Sequences of 0 to 3 symbols, to be said again: each batch is all of them, rows of every length on both sides. */
function copying(symbols: number): Data {
  const rows = [[], [0], [1], [2], [0, 1], [1, 2], [2, 0], [1, 1], [0, 1, 2], [2, 2, 1], [1, 0, 2], [2, 1, 0]];
  const source = Int32Array.from(rows, ({ length }) => length);
  const lengths = source.map((length) => length + 1);
  const batch: Batch = {
    steps: 4,
    lengths,
    source: { steps: 3, lengths: source },
    keep: null,
    write({ source: from, target }) {
      rows.forEach((row, b) => {
        writeRows(from, row, 0, row.length, b);
        // The symbol of the library's own comes last.
        writeRows(target, [...row, symbols], 0, row.length + 1, b);
      });
    },
  };
  return { batch: rows.length, count: 1, size: 34, check: () => {}, batches: () => [batch] };
}

test.each([
  ["hearing the truth", true],
  ["hearing either", 0.7],
])("it learns, %s, and its state says what it was given", async (_, teacherForcing) => {
  const definition = seq2seq({
    source: tokens(3),
    target: tokens(3),
    encoder: [embedding(4), gru(16)],
    decoder: [embedding(4), gru(16), dense(3)],
    context: "both",
    seed: 1,
  });
  using net = await compile(definition);
  const data = copying(3);
  let last = Infinity;
  for await (const { loss } of net.train(data, { optimizer: adam(2e-2), epochs: 120, teacherForcing })) last = loss;
  // Of 34 symbols said in turn: log 4 = 1.39 nats at first; a twentieth means that all but all are certain.
  expect(last).toBeLessThan(0.07);
  const { loss } = await net.evaluate(data);
  expect(loss).toBeLessThan(0.07);
});

describe.each([
  [
    "states and context",
    translator({ encoder: [embedding(3), bidirectional(lstm(4))], decoder: [embedding(3), lstm(5), dense(10)], context: "both" }),
  ],
  ["attention", translator({ decoder: [embedding(3), gru(4), attention({ score: "additive" }), dense(10)] })],
  ["a vector", seq2seq({ source: vector(3), target: tokens(10), decoder: [embedding(3), gru(4), dense(10)], context: "both" })],
])("cut in two, %s", (_, definition) => {
  const size = { batch: 3, steps: 4, hidden: 4, input: 6, output: 10 };
  const forced = { kind: "predict", raw: true, teacherForcing: true } as const;

  test("what is encoded once and given to the decoder makes of it what the whole makes", () => {
    const { lengths: _, ...data } = dataOf(definition, size, { kind: "train", teacherForcing: true }, 5);
    const target = Int32Array.from(data.target as Int32Array, (symbol) => (symbol > 10 ? 0 : symbol));
    const whole = interpretUnfolded(unfold(definition, forced), { ...data, target });
    const encoder = unfold(definition, { kind: "encode" });
    const decoder = unfold(definition, { kind: "generate" });
    expect(Object.keys(encoder.shown).sort()).toEqual(
      Object.keys(decoder.given)
        .filter((name) => name !== "target")
        .sort(),
    );
    expect(decoder.nodes.some(({ label }) => label.startsWith("encoder"))).toBe(
      Object.keys(decoder.given).some((name) => name.startsWith("encoder")),
    );
    const { run } = interpretUnfolded(encoder, { ...data, target });
    const known = Object.fromEntries(Object.entries(encoder.shown).map(([name, node]) => [name, run.all(node)]));
    // What is heard: the symbol of the library's own, then the truth of the step before.
    const heard = [...new Int32Array(size.batch).fill(10), ...target.subarray(0, -size.batch)];
    const { output } = interpretUnfolded(decoder, { ...data, target: heard, given: known });
    output.forEach(({ values }, t) => {
      values.forEach((x, i) => {
        // The same formulas in f64.
        expect(Math.abs(x - whole.output[t].values[i])).toBeLessThan(1e-12);
      });
    });
  });
});
