// What bad use of a network gets: wrong options of each verb, wrong parameters, and everything after close.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  bytesOf,
  compile,
  crossEntropy,
  type Definition,
  dense,
  examples,
  features,
  gru,
  last,
  meanSquared,
  model,
  type Network,
  open,
  plan,
  printGraph,
  rnn,
  tokens,
  windows,
} from "../../src/index.ts";
import { checkStreaming } from "../../src/use/steps.ts";
import { type Row, refuses, thrownBy } from "../support/refuse.ts";

// biome-ignore lint/suspicious/noExplicitAny: the table says on purpose what the types forbid
type Anything = any;

const SYMBOLS = model({ input: tokens(5), layers: [rnn(4), dense(5)], loss: crossEntropy() });
const NUMBERS = model({ input: features(2), layers: [rnn(3), dense(2)], loss: meanSquared() });
const VECTOR = model({ input: tokens(5), layers: [rnn(4), last(), dense(5)], loss: crossEntropy() });
type Networks = Record<"symbols" | "numbers" | "vector", Network>;
const nets = {} as Networks;
const given = (): Networks => nets;
const GOOD = windows([0, 1, 2, 3, 4, 0, 1, 2, 3], { batch: 2, steps: 2 });
let before: unknown;
const photograph = () => Object.values(nets).map((net) => [...net.parameters].map((parameter) => Array.from(parameter.get()).join()));

const generate =
  (options: Anything) =>
  ({ symbols }: Networks) =>
    symbols.generate({ prompt: [0], length: 3, ...options });
const generateAll =
  (options: Anything) =>
  ({ symbols }: Networks) =>
    symbols.generateAll({ prompt: [0], length: 3, ...options });
const ofNumbers =
  (options: Anything) =>
  ({ numbers }: Networks) =>
    numbers.generateAll({ prompt: [[0, 1]], length: 3, ...options });
beforeAll(async () => {
  nets.symbols = await compile(SYMBOLS);
  nets.numbers = await compile(NUMBERS);
  nets.vector = await compile(VECTOR);
  before = photograph();
});
afterAll(() => {
  expect(photograph()).toEqual(before);
  for (const net of Object.values(nets)) net.close();
});

describe("evaluate, predict, save, compile, plan", () => {
  refuses(given, [
    [
      "evaluate: teacherForcing",
      ({ symbols }) => symbols.evaluate(GOOD, { teacherForcing: 0 as Anything }),
      TypeError,
      "teacherForcing",
      "0",
    ],
    ["evaluate: signal", ({ symbols }) => symbols.evaluate(GOOD, { signal: 5 as Anything }), TypeError, "evaluate", "signal", "5"],
    ["evaluate: options", ({ symbols }) => symbols.evaluate(GOOD, null as Anything), TypeError, "evaluate", "null"],
    ["predict: raw", ({ symbols }) => symbols.predict([0], { raw: "yes" as Anything }), TypeError, "predict: raw", '"yes"'],
    ["save: note", ({ symbols }) => symbols.save({ note: 5 as Anything }), TypeError, "save: note", "5"],
    ["save: optimizer", ({ symbols }) => symbols.save({ optimizer: "yes" as Anything }), TypeError, "save: optimizer", '"yes"'],
    ["compile of nothing", () => compile(undefined as Anything), TypeError, "compile", "model(…)", "undefined"],
    ["compile of a text", () => compile("{}" as Anything), TypeError, "compile", '"{}"'],
    ["compile of options", () => compile({ input: tokens(2), layers: [] } as Anything), TypeError, "compile", "model(…)"],
    ["compile: strict", () => compile(SYMBOLS, { strict: 1 as Anything }), TypeError, "compile: strict", "1"],
    ["compile: module", () => compile(SYMBOLS, { module: new Uint8Array(8) as Anything }), TypeError, "module", "WebAssembly.Module"],
    [
      "compile: a module of something else",
      () => compile(SYMBOLS, { module: new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) }),
      TypeError,
      "module",
      "run",
    ],
    ["plan of nothing", () => plan(undefined as Anything), TypeError, "plan", "undefined"],
    ["plan: purpose", () => plan(SYMBOLS, { purpose: "learn" as Anything }), TypeError, "purpose", '"learn"', '"train"'],
    ["plan: batch", () => plan(SYMBOLS, { batch: 0 }), RangeError, "batch", "0"],
    ["plan: steps", () => plan(SYMBOLS, { steps: 2.5 }), RangeError, "steps", "2.5"],
    ["plan: teacherForcing", () => plan(SYMBOLS, { teacherForcing: 0 as Anything }), TypeError, "teacherForcing", "0"],
    ["bytesOf without options", () => (bytesOf as Anything)(SYMBOLS), TypeError, "bytesOf", "undefined"],
    ["bytesOf: batch", () => bytesOf(SYMBOLS, { batch: Number.NaN, steps: 1 }), RangeError, "batch", "NaN"],
    ["bytesOf: optimizer", () => bytesOf(SYMBOLS, { batch: 1, steps: 1, optimizer: "adam" as Anything }), TypeError, "optimizer", '"adam"'],
    ["printGraph of nothing", () => printGraph(undefined as Anything), TypeError, "printGraph", "undefined"],
    ["open of a text", () => open("unrolled" as Anything), TypeError, "open", "Uint8Array"],
  ]);
});

