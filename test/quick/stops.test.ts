// The three ways to stop: the head that each has, what it is taught, what a decoder that is cut from its context is given; and stops that contradict.

import { describe, expect, test } from "vitest";
import {
  adam,
  compile,
  crossEntropy,
  type Data,
  dense,
  embedding,
  endSymbol,
  features,
  gru,
  open,
  plan,
  predictedLength,
  type Seq2seqOptions,
  type Stop,
  seq2seq,
  stopOutput,
  tokens,
  vector,
} from "../../src/index.ts";
import { type Slots, writeRows } from "../../src/train/data.ts";
import type { Anything } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";

const translator = (stop: Stop | null, more: Partial<Seq2seqOptions> = {}) =>
  seq2seq({
    source: tokens(5),
    target: tokens(4),
    encoder: [embedding(6), gru(8)],
    decoder: [embedding(6), gru(8), dense(4)],
    stop,
    seed: 1,
    ...more,
  });
const paths = ({ nodes }: ReturnType<typeof translator>): string[] =>
  nodes.flatMap((node) => (node.op === "parameter" ? [node.attributes.path] : []));

describe("heads", () => {
  test.each<[string, Stop | null, readonly string[], number, readonly string[]]>([
    ["endSymbol()", endSymbol(), ["target"], 5, []],
    ["stopOutput()", stopOutput(), ["target", "stop"], 4, ["stop/layer 1/dense/w", "stop/layer 1/dense/b"]],
    ["predictedLength()", predictedLength({ maximum: 7 }), ["target", "length"], 4, ["length/layer 1/dense/w", "length/layer 1/dense/b"]],
    ["null", null, ["target"], 4, []],
  ])("of %s", (_, stop, names, width, own) => {
    const definition = translator(stop);
    const { heads, nodes, decoding } = definition;
    expect(heads.map(({ name }) => name)).toEqual(names);
    expect(nodes[heads[0].output].shape.width).toBe(width);
    expect(paths(definition).filter((path) => path.startsWith("stop") || path.startsWith("length"))).toEqual(own);
    expect(decoding?.stop).toEqual(stop);
    expect(decoding?.maximum).toBe(stop?.kind === "predictedLength" ? 7 : null);
  });

  test("numbers are stopped by an output, if nothing is said", () => {
    const { decoding, heads } = seq2seq({ source: vector(3), target: features(2), decoder: [gru(4), dense(2)], context: "both" });
    expect(decoding?.stop).toEqual(stopOutput());
    expect(heads[1]).toMatchObject({ name: "stop", weight: 1 });
  });

  test("without a source the length is a bias alone", () => {
    const definition = seq2seq({
      target: tokens(4),
      decoder: [embedding(3), gru(4), dense(4)],
      stop: predictedLength({ maximum: 7, weight: 2 }),
    });
    expect(paths(definition).filter((path) => path.startsWith("length"))).toEqual(["length/b"]);
    expect(definition.heads[1]).toMatchObject({ name: "length", weight: 2 });
  });
});

describe("a decoder cut from what is known before its first step", () => {
  const of = (stop: Stop, purpose: "encode" | "generate", more = {}) => plan(translator(stop, more), { purpose });
  test("hears how many steps are left, and the length is known before", () => {
    const stop = predictedLength({ maximum: 7 });
    const steps = of(stop, "generate");
    expect(Object.keys(steps.shown)).toEqual(["target"]);
    expect(Object.keys(steps.given)).toContain("steps left");
    const before = of(stop, "encode");
    expect(Object.keys(before.shown)).toContain("length");
    expect(before.nodes[before.shown.length].shape).toMatchObject({ extent: "vector", width: 8 });
    expect(Object.keys(before.given)).toEqual(["source"]);
  });
  test("says at each step whether it stops", () => {
    expect(Object.keys(of(stopOutput(), "generate").shown)).toEqual(["target", "stop"]);
    expect(Object.keys(of(stopOutput(), "encode").shown)).not.toContain("stop");
  });
  test("knows a length that depends on nothing", () => {
    const definition = seq2seq({ target: tokens(4), decoder: [embedding(3), gru(4), dense(4)], stop: predictedLength({ maximum: 7 }) });
    expect(Object.keys(plan(definition, { purpose: "encode" }).shown)).toEqual(["length"]);
    expect(Object.keys(plan(definition, { purpose: "generate" }).shown)).toEqual(["target"]);
  });
});

