// A whole training step of the character network, on one thread, against PyTorch and TensorFlow.js, which take turns with it.

import { rnn } from "../src/index.ts";
import { atLeast, atMost, type Figure, interleave, median, ratio, reported } from "./figure.ts";
import { type CellName, characters, LAYERS, ownLstm, trainingBlock } from "./network.ts";
import { type Peer, pytorch, tfjs } from "./peer.ts";

const milliseconds = (time: number): string => `${time.toFixed(2)} ms`;

/** Against one peer: the ratio, and our own time beside it. */
async function against(
  name: string,
  cell: CellName,
  hidden: number,
  peer: Peer | null,
  absent: string,
  goal: number | null,
  rounds: number,
): Promise<Figure[]> {
  const own = `training step, ${cell}, H = ${hidden}`;
  const title = `${own}, ${name}`;
  const figure = (value: number | null, note: string) =>
    goal === null ? reported(title, value, "×", note) : atLeast(title, value, "×", goal, note);
  using net = await characters(LAYERS[cell](hidden));
  // A block of about 150 ms of ours: long enough to settle, short against the machine's moods.
  const products = { rnn: 1, gru: 3, lstm: 4 }[cell];
  const count = Math.min(40, Math.max(1, Math.round((150 * 128 * 128) / (5 * products * hidden * (hidden + 64)))));
  const block = trainingBlock(net, count);
  for (let start = performance.now(); performance.now() - start < 1000; ) await block();
  try {
    const theirs = name.startsWith("tfjs") ? 3 : count;
    const [ours, others] = await interleave(peer ? [block, () => peer.milliseconds(theirs)] : [block], rounds);
    const time = reported(own, median(ours), "ms", `${net.binary} binary`);
    if (!peer) return [time, figure(null, absent)];
    return [time, figure(ratio(others, ours), `${peer.title} ${milliseconds(median(others))}, unrolled ${milliseconds(median(ours))}`)];
  } finally {
    peer?.close();
  }
}

/** Ratio to PyTorch's time; `goal` null if it is only reported. */
export async function measurePytorch(root: string, cell: CellName, hidden: number, goal: number | null): Promise<Figure[]> {
  const peer = await pytorch(root, cell, hidden);
  return against("PyTorch / unrolled", cell, hidden, peer, "PyTorch is absent", goal, hidden > 512 ? 7 : 15);
}

/** Ratio to the time of TensorFlow.js on its wasm backend, and for the tanh network on its plain JavaScript backend for orientation. */
export async function measureTfjs(root: string, cell: CellName, goal: number): Promise<Figure[]> {
  const absent = "tfjs is absent: npm install in bench/peers";
  const [, wasm] = await against("tfjs wasm / unrolled", cell, 128, await tfjs(root, "wasm", cell, 128), absent, goal, 5);
  if (cell !== "rnn") return [wasm];
  const [, cpu] = await against("tfjs cpu / unrolled", cell, 128, await tfjs(root, "cpu", cell, 128), absent, null, 3);
  return [wasm, cpu];
}

/** A user's LSTM, with products of its own for every gate, against the built-in one. */
export async function measureOwnCell(hidden: number): Promise<Figure[]> {
  using own = await characters(ownLstm(hidden));
  using stock = await characters(LAYERS.lstm(hidden));
  const count = Math.max(1, Math.round((10 * 128 * 128) / (hidden * hidden)));
  const blocks = [trainingBlock(own, count), trainingBlock(stock, count)];
  for (let start = performance.now(); performance.now() - start < 1000; ) for (const block of blocks) await block();
  const [slow, fast] = await interleave(blocks, 15);
  const note = `in words ${milliseconds(median(slow))}, lstm() ${milliseconds(median(fast))}`;
  return [atMost(`LSTM in words / lstm(), H = ${hidden}`, ratio(slow, fast), "×", 1.3, note)];
}

/**
 * Teacher forcing cuts the only cycle of a network with recurrence from the output alone: its plan is parallel in time. What is fed is
 * then a symbol, whose row is gathered, so that half the products go too.
 */
export async function measureForcing(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [batch, goal] of [
    [32, 3],
    [1, null],
  ] as const) {
    using forced = await characters(rnn(128, { recurrence: "output" }));
    using free = await characters(rnn(128, { recurrence: "output" }));
    const count = batch === 1 ? 100 : 10;
    const blocks = [trainingBlock(free, count, { batch, teacherForcing: false }), trainingBlock(forced, count, { batch })];
    for (let start = performance.now(); performance.now() - start < 1000; ) for (const block of blocks) await block();
    const [slow, fast] = await interleave(blocks, 15);
    const name = `output recurrence, batch ${batch}, free running / teacher forced`;
    const note = `free running ${milliseconds(median(slow))}, teacher forced ${milliseconds(median(fast))}`;
    const value = ratio(slow, fast);
    figures.push(goal === null ? reported(name, value, "×", note) : atLeast(name, value, "×", goal, note));
  }
  return figures;
}
