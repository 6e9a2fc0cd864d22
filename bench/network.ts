// The character network that the bench trains, through the public API alone.

import {
  adam,
  add,
  cell,
  compile,
  crossEntropy,
  type Data,
  dense,
  gru,
  type Layer,
  lstm,
  model,
  mul,
  type Network,
  rnn,
  sigmoid,
  tanh,
  tokens,
  windows,
} from "../src/index.ts";
import type { Block } from "./figure.ts";

/** Symbols, batch and steps of every training step measured here. */
export const SYMBOLS = 64;
export const BATCH = 32;
export const STEPS = 64;

/** The cells that the peers have too, by the name that they are called in all of them. */
export const LAYERS = { rnn, lstm, gru } as const;
export type CellName = keyof typeof LAYERS;

/** An LSTM as a user would write it out, with products of its own for every gate. */
export const ownLstm = (units: number): Layer =>
  cell({
    name: "own",
    state: { h: units, c: units },
    step({ x, h, c, linear, bias }) {
      const [i, f, g, o] = ["i", "f", "g", "o"].map((gate) =>
        add(linear(`w${gate}`, x, units), linear(`u${gate}`, h, units), bias(`b${gate}`, units)),
      );
      const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
      return { h: mul(sigmoid(o), tanh(next)), c: next };
    },
  });

/** tokens(64) → the layer → dense(64). */
export const characters = (layer: Layer): Promise<Network> =>
  compile(model({ input: tokens(SYMBOLS), layers: [layer, dense(SYMBOLS)], loss: crossEntropy(), seed: 1 }));

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