describe("generate", () => {
  refuses(given, [
    ["no options", ({ symbols }) => symbols.generate(undefined as Anything), TypeError, "generate", "undefined"],
    ["a model of numbers", ({ numbers }) => numbers.generate({ prompt: [0], length: 1 }), TypeError, "generate", "features", "tokens(n)"],
    ["a model of one vector", ({ vector }) => vector.generate({ prompt: [0], length: 1 }), TypeError, "generate", "vector of 5"],
    ["no prompt", generate({ prompt: undefined }), TypeError, "prompt", "undefined"],
    ["an empty prompt", generate({ prompt: [] }), RangeError, "prompt", "empty"],
    ["a text as prompt", generate({ prompt: "ab" }), TypeError, "prompt", '"ab"'],
    ["a foreign symbol in the prompt", generate({ prompt: [0, 9] }), RangeError, "prompt[1]", "9", "0 to 4"],
    ["no length", generate({ length: undefined }), TypeError, "length", "undefined"],
    ["a length of 0", generate({ length: 0 }), RangeError, "length", "0", "1 or more"],
    ["a negative temperature", generate({ temperature: -1 }), RangeError, "temperature", "-1"],
    ["a temperature of NaN", generate({ temperature: Number.NaN }), TypeError, "temperature", "NaN"],
    ["a temperature beyond f32", generate({ temperature: 1e300 }), RangeError, "temperature", "1e+300", "e+38"],
    ["half a topK", generate({ topK: 0.5 }), RangeError, "topK", "0.5"],
    ["topK as text", generate({ topK: "3" }), RangeError, "topK", '"3"'],
    ["topP of 0", generate({ topP: 0 }), RangeError, "topP", "0"],
    ["topP above 1", generate({ topP: 1.1 }), RangeError, "topP", "1.1"],
    ["topP of NaN", generate({ topP: Number.NaN }), RangeError, "topP", "NaN"],
    ["minP of 1", generate({ minP: 1 }), RangeError, "minP", "1", "below 1"],
    ["minP that is 1 in f32", generate({ minP: 1 - 1e-9 }), RangeError, "minP", "0.999999999"],
    ["a negative minP", generate({ minP: -0.1 }), RangeError, "minP", "-0.1"],
    ["minP as text", generate({ minP: "0.1" }), RangeError, "minP", '"0.1"'],
    ["a penalty of 0", generate({ repetitionPenalty: 0 }), RangeError, "repetitionPenalty", "0", "above 0"],
    ["a penalty that is 0 in f32", generate({ repetitionPenalty: 1e-60 }), RangeError, "repetitionPenalty", "1e-60"],
    ["a negative penalty", generate({ repetitionPenalty: -2 }), RangeError, "repetitionPenalty", "-2"],
    ["a penalty of NaN", generate({ repetitionPenalty: Number.NaN }), TypeError, "repetitionPenalty", "NaN"],
    ["a beam as a number", generate({ beam: 4 }), TypeError, "beam", "4", "{ width }"],
    ["a beam of 0", generate({ beam: { width: 0 } }), RangeError, "beam: width", "0", "1 or more"],
    ["a beam without a width", generate({ beam: {} }), TypeError, "beam: width", "undefined"],
    ["a beam with an unknown option", generate({ beam: { width: 1, size: 1 } }), TypeError, "beam", '"size"'],
    ["a negative length penalty", generate({ beam: { width: 1, lengthPenalty: -1 } }), RangeError, "lengthPenalty", "-1"],
    ["a beam with a temperature", generate({ beam: { width: 2 }, temperature: 1 }), TypeError, "beam", "temperature", "Leave one"],
    ["a beam with a seed", generate({ beam: { width: 2 }, seed: 0 }), TypeError, "beam", "seed"],
    ["several samples of one", generate({ samples: 3 }), TypeError, '"samples"'],
    ["samples of 0", generateAll({ samples: 0 }), RangeError, "generateAll: samples", "0"],
    ["more samples than the beam is wide", generateAll({ samples: 3, beam: { width: 2 } }), RangeError, "samples", "3", "2"],
    ["minP of 2 for all", generateAll({ minP: 2 }), RangeError, "generateAll: minP", "2"],
    ["sample without a prompt", ({ symbols }) => symbols.sample({ length: 3 } as Anything), TypeError, "sample: prompt", "undefined"],
    ["a beam one by one", ({ symbols }) => symbols.sample({ prompt: [0], length: 3, beam: {} } as Anything), TypeError, '"beam"'],
    ["a symbol for a model of numbers", ({ numbers }) => numbers.sample({ prompt: [0], length: 1 }), TypeError, "sample: prompt[0]", "2"],
    ["numbers with topK", ofNumbers({ topK: 2 }), TypeError, "generateAll", "topK", "numbers"],
    ["numbers with a penalty", ofNumbers({ repetitionPenalty: 2 }), TypeError, "repetitionPenalty", "numbers"],
    ["numbers with a beam", ofNumbers({ beam: { width: 2 } }), TypeError, "beam", "numbers", "greedy"],
    ["numbers with a symbol to stop at", ofNumbers({ stop: 1 }), TypeError, "stop is 1", "numbers"],
    ["score of a text", ({ symbols }) => symbols.score("abc" as Anything), TypeError, "score: sequence", '"abc"'],
    ["score of a foreign symbol", ({ symbols }) => symbols.score([0, 5]), RangeError, "score: sequence[1]", "5", "0 to 4"],
    ["score of the first symbol", ({ symbols }) => symbols.score([0]), RangeError, "score", "1 step", "prompt"],
    ["score after nothing", ({ symbols }) => symbols.score([0, 1], { prompt: [] }), RangeError, "score: prompt", "empty"],
    ["score of a model of one vector", ({ vector }) => vector.score([0, 1]), TypeError, "score", "vector of 5"],
    ["a negative seed", generate({ seed: -1 }), RangeError, "seed", "-1", "4294967295"],
    ["a foreign symbol to stop at", generate({ stop: 5 }), RangeError, "stop", "5", "0 to 4"],
    ["one foreign symbol among those to stop at", generate({ stop: [0, 7] }), RangeError, "stop", "7"],
    ["a stop that is none", generate({ stop: null }), TypeError, "stop", "null"],
    ["a stop as text", generate({ stop: "a" }), TypeError, "stop", '"a"'],
    ["greedy as text", generate({ greedy: "no" }), TypeError, "greedy", '"no"'],
  ]);
  test("any topK and temperature that is allowed gives symbols", () => {
    for (const topK of [0, 1, 5, 6, 2 ** 31, 2 ** 32, 2 ** 53])
      for (const temperature of [0, 1e-300, 1e-30, 1e-6, 1, 1e6, 1e38])
        for (const symbol of nets.symbols.generate({ prompt: [0], length: 5, topK, temperature }))
          expect([0, 1, 2, 3, 4]).toContain(symbol);
    const greedy = nets.symbols.generate({ prompt: [0], length: 9, greedy: true });
    for (const options of [{ temperature: 0 }, { temperature: 1e-300 }, { topK: 1 }, { topP: 1e-300 }])
      expect(nets.symbols.generate({ prompt: [0], length: 9, ...options })).toEqual(greedy);
  });
});