describe("are taught", () => {
  /** Words of symbol 0 or 1 throughout, of 2 to 5 steps, as often as written; and what each way to stop is taught by them. */
  const words = [2, 2, 2, 3, 3, 4, 5, 5].map((length, i) => new Array<number>(length).fill(i % 2));
  const dataOf = (stop: Stop): Data => {
    const ends = Number(stop.kind === "endSymbol");
    const lengths = Int32Array.from(words, ({ length }) => length + ends);
    const write = (slots: Readonly<Record<string, Slots>>): void =>
      words.forEach((word, b) => {
        const { length } = word;
        const given: Record<string, number[]> = {
          target: ends ? [...word, 2] : word,
          stop: word.map((_, t) => Number(t === length - 1)),
          length: [length],
          "steps left": word.map((_, t) => (length - 1 - t) / 6),
        };
        for (const name in slots) writeRows(slots[name], given[name], 0, given[name].length, b);
      });
    const batch = { rows: words.length, steps: 5 + ends, lengths, keep: null, write };
    return {
      batch: words.length,
      count: 1,
      size: lengths.reduce((sum, length) => sum + length),
      check: () => undefined,
      batches: () => [batch],
    };
  };
  const writer = (stop: Stop) => seq2seq({ target: tokens(2), decoder: [embedding(4), gru(8), dense(2)], stop, seed: 2 });

  test("the length of what comes from nothing becomes how often each came", async () => {
    const stop = predictedLength({ maximum: 6 });
    using net = await compile(writer(stop));
    const data = dataOf(stop);
    let losses: Readonly<Record<string, number>> = {};
    for await (const progress of net.train(data, { epochs: 150, optimizer: adam(0.1) })) ({ losses } = progress);
    const shares = [0, 0, 3, 2, 1, 2, 0].map((count) => count / 8);
    const entropy = shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
    // What never came still has a share, which shrinks as its logit falls.
    expect(losses.length - entropy).toBeGreaterThan(0);
    expect(losses.length - entropy).toBeLessThan(0.01);
    const bias = net.parameters.get("length/b").get();
    const mass = bias.reduce((sum, b) => sum + Math.exp(b), 0);
    bias.forEach((b, length) => {
      expect(Math.abs(Math.exp(b) / mass - shares[length])).toBeLessThan(0.02);
    });
  });

  test("each loss falls, and the model travels in a file", async () => {
    for (const stop of [endSymbol(), stopOutput({ weight: 2 }), predictedLength({ maximum: 6 })]) {
      using net = await compile(writer(stop));
      const data = dataOf(stop);
      const before = await net.evaluate(data);
      for await (const _ of net.train(data, { epochs: 60, optimizer: adam(0.03) }));
      const after = await net.evaluate(data);
      for (const name of Object.keys(after.losses)) expect(after.losses[name], `${stop.kind} ${name}`).toBeLessThan(before.losses[name]);
      using opened = await open(net.save());
      expect(await opened.evaluate(data)).toEqual(after);
    }
  });
});

describe("stops that contradict", () => {
  const build = (change: Anything) => () => translator(null, change);
  const rows: readonly Row<null>[] = [
    ["two", build({ stop: [endSymbol(), stopOutput()] }), TypeError, "list of 2", "contradict", "stopOutput()"],
    [
      "an end symbol of numbers",
      build({ target: features(4), stop: endSymbol() }),
      TypeError,
      "endSymbol()",
      "features(4)",
      "predictedLength({ maximum })",
    ],
    ["an end symbol of one's own", () => (endSymbol as Anything)(9), TypeError, "endSymbol: 9", "tokens(n)", "Leave it out"],
    [
      "an end that is ignored",
      build({ stop: endSymbol(), loss: crossEntropy({ ignore: 4 }) }),
      RangeError,
      "ignore is 4",
      "tokens(4)",
      "below 0",
    ],
    ["two maxima", build({ maximum: 5, stop: predictedLength({ maximum: 7 }) }), RangeError, "maximum is 5", "lengths to 7"],
    ["no maximum", () => predictedLength({} as never), TypeError, "predictedLength: maximum", "undefined"],
    ["a maximum of 0", () => predictedLength({ maximum: 0 }), RangeError, "predictedLength: maximum", "0"],
    ["a weight of 0", () => stopOutput({ weight: 0 }), RangeError, "stopOutput: weight is 0"],
    ["a weight that is none", () => predictedLength({ maximum: 3, weight: Number.NaN }), TypeError, "predictedLength: weight", "NaN"],
    ["an unknown option", () => stopOutput({ wait: 1 } as never), TypeError, "stopOutput", '"wait"', "weight"],
    ["one of no kind", build({ stop: { kind: "bell" } }), TypeError, "endSymbol()", '"bell"'],
    [
      "an output for the end that is not said",
      build({ stop: stopOutput(), decoder: [embedding(6), gru(8), dense(5)] }),
      RangeError,
      "5 wide",
      "tokens(4)",
      "dense(4)",
    ],
    [
      "steps left beside a symbol",
      build({ stop: predictedLength({ maximum: 3 }), decoder: [gru(8), dense(4)] }),
      TypeError,
      "decoder 1/gru",
      "embedding(n)",
    ],
  ];
  refuses(() => null, rows);
});
