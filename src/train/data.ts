// What training and evaluation read: batches that write themselves into memory, and the check of every value before any work.

import { describe } from "../define/check.ts";
import { shapesOf } from "../define/heads.ts";
import type { Source } from "../define/layers.ts";
import type { Definition } from "../define/model.ts";
import type { Random } from "../engine/random.ts";

/** One step's symbol or row of features after the other. */
export type Sequence = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/**
 * Where the values of one input or target go: element (t, r) starts at (t·batch + r)·stride, where r is the row's place, `order[b]`.
 * Symbols are whole numbers, features floats.
 */
export interface Slots {
  readonly values: Int32Array | Float32Array;
  readonly stride: number;
  /** Rows from one step to the next. */
  readonly batch: number;
  /** Where row b of the batch stands; null: rows stand as they are. */
  readonly order: Int32Array | null;
}

/** One batch: what to write, and whether each row goes on from where the batch before left off. */
export interface Batch {
  /** Rows, if not the data's `batch`. */
  readonly rows?: number;
  /** Of the longest sequence. */
  readonly steps: number;
  /** Steps of each row's sequence. Absent: `steps`, all of them. */
  readonly lengths?: Int32Array | null;
  /** The same of what each row's sequence is made from, if there is such a source. */
  readonly source?: { readonly steps: number; readonly lengths: Int32Array | null };
  /** For each row 1 if its state is carried on, 0 if it begins anew; null: all begin anew. */
  readonly keep: Int32Array | null;
  /** Writes every input and target by its name; what the model does not look at is not among the slots. */
  write(slots: Readonly<Record<string, Slots>>): void;
}

/** Data for a network. `windows` and `examples` make it; anything of this shape will do. */
export interface Data {
  /** Rows of every batch. */
  readonly batch: number;
  /** Batches of one pass; Infinity where that shows only at its end. */
  readonly count: number;
  /** Symbols or rows of features that one pass predicts; Infinity as above. */
  readonly size: number;
  /** Steps of the longest sequence, on whichever timeline, if they are known: no gradient reaches further back. */
  readonly longest?: number;
  /** Checks that widths and values fit the definition. @throws TypeError or RangeError with the place. */
  check(definition: Definition): void;
  /**
   * One pass; in the order of `random`, if that is given and order is free: the same batches whenever `random` begins with the same numbers. A batch
   * is written before the next one is asked for, or not at all.
   */
  batches(random: Random | null): Iterable<Batch> | AsyncIterable<Batch>;
}

/** Data that is in memory. */
export interface HeldData extends Data {
  /**
   * The share of rows and steps that a pass has no use for, as some sequences or streams of a batch end before the longest:
   * 1 − Σ lengths / Σ rows·longest, over both timelines of a seq2seq. Nothing is computed there, but rows work best side by side. Of examples that of
   * one order of many; `progress.wasted` tells each step's. NaN until a network has checked the data.
   */
  readonly wasted: number;
  batches(random: Random | null): Iterable<Batch>;
}

/** What a row of a sequence must be: a symbol below `symbols`, or `width` finite numbers. */
export interface Kind {
  readonly symbols: number;
  readonly width: number;
  /** Of targets: the number besides that does not count, if there is one. */
  readonly ignore?: number | null;
  /** Of targets: which columns must be from 0 to 1. */
  readonly unit?: readonly boolean[];
}

/** Of the input of this name. */
export function inputKind({ inputs }: Definition, name = "input"): Kind {
  const input = inputs[name];
  if (!input)
    throw new TypeError(
      `the model has no ${name}: it makes a sequence of its own. Use generate(), or train and evaluate it on examples([{ ${"source" in inputs ? "source, " : ""}target }]).`,
    );
  return kindOf(input);
}

/** Of what an input gives at a step; of a vector, at once. */
export const kindOf = (input: Source): Kind =>
  input.kind === "tokens" ? { symbols: input.symbols, width: 1 } : { symbols: 0, width: input.width };

/** Of the target of the head of this number. */
export function targetKind({ nodes, heads }: Definition, number = 0): Kind & { readonly perStep: boolean } {
  const head = heads[number];
  const { terms, target } = head;
  const { shape } = nodes[target];
  return {
    symbols: shape.symbols,
    width: shape.width,
    perStep: shape.extent === "sequence",
    ignore: terms[0].loss.ignore,
    unit: shapesOf(nodes, head, 1).flatMap(({ width }, term) => Array(width).fill(terms[term].loss.kind === "binaryCrossEntropy")),
  };
}