describe("stream", () => {
  refuses(given, [
    ["a foreign symbol", ({ symbols }) => symbols.stream().push(5), RangeError, "push", "5", "0 to 4"],
    ["a list for a symbol", ({ symbols }) => symbols.stream().push([1]), RangeError, "push", "an array of 1"],
    ["one number for two", ({ numbers }) => numbers.stream().push(1), RangeError, "push", "one number", "2"],
    ["three numbers for two", ({ numbers }) => numbers.stream().push([1, 2, 3]), RangeError, "push", "an array of 3", "2 numbers"],
    ["nothing", ({ numbers }) => numbers.stream().push(undefined as Anything), RangeError, "push", "undefined", "2 numbers"],
    ["a text", ({ numbers }) => numbers.stream().push("ab" as Anything), RangeError, "push", '"ab"', "2 numbers"],
    ["NaN", ({ numbers }) => numbers.stream().push([0, Number.NaN]), TypeError, "number 1", "NaN", "finite"],
    ["beyond f32", ({ numbers }) => numbers.stream().push([1e39, 0]), TypeError, "number 0", "1e+39"],
    ["a BigInt", ({ numbers }) => numbers.stream().push([1n, 0] as Anything), TypeError, "number 0", "1n"],
  ]);
  test("a refused step leaves the state as it was", () => {
    using kept = nets.numbers.stream();
    using tried = nets.numbers.stream();
    for (const step of [
      [0.5, 1],
      [0.25, -1],
      [1, 1],
    ]) {
      expect(() => tried.push([3, Number.NaN])).toThrow(TypeError);
      expect(() => tried.push([3])).toThrow(RangeError);
      expect([...tried.push(step)]).toEqual([...kept.push(step)]);
    }
  });
});

