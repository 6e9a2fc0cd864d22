// A training that was interrupted, saved, opened and taken up again is, bit for bit, the one that was not; and what cannot be taken up says why.

import { describe, expect, test } from "vitest";
import {
  adam,
  compile,
  crossEntropy,
  type Data,
  dense,
  dropout,
  embedding,
  examples,
  lstm,
  model,
  type Network,
  open,
  type Position,
  type Progress,
  rnn,
  sgd,
  stepDecay,
  type TrainOptions,
  tokens,
  windows,
} from "../../src/index.ts";
import { thrownBy } from "../support/refuse.ts";

// Noise, a state of two parts, symbols that are carried, and an order: all that could come out otherwise.
const definition = model({
  input: tokens(5),
  layers: [embedding(4), dropout(0.3), lstm(3), rnn(4, { recurrence: "both" }), dense(5)],
  loss: crossEntropy(),
  seed: 8,
});
const text = Int32Array.from({ length: 73 }, (_, i) => (i * i + (i >> 2)) % 5);
const list = Array.from({ length: 11 }, (_, i) => ({ input: text.subarray(i, i + 4), target: text.subarray(i + 1, i + 5) }));
const DATA: readonly (readonly [string, () => Data])[] = [
  ["windows", () => windows(text, { batch: 2, steps: 6 })],
  ["windows of documents", () => windows([text.subarray(0, 20), text.subarray(20, 40), text.subarray(40)], { batch: 2, steps: 3 })],
  ["windows that are read", () => windows(chunks, { batch: 2, steps: 6, pool: 2 })],
  ["examples", () => examples(list, { batch: 2 })],
];

async function* chunks() {
  for (let from = 0; from < text.length; from += 10) yield text.subarray(from, from + 10);
}

type Told = Omit<Progress, "tokensPerSecond">;

/** What each step tells, but for its speed; up to a number of steps, after which the loop is left. */
async function told(net: Network, data: Data, options: TrainOptions, most = Infinity): Promise<Told[]> {
  const seen: Told[] = [];
  for await (const { tokensPerSecond: _, ...progress } of net.train(data, {
    optimizer: adam(1e-2),
    clip: { norm: 0.5 },
    epochs: 3,
    ...options,
  })) {
    seen.push(progress);
    if (seen.length === most) break;
  }
  return seen;
}

test.each(DATA)("%s: what is saved within a pass goes on as if there had been no interruption", async (_, data) => {
  // Two passes, interrupted at the third step, and what is saved is all that is taken along.
  const options = { optimizer: sgd(stepDecay(0.5, { every: 2, factor: 0.5 }), { momentum: 0.9 }), epochs: 2 };
  using whole = await compile(definition);
  const all = await told(whole, data(), options);
  using first = await compile(definition);
  const { position } = (await told(first, data(), options, 3))[2];
  expect(position).toEqual(all[2].position);
  using second = await open(first.save({ optimizer: true, note: JSON.stringify(position) }));
  expect(await told(second, data(), { ...options, from: JSON.parse(second.note) })).toEqual(all.slice(3));
  expect(second.save({ optimizer: true, note: "" })).toEqual(whole.save({ optimizer: true }));
});

test("goes on in the same network, up to the same number of steps; sgd remembers no more than how far it was", async () => {
  const options = { optimizer: sgd(stepDecay(0.5, { every: 2, factor: 0.5 })), steps: 8 };
  using whole = await compile(definition);
  const all = await told(whole, windows(text, { batch: 2, steps: 6 }), options);
  expect(all).toHaveLength(8);
  using first = await compile(definition);
  const { position: from } = (await told(first, windows(text, { batch: 2, steps: 6 }), options, 5))[4];
  using second = await open(first.save({ optimizer: true }));
  for (const net of [first, second])
    expect(await told(net, windows(text, { batch: 2, steps: 6 }), { ...options, from })).toEqual(all.slice(5));
});

test("states are saved in the midst of a training, and only where they are handed on", async () => {
  using net = await compile(definition);
  const size = net.save().length;
  for await (const _ of net.train(examples(list, { batch: 2 }), { optimizer: sgd(0.1) })) break;
  const withoutStates = net.save({ optimizer: true }).length;
  let within = 0;
  for await (const _ of net.train(windows(text, { batch: 2, steps: 6 }), { optimizer: sgd(0.1) }))
    within = net.save({ optimizer: true }).length;
  expect(withoutStates).toBeLessThan(within);
  expect(net.save({ optimizer: true }).length).toBe(within);
  expect(net.save().length).toBe(size);
});

describe("a position that does not fit", () => {
  const COUNTS = { clippedByValue: 0, clippedByParameterNorm: 0, clippedByNorm: 0, skipped: 0, randomSteps: 0 };
  const place: Position = { step: 3, epoch: 0, batch: 3, order: 0, counts: COUNTS };
  const refusal = async (from: unknown, data: Data, made: number, trained: Data): Promise<string> => {
    using net = await compile(definition);
    if (made > 0) await told(net, trained, {}, made);
    const before = net.save({ optimizer: true });
    const error = await thrownBy(() => told(net, data, { from: from as Position }));
    expect(error).toBeInstanceOf(Error);
    expect(net.save().subarray(24)).toEqual((await open(before)).save().subarray(24));
    return (error as Error).message;
  };
  const two = windows(text, { batch: 2, steps: 6 });
  test.each<[string, unknown, Data, number, RegExp]>([
    ["none", 3, two, 3, /from must be a position.* 3/],
    ["half a step", { ...place, step: 2.5 }, two, 3, /step .*2\.5.*progress\.position/],
    ["no counts", { ...place, counts: undefined }, two, 3, /counts.*undefined/],
    ["an unknown part", { ...place, window: 3 }, two, 3, /"window"/],
    ["another network", place, two, 0, /after 3 steps.* made 0.*optimizer: true/],
    ["a later one", place, two, 5, /after 3 steps.* made 5/],
    ["fewer windows", { ...place, order: 1, batch: 5 }, windows(text, { batch: 2, steps: 12 }), 6, /after 5 batches.* has 3/],
    ["other rows", place, windows(text, { batch: 3, steps: 2 }), 3, /2 rows.* has 3/],
  ])("%s", async (_, from, data, made, sentence) => {
    expect(await refusal(from, data, made, two)).toMatch(sentence);
  });
});
