// The read-out in closed form against plain ridge regression, and forecasts against running by hand.

import { describe, expect, test } from "vitest";
import {
  binaryCrossEntropy,
  cell,
  compile,
  concat,
  crossEntropy,
  type Definition,
  dense,
  embedding,
  examples,
  features,
  last,
  meanSquared,
  model,
  type Network,
  open,
  reservoir,
  reverse,
  rnn,
  skip,
  tanh,
  tokens,
  windows,
} from "../../src/index.ts";
import { regress } from "../support/ridge.ts";

const N = 12;
const wave = (t: number): number[] => [Math.sin(t / 3) + 0.3 * Math.sin(t * 1.7), Math.cos(t / 5)];
const goal = (t: number): number[] => [Math.sin(t / 3 + 1), wave(t)[0] * wave(t - 1)[1], 0.5];
const inputs = Array.from({ length: 240 }, (_, t) => wave(t));
const targets = inputs.map((_, t) => goal(t));
/** A reservoir that is left as its own output, so that the features can be seen. */
const echo = reservoir(N, { density: 0.3, bias: 0.3, seed: 5 });
const definition = model({ input: features(2), layers: [echo, dense(3)], loss: meanSquared(), seed: 2 });
const bare = model({ input: features(2), layers: [echo], loss: meanSquared(), seed: 2 });

async function featuresOf(sequence: number[][]): Promise<Float32Array[]> {
  using net = await compile(bare);
  return net.predict(sequence);
}
const weightsOf = (net: Network): number[] => [
  ...net.parameters.get("layer 2/dense/w").get(),
  ...net.parameters.get("layer 2/dense/b").get(),
];

/** Weights are rounded to f32 at the end; before, both sides work in f64 on a system whose condition is below 1e6. */
const expectNear = (got: readonly number[], expected: readonly number[], share = 1e-6): void => {
  const size = Math.max(...expected.map(Math.abs));
  expect(got.length).toBe(expected.length);
  for (const [i, value] of got.entries())
    if (!(Math.abs(value - expected[i]) <= share * size)) expect.fail(`${i}: ${value}, not ${expected[i]}`);
};

