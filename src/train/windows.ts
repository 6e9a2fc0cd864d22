// windows(): truncated back-propagation through time over long sequences, in memory or read as they are needed.

import { checkOptions, checkSize, describe } from "../define/check.ts";
import { checkList, type Data, type HeldData, type Sequence } from "./data.ts";
import { HeldWindows, type Targets } from "./held-windows.ts";
import { type Chunk, ReadWindows } from "./read-windows.ts";
import type { Source } from "./source.ts";

export interface WindowOptions {
  /** Streams side by side. */
  readonly batch: number;
  /** Steps of a window: how far back the gradient reaches. */
  readonly steps: number;
  /** What each step should give. Default: the next step's input. */
  readonly targets?: Targets;
  /** What each step should give by each of the model's other heads, by their names. */
  readonly heads?: Readonly<Record<string, Targets>>;
}

export interface ReadOptions extends Omit<WindowOptions, "targets" | "heads"> {
  /** Windows of each stream that are in memory at a time. Default: 64. */
  readonly pool?: number;
}

/**
 * Truncated back-propagation through time over one long sequence, or over several documents (`windows([first, second], …)`).
 *
 * The sequence, or the documents one behind the other, are divided into `batch` streams of equal length, which run side by side. Each document
 * begins with a fresh state; one that is longer than a window may be divided between two streams. Nothing is left out: the last window of a document,
 * and of a stream, is as short as what is left, and a row that is over idles while others go on (`data.wasted`). Many documents shorter than a window
 * are better off as `examples`.
 * State is carried from window to window, the gradient is not (Williams and Peng 1990). What looks ahead (reverse(), bidirectional()) begins
 * with nothing at the end of each window.
 *
 * A function gives one sequence in chunks, at once or in time (`windows(() => chunks(file), …)`); it is called for every pass, and what it gives is
 * checked as it comes. So much is read at a time that each stream has `pool` windows. One pass cannot stand at several places of a sequence at once:
 * of the streams of a pool the first goes on where the last one of the pool before has ended, with its state, and the others begin with a fresh
 * one. With `batch: 1` it is the sequence from its beginning to its end.
 *
 * @throws RangeError if a sequence has fewer steps than `batch` windows of `steps` need, or there are fewer windows of documents than streams.
 */
export function windows(source: Source<Chunk>, options: ReadOptions): Data;
export function windows(source: Sequence | readonly Sequence[], options: WindowOptions): HeldData;
export function windows(source: Sequence | readonly Sequence[] | Source<Chunk>, options: WindowOptions & ReadOptions): Data {
  const reads = typeof source === "function";
  checkOptions("windows", options, ["batch", "steps", ...(reads ? ["pool"] : ["targets", "heads"])]);
  const batch = checkSize("windows: batch", options.batch);
  const steps = checkSize("windows: steps", options.steps);
  if (reads) return new ReadWindows(source, batch, steps, checkSize("windows: pool", options.pool ?? 64));
  checkList("windows: the data", source);
  if (options.targets !== undefined) checkList("windows: targets", options.targets);
  const { heads = {} } = options;
  if (heads === null || typeof heads !== "object")
    throw new TypeError(`windows: heads must be an object of targets by name but is ${describe(heads)}.`);
  for (const name of Object.keys(heads)) checkList(`windows: heads.${name}`, heads[name]);
  return new HeldWindows(source, options.targets, heads, batch, steps);
}
