// The character network that the bench trains, through the public API alone.

import { adam, compile, crossEntropy, type Data, dense, model, type Network, type RnnOptions, rnn, tokens, windows } from "../src/index.ts";
import type { Block } from "./figure.ts";

/** Symbols, batch and steps of every training step measured here. */
export const SYMBOLS = 64;
export const BATCH = 32;
export const STEPS = 64;

/** tokens(64) → rnn(hidden) → dense(64). */
export const characters = (hidden: number, recurrence: RnnOptions["recurrence"] = "hidden"): Promise<Network> =>
  compile(
    model({
      input: tokens(SYMBOLS),
      layers: [rnn(hidden, { recurrence: recurrence ?? "hidden" }), dense(SYMBOLS)],
      loss: crossEntropy(),
      seed: 1,
    }),
  );

/** Random text in streams of 8 windows. */
export function text(batch = BATCH): Data {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 26;
  return windows(Int32Array.from({ length: batch * STEPS * 8 + 1 }, next), { batch, steps: STEPS });
}

/** Trains without end; each block is `count` steps of Adam with the norm clipped to 5, its time one step's in milliseconds of processor time. */
export function trainingBlock(net: Network, count: number, { batch = BATCH, teacherForcing = true } = {}): Block {
  const steps = net.train(text(batch), { optimizer: adam(1e-3), clip: { norm: 5 }, epochs: 2 ** 24, teacherForcing });
  return async () => {
    const start = process.cpuUsage();
    for (let n = count; n > 0; n--) await steps.next();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / count;
  };
}