describe("streams", () => {
  const wider = model({ input: features(2), layers: [rnn(5), dense(2)], loss: meanSquared() });
  const other = model({ input: features(2), layers: [gru(3), dense(2)], loss: meanSquared() });
  const from = async (definition: Definition) => {
    using net = await compile(definition);
    return net.stream().state();
  };
  refuses(given, [
    ["none", ({ numbers }) => numbers.streams(0), RangeError, "number of streams", "0"],
    ["a list too short", ({ numbers }) => numbers.streams(3).push([[0, 1]]), RangeError, "1 steps", "3 streams"],
    ["numbers too few", ({ numbers }) => numbers.streams(3).push([0, 1, 2, 3]), RangeError, "4 numbers", "3 streams of 2", "6"],
    ["too many for those named", ({ symbols }) => symbols.streams(3).push([0, 1], [2]), RangeError, "2 steps", "1 streams"],
    ["no list", ({ symbols }) => symbols.streams(3).push(1 as Anything), TypeError, "steps must be a list but is 1"],
    ["a foreign symbol", ({ symbols }) => symbols.streams(2).push([0, 5]), RangeError, "stream 1", "5", "0 to 4"],
    ["NaN", ({ numbers }) => numbers.streams(4).push([0, 1, Number.NaN, 1], [3, 2]), TypeError, "stream 2", "number 0", "NaN"],
    [
      "a row of three",
      ({ numbers }) =>
        numbers.streams(2).push([
          [0, 1],
          [1, 2, 3],
        ]),
      RangeError,
      "stream 1",
      "an array of 3",
      "2 numbers",
    ],
    ["a stream that is not there", ({ symbols }) => symbols.streams(2).push([0], [2]), RangeError, "no stream 2", "from 0 to 1"],
    ["a stream named twice", ({ symbols }) => symbols.streams(3).push([0, 1], [2, 2]), RangeError, "stream 2", "twice"],
    ["which is no list", ({ symbols }) => symbols.streams(3).push([0], 1 as Anything), TypeError, "which", "1"],
    ["the state of none", ({ symbols }) => symbols.streams(3).state(-1), RangeError, "no stream -1", "0 to 2"],
    ["the reset of half", ({ symbols }) => symbols.streams(3).reset(0.5), RangeError, "no stream 0.5"],
    ["a state of another width", async ({ numbers }) => numbers.stream().restore(await from(wider)), RangeError, "layer 1/rnn/h", "5", "3"],
    [
      "a state of another model",
      async ({ numbers }) => numbers.streams(2).restore(1, await from(other)),
      RangeError,
      "layer 1/gru/h",
      "layer 1/rnn/h",
    ],
    ["no state", ({ numbers }) => numbers.stream().restore({}), RangeError, "nothing", "layer 1/rnn/h"],
    ["null", ({ numbers }) => numbers.stream().restore(null as Anything), TypeError, "null"],
    [
      "NaN in a state",
      ({ numbers }) => numbers.stream().restore({ "layer 1/rnn/h": [0, Number.NaN, 1] }),
      RangeError,
      "layer 1/rnn/h[1]",
      "NaN",
    ],
    [
      "JSON of a typed array",
      ({ numbers }) => numbers.stream().restore(JSON.parse('{"layer 1/rnn/h":{"0":1}}')),
      TypeError,
      "layer 1/rnn/h",
      "Array.from",
    ],
  ]);
  test("a model that is given no steps has nothing to push", () => {
    const without = (inputs: Definition["inputs"]) => () => checkStreaming("stream", { ...NUMBERS, inputs });
    expect(without({})).toThrow(/stream: the model makes a sequence from nothing[\s\S]*generate\(…\)/);
    expect(without({ source: tokens(3) })).toThrow(/from a source[\s\S]*generate\(\{ source/);
  });
  test("a refused push moves no stream", () => {
    using streams = nets.numbers.streams(2);
    using alone = nets.numbers.stream();
    expect(() => streams.push([1, 2, 3, Number.NaN])).toThrow(TypeError);
    expect([...streams.push([1, 2, 3, 4])].slice(0, 2)).toEqual([...alone.push([1, 2])]);
  });
});

describe("parameters", () => {
  refuses(given, [
    ["an unknown path", ({ symbols }) => symbols.parameters.get("layer 9/w"), RangeError, '"layer 9/w"', "layer 1/rnn/wx"],
    ["a path that is no text", ({ symbols }) => symbols.parameters.get(Symbol("w") as Anything), RangeError, "Symbol(w)"],
    [
      "too few values",
      ({ symbols }) => symbols.parameters.get("layer 1/rnn/wh").set([1]),
      RangeError,
      "layer 1/rnn/wh",
      "1 values",
      "4 × 4 = 16",
    ],
    [
      "no values",
      ({ symbols }) => symbols.parameters.get("layer 1/rnn/wh").set(undefined as Anything),
      TypeError,
      "layer 1/rnn/wh",
      "undefined",
    ],
    ["a text", ({ symbols }) => symbols.parameters.get("layer 1/rnn/b").set("1234" as Anything), TypeError, "layer 1/rnn/b", '"1234"'],
    ["NaN", ({ symbols }) => symbols.parameters.get("layer 1/rnn/b").set([1, 2, Number.NaN, 4]), TypeError, "value 2", "NaN"],
    ["beyond f32", ({ symbols }) => symbols.parameters.get("layer 1/rnn/b").set([1e39, 2, 3, 4]), TypeError, "value 0", "1e+39"],
    ["null", ({ symbols }) => symbols.parameters.get("layer 1/rnn/b").set([1, null, 3, 4] as Anything), TypeError, "value 1", "null"],
    ["a BigInt", ({ symbols }) => symbols.parameters.get("layer 1/rnn/b").set([1n, 2, 3, 4] as Anything), TypeError, "value 0", "1n"],
    ["a hole", ({ symbols }) => symbols.parameters.get("layer 1/rnn/b").set(new Array(4)), TypeError, "value 0", "undefined"],
  ]);
});

describe("after close", async () => {
  const closed = await compile(SYMBOLS);
  const stream = closed.stream();
  const shut = closed.stream();
  const several = closed.streams(2);
  const parameter = closed.parameters.get("layer 1/rnn/b");
  const unfinished = closed.train(GOOD);
  await unfinished.next();
  shut.close();
  closed.close();
  closed.close();
  shut.close();
  refuses(
    () => null,
    (
      [
        ["train", () => closed.train(GOOD)],
        ["a training that was under way", () => unfinished.next()],
        ["evaluate", () => closed.evaluate(GOOD)],
        ["predict", () => closed.predict([0])],
        ["stream", () => closed.stream()],
        ["generate", () => closed.generate({ prompt: [0], length: 1 })],
        ["generateAll", () => closed.generateAll({ prompt: [0], length: 1 })],
        ["sample", () => closed.sample({ prompt: [0], length: 1 })],
        ["score", () => closed.score([0, 1])],
        ["save", () => closed.save()],
        ["bytes", () => closed.bytes],
        ["binary", () => closed.binary],
        ["a parameter's get", () => parameter.get()],
        ["a parameter's set", () => parameter.set([1, 2, 3, 4])],
        ["streams", () => closed.streams(2)],
        ["push of its streams", () => several.push([0, 0])],
        ["state of its stream", () => stream.state()],
        ["restore of a closed stream", () => shut.restore({})],
        ["push of its stream", () => stream.push(0)],
        ["reset of its stream", () => stream.reset()],
        ["push of a closed stream", () => shut.push(0)],
        ["reset of a closed stream", () => shut.reset()],
      ] as const
    ).map(
      ([what, act]): Row<null> => [
        what,
        act,
        TypeError,
        "closed",
        "net.stream() compile(…)".split(" ").at(what.includes("closed") ? 0 : 1)!,
      ],
    ),
  );
  test("using closes", async () => {
    let kept: Network;
    {
      using net = await compile(SYMBOLS);
      kept = net;
    }
    expect(() => kept.predict([0])).toThrow(TypeError);
  });
});

test("symbols changed after the check do not reach the kernels", async () => {
  const list = Int32Array.from([0, 1, 2, 3, 4, 0, 1, 2, 3]);
  const data = windows(list, { batch: 1, steps: 2 });
  const training = nets.symbols.train(data, { steps: 4, optimizer: { ...(await import("../../src/index.ts")).sgd(0) } });
  await training.next();
  list.fill(2 ** 30);
  expect(await thrownBy(() => training.next())).toBeInstanceOf(RangeError);
  const ragged = [{ input: [0, 1], target: [1, 2] }];
  const grown = examples(ragged);
  ragged[0] = { input: [0, 1, 2], target: [1, 2, 3] };
  expect((await nets.symbols.evaluate(grown)).count).toBe(2);
});