/** Checks every value of a sequence, of 1 step or `fewest`. @throws TypeError or RangeError with the place of the first that does not fit. */
export function checkSequence(place: string, sequence: Sequence, kind: Kind, fewest = 1): void {
  checkList(place, sequence);
  if (sequence.length < fewest) throw new RangeError(`${place} is empty. Give at least one step.`);
  const { symbols, ignore } = kind;
  for (let i = 0; i < sequence.length; i++) {
    const step = sequence[i];
    if (symbols === 0 || !isSymbol(step as number, symbols, ignore)) checkAlone(`${place}[${i}]`, step, kind);
  }
}

/** Checks one symbol, or one row of features, where a plain number will do for a width of 1. @throws as above. */
export function checkAlone(place: string, step: number | ArrayLike<number>, kind: Kind): void {
  const { symbols, width, ignore, unit = [] } = kind;
  if (symbols > 0) {
    if (!isSymbol(step as number, symbols, ignore))
      throw new RangeError(
        `${place} is ${describe(step)} but must be ${symbolText(symbols, ignore)}. Encode with the alphabet that the model was made for.`,
      );
  } else if (typeof step === "number" && width === 1) {
    if (!fits(step, unit[0])) throw misfit(place, step);
  } else {
    if (step === null || typeof step !== "object")
      throw new TypeError(`${place} is ${describe(step)} but must be a list of ${width} numbers.`);
    if (step.length !== width) throw new RangeError(`${place} has ${step.length} numbers but the model takes ${width}. Give ${width}.`);
    for (let i = 0; i < width; i++) if (!fits(step[i], unit[i])) throw misfit(`${place}[${i}]`, step[i]);
  }
}

/** Something with a length and numbered elements. */
export function checkList(place: string, list: ArrayLike<unknown>): void {
  if (list === null || typeof list !== "object" || !("length" in list))
    throw new TypeError(`${place} must be a list but is ${describe(list)}.`);
  if (!Number.isInteger(list.length) || list.length < 0)
    throw new TypeError(`${place} must be a list but its length is ${describe(list.length)}. Give an array or a typed array.`);
}

/** A symbol that may stand where these do. */
const isSymbol = (symbol: number, symbols: number, ignore: Kind["ignore"]): boolean =>
  Number.isInteger(symbol) && ((symbol >= 0 && symbol < symbols) || symbol === ignore);

/** Which those are, as a user reads it. */
export const symbolText = (symbols: number, ignore: Kind["ignore"]): string =>
  `a symbol from 0 to ${symbols - 1}${(ignore ?? 0) < 0 ? `, or ${ignore} where there is none` : ""}`;

/** From here on a number becomes infinite as f32: half a step beyond the largest. */
const INFINITE = 2 ** 128 - 2 ** 103;

/** Whether something is a number that stays finite on its way in. */
export const isFeature = (value: unknown): value is number => typeof value === "number" && Math.abs(value) < INFINITE;

const fits = (value: number, unit: boolean | undefined): boolean => isFeature(value) && !(unit && (value < 0 || value > 1));

/** Made only when it is needed: a text for every number would take longer than reading them all. */
export const misfit = (place: string, value: number): Error =>
  isFeature(value)
    ? new RangeError(`${place} is ${value} but a target of binaryCrossEntropy() must be from 0 to 1.`)
    : new TypeError(`${place} is ${describe(value)} but must be a finite number between ±3.4e38. Clean or scale the data first.`);

/** What is said of data that was right when it was checked. */
export const CHANGED = "The data gave it, or was changed while it was read: check it, and leave it alone until then.";

/** Writes steps from … from+count−1 of a sequence as row `b` of a batch, from step `start` on. */
export function writeRows(slots: Slots | undefined, sequence: Sequence, from: number, count: number, b: number, start = 0): void {
  if (!slots) return;
  const { values, stride, batch, order } = slots;
  const place = order === null ? b : order[b];
  for (let t = 0; t < count; t++) {
    const row = sequence[from + t];
    const at = ((start + t) * batch + place) * stride;
    if (typeof row === "number") values[at] = row;
    else if (row == null) throw new TypeError(`a batch: row ${b}, step ${start + t} is gone. ${CHANGED}`);
    else values.set(row, at);
  }
}
