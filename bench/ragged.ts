// Batches of sequences as long as real ones are, against batches of as many steps whose rows are all equally long.

import { existsSync, readFileSync } from "node:fs";
import { randomFrom } from "../src/engine/random.ts";
import {
  adam,
  type Batch,
  binaryCrossEntropy,
  compile,
  crossEntropy,
  type Data,
  dense,
  examples,
  features,
  lstm,
  model,
  type Network,
  tokens,
} from "../src/index.ts";
import { atMost, type Block, type Figure, interleave, median, ratio } from "./figure.ts";

const BATCH = 32;
const GOAL = 1.15;
const ROUNDS = 12;

interface Real {
  readonly name: string;
  readonly file: string;
  network(): Promise<Network>;
  /** Sequences with a target a step. */
  read(text: string): { input: ArrayLike<number>[] | Int32Array; target: ArrayLike<number>[] | Int32Array }[];
}

const LETTERS = 27;

/** Piano keys that sound, of 88. */
const chord = (pitches: readonly number[]): Float32Array => {
  const keys = new Float32Array(88);
  for (const pitch of pitches) keys[pitch - 21] = 1;
  return keys;
};

const REAL: readonly Real[] = [
  {
    name: "names, 2 to 15 steps",
    file: "makemore_names.txt",
    network: () => compile(model({ input: tokens(LETTERS), layers: [lstm(128), dense(LETTERS)], loss: crossEntropy(), seed: 1 })),
    read: (text) =>
      text
        .trim()
        .split("\n")
        .slice(0, 8192)
        .map((name) => {
          const letters = Int32Array.from(name, (letter) => letter.charCodeAt(0) - 96);
          return { input: letters, target: Int32Array.of(...letters.subarray(1), 0) };
        }),
  },
  {
    name: "chorales, 24 to 160 steps",
    file: "JSB_Chorales.json",
    network: () => compile(model({ input: features(88), layers: [lstm(128), dense(88)], loss: binaryCrossEntropy(), seed: 1 })),
    read: (text) =>
      (JSON.parse(text) as { train: number[][][] }).train.map((pieces) => {
        const chords = pieces.map(chord);
        return { input: chords.slice(0, -1), target: chords.slice(1) };
      }),
  },
];

/** Trains without end; each block is `count` batches, its time that of one step of one row in microseconds of processor time. */
function block(net: Network, data: Data, sizes: readonly number[], count: number): Block {
  const steps = net.train(data, { optimizer: adam(1e-3), clip: { norm: 5 }, epochs: 2 ** 24 });
  let at = 0;
  return async () => {
    const start = process.cpuUsage();
    let size = 0;
    for (let n = count; n > 0; n--) {
      await steps.next();
      size += sizes[at++ % sizes.length];
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / size;
  };
}

/** Batches in an order that stays, so that each block has the same ones. They have been checked. */
const still = (batches: readonly Batch[], longest: number): Data => ({
  batch: BATCH,
  count: batches.length,
  size: 0,
  longest,
  check: () => {},
  batches: () => batches,
});

async function measure({ network, read }: Real, text: string, title: string, bucket: boolean): Promise<Figure[]> {
  const all = read(text);
  using net = await network();
  using other = await network();
  const ragged = examples(all, { batch: BATCH, bucket });
  ragged.check(net.definition);
  const batches = [...ragged.batches(randomFrom(1, "bench"))].filter(({ rows = BATCH }) => rows === BATCH);
  const sizes = batches.map(({ lengths, steps }) => (lengths ? lengths.reduce((sum, length) => sum + length, 0) : BATCH * steps));
  const longest = Math.max(...batches.map(({ steps }) => steps));
  // Batch by batch as many steps, of rows that are cut from the longest sequence.
  const most = all.reduce((long, one) => (one.input.length > long.input.length ? one : long));
  const equal = sizes.map((size): Batch => {
    const steps = Math.round(size / BATCH);
    const rows = Array.from({ length: BATCH }, () => ({ input: most.input.slice(0, steps), target: most.target.slice(0, steps) }));
    const data = examples(rows, { batch: BATCH });
    data.check(net.definition);
    const [batch] = data.batches(null);
    return batch;
  });
  const equalSizes = equal.map(({ steps }) => BATCH * steps);
  const count = Math.min(batches.length, 64);
  const [times, equalTimes] = await interleave(
    [block(net, still(batches, longest), sizes, count), block(other, still(equal, longest), equalSizes, count)],
    ROUNDS,
  );
  const note = `${median(times).toFixed(2)} µs, ${median(equalTimes).toFixed(2)} µs of equal rows; ${(100 * ragged.wasted).toFixed(0)} % of rows and steps idle`;
  return [atMost(title, ratio(times, equalTimes), "×", GOAL, note)];
}

export async function measureRagged(root: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const real of REAL)
    for (const bucket of [true, false]) {
      const title = `a step, ${real.name}, ${bucket ? "by length" : "as they come"}, over equal rows`;
      const path = `${root}/../shared/data/${real.file}`;
      if (existsSync(path)) figures.push(...(await measure(real, readFileSync(path, "utf8"), title, bucket)));
      else figures.push({ ...atMost(title, null, "×", GOAL), note: `${real.file} is not here` });
    }
  return figures;
}
