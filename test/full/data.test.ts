// Data as it is found: how little of a pass idles by default; and trainings that are interrupted at every step they make.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../src/engine/random.ts";
import {
  compile,
  crossEntropy,
  type Data,
  type Definition,
  dense,
  dropout,
  embedding,
  examples,
  gru,
  model,
  open,
  rnn,
  seq2seq,
  type TrainOptions,
  tokens,
} from "../../src/index.ts";
import { cut } from "../../src/train/bucket.ts";
import { idleIn } from "../../src/train/idle.ts";
import { DATA, definition, list, told } from "../support/restart.ts";

const path = (name: string): URL => new URL(`../../../shared/data/${name}`, import.meta.url);
const lines = (name: string): string[] => readFileSync(path(name), "utf8").trim().split("\n");
const chorales = (): number[][][] =>
  Object.values(JSON.parse(readFileSync(path("JSB_Chorales.json"), "utf8")) as Record<string, number[][][]>).flat();

/** Steps of the output's timeline, and of the source's if there is one. */
const LENGTHS: readonly (readonly [name: string, file: string, () => (readonly [number, number])[], batch: number])[] = [
  ["given names", "makemore_names.txt", () => lines("makemore_names.txt").map((name) => [name.length + 1, 0]), 32],
  [
    "family names",
    "names",
    () =>
      readdirSync(path("names"))
        .filter((name) => name.endsWith(".txt"))
        .flatMap((name) => lines(`names/${name}`).map((line): [number, number] => [[...line].length, 0])),
    32,
  ],
  ["chorales", "JSB_Chorales.json", () => chorales().map(({ length }) => [length - 1, 0]), 8],
  [
    "English → French, by character",
    "eng-fra-5000.txt",
    () => lines("eng-fra-5000.txt").map((line) => [[...line.split("\t")[1]].length + 1, [...line.split("\t")[0]].length]),
    32,
  ],
];

describe("how much of a pass idles", () => {
  for (const [name, file, read, batch] of LENGTHS)
    test.skipIf(!existsSync(path(file)))(`${name}: less than 5 % by default (skipped where ../shared/data/${file} is absent)`, () => {
      const lengths = read();
      const all = [0, 1].map((k) => Int32Array.from(lengths, (pair) => pair[k]));
      const share = (rows: number, pool: number): number => {
        let [room, idle] = [0, 0];
        const members = Uint32Array.from(lengths.keys());
        for (const some of cut(members, [all[0], all[1]], { batch: rows, bucket: true, pool }, randomFrom(1, "a pass"))) {
          const [steps, source] = all.map((of) => ({
            steps: Math.max(...Array.from(some, (m) => of[m])),
            lengths: Int32Array.from(some, (m) => of[m]),
          }));
          const found = idleIn({ ...steps, source }, some.length);
          room += found.room;
          idle += found.idle;
        }
        return idle / room;
      };
      const told = [8, 32, 64].map(
        (batch) => `batch ${batch}: ${[1, 16, 64, 1e6].map((pool) => (100 * share(batch, pool)).toFixed(2)).join(", ")} %`,
      );
      console.log(`${name}, ${lengths.length} sequences, idle in pools of 1, 16, 64 batches and of all: ${told.join("; ")}`);
      expect(share(batch, 64)).toBeLessThan(0.05);
      expect(share(batch, 64)).toBeLessThan(share(batch, 1) / 4);
      if (file !== "makemore_names.txt") return;
      // The same by way of the data itself.
      const data = examples(
        lines(file).map((line) => ({ input: new Uint8Array(line.length + 1), target: new Uint8Array(line.length + 1) })),
      );
      data.check(model({ input: tokens(2), layers: [rnn(1), dense(2)], loss: crossEntropy() }));
      expect(data.wasted).toBeLessThan(0.05);
    });
});

/** Whether a training goes on from every position with nothing but what is in a file. */
async function goesOn(of: Definition, data: () => Data, options: TrainOptions): Promise<void> {
  using whole = await compile(of);
  const all = await told(whole, data(), options);
  expect(all.length).toBeGreaterThan(9);
  const bytes = whole.save({ optimizer: true });
  for (let made = 1; made < all.length; made++) {
    using first = await compile(of);
    const [last] = (await told(first, data(), options, made)).slice(-1);
    expect(last.position).toEqual(all[made - 1].position);
    using second = await open(first.save({ optimizer: true, note: JSON.stringify(last.position) }));
    expect(await told(second, data(), { ...options, from: JSON.parse(second.note) })).toEqual(all.slice(made));
    expect(second.save({ optimizer: true, note: "" })).toEqual(bytes);
  }
}

describe("a training goes on from every position as if there had been no interruption", () => {
  test.each(DATA)("%s", (_, data) => goesOn(definition, data, {}));

  test("seq2seq, half of whose steps hear what the model draws", () => {
    const translation = seq2seq({
      source: tokens(5),
      encoder: [embedding(3), gru(4)],
      target: tokens(5),
      decoder: [embedding(3), dropout(0.2), gru(4), dense(5)],
      seed: 4,
    });
    const pairs = list.map(({ input, target }, i) => ({ source: input, target: target.subarray(i % 3) }));
    return goesOn(translation, () => examples(pairs, { batch: 3 }), { teacherForcing: 0.5 });
  });
});
