// windows(): truncated back-propagation through time over long sequences, in memory or read as they are needed.

import { checkOptions, checkSize, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { type Batch, checkList, checkSequence, type Data, type HeldData, type Kind, type Sequence, type targetKind } from "./data.ts";
import { checkKinds, HeldWindows, type Targets } from "./held-windows.ts";
import { afterBatches, read, type Source } from "./source.ts";

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
  /** Windows of each stream that are in memory at a time, and along which state is carried. Default: 64. */
  readonly pool?: number;
}

/** A piece of a long sequence, of any length, or with what each of its steps should give. */
export type Chunk = Sequence | { readonly input: Sequence; readonly target: Sequence };

/**
 * Truncated back-propagation through time over one long sequence, or over several documents (`windows([first, second], …)`).
 *
 * One sequence is divided into `batch` streams of equal length. With several documents each stream reads whole documents one after
 * the other and begins each with a fresh state; what does not fill a window at a document's end is left out.
 * State is carried from window to window, the gradient is not (Williams and Peng 1990). What looks ahead (reverse(), bidirectional()) begins
 * with nothing at the end of each window.
 *
 * A function gives one sequence in chunks, at once or in time (`windows(() => chunks(file), …)`); it is called for every pass, and what it gives is
 * checked as it comes. So much is read at a time that each stream has `pool` windows, which it begins with a fresh state.
 *
 * @throws RangeError if there are fewer steps than `batch` windows of `steps` need.
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

/** One long sequence that is read as it is needed. */
class ReadWindows implements Data {
  readonly batch: number;
  /** Nobody knows before the end. */
  readonly count = Infinity;
  readonly size = Infinity;
  readonly longest: number;
  readonly #source: Source<Chunk>;
  readonly #pool: number;
  #definition: Definition | null = null;

  constructor(source: Source<Chunk>, batch: number, steps: number, pool: number) {
    this.#source = source;
    this.batch = batch;
    this.longest = steps;
    this.#pool = pool;
  }

  check(definition: Definition): void {
    checkKinds(definition, true, []);
    this.#definition = definition;
  }

  async *batches(_random: unknown, whole: boolean): AsyncGenerator<Batch, void, void> {
    const definition = this.#definition as Definition;
    const { batch, longest: steps } = this;
    const held = new Held(definition);
    const most = batch * steps * this.#pool;
    let [index, done] = [0, 0];
    for await (const chunk of read("windows", this.#source)) {
      try {
        held.push(`chunks[${index}]`, chunk, index === 0);
      } catch (error) {
        throw afterBatches(error, done);
      }
      index++;
      while (held.usable >= most) {
        for (const made of held.take(most, batch, steps).batches(null, false)) {
          yield made;
          done++;
        }
      }
    }
    const length = Math.floor(held.usable / batch);
    if (length >= steps || (whole && length > 0)) {
      yield* held.take(held.usable, batch, Math.min(steps, length)).batches(null, whole);
      done++;
    }
    if (done === 0)
      throw new RangeError(
        `windows: the function gave ${held.usable} steps in this pass, which makes ${batch} streams of ${length}, shorter than a window of ${steps}. It is called once a pass and must begin anew each time. Use a smaller batch, fewer steps, or more data.`,
      );
  }
}

/** What has been read and not been used. */
class Held {
  readonly #definition: Definition;
  #heard: (number | ArrayLike<number>)[] = [];
  /** What has been used is dropped when more comes. */
  #used = 0;
  /** null: what is heard next. */
  #said: (number | ArrayLike<number>)[] | null = null;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** Steps that have a target. */
  get usable(): number {
    return Math.max(0, this.#heard.length - this.#used - (this.#said ? 0 : 1));
  }

  /** Checks a chunk and keeps its values: what it lies in may be used again. */
  push(place: string, chunk: Chunk, first: boolean): void {
    const pair = chunk !== null && typeof chunk === "object" && "input" in chunk ? chunk : null;
    const { kind, target } = checkKinds(this.#definition, pair !== null, []);
    if (first) this.#said = pair ? [] : null;
    this.#heard = this.#heard.slice(this.#used);
    this.#said = this.#said?.slice(this.#used) ?? null;
    this.#used = 0;
    if ((this.#said !== null) !== (pair !== null))
      throw new TypeError(
        `${place} ${pair ? "has targets, but those before had none" : "has no targets, but those before had"}. Give all chunks of one kind.`,
      );
    if (!pair) {
      append(this.#heard, place, chunk as Sequence, kind);
      return;
    }
    checkList(`${place}.input`, pair.input);
    checkList(`${place}.target`, pair.target);
    if (pair.input.length !== pair.target.length)
      throw new RangeError(
        `${place}: the input has ${pair.input.length} steps but the target has ${pair.target.length}. Give one target a step.`,
      );
    append(this.#heard, `${place}.input`, pair.input, kind);
    append(this.#said as (number | ArrayLike<number>)[], `${place}.target`, pair.target, target);
  }

  /** The first so many steps. */
  take(count: number, batch: number, steps: number): HeldWindows {
    const [from, to] = [this.#used, this.#used + count];
    this.#used = to;
    const heard = this.#heard.slice(from, this.#said ? to : to + 1) as Sequence;
    const windows = new HeldWindows(heard, this.#said?.slice(from, to) as Sequence | undefined, {}, batch, steps);
    windows.check(this.#definition);
    return windows;
  }
}

function append(list: (number | ArrayLike<number>)[], place: string, sequence: Sequence, kind: Kind | ReturnType<typeof targetKind>): void {
  checkSequence(place, sequence, kind, 0);
  for (let i = 0; i < sequence.length; i++) {
    const row = sequence[i];
    list.push(typeof row === "number" ? row : Float32Array.from(row));
  }
}
