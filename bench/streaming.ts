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

/**
 * Processor time of a push in µs, and bytes of garbage: the heap is emptied before each of a hundred blocks, and what it has grown by at the end, still
 * uncollected, is garbage. memoryUsage() itself allocates a little: less than 0.2 bytes a push.
 */
function measurePushes(push: (n: number) => void): { time: number; bytes: number } {
  const collect = collector();
  const block = () => {
    for (let n = 0; n < PUSHES; n++) push(n);
  };
  const times = new Float64Array(BLOCKS);
  const growths = new Float64Array(BLOCKS);
  for (let start = performance.now(); performance.now() - start < 1000; ) block();
  for (let n = 0; n < BLOCKS; n++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    const start = process.cpuUsage();
    block();
    const { user, system } = process.cpuUsage(start);
    times[n] = user + system;
    growths[n] = process.memoryUsage().heapUsed - before;
  }
  return { time: median([...times]) / PUSHES, bytes: median([...growths]) / PUSHES };
}

/** One stream, one step at a time. */
export async function measureStreaming(cell: CellName, goal: number): Promise<Figure[]> {
  using net = await characters(LAYERS[cell](128));
  using stream = net.stream();
  const symbols = Int32Array.from({ length: 1024 }, (_, index) => (index * 37) % SYMBOLS);
  const { time, bytes } = measurePushes((n) => stream.push(symbols[n & 1023]));
  const relaxed = net.binary === "relaxed";
  const name = `stream.push, ${cell}, H = 128, batch 1`;
  return [
    relaxed ? atMost(name, time, "µs", goal) : reported(name, time, "µs", "without relaxed SIMD"),
    atMost(`stream.push, ${cell}, garbage`, bytes, "bytes", 1),
  ];
}

/** Pushes of one, two and three among four small streams, in turn: what is left behind, whatever the number of rows. */
async function garbageOfSome(): Promise<Figure> {
  using net = await compile(model({ input: features(2), layers: [lstm(4)], loss: meanSquared(), seed: 1 }));
  using streams = net.streams(4);
  const steps = [1, 2, 3].map((count) => new Float32Array(2 * count));
  const which = [[3], [0, 2], [2, 1, 3]];
  const { bytes } = measurePushes((n) => streams.push(steps[n % 3], which[n % 3]));
  return atMost("streams.push of some of four, garbage", bytes, "bytes", 1);
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
  const speeds = counts.map((count, index) => {
    const note = `a push takes ${(1e6 * count * median(times[index])).toFixed(1)} µs; ${ratio(times[0], times[index]).toFixed(2)} × the speed of one by one`;
    return reported(`${count} streams pushed together, lstm, H = 128: steps`, 1 / median(times[index]), "a second", note);
  });
  return [...speeds, await garbageOfSome()];
}
