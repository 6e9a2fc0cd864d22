// One step of a stream: its time, and the bytes of garbage that it leaves.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { atMost, type Figure, median, reported } from "./figure.ts";
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
