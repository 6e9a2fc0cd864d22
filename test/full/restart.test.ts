// A training that was interrupted, saved, opened and taken up again is, bit for bit, the one that was not; and what cannot be taken up says why.

import { describe, expect, test } from "vitest";
import {
  compile,
  crossEntropy,
  type Data,
  dense,
  embedding,
  examples,
  model,
  open,
  type Position,
  sgd,
  stepDecay,
  tokens,
  windows,
} from "../../src/index.ts";
import { thrownBy } from "../support/refuse.ts";
import { DATA, definition, list, text, told } from "../support/restart.ts";

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

test("a model that remembers nothing goes on, too", async () => {
  const stateless = model({ input: tokens(5), layers: [embedding(4), dense(5)], loss: crossEntropy() });
  const data = () => windows(text, { batch: 2, steps: 6 });
  using first = await compile(stateless);
  const all = await told(first, data(), { epochs: 1 });
  using second = await compile(stateless);
  const { position: from } = (await told(second, data(), { epochs: 1 }, 2))[1];
  using third = await open(second.save({ optimizer: true }));
  expect(await told(third, data(), { epochs: 1, from })).toEqual(all.slice(2));
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
    ["nothing of it", {}, two, 3, /from\.step .*undefined.*progress\.position/],
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
