// A thousand streams of a thousand steps; and streams that go on while the network learns.

import { expect, test } from "vitest";
import {
  adam,
  compile,
  crossEntropy,
  dense,
  embedding,
  features,
  gru,
  lstm,
  meanSquared,
  model,
  open,
  rnn,
  type StreamState,
  seq2seq,
  tokens,
  windows,
} from "../../src/index.ts";

test("1,000 streams of 1,000 steps: memory flat, and to the bit what predict gives", async () => {
  const [STREAMS, STEPS] = [1000, 1000];
  using net = await compile(model({ input: tokens(9), layers: [embedding(4), lstm(8), dense(3)], loss: meanSquared(), seed: 3 }));
  const symbol = (stream: number, t: number): number => (stream * 31 + t * t + 7 * t * (stream % 3)) % 9;
  using streams = net.streams(STREAMS);
  const judged = [0, 1, 17, 500, 998, 999];
  const said = judged.map((): Float32Array[] => []);
  const steps = new Int32Array(STREAMS);
  const { memory } = net.inside.machine;
  const bytes = memory.bytes;
  for (let t = 0; t < STEPS; t++) {
    for (let i = 0; i < STREAMS; i++) steps[i] = symbol(i, t);
    const outputs = streams.push(steps);
    for (const [index, i] of judged.entries()) said[index].push(outputs.slice(i * 3, i * 3 + 3));
  }
  expect(memory.bytes).toBe(bytes);
  judged.forEach((i, index) => {
    const alone = net.predict(Int32Array.from({ length: STEPS }, (_, t) => symbol(i, t)));
    expect(alone).toEqual(said[index]);
  });
});

const LISTENING = model({ input: features(2), layers: [rnn(6, { recurrence: "both" }), lstm(5), dense(2)], loss: meanSquared(), seed: 5 });
const row = (t: number): number[] => [Math.sin(t / 3), Math.cos(t / 5)];
const wave = (from: number, to: number): number[][] => Array.from({ length: to - from }, (_, t) => row(from + t));

test("a stream sees new weights at its next push, and keeps its state, in the middle of a training", async () => {
  using net = await compile(LISTENING);
  using stream = net.stream();
  using streams = net.streams(3);
  let t = 0;
  const push = (): void => {
    stream.push(row(t));
    streams.push([row(t), row(t + 1)], [2, 0]);
    t++;
  };
  for (let n = 0; n < 10; n++) push();
  const outputs: Float32Array[] = [];
  for await (const { step } of net.train(windows(wave(0, 60), { batch: 2, steps: 8 }), { optimizer: adam(1e-2), epochs: 4 })) {
    // What it says from here on with these weights, a fresh network says from the same state.
    const state: StreamState = stream.state();
    if (step % 3 === 0) {
      using fresh = await open(net.save());
      using judge = fresh.stream();
      judge.restore(state);
      const expected = judge.push(row(t)).slice();
      expect(stream.push(row(t))).toEqual(expected);
      outputs.push(expected);
      stream.restore(state);
    }
    push();
  }
  expect(outputs.length).toBeGreaterThan(3);
  expect(outputs.at(-1)).not.toEqual(outputs[0]);
  using last = await open(net.save());
  using judge = last.streams(2);
  judge.restore(0, stream.state());
  judge.restore(1, streams.state(0));
  for (let n = 0; n < 5; n++, t++) {
    const expected = judge.push([row(t), row(t + 1)]);
    expect(stream.push(row(t))).toEqual(expected.slice(0, 2));
    expect(streams.push([row(t + 1)], [0]).slice(0, 2)).toEqual(expected.slice(2));
  }
});

test("streams go on when the memory grows under them", async () => {
  const definition = model({ input: tokens(5), layers: [lstm(16), dense(5)], loss: crossEntropy(), seed: 2 });
  using net = await compile(definition);
  using judge = await compile(definition);
  const [stream, streams] = [net.stream(), net.streams(4)];
  const alone = judge.stream();
  const text = Int32Array.from({ length: 4096 }, (_, i) => (i * i) % 5);
  for (const batch of [1, 8, 32, 128]) {
    const { bytes } = net.inside.machine.memory;
    await net.evaluate(windows(text, { batch, steps: Math.floor(4095 / batch) }));
    net.streams(batch * 64).close();
    expect(net.inside.machine.memory.bytes).toBeGreaterThan(bytes);
    for (const symbol of [1, 2, 3]) {
      const expected = alone.push(symbol);
      expect(stream.push(symbol)).toEqual(expected);
      expect(streams.push([0, symbol, 0], [0, 3, 1]).slice(15)).toEqual(expected);
    }
  }
});

test("streams, draws, beams and training are the same beyond 2 GB of memory", async () => {
  const definition = seq2seq({ source: tokens(5), encoder: [gru(4)], target: tokens(5), decoder: [gru(4), dense(5)], maximum: 6 });
  const all = async (reserved: number) => {
    using net = await compile(model({ input: tokens(5), layers: [lstm(4), dense(5)], loss: crossEntropy(), seed: 1 }));
    using pairs = await compile(definition);
    // Addresses are numbers of 32 bits without a sign. What is not touched is no memory of the system.
    for (const { inside } of [net, pairs]) inside.machine.memory.allocate(reserved);
    using stream = net.stream();
    using streams = net.streams(3);
    const said = [1, 2, 3].map((symbol) => [...stream.push(symbol)]);
    const state = stream.state();
    streams.restore(1, state);
    streams.reset(2);
    const losses: number[] = [];
    for await (const { loss } of net.train(windows([0, 1, 2, 3, 4, 0, 1, 2, 3], { batch: 2, steps: 2 }))) losses.push(loss);
    const drawn = [
      pairs.generateAll({ source: [1, 2], samples: 3 }),
      pairs.generateAll({ sources: [[1, 2], []], beam: { width: 3 } }),
      pairs.score({ source: [3], target: [1, 2] }),
    ];
    return { said, state, pushed: [...streams.push([4, 4, 4])], losses, drawn, predicted: net.predict([1, 2, 3]) };
  };
  expect(await all(2.2e9)).toEqual(await all(64));
});
