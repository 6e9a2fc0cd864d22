// What is learned and what judges: a text as windows, lines as examples, fitted to how much there is of them.

import { type Data, examples, type HeldData, windows } from "../index.ts";
import type { Symbols } from "./corpus.ts";
import { Failure } from "./failure.ts";
import { several, whole } from "./format.ts";
import type { Pair } from "./lines.ts";

/** Held-out characters at most: more would make each look at them slow without making it much surer. */
const MOST_HELD_OUT = 1_000_000;
/** Pairs that are shown with what is made of them. */
const SHOWN = 4;

/** What a training is told of its data. */
interface Told {
  /** Undefined: as many as fit. */
  readonly batch?: number | undefined;
  readonly steps: number;
  readonly heldOut: number;
}

export interface Lesson {
  readonly data: HeldData;
  /** null: too little. */
  readonly heldOut: Data | null;
  /** Rows that were asked for, and those that there is enough for. */
  readonly wanted: number;
  readonly batch: number;
  /** Characters that are learned from. */
  readonly characters: number;
  /** Pairs, or lines, to show what comes of them. */
  readonly shown: readonly Pair[];
  /** What is held out, and what a batch is, in words. */
  readonly apart: string | null;
  readonly shape: string;
}

/** Windows; the end of the text is held out. @throws Failure if there is not one window */
export function textLesson(symbols: Symbols, { batch: asked, steps, heldOut: share }: Told): Lesson {
  const { learned, heldOut } = part(symbols, share);
  const wanted = asked ?? naturalBatch(learned.length, steps);
  const batch = fitBatch(learned.length, wanted, steps);
  const fitting = Math.min(steps, heldOut.length - 1);
  return {
    data: windows(learned, { batch, steps }),
    heldOut: fitting < 1 ? null : windows(heldOut, { batch: fitBatch(heldOut.length, wanted, fitting), steps: fitting }),
    wanted,
    batch,
    characters: learned.length,
    shown: [],
    apart: heldOut.length > 0 ? `the last ${whole(heldOut.length)} held out` : null,
    shape: `${batch} × ${steps} characters`,
  };
}

/** Lines as they are. What is held out is spread evenly over them, since files are often sorted. */
export function lineLesson(lines: readonly Pair[], { batch: asked, heldOut: share }: Told): Lesson {
  const most = Math.min(share, MOST_HELD_OUT / charactersIn(lines));
  const isHeldOut = (_: Pair, index: number): boolean => Math.floor((index + 1) * most) > Math.floor(index * most);
  const learned = lines.filter((line, index) => !isHeldOut(line, index));
  const heldOut = lines.filter(isHeldOut);
  const wanted = asked ?? Math.min(32, Math.max(4, Math.floor(learned.length / 100)));
  const batch = Math.min(learned.length, wanted);
  const isPair = lines[0].source !== undefined;
  const few = heldOut.length > 0 ? heldOut : learned;
  const longest = learned.reduce((most, { source, target }) => Math.max(most, source?.length ?? 0, target.length), 0);
  const count = Math.min(SHOWN, few.length);
  return {
    // Where lines are made from nothing, their lengths matter, and batches of about one length would bias them.
    data: examples(learned, { batch, pool: isPair ? 64 : 1 }),
    heldOut: heldOut.length > 0 ? examples(heldOut, { batch }) : null,
    wanted,
    batch,
    characters: charactersIn(learned),
    shown: Array.from({ length: count }, (_, i) => few[Math.floor(((i + 0.5) * few.length) / count)]),
    apart: heldOut.length > 0 ? `${several(heldOut.length, isPair ? "pair" : "line")}, spread over all, held out` : null,
    shape: `${several(batch, isPair ? "pair" : "line")} of up to ${several(longest, "character")}${isPair ? " a side" : ""}`,
  };
}

const charactersIn = (lines: readonly Pair[]): number =>
  lines.reduce((sum, { source, target }) => sum + (source?.length ?? 0) + target.length, 0);

/** The end of the text is held out. */
function part(symbols: Symbols, share: number): { readonly learned: Symbols; readonly heldOut: Symbols } {
  const count = Math.min(MOST_HELD_OUT, Math.floor(symbols.length * share));
  const from = symbols.length - (count < 2 ? 0 : count);
  return { learned: symbols.subarray(0, from), heldOut: symbols.subarray(from) };
}

/** Streams side by side that so many characters are enough for. @throws Failure if there is not one window. */
function fitBatch(characters: number, batch: number, steps: number): number {
  // A window's last step needs the character after it as its target.
  if (characters < 2)
    throw new Failure(`There is ${whole(characters)} character to learn from, but at least 2 are needed. Give more text.`);
  if (characters <= steps)
    throw new Failure(
      `There are ${whole(characters)} characters to learn from, but a window of ${steps} steps needs ${steps + 1}. Use --steps ${characters - 1} or less, or give more text.`,
    );
  return Math.min(batch, Math.floor((characters - 1) / steps));
}

/** Streams where the user has not said how many: up to 32, but few enough that a pass makes 100 steps, if 4 can. */
const naturalBatch = (characters: number, steps: number): number => Math.min(32, Math.max(4, Math.floor(characters / steps / 100)));
