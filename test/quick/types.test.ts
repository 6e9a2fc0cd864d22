// What the types allow and forbid. Every `@ts-expect-error` is an error of the compiler if nothing is wrong below it: `npm run check` is the judge.

import { describe, expectTypeOf, test } from "vitest";
import {
  type Alphabet,
  adam,
  add,
  alphabet,
  type Clipped,
  type Counts,
  cell,
  compile,
  crossEntropy,
  type Data,
  type Definition,
  type Drawn,
  dense,
  type Evaluation,
  embedding,
  examples,
  features,
  type Generated,
  gru,
  type HeldData,
  type Layer,
  lstm,
  meanSquared,
  model,
  mul,
  type Network,
  orthogonal,
  type Parameter,
  type Progress,
  plan,
  rnn,
  type Score,
  scale,
  sgd,
  tanh,
  tokens,
  type Value,
  windows,
} from "../../src/index.ts";

/** Is compiled and never run: most of it would throw. */
const compiled = (_: () => unknown): void => undefined;

describe("definitions", () => {
  test("options are checked by name and kind", () =>
    compiled(() => [
      dense(4, { activation: "tanh", bias: false, name: "out" }),
      // @ts-expect-error: no such option
      dense(4, { activaton: "tanh" }),
      // @ts-expect-error: no such activation
      dense(4, { activation: "gelu" }),
      // @ts-expect-error: a size is a number
      dense("4"),
      lstm(4, { gate: "hardSigmoid", activation: (x) => tanh(x), peepholes: true, delays: [1, 8], initial: { wh: orthogonal() } }),
      gru(4, { reset: "before", transition: [dense(4)], transitionSkip: "add", zoneout: { h: 0.1 } }),
      rnn(4, { leak: "learned", layerNorm: { epsilon: 1e-3 } }),
      // @ts-expect-error: a gru has no cell state to look at
      gru(4, { peepholes: true }),
      // @ts-expect-error: an rnn has no gates
      rnn(4, { gate: "sigmoid" }),
      // @ts-expect-error: delays are a list
      lstm(4, { delays: 8 }),
      // @ts-expect-error: an activation gives a value
      lstm(4, { activation: () => 5 }),
      // @ts-expect-error: first values are said by the parameter's name
      lstm(4, { initial: orthogonal() }),
      // @ts-expect-error: a transition is made of layers
      gru(4, { transition: [4] }),
      // @ts-expect-error: no such leak
      rnn(4, { leak: "fixed" }),
      // @ts-expect-error: no such recurrence
      rnn(4, { recurrence: "input" }),
      // @ts-expect-error: an initialiser, not a number
      embedding(4, { initial: 0.1 }),
      // @ts-expect-error: a loss is required
      model({ input: features(1), layers: [dense(1)] }),
      // @ts-expect-error: a loss is called
      model({ input: features(1), layers: [dense(1)], loss: meanSquared }),
      // @ts-expect-error: layers are a list
      model({ input: tokens(2), layers: dense(2), loss: crossEntropy() }),
    ]));

  test("are data that cannot be changed", () =>
    compiled(() => {
      const definition = model({ input: features(1), layers: [dense(1)], loss: meanSquared() });
      expectTypeOf(definition).toEqualTypeOf<Definition>();
      // @ts-expect-error: read only
      definition.seed = 2;
      // @ts-expect-error: read only
      definition.nodes.push(definition.nodes[0]);
      // @ts-expect-error: what is planned is a definition
      plan({ layers: [] });
    }));
});

describe("cells", () => {
  test("step is given the states by name, and must return them", () => {
    const own = cell({
      name: "own",
      state: { h: 4, c: 2 },
      step({ x, y, h, c, linear, bias }) {
        expectTypeOf(x).toEqualTypeOf<Value>();
        expectTypeOf(y).toEqualTypeOf<Value>();
        expectTypeOf(c).toEqualTypeOf<Value>();
        return { h: tanh(add(linear("wh", h, 4), bias("b", 4))), c: linear("wc", c, 2), output: h };
      },
    });
    expectTypeOf(own).toEqualTypeOf<Layer>();
    compiled(() => [
      // @ts-expect-error: c is forgotten
      cell({ name: "own", state: { h: 4, c: 2 }, step: ({ h }) => ({ h }) }),
      // @ts-expect-error: there is no state z
      cell({ name: "own", state: { h: 4 }, step: ({ h, z }) => ({ h: add(h, z) }) }),
      // @ts-expect-error: a number is no symbolic value
      cell({ name: "own", state: { h: 4 }, step: () => ({ h: 0 }) }),
      // @ts-expect-error: a width is a number
      cell({ name: "own", state: { h: "4" }, step: ({ h }) => ({ h }) }),
    ]);
  });

  test("a symbolic value is no number", () =>
    compiled(() =>
      cell({
        name: "own",
        state: { h: 4 },
        step({ h }) {
          // @ts-expect-error: use add
          const sum = h + 1;
          // @ts-expect-error: use scale
          const product = 2 * h;
          // @ts-expect-error: use scale
          const word = mul(h, 2);
          // @ts-expect-error: scale takes a number
          const scaled = scale(h, h);
          return { h: [sum, product, word, scaled].length > 0 ? h : h };
        },
      }),
    ));
});

