// Time turned around and paths around layers: equal bit for bit to what they stand for, named as documented, refused where they cannot be.

import { describe, expect, test } from "vitest";
import {
  adam,
  add,
  bidirectional,
  cell,
  compile,
  concat,
  crossEntropy,
  type Definition,
  delay,
  dense,
  drop,
  embedding,
  examples,
  features,
  gru,
  type Layer,
  last,
  lstm,
  meanSquared,
  model,
  type Network,
  open,
  plan,
  residual,
  reverse,
  rnn,
  type Sequence,
  skip,
  tanh,
  tokens,
  windows,
  zoneout,
} from "../../src/index.ts";

const WIDTH = 3;
const numbers = (...layers: Layer[]): Definition => model({ input: features(WIDTH), layers, loss: meanSquared(), seed: 4 });
const rows = Array.from({ length: 70 }, (_, t) => [Math.sin(t), Math.cos(t * t), (t % 5) / 5]);
const reversed = (sequence: readonly number[][]): number[][] => [...sequence].reverse();

/** A cell that looks back at its state, its input and a product, in a user's own words. */
const far = (units: number): Layer =>
  cell({
    name: "far",
    state: { h: units },
    step({ x, h, linear }) {
      const back = linear("v", delay(h, 2), units);
      return {
        h: zoneout(h, tanh(add(linear("w", x, units), linear("x3", delay(x, 3), units), back, delay(back))), 0.2),
        output: drop(h, 0.5),
      };
    },
  });

const INSIDE: readonly (readonly [string, () => Layer | Layer[]])[] = [
  ["rnn", () => rnn(5)],
  ["lstm", () => lstm(9)],
  ["gru", () => gru(4, { reset: "before" })],
  ["several", () => [rnn(5, { delays: [1, 4] }), dense(7, { activation: "relu" }), lstm(3)]],
  ["own cell", () => far(6)],
];

