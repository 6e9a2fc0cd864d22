// Streaming and prediction with an LSTM of 128 units over 64 numbers a step, against ONNX Runtime with the same weights, which takes turns.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, features, lstm, meanSquared, model, type Network, type Stream } from "../src/index.ts";
import { atLeast, type Block, type Figure, interleave, median, ratio, reported } from "./figure.ts";
import { peakBlock } from "./gemm.ts";
import { onnxLstm } from "./onnx.ts";
import { onnxruntime, type Peer } from "./peer.ts";

const [WIDTH, UNITS] = [64, 128];
const ROUNDS = 25;

/** What our numbers may differ from the peer's: h is below 1, and a few dozen roundings of 6e-8 add up in it. */
const TOLERANCE = 1e-5;

const network = (): Promise<Network> => compile(model({ input: features(WIDTH), layers: [lstm(UNITS)], loss: meanSquared(), seed: 1 }));

/** The peers feed the same numbers, in the order of time, row, number. */
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, index) => Math.sin(index * 0.37) / 2);

/** A block of work in milliseconds of one: of processor time, or by the clock. */
function block(count: number, work: () => void, clock: boolean): Block {
  return () => {
    const [processor, start] = [process.cpuUsage(), performance.now()];
    for (let n = count; n > 0; n--) work();
    const passed = performance.now() - start;
    const { user, system } = process.cpuUsage(processor);
    return (clock ? passed : (user + system) / 1000) / count;
  };
}

/** What is compared: our work, what it says after three runs from zeros, and the goal for the peer's time in terms of ours. */
interface Contest {
  readonly name: string;
  readonly net: Network;
  readonly steps: number;
  readonly batch: number;
  readonly count: number;
  readonly goal: number | null;
  /** 1, or 0 for as many threads as the runtime likes: then the clock counts. */
  readonly threads: number;
  readonly unit: "µs" | "ms";
  work(): void;
  last(): Float32Array;
}

const timeIn = (unit: "µs" | "ms", milliseconds: number[]): string =>
  `${(median(milliseconds) * (unit === "µs" ? 1000 : 1)).toFixed(2)} ${unit}`;

async function against(root: string, runtime: "node" | "web", contest: Contest): Promise<Figure> {
  const { name, net, steps, batch, count, goal, threads, unit, work } = contest;
  const title = `${name}, onnxruntime-${runtime} / unrolled`;
  const figure = (value: number | null, note: string) =>
    goal === null ? reported(title, value, "×", note) : atLeast(title, value, "×", goal, note);
  const folder = mkdtempSync(join(tmpdir(), "unrolled-bench-"));
  let peer: Peer | null = null;
  try {
    const file = join(folder, "lstm.onnx");
    writeFileSync(file, onnxLstm(net, steps, batch));
    peer = await onnxruntime(root, runtime, threads, file, steps, batch);
    if (!peer) return figure(null, `onnxruntime-${runtime} is absent: npm install in bench/peers`);
    const [ours, theirs] = [contest.last(), peer.said.last as number[]];
    const off = Math.max(...theirs.map((value, index) => Math.abs(value - ours[index])));
    if (!(off < TOLERANCE)) throw new Error(`${title}: the results differ by ${off}, so the two do not do the same`);
    const { title: said } = peer;
    const other = peer;
    const blocks = [block(count, work, threads !== 1), () => other.milliseconds(count)];
    for (let start = performance.now(); performance.now() - start < 1000; ) for (const one of blocks) await one();
    const [fast, slow] = await interleave(blocks, ROUNDS);
    return figure(
      ratio(slow, fast),
      `${said} ${timeIn(unit, slow)}, unrolled ${timeIn(unit, fast)}, ${threads === 1 ? "one thread" : "its own threads, by the clock"}`,
    );
  } finally {
    peer?.close();
    rmSync(folder, { recursive: true });
  }
}

/** One push of one stream. */
function pushing(net: Network, stream: Stream): Omit<Contest, "goal" | "threads"> {
  const x = numbers(WIDTH);
  const last = (): Float32Array => {
    stream.reset();
    for (let n = 0; n < 2; n++) stream.push(x);
    return stream.push(x);
  };
  return { name: "stream.push, lstm, H = 128", net, steps: 1, batch: 1, count: 2000, unit: "µs", work: () => stream.push(x), last };
}

/** Whole sequences: 32 of 64 steps, written, run and read. */
function predicting(net: Network): Omit<Contest, "goal" | "threads"> {
  const [batch, steps] = [32, 64];
  const x = numbers(steps * batch * WIDTH);
  const row = (t: number, b: number): Float32Array => x.subarray((t * batch + b) * WIDTH, (t * batch + b + 1) * WIDTH);
  const sequences = Array.from({ length: batch }, (_, b) => Array.from({ length: steps }, (_, t) => row(t, b)));
  /** The peer goes on from the state of the run before, so its third run is the last third of sequences thrice as long. */
  const last = (): Float32Array =>
    Float32Array.from(
      net.predictAll(sequences.map((rows) => [...rows, ...rows, ...rows])).flatMap((outputs) => [...(outputs.at(-1) as Float32Array)]),
    );
  const name = `predictAll, lstm, H = 128, B = ${batch}, T = ${steps}`;
  return { name, net, steps, batch, count: 10, unit: "ms", work: () => net.predictAll(sequences), last };
}

/** What of its time the products alone would take at the peak of 128-bit multiply-adds: so much of a ratio is the hardware's. */
async function share(contest: Omit<Contest, "goal" | "threads">): Promise<Figure> {
  const { name, net, steps, batch, count, work, unit } = contest;
  const title = `${name}, share of the peak`;
  const peak = net.binary === "relaxed" ? peakBlock("relaxed", steps * batch * 4 * UNITS * (WIDTH + UNITS)) : null;
  if (!peak) return reported(title, null, "of peak", "this engine has no relaxed SIMD");
  const blocks = [block(count, work, false), peak];
  for (let start = performance.now(); performance.now() - start < 1000; ) for (const one of blocks) await one();
  const [all, products] = await interleave(blocks, ROUNDS);
  return reported(title, ratio(products, all), "of peak", `products at the peak ${timeIn(unit, products)}, all ${timeIn(unit, all)}`);
}

/** One push of one stream against one run of one step whose state is fed back. */
export async function measureStreamingPeer(root: string, runtime: "node" | "web", goal: number): Promise<Figure[]> {
  using net = await network();
  using stream = net.stream();
  return [await against(root, runtime, { ...pushing(net, stream), goal, threads: 1 })];
}

/** Whole sequences against one run of as many. */
export async function measurePredictionPeer(root: string, runtime: "node" | "web", goal: number, threads: number): Promise<Figure[]> {
  using net = await network();
  const contest = predicting(net);
  const name = threads === 1 ? contest.name : `${contest.name}, its own threads`;
  return [await against(root, runtime, { ...contest, name, goal: threads === 1 ? goal : null, threads })];
}

/** The share of the peak that a push reaches. */
export async function measureStreamingShare(): Promise<Figure[]> {
  using net = await network();
  using stream = net.stream();
  return [await share(pushing(net, stream))];
}

/** The same of whole sequences. */
export async function measurePredictionShare(): Promise<Figure[]> {
  using net = await network();
  return [await share(predicting(net))];
}