describe("solve", () => {
  test.each([
    ["one stream", { batch: 1, steps: 240 }],
    ["pieces", { batch: 1, steps: 64 }],
    ["pieces of one step", { batch: 1, steps: 1 }],
  ])("finds what plain ridge regression finds: %s", async (_, options) => {
    using net = await compile(definition);
    const solution = await net.solve(windows(inputs, { ...options, targets }), { ridge: 1e-3, washout: 20 });
    const rows = await featuresOf(inputs);
    const expected = regress(rows.slice(20), targets.slice(20), 1e-3, true);
    expect(solution).toMatchObject({ ridge: 1e-3, rows: 220, judgedBy: "training" });
    expectNear(weightsOf(net), expected.weights.flat());
    expectNear([solution.error, solution.trainingError], [expected.error, expected.error]);
    expectNear([solution.norm], [Math.hypot(...expected.weights.slice(0, N).flat())]);
    // The network now has the weights: its own error is the training's.
    expect((await net.evaluate(windows(inputs.slice(0, 240), { batch: 1, steps: 240, targets }))).loss).toBeGreaterThan(0);
  });

  test("counts the washout for each stream and each sequence", async () => {
    using net = await compile(definition);
    const two = windows(inputs, { batch: 2, steps: 30, targets });
    expect((await net.solve(two, { ridge: 1e-3, washout: 50 })).rows).toBe(2 * (120 - 50));
    const halves = await Promise.all([inputs.slice(0, 120), inputs.slice(120)].map(featuresOf));
    const rows = halves.flatMap((half) => half.slice(50));
    const expected = regress(rows, [...targets.slice(50, 120), ...targets.slice(170)], 1e-3, true);
    expectNear(weightsOf(net), expected.weights.flat());
    const list = [30, 10, 40].map((length, i) => ({
      input: inputs.slice(50 * i, 50 * i + length),
      target: targets.slice(50 * i, 50 * i + length),
    }));
    expect((await net.solve(examples(list), { ridge: 1, washout: 15 })).rows).toBe(15 + 25);
  });

  test("judges several ridges by generalised cross-validation, on one pass", async () => {
    using net = await compile(definition);
    const ridges = [1e-4, 1e-2, 1, 100];
    let passes = 0;
    const data = windows(inputs, { batch: 1, steps: 240, targets });
    const counted = {
      batch: 1,
      get count() {
        return data.count;
      },
      size: 240,
      check: (given: Definition) => data.check(given),
      *batches() {
        for (const batch of data.batches(null))
          yield {
            ...batch,
            write(slots: Parameters<typeof batch.write>[0]) {
              if (slots.input) passes++;
              batch.write(slots);
            },
          };
      },
    };
    const { trials, judgedBy, ridge } = await net.solve(counted, { ridge: ridges, washout: 20 });
    expect(passes).toBe(1);
    expect(judgedBy).toBe("cross-validation");
    const rows = (await featuresOf(inputs)).slice(20);
    const expected = ridges.map((value) => regress(rows, targets.slice(20), value, true));
    expectNear(
      trials.map(({ error }) => error),
      expected.map(({ crossValidation }) => crossValidation),
    );
    expectNear(
      trials.map(({ trainingError }) => trainingError),
      expected.map(({ error }) => error),
    );
    const best = expected.reduce((least, { crossValidation }, i) => (crossValidation < expected[least].crossValidation ? i : least), 0);
    expect(ridge).toBe(ridges[best]);
    expectNear(weightsOf(net), expected[best].weights.flat());
  });

  test("judges them on data of its own", async () => {
    using net = await compile(definition);
    const later = Array.from({ length: 90 }, (_, t) => wave(500 + t));
    const truth = later.map((_, t) => goal(500 + t));
    const validation = windows(later, { batch: 1, steps: 30, targets: truth });
    const ridges = [1e-2, 10];
    const { trials, judgedBy } = await net.solve(windows(inputs, { batch: 1, steps: 48, targets }), {
      ridge: ridges,
      washout: 20,
      validation,
    });
    expect(judgedBy).toBe("validation");
    const [rows, laterRows] = [(await featuresOf(inputs)).slice(20), (await featuresOf(later)).slice(20)];
    const expected = ridges.map((ridge) => {
      const { weights } = regress(rows, targets.slice(20), ridge, true);
      const errors = laterRows.flatMap((row, t) =>
        truth[t + 20].map((y, j) => [...row, 1].reduce((sum, x, i) => sum + x * weights[i][j], -y) ** 2),
      );
      return errors.reduce((a, b) => a + b) / errors.length;
    });
    expectNear(
      trials.map(({ error }) => error),
      expected,
    );
  });

  test("without a bias, of one output, with the input beside the features", async () => {
    const beside = cell({
      name: "beside",
      state: { h: N },
      step: ({ x, h, linear }) => {
        const next = tanh(linear("w", concat(x, h), N, undefined, false));
        return { h: next, output: concat(next, x) };
      },
    });
    const own = model({ input: features(2), layers: [beside, dense(1, { bias: false })], loss: meanSquared() });
    using net = await compile(own);
    using seen = await compile(model({ input: features(2), layers: [beside], loss: meanSquared() }));
    const answers = targets.map(([y]) => [y]);
    await net.solve(windows(inputs, { batch: 1, steps: 60, targets: answers }), { ridge: 1e-3 });
    const expected = regress(seen.predict(inputs), answers, 1e-3, false);
    expectNear([...net.parameters.get("layer 2/dense/w").get()], expected.weights.flat());
  });

  test("with the input beside the reservoir's state: skip(reservoir(…))", async () => {
    const layers = [skip(reservoir(N, { density: 0.3, bias: 0.3, seed: 5, name: "echo" }))];
    using net = await compile(model({ input: features(2), layers: [...layers, dense(3)], loss: meanSquared() }));
    using seen = await compile(model({ input: features(2), layers, loss: meanSquared() }));
    await net.solve(windows(inputs, { batch: 1, steps: 60, targets }), { ridge: 1e-3 });
    const rows = seen.predict(inputs);
    expect(rows[0]).toHaveLength(2 + N);
    expectNear(weightsOf(net), regress(rows, targets, 1e-3, true).weights.flat());
  });

  test("of classes of whole sequences: one-hot targets, by least squares", async () => {
    const list = Array.from({ length: 40 }, (_, i) => ({
      input: Array.from({ length: 5 + (i % 3) }, (_, t) => wave(t * (1 + (i % 2)) + i)),
      target: i % 2,
    }));
    const classes = model({ input: features(2), layers: [echo, last(), dense(2)], loss: crossEntropy(), seed: 2 });
    using net = await compile(classes);
    const { rows } = await net.solve(examples(list, { batch: 4 }), { ridge: 1e-2 });
    expect(rows).toBe(40);
    const ends = await Promise.all(list.map(async ({ input }) => (await featuresOf(input))[input.length - 1]));
    const expected = regress(
      ends,
      list.map(({ target }) => [1 - target, target]),
      1e-2,
      true,
    );
    expectNear([...net.parameters.get("layer 3/dense/w").get(), ...net.parameters.get("layer 3/dense/b").get()], expected.weights.flat());
  });

  test("of yes and no: the sigmoid is on the right side of a half", async () => {
    const answers = inputs.map((row) => [row[0] > 0 ? 1 : 0]);
    using net = await compile(model({ input: features(2), layers: [echo, dense(1)], loss: binaryCrossEntropy(), seed: 2 }));
    await net.solve(windows(inputs, { batch: 1, steps: 60, targets: answers }), { ridge: 1e-3 });
    const right = net.predict(inputs).filter(([chance], t) => chance > 0.5 === (answers[t][0] === 1));
    expect(right.length).toBeGreaterThan(220);
  });

  test("hears the truth where the reservoir listens to the output, and itself afterwards", async () => {
    const listening = model({
      input: features(1),
      layers: [reservoir(40, { feedback: 1, inputScale: 0, bias: 0.2, seed: 3 }), dense(1)],
      loss: meanSquared(),
    });
    using net = await compile(listening);
    const still = Array.from({ length: 400 }, () => 0);
    const tone = still.map((_, t) => 0.5 * Math.sin(t / 4));
    await net.solve(windows(still, { batch: 1, steps: 50, targets: tone }), { ridge: 1e-9, washout: 50 });
    // Left to itself from a fresh state it sings on: the network is told nothing of the tone.
    const heard = net.predict(Array.from({ length: 300 }, () => 0)).map(([y]) => y);
    expect(Math.max(...heard.slice(200))).toBeGreaterThan(0.1);
    expect(Math.max(...heard.map(Math.abs))).toBeLessThan(2);
  });

  test("noise is part of what is learned from, reproducible, and leaves the training's count of steps alone", async () => {
    const noisy = model({ input: features(2), layers: [reservoir(N, { noise: 0.1, seed: 5 }), dense(3)], loss: meanSquared(), seed: 2 });
    const solve = async (steps: number): Promise<number[]> => {
      using net = await compile(noisy);
      await net.solve(windows(inputs, { batch: 1, steps, targets }), { ridge: 1e-3 });
      return weightsOf(net);
    };
    expect(await solve(60)).toEqual(await solve(60));
    expect(await solve(60)).not.toEqual(await solve(120));
  });

  test("is saved with the network", async () => {
    using net = await compile(definition);
    await net.solve(windows(inputs, { batch: 1, steps: 60, targets }), { ridge: 1e-3 });
    using copy = await open(net.save());
    expect(copy.predict(inputs)).toEqual(net.predict(inputs));
  });
});

