// A training that is interrupted: the network, its data, and what each step tells.

import {
  adam,
  crossEntropy,
  type Data,
  dense,
  dropout,
  embedding,
  examples,
  lstm,
  model,
  type Network,
  type Progress,
  rnn,
  type TrainOptions,
  tokens,
  windows,
} from "../../src/index.ts";

// Noise, a state of two parts, symbols that are carried, and an order: all that could come out otherwise.
export const definition = model({
  input: tokens(5),
  layers: [embedding(4), dropout(0.3), lstm(3), rnn(4, { recurrence: "both" }), dense(5)],
  loss: crossEntropy(),
  seed: 8,
});
export const text = Int32Array.from({ length: 73 }, (_, i) => (i * i + (i >> 2)) % 5);
/** Of 1 to 5 steps. */
export const list = Array.from({ length: 11 }, (_, i) => ({
  input: text.subarray(i, i + 1 + (i % 5)),
  target: text.subarray(i + 1, i + 2 + (i % 5)),
}));
export const DATA: readonly (readonly [string, () => Data])[] = [
  ["windows", () => windows(text, { batch: 2, steps: 6 })],
  ["windows of documents", () => windows([text.subarray(0, 20), text.subarray(20, 40), text.subarray(40)], { batch: 2, steps: 3 })],
  ["windows that are read", () => windows(chunks, { batch: 2, steps: 6, pool: 2 })],
  ["examples", () => examples(list, { batch: 2 })],
  ["examples that are read", () => examples(() => list, { batch: 2, pool: 3 })],
];

async function* chunks() {
  for (let from = 0; from < text.length; from += 10) yield text.subarray(from, from + 10);
}

export type Told = Omit<Progress, "tokensPerSecond">;

/** What each step tells, but for its speed; up to a number of steps, after which the loop is left. */
export async function told(net: Network, data: Data, options: TrainOptions, most = Infinity): Promise<Told[]> {
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
