// Sequences of different lengths side by side, through the doors that a user takes: predictAll, evaluate and train over data that says how long its rows are.

import { describe, expect, test } from "vitest";
import {
  bidirectional,
  compile,
  type Data,
  dense,
  features,
  gru,
  type Layer,
  last,
  lstm,
  meanSquared,
  model,
  NonFiniteError,
  rnn,
  type Sequence,
  tokens,
} from "../../src/index.ts";
import { type Batch, writeRows } from "../../src/train/data.ts";

const network = (layers: readonly Layer[]) => compile(model({ input: features(2), layers, loss: meanSquared(), seed: 5 }));

/** A sequence of so many steps, unlike any other. */
const steps = (count: number, seed = 0): number[][] =>
  Array.from({ length: count }, (_, t) => [Math.sin(1 + t + 7 * seed), Math.cos(3 * t + seed)]);

/** Beyond a piece of 64 steps, and none at all. */
const LENGTHS = [3, 70, 0, 64, 1, 130, 5, 64];

describe("predictAll", () => {
  test.each([
    ["lstm", [lstm(9), dense(3)]],
    ["a vector", [gru(5), last(), dense(2)]],
    ["both directions", [bidirectional(rnn(4)), dense(2)]],
    ["both directions to a vector", [bidirectional(rnn(4)), last(), dense(2)]],
    ["long delays", [rnn(4, { delays: [1, 5] }), dense(1)]],
  ] as const)("%s: each as if it were alone, in the order given", async (_, layers) => {
    using net = await network(layers);
    const sequences = LENGTHS.map((count, index) => steps(count, index));
    const alone = sequences.map((sequence) => net.predict(sequence));
    expect(net.predictAll(sequences)).toEqual(alone);
    expect(net.predictAll(sequences, { batch: 3 })).toEqual(alone);
    expect(net.predictAll([sequences[2]])).toEqual([alone[2]]);
    expect(net.predictAll([])).toEqual([]);
  });

  test("of no steps there is nothing, and of a vector what zeros give", async () => {
    using perStep = await network([rnn(4), dense(2)]);
    expect(perStep.predict([])).toEqual([]);
    using vector = await network([rnn(4), last(), dense(2)]);
    vector.parameters.get("layer 3/dense/b").set([0.5, -2]);
    expect(vector.predict([])).toEqual([Float32Array.of(0.5, -2)]);
  });

  test("symbols, and what does not fit with its place", async () => {
    using net = await compile(model({ input: tokens(4), layers: [rnn(3), dense(4)], loss: meanSquared() }));
    expect(net.predictAll([[1, 2], [3]])).toEqual([net.predict([1, 2]), net.predict([3])]);
    expect(() => net.predictAll([[1], [0, 4]])).toThrow("predictAll: sequences[1][1] is 4 but must be a symbol from 0 to 3");
    expect(() => net.predictAll([[1], 2 as never])).toThrow("predictAll: sequences[1] must be a list but is 2");
    expect(() => net.predictAll([[1]], { batch: 0 })).toThrow("predictAll: batch must be");
  });
});

/** Batches of rows, each a stretch of a sequence with targets; `keep` as in a batch. */
function ragged(batches: readonly { rows: readonly (readonly [Sequence, Sequence])[]; keep?: readonly number[] }[]): Data {
  return {
    batch: batches[0].rows.length,
    count: batches.length,
    size: 0,
    check: () => {},
    *batches(): Iterable<Batch> {
      for (const { rows, keep } of batches) {
        const lengths = Int32Array.from(rows, ([input]) => input.length);
        yield {
          rows: rows.length,
          steps: Math.max(1, ...lengths),
          lengths,
          keep: keep ? Int32Array.from(keep) : null,
          write: ({ input, target }) =>
            rows.forEach(([x, y], b) => {
              writeRows(input, x, 0, x.length, b);
              writeRows(target, y, 0, y.length, b);
            }),
        };
      }
    },
  };
}

describe("batches of rows of different lengths", () => {
  test("the mean is over the steps that there are, whatever order the rows stand in", async () => {
    using net = await network([gru(5), dense(2)]);
    const rows = [2, 5, 0, 1, 5].map((count, index) => [steps(count, index), steps(count, index + 50)] as const);
    let [sum, count] = [0, 0];
    for (const [input, target] of rows)
      net.predict(input).forEach((output, t) => {
        output.forEach((x, i) => {
          sum += (x - target[t][i]) ** 2;
          count++;
        });
      });
    const { loss, count: counted } = await net.evaluate(ragged([{ rows }]));
    expect(counted).toBe(count);
    // Targets and outputs are f32, of about 1: some 1e-7 each.
    expect(loss).toBeCloseTo(sum / count, 6);
    const turned = await net.evaluate(ragged([{ rows: [...rows].reverse() }]));
    expect(turned.loss).toBeCloseTo(loss, 12);
  });

  test("each row's state goes on from its own end, and that of a row of no steps stays", async () => {
    using net = await network([lstm(4), dense(2)]);
    const cut = [
      [2, 3, 1],
      [4, 0, 2],
      [0, 0, 5],
    ];
    const whole = cut.map((parts, b) => {
      const count = parts.reduce((total, part) => total + part, 0);
      return [steps(count, b), steps(count, b + 9)] as const;
    });
    const batches = cut[0].map((_, k) => ({
      keep: cut.map(() => (k === 0 ? 0 : 1)),
      rows: cut.map((parts, b) => {
        const from = parts.slice(0, k).reduce((total, part) => total + part, 0);
        return [whole[b][0].slice(from, from + parts[k]), whole[b][1].slice(from, from + parts[k])] as const;
      }),
    }));
    const expected = await net.evaluate(ragged([{ rows: whole }]));
    const got = await net.evaluate(ragged(batches));
    expect(got.count).toBe(expected.count);
    // The same terms in f64, added in another order.
    expect(got.loss).toBeCloseTo(expected.loss, 12);
  });

  test("a value that is not finite is told by the row that was given, and its step", async () => {
    using net = await network([rnn(3, { activation: "relu" }), dense(2)]);
    const rows = [1, 4, 3].map((count, index) => [steps(count, index), steps(count)] as const);
    // Finite itself, but its product with a weight is not.
    rows[2][0][1][0] = 3e38;
    net.parameters.get("layer 1/rnn/wx").set(new Float32Array(6).fill(3));
    const training = net.train(ragged([{ rows }]), { steps: 1 });
    const error = await training.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as NonFiniteError).first).toMatchObject({ time: 1, row: 2 });
  });

  test("lengths that contradict the batch are refused", async () => {
    using net = await network([rnn(3), dense(2)]);
    const row = [steps(2), steps(2)] as const;
    const data = ragged([{ rows: [row, row] }]);
    const [batch] = data.batches(null) as Iterable<Batch>;
    const giving = (change: Partial<Batch>): Data => ({ ...data, batches: () => [{ ...batch, ...change }] });
    await expect(net.evaluate(giving({ lengths: Int32Array.of(2) }))).rejects.toThrow("a batch: lengths has 1 numbers for 2 rows");
    await expect(net.evaluate(giving({ lengths: Int32Array.of(2, 3) }))).rejects.toThrow(
      "a batch: lengths[1] is 3 but must be from 0 to the batch's steps, 2",
    );
  });
});