describe("solve refuses", () => {
  const data = windows(inputs, { batch: 1, steps: 60, targets });
  const refusal = async (layers: Definition, given: unknown, options: unknown): Promise<string> => {
    using net = await compile(layers);
    const before = [...net.parameters].map(({ get }) => get());
    const message = await net.solve(given as typeof data, options as { ridge: number }).then(
      () => "nothing",
      (error: Error) => error.message,
    );
    expect([...net.parameters].map(({ get }) => get())).toEqual(before);
    return message;
  };
  const zero = model({ input: features(2), layers: [reservoir(4, { inputScale: 0 }), dense(3)], loss: meanSquared() });
  const twice = model({
    input: features(2),
    layers: [
      cell({
        name: "c",
        state: { h: 3 },
        step: ({ x, linear }) => {
          const h = tanh(linear("w", x, 3));
          return { h, output: concat(h, h) };
        },
      }),
      dense(3),
    ],
    loss: meanSquared(),
  });
  const explosive = model({
    input: features(2),
    layers: [reservoir(4, { radius: 1e4, activation: "identity" }), dense(3)],
    loss: meanSquared(),
  });

  test.each([
    ["no ridge", definition, data, {}, "ridge must be a finite number but is undefined"],
    ["a ridge below 0", definition, data, { ridge: -1 }, "ridge is -1 but must be at least 0"],
    ["a ridge below 0 among several", definition, data, { ridge: [1, -1] }, "ridge[1] is -1"],
    ["no ridge at all", definition, data, { ridge: [] }, "ridge must be a number or a list of numbers"],
    ["ridge 0 with units that do nothing", zero, data, { ridge: 0 }, "feature 0 of layer 1/reservoir/h is 0 in every row"],
    ["ridge 0 with the same unit twice", twice, data, { ridge: 0 }, /feature 3 of layer 1\/c is, to rounding, a sum of those before it/],
    [
      "ridge 0 with fewer rows than features",
      definition,
      windows(inputs.slice(0, 8), { batch: 1, steps: 8, targets: targets.slice(0, 8) }),
      { ridge: 0 },
      "or more rows than features",
    ],
    [
      "a washout as long as the data",
      definition,
      data,
      { ridge: 1, washout: 240 },
      "washout is 240 steps, but the longest sequence or stream of the data has 240",
    ],
    ["a washout that is none", definition, data, { ridge: 1, washout: 1.5 }, "washout must be a whole number"],
    [
      "a washout as long as the validation data",
      definition,
      data,
      { ridge: 1, washout: 50, validation: windows(inputs.slice(0, 40), { batch: 1, steps: 40, targets: targets.slice(0, 40) }) },
      "of the validation data has 40",
    ],
    [
      "data with NaN",
      definition,
      windows([[0, Number.NaN]], { batch: 1, steps: 1, targets: [[1, 2, 3]] }),
      { ridge: 1 },
      "data[0][1] is NaN",
    ],
    ["states that explode", explosive, data, { ridge: 1 }, "is not finite somewhere in the data"],
    ["no data", definition, 5, { ridge: 1 }, "data must be windows"],
    ["an unknown option", definition, data, { ridge: 1, lambda: 2 }, "no option"],
    [
      "a last layer with an activation",
      model({ input: features(2), layers: [echo, dense(3, { activation: "tanh" })], loss: meanSquared() }),
      data,
      { ridge: 1 },
      "its last layer ends with tanh",
    ],
    [
      "a last layer that is recurrent",
      model({ input: features(2), layers: [rnn(3)], loss: meanSquared() }),
      data,
      { ridge: 1 },
      "no linear read-out",
    ],
    [
      "a last layer of symbols",
      model({ input: tokens(4), layers: [dense(4)], loss: crossEntropy() }),
      windows([0, 1, 2, 3], { batch: 1, steps: 3 }),
      { ridge: 1 },
      "reads symbols",
    ],
    [
      "a washout of whole sequences",
      model({ input: features(2), layers: [echo, last(), dense(1)], loss: meanSquared() }),
      examples([{ input: inputs, target: [[1]] as never }]),
      { ridge: 1, washout: 3 },
      "Leave washout out",
    ],
  ])("%s", async (_, layers, given, options, part) => expect(await refusal(layers, given, options)).toMatch(part));
});

