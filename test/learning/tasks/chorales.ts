// Bach's chorales as sets of keys that sound together, a row of 88 bits a step (Boulanger-Lewandowski, Bengio and Vincent 2012).

import type { Example } from "../../../src/index.ts";

/** The keys of a piano, MIDI notes 21 to 108. */
export const KEYS = 88;
const LOWEST = 21;

export type Part = "train" | "valid" | "test";

/** Each chorale as a task: from every frame up to now, the next. The first frame is not asked for. */
export function chorales(json: string): Record<Part, Example[]> {
  const read = JSON.parse(json) as Record<Part, number[][][]>;
  const example = (chorale: number[][]): Example => {
    const frames = chorale.map((notes) => {
      const frame = new Float32Array(KEYS);
      for (const note of notes) frame[note - LOWEST] = 1;
      return frame;
    });
    return { input: frames.slice(0, -1), target: frames.slice(1) };
  };
  return { train: read.train.map(example), valid: read.valid.map(example), test: read.test.map(example) };
}
