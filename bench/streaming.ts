// One step of a stream: its time, and the bytes of garbage that it leaves; and many streams pushed together.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile, features, lstm, meanSquared, model } from "../src/index.ts";
import { atMost, type Block, type Figure, interleave, median, ratio, reported } from "./figure.ts";
import { type CellName, characters, LAYERS, SYMBOLS } from "./network.ts";

const PUSHES = 10_000;
const BLOCKS = 100;

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

/** A million pushes in blocks; the heap is emptied before each, and what it has grown by at the end, still uncollected, is garbage. */
export async function measureStreaming(cell: CellName, goal: number): Promise<Figure[]> {
  using net = await characters(LAYERS[cell](128));
  using stream = net.stream();
  const collect = collector();
  const symbols = Int32Array.from({ length: 1024 }, (_, index) => (index * 37) % SYMBOLS);
  const block = () => {
    for (let n = 0; n < PUSHES; n++) stream.push(symbols[n & 1023]);
  };
  const times = new Float64Array(BLOCKS);
  const growths = new Float64Array(BLOCKS);
  for (let start = performance.now(); performance.now() - start < 1000; ) block();
  for (let n = 0; n < BLOCKS; n++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    const start = performance.now();
    block();
    times[n] = performance.now() - start;
    growths[n] = process.memoryUsage().heapUsed - before;
  }
  const time = (1000 * median([...times])) / PUSHES;
  // memoryUsage() itself allocates a little: less than 0.2 bytes a push.
  const bytes = median([...growths]) / PUSHES;
  const relaxed = net.binary === "relaxed";
  const name = `stream.push, ${cell}, H = 128, batch 1`;
  return [
    relaxed ? atMost(name, time, "µs", goal) : reported(name, time, "µs", "without relaxed SIMD"),
    atMost(`stream.push, ${cell}, garbage`, bytes, "bytes", 1),
  ];
}

/** Total steps a second of streams that are pushed together: LSTM of 128 units over 64 numbers a step, all numbers in one list. */
export async function measureStreamsTogether(): Promise<Figure[]> {
  using net = await compile(model({ input: features(64), layers: [lstm(128)], loss: meanSquared(), seed: 1 }));
  const counts = [1, 8, 64, 512];
  const all = counts.map((count) => net.streams(count));
  const blocks = all.map((streams): Block => {
    const steps = Float32Array.from({ length: streams.count * 64 }, (_, index) => Math.sin(index * 0.37) / 2);
    const pushes = Math.ceil(4096 / streams.count);
    return () => {
      const start = process.cpuUsage();
      for (let n = pushes; n > 0; n--) streams.push(steps);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6 / (pushes * streams.count);
    };
  });
  for (let start = performance.now(); performance.now() - start < 1000; ) for (const block of blocks) await block();
  const times = await interleave(blocks, 25);
  return counts.map((count, index) => {
    const note = `a push takes ${(1e6 * count * median(times[index])).toFixed(1)} µs; ${ratio(times[0], times[index]).toFixed(2)} × the speed of one by one`;
    return reported(`${count} streams pushed together, lstm, H = 128: steps`, 1 / median(times[index]), "a second", note);
  });
}