describe("forecast", () => {
  const series = inputs.map(([x]) => [x]);

  test("is running on by hand", async () => {
    using net = await compile(model({ input: features(1), layers: [rnn(5), dense(1)], loss: meanSquared(), seed: 3 }));
    const past = series.slice(0, 70);
    const forecast = net.forecast(past, 9);
    using stream = net.stream();
    let output = new Float32Array();
    for (const row of past) output = stream.push(row).slice();
    for (const row of forecast) {
      expect(row).toEqual(output);
      output = stream.push(output.slice()).slice();
    }
    expect(forecast).toHaveLength(9);
  });

  test("hears the past as the truth, then itself", async () => {
    using net = await compile(
      model({ input: features(1), layers: [rnn(5, { recurrence: "both" }), dense(1)], loss: meanSquared(), seed: 3 }),
    );
    // What follows the past under teacher forcing is the first forecast.
    const past = series.slice(0, 30);
    const [first, second] = net.forecast(past, 2);
    const forced = async (sequence: number[][]): Promise<number> => {
      const target = [...sequence.slice(1), [0]];
      const all = examples([{ input: sequence, target }]);
      const less = examples([{ input: sequence.slice(0, -1), target: target.slice(0, -1) }]);
      // The loss of the last step alone: y² against 0.
      return (await net.evaluate(all)).loss * sequence.length - (await net.evaluate(less)).loss * (sequence.length - 1);
    };
    expect(Math.abs((await forced(past)) - first[0] ** 2)).toBeLessThan(1e-5); // f32 outputs, squared and summed over 30 steps
    expect(Math.abs((await forced([...past, [...first]])) - second[0] ** 2)).toBeLessThan(1e-5);
  });

  test("learns from a solved reservoir: a wave goes on", async () => {
    using net = await compile(
      model({ input: features(2), layers: [reservoir(100, { radius: 0.9, seed: 1 }), dense(2)], loss: meanSquared() }),
    );
    await net.solve(windows(inputs, { batch: 1, steps: 60 }), { ridge: 1e-8, washout: 40 });
    // Amplitudes are 1.3 and 1; what it errs by grows from step to step.
    for (const [t, row] of net.forecast(inputs, 15).entries())
      for (const [i, y] of row.entries()) expect(Math.abs(y - wave(240 + t)[i])).toBeLessThan(0.1);
  });

  test.each([
    ["symbols", model({ input: tokens(3), layers: [embedding(2), rnn(2), dense(3)], loss: crossEntropy() }), [0, 1], 3, "Use generate("],
    [
      "what looks ahead",
      model({ input: features(1), layers: [reverse(rnn(3)), dense(1)], loss: meanSquared() }),
      [1, 2],
      3,
      "takes the sequence from its end",
    ],
    ["other widths", definition, inputs, 3, "takes 2 numbers a step and gives 3"],
    ["a past that is empty", model({ input: features(1), layers: [dense(1)], loss: meanSquared() }), [], 3, "is empty"],
    ["0 steps", model({ input: features(1), layers: [dense(1)], loss: meanSquared() }), [1], 0, "the number of steps must be"],
    ["NaN in the past", model({ input: features(1), layers: [dense(1)], loss: meanSquared() }), [Number.NaN], 1, "the past[0] is NaN"],
  ])("refuses %s", async (_, layers, past, steps, part) => {
    using net = await compile(layers);
    expect(() => net.forecast(past as number[], steps)).toThrow(part);
  });

  test("says when it explodes", async () => {
    using net = await compile(model({ input: features(1), layers: [dense(1)], loss: meanSquared() }));
    net.parameters.get("layer 1/dense/w").set([1e30]);
    expect(() => net.forecast([1], 5)).toThrow(/after 1 steps the output is no longer finite/);
  });
});