/** Gives every parameter of `to` the values of that parameter of `from` which `rename` names. */
function copyParameters(from: Network, to: Network, rename: (path: string) => string): void {
  for (const { path, set } of to.parameters) set(from.parameters.get(rename(path)).get());
}
const plainPath = (path: string): string => path.replace(/\/(reverse|bidirectional\/(forward|backward))\//, "/plain/");
/** The same layers forwards, under a path of the same form: reversed within a time that is reversed already. */
function plain(inside: Layer | Layer[]): Layer {
  const twice = reverse(inside);
  return {
    ...twice,
    kind: "plain",
    build(site) {
      site.x.graph.direction = -1;
      const value = twice.build(site);
      site.x.graph.direction = 1;
      return value;
    },
  };
}

describe.each(INSIDE)("%s", (_, inside) => {
  test("reversed is the layer on the reversed sequence, reversed", async () => {
    using backwards = await compile(numbers(reverse(inside())));
    using forwards = await compile(numbers(plain(inside())));
    copyParameters(forwards, backwards, plainPath);
    for (const length of [1, 2, 5, 64, 70]) {
      const part = rows.slice(0, length);
      expect(backwards.predict(part)).toEqual(forwards.predict(reversed(part)).reverse());
    }
  });

  test("both ways is each way by itself, side by side", async () => {
    using both = await compile(numbers(bidirectional(inside())));
    using forwards = await compile(numbers(plain(inside())));
    using backwards = await compile(numbers(reverse(inside())));
    copyParameters(both, forwards, (path) => path.replace("/plain/", "/bidirectional/forward/"));
    copyParameters(both, backwards, (path) => path.replace("/reverse/", "/bidirectional/backward/"));
    for (const length of [1, 3, 70]) {
      const part = rows.slice(0, length);
      const [there, back] = [forwards.predict(part), backwards.predict(part)];
      expect(both.predict(part)).toEqual(there.map((row, t) => Float32Array.from([...row, ...back[t]])));
    }
  });
});

// Masks belong to times, so they are not those of the reversed sequence.
describe.each(INSIDE.filter(([name]) => name !== "own cell"))("%s", (_, inside) => {
  test("a training reversed is the training on reversed sequences", async () => {
    const train = async (layer: Layer, turn: (sequence: number[][]) => number[][]): Promise<[number[], Float32Array[]]> => {
      using net = await compile(model({ input: features(WIDTH), layers: [layer], loss: meanSquared(), seed: 4 }));
      for (const { get, set } of net.parameters) set(get().map((__, i) => Math.sin(i) / 3));
      const { width } = net.definition.nodes[net.definition.heads[0].output].shape;
      const target = rows.slice(0, 8).map((row) => Array.from({ length: width }, (__, i) => row[i % WIDTH]));
      const losses: number[] = [];
      const data = examples([{ input: turn(rows.slice(0, 8)), target: turn(target) }]);
      for await (const { loss } of net.train(data, { optimizer: adam(1e-2), epochs: 5 })) losses.push(loss);
      return [losses, [...net.parameters].map(({ get }) => get())];
    };
    const [losses, weights] = await train(reverse(inside()), (sequence) => sequence);
    const [expected, expectedWeights] = await train(plain(inside()), reversed);
    // Gradients are the same terms summed over the steps in the other order: f32 roundings of Adam's steps of 1e-2, and of losses near 1.
    losses.forEach((loss, step) => {
      expect(loss).toBeCloseTo(expected[step], 4);
    });
    weights.forEach((values, index) => {
      values.forEach((value, i) => {
        expect(value).toBeCloseTo(expectedWeights[index][i], 3);
      });
    });
    expect(losses[4]).toBeLessThan(losses[0]);
  });
});

test("with last() each direction gives the state in which it ends", async () => {
  using ends = await compile(numbers(bidirectional([rnn(4), last()])));
  using all = await compile(numbers(bidirectional(rnn(4))));
  copyParameters(ends, all, (path) => path.replace("ward/rnn", "ward/1 rnn"));
  const steps = all.predict(rows);
  expect(ends.predict(rows)).toEqual([Float32Array.from([...steps[69].slice(0, 4), ...steps[0].slice(4)])]);
});

test("the directions are merged element by element", async () => {
  const predict = async (merge?: "sum" | "mean" | "product") => {
    using net = await compile(numbers(bidirectional(rnn(2), merge ? { merge } : {})));
    return net.predict(rows.slice(0, 5));
  };
  const sides = await predict();
  const each = (formula: (a: number, b: number) => number) =>
    sides.map(([a, b, c, d]) => Float32Array.from([formula(a, c), formula(b, d)]));
  expect(await predict("sum")).toEqual(each((a, b) => a + b));
  expect(await predict("mean")).toEqual(each((a, b) => Math.fround(a + b) / 2));
  expect(await predict("product")).toEqual(each((a, b) => a * b));
});

test("parameters are called after all that they stand in", () => {
  const paths = (...layers: Layer[]) => numbers(...layers).nodes.flatMap((node) => (node.op === "parameter" ? [node.attributes.path] : []));
  const bare = (units: number) => dense(units, { bias: false });
  expect(paths(bidirectional(bare(2)))).toEqual(["layer 1/bidirectional/forward/dense/w", "layer 1/bidirectional/backward/dense/w"]);
  expect(paths(reverse([bare(2), rnn(1, { recurrence: "hidden", bias: false })]))).toEqual([
    "layer 1/reverse/1 dense/w",
    "layer 1/reverse/2 rnn/wx",
    "layer 1/reverse/2 rnn/wh",
  ]);
  expect(paths(bare(3), residual(dense(3, { bias: false, name: "inner" }), { name: "around" }))).toEqual([
    "layer 1/dense/w",
    "around/inner/w",
  ]);
  expect(paths(skip(reverse(bare(3))))).toEqual(["layer 1/skip/reverse/dense/w"]);
});

test("wrappers say how wide they are, and what they hold", () => {
  const width = (layer: Layer): number => numbers(layer).nodes[numbers(layer).heads[0].output].shape.width;
  expect(width(bidirectional(rnn(5)))).toBe(10);
  expect(width(bidirectional(rnn(5), { backward: gru(2) }))).toBe(7);
  expect(width(skip(skip(rnn(5))))).toBe(2 * WIDTH + 5);
  expect(bidirectional([lstm(5), last()], { merge: "sum" }).text).toBe("bidirectional([lstm(5), last()], merge: sum)");
  expect(residual(dense(3)).text).toBe("residual(dense(3))");
});

describe("paths around", () => {
  test("residual adds, skip puts side by side", async () => {
    using sum = await compile(numbers(residual(dense(WIDTH))));
    using beside = await compile(numbers(skip(dense(WIDTH))));
    using alone = await compile(numbers(dense(WIDTH)));
    copyParameters(alone, sum, (path) => path.replace("residual/", ""));
    copyParameters(alone, beside, (path) => path.replace("skip/", ""));
    const [x] = rows;
    const [f] = alone.predict([x]);
    expect(sum.predict([x])).toEqual([f.map((y, i) => Math.fround(x[i]) + y)]);
    expect(beside.predict([x])).toEqual([Float32Array.from([...x, ...f])]);
  });

  const inputsOf = (definition: Definition): Record<string, number> =>
    Object.fromEntries(
      definition.nodes.flatMap((node) =>
        node.op === "parameter" && /w(x)?$/.test(node.attributes.path) ? [[node.attributes.path, node.shape.rows]] : [],
      ),
    );
  const deep = [rnn(4), rnn(5), rnn(6), dense(2)];
  test.each([
    ["input", [3, 4 + 3, 5 + 3, 6 + 3]],
    ["output", [3, 4, 5, 4 + 5 + 6]],
    ["both", [3, 4 + 3, 5 + 3, 4 + 5 + 6 + 3]],
  ] as const)("skips: %s", (skips, widths) => {
    const definition = model({ input: features(WIDTH), layers: deep, loss: meanSquared(), skips });
    expect(Object.values(inputsOf(definition))).toEqual(widths);
  });

  test("skips of an embedded symbol, over dropout, into a vector", () => {
    const definition = model({
      input: tokens(7),
      layers: [embedding(3), rnn(4), rnn(5), last(), dense(7)],
      loss: crossEntropy(),
      skips: "both",
    });
    expect(Object.values(inputsOf(definition))).toEqual([7, 3, 4 + 3, 4 + 5 + 3]);
  });
});

describe("recurrence from the output", () => {
  test("goes through paths around layers", async () => {
    const layers = [dense(2, { bias: false }), residual(rnn(2, { recurrence: "both" })), skip(dense(2))];
    using net = await compile(numbers(...layers));
    // Heard is what the model puts out: 2 columns of x and 2 of f(x).
    expect(net.parameters.get("layer 2/residual/rnn/wy").shape[0]).toBe(4);
    using stream = net.stream();
    expect(rows.slice(0, 9).map((row) => [...stream.push(row)])).toEqual(net.predict(rows.slice(0, 9)).map((row) => [...row]));
  });

  test("a cell with an output of its own width may be the last layer", async () => {
    const own = cell({
      name: "own",
      state: { h: 4 },
      step: ({ x, y, h, linear }) => {
        const next = tanh(add(linear("w", x, 4), linear("u", h, 4), linear("v", y, 4)));
        return { h: next, output: concat(next, linear("o", next, 3)) };
      },
    });
    using net = await compile(numbers(own));
    expect(net.parameters.get("layer 1/own/v").shape[0]).toBe(7);
    expect(net.predict(rows.slice(0, 2))[1]).toHaveLength(7);
  });

  test("may stand above what looks ahead, and then runs over the whole sequence", async () => {
    using net = await compile(numbers(bidirectional(rnn(4)), rnn(3, { recurrence: "both" }), dense(2)));
    expect(net.predict(rows)).toHaveLength(70);
  });
});

describe("windows", () => {
  test("carry the forward direction; the backward one begins with nothing at each window's end", async () => {
    const definition = (layer: Layer) => model({ input: features(1), layers: [layer], loss: meanSquared(), seed: 4 });
    const wave = Array.from({ length: 24 }, (_, t) => Math.sin(t));
    const targets = wave.map(() => 0);
    const evaluate = async (layer: Layer, steps: number): Promise<number> => {
      using net = await compile(definition(layer));
      return (await net.evaluate(windows(wave, { batch: 1, steps, targets }))).loss;
    };
    // In f64 over the same numbers, added in another order.
    expect(await evaluate(rnn(1), 6)).toBeCloseTo(await evaluate(rnn(1), 24), 12);
    expect(await evaluate(reverse(rnn(1)), 6)).not.toBeCloseTo(await evaluate(reverse(rnn(1)), 24), 6);
    using net = await compile(definition(reverse(rnn(1))));
    const squares = [0, 6, 12, 18].flatMap((from) => net.predict(wave.slice(from, from + 6)).map(([y]) => y ** 2));
    expect(await evaluate(reverse(rnn(1)), 6)).toBeCloseTo(
      squares.reduce((sum, y) => sum + y / 24, 0),
      12,
    );
    expect(plan(definition(reverse(rnn(1))), { steps: 6 }).carried).toEqual([]);
  });
});

test("predictions of many lengths at once do not pile up", async () => {
  using net = await compile(numbers(bidirectional(rnn(4))));
  const bytes = (length: number): number => {
    net.predict(rows.slice(0, length));
    return net.bytes.programs;
  };
  const once = bytes(70);
  for (let length = 2; length < 70; length += 3) bytes(length);
  expect(bytes(70)).toBe(once);
});

test("a model of both directions is saved and opened, and learns what lies ahead", async () => {
  // The target is the input two steps later: no causal model can know it.
  const random = (t: number): number => ((t * 7919) % 31) / 31;
  const sequences = Array.from({ length: 16 }, (_, n) => Array.from({ length: 12 }, (__, t) => [random(37 * n + t)]));
  const data = examples(sequences.map((input) => ({ input, target: input.map((__, t) => input[t + 2] ?? [0]) })));
  const train = async (layer: Layer): Promise<[number, Network]> => {
    const net = await compile(model({ input: features(1), layers: [layer, dense(1)], loss: meanSquared(), seed: 1 }));
    for await (const _ of net.train(data, { optimizer: adam(2e-2), epochs: 250 })) _;
    return [(await net.evaluate(data)).loss, net];
  };
  const [forwards, one] = await train(rnn(16));
  const [both, net] = await train(bidirectional(rnn(8)));
  // The inputs' variance is 1/12.
  expect(forwards).toBeGreaterThan(0.03);
  expect(both).toBeLessThan(0.005);
  using again = await open(net.save());
  expect(again.predict(sequences[0])).toEqual(net.predict(sequences[0] as Sequence));
  one.close();
  net.close();
});