describe("networks", () => {
  test("are compiled, trained and used with what the types say", () =>
    compiled(async () => {
      using net = await compile(model({ input: tokens(3), layers: [dense(3)], loss: crossEntropy() }), { strict: true });
      expectTypeOf(net).toEqualTypeOf<Network>();
      const data = windows([0, 1, 2], { batch: 1, steps: 1 });
      expectTypeOf(data).toEqualTypeOf<HeldData>();
      expectTypeOf(windows(() => [[0, 1, 2]], { batch: 1, steps: 1 })).toEqualTypeOf<Data>();
      for await (const progress of net.train(data, { optimizer: adam(1e-3), clip: { norm: 1 }, onNonFinite: { randomStep: 0.1 } }))
        expectTypeOf(progress).toEqualTypeOf<Progress>();
      for await (const { clipped, counts } of net.train(data, { clip: { value: 1, parameterNorm: 1 } })) {
        expectTypeOf(clipped).toEqualTypeOf<Clipped>();
        expectTypeOf(counts).toEqualTypeOf<Counts>();
      }
      // @ts-expect-error: no such clipping
      net.train(data, { clip: { parameter: 1 } });
      expectTypeOf(net.evaluate(data)).toEqualTypeOf<Promise<Evaluation>>();
      expectTypeOf(net.predict([0, 1])).toEqualTypeOf<Float32Array[]>();
      expectTypeOf(net.generate({ prompt: [0], length: 3, stop: [1] })).toEqualTypeOf<number[]>();
      expectTypeOf(net.generateAll({ prompt: [0], length: 3, samples: 2, beam: { width: 2 } })).toEqualTypeOf<Generated[]>();
      for (const drawn of net.sample({ prompt: [0], length: 3, minP: 0.1 })) expectTypeOf(drawn).toEqualTypeOf<Drawn>();
      for await (const drawn of net.sample({ prompt: [0], length: 3 })) expectTypeOf(drawn).toEqualTypeOf<Drawn>();
      expectTypeOf(net.score([0, 1], { prompt: [0] })).toEqualTypeOf<Score>();
      expectTypeOf(net.save()).toExtend<Uint8Array>();
      for (const parameter of net.parameters) expectTypeOf(parameter).toEqualTypeOf<Parameter>();
      using stream = net.stream();
      expectTypeOf(stream.push(1)).toExtend<Float32Array>();
      using streams = net.streams(2);
      expectTypeOf(streams.push([1, 2], [1, 0])).toExtend<Float32Array>();
      streams.restore(0, stream.state());
      // @ts-expect-error: training is iterated, not awaited for its result
      await net.train(data).step;
      // @ts-expect-error: no such option
      net.train(data, { learningRate: 1 });
      // @ts-expect-error: an optimizer, not its name
      net.train(data, { optimizer: "adam" });
      // @ts-expect-error: no such policy
      net.train(data, { onNonFinite: "ignore" });
      // @ts-expect-error: a batch and steps are required
      windows([0, 1, 2], { steps: 1 });
      // @ts-expect-error: a text is encoded first
      windows("abc", { batch: 1, steps: 1 });
      // @ts-expect-error: a prompt is required
      net.generate({ length: 3 });
      // @ts-expect-error: a text is encoded first
      net.generate({ prompt: "abc", length: 3 });
      // @ts-expect-error: read only
      net.definition = {} as Definition;
      // @ts-expect-error: a step is one symbol or one row
      stream.push([[1]]);
    }));

  test("data may be typed arrays, lists of numbers, or lists of rows", () =>
    compiled(() => [
      windows(new Int32Array(9), { batch: 1, steps: 1 }),
      windows(new Float32Array(9), { batch: 1, steps: 1, targets: [0, 1] }),
      windows([[1, 2], new Float32Array(2)], { batch: 1, steps: 1 }),
      windows([new Int32Array(9), [1, 2]], { batch: 1, steps: 1 }),
      examples(
        [
          { input: [[1, 2]], target: 1 },
          { input: new Int32Array(2), target: [[0], [1]] },
        ],
        { batch: 2 },
      ),
      // @ts-expect-error: an example has a target
      examples([{ input: [1] }]),
      // @ts-expect-error: a rate is required
      sgd(),
    ]));

  test("an alphabet goes there and back", () => {
    const letters = alphabet("abc");
    expectTypeOf(letters).toEqualTypeOf<Alphabet>();
    expectTypeOf(letters.encode("a")).toExtend<ArrayLike<number>>();
    expectTypeOf(letters.decode([0])).toEqualTypeOf<string>();
  });
});
