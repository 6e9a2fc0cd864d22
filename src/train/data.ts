// What training and evaluation read: batches that write themselves into memory, and the check of every value before any work.

import { describe } from "../define/check.ts";
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
  /** Steps of the longest batch, if they are known: no gradient reaches further back. */
  readonly longest?: number;
  /** Checks that widths and values fit the definition. @throws TypeError or RangeError with the place. */
  check(definition: Definition): void;
  /**
   * One pass; in the order of `random`, if that is given and order is free: the same batches whenever `random` begins with the same numbers.
   * `whole`: with what does not fill a window. A batch is written before the next one is asked for, or not at all.
   */
  batches(random: Random | null, whole: boolean): Iterable<Batch> | AsyncIterable<Batch>;
}

/** Data that is in memory. */
export interface HeldData extends Data {
  batches(random: Random | null, whole: boolean): Iterable<Batch>;
}

/** What a row of a sequence must be: a symbol below `symbols`, or `width` finite numbers. */
export interface Kind {
  readonly symbols: number;
  readonly width: number;
}

/** Of the input of this name. */
export function inputKind({ inputs }: Definition, name = "input"): Kind {
  const input = inputs[name];
  if (!input)
    throw new TypeError(
      `the model has no ${name}: it makes a sequence of its own. Use generate(), or train and evaluate it with targets${"source" in inputs ? " and sources" : ""}.`,
    );
  return input.kind === "tokens" ? { symbols: input.symbols, width: 1 } : { symbols: 0, width: input.width };
}

/** Of the target of the head of this number. */
export function targetKind(
  { nodes, heads }: Definition,
  head = 0,
): Kind & { readonly perStep: boolean; readonly ignore: number; readonly unit: boolean } {
  const { total, loss } = heads[head];
  const { shape } = nodes[nodes[total].inputs[1]];
  return {
    symbols: shape.symbols,
    width: shape.width,
    perStep: shape.extent === "sequence",
    ignore: loss.ignore,
    unit: loss.kind === "binaryCrossEntropy",
  };
}

/** Checks every value of a sequence, of 1 step or `fewest`. @throws TypeError or RangeError with the place of the first that does not fit. */
export function checkSequence(place: string, sequence: Sequence, kind: Kind & { readonly unit?: boolean }, fewest = 1): void {
  const { symbols, width, unit = false } = kind;
  checkList(place, sequence);
  if (sequence.length < fewest) throw new RangeError(`${place} is empty. Give at least one step.`);
  if (symbols > 0) checkSymbols(place, sequence as ArrayLike<number>, symbols);
  else for (let i = 0; i < sequence.length; i++) checkRow(place, sequence[i], i, width, unit);
}

/** Something with a length and numbered elements. */
export function checkList(place: string, list: ArrayLike<unknown>): void {
  if (list === null || typeof list !== "object" || !("length" in list))
    throw new TypeError(`${place} must be a list but is ${describe(list)}.`);
  if (!Number.isInteger(list.length) || list.length < 0)
    throw new TypeError(`${place} must be a list but its length is ${describe(list.length)}. Give an array or a typed array.`);
}

function checkSymbols(place: string, sequence: ArrayLike<number>, symbols: number): void {
  for (let i = 0; i < sequence.length; i++) {
    const symbol = sequence[i];
    if (!(Number.isInteger(symbol) && symbol >= 0 && symbol < symbols))
      throw new RangeError(
        `${place}[${i}] is ${describe(symbol)} but must be a symbol from 0 to ${symbols - 1}. Encode with the alphabet that the model was made for.`,
      );
  }
}

/** One row of features; a plain number will do for a width of 1. */
function checkRow(place: string, row: number | ArrayLike<number>, index: number, width: number, unit: boolean): void {
  if (typeof row === "number" && width === 1) {
    if (!fits(row, unit)) throw misfit(`${place}[${index}]`, row);
    return;
  }
  if (row === null || typeof row !== "object")
    throw new TypeError(`${place}[${index}] is ${describe(row)} but must be a list of ${width} numbers.`);
  if (row.length !== width)
    throw new RangeError(`${place}[${index}] has ${row.length} numbers but the model takes ${width}. Give ${width} a step.`);
  for (let i = 0; i < width; i++) if (!fits(row[i], unit)) throw misfit(`${place}[${index}][${i}]`, row[i]);
}

/** From here on a number becomes infinite as f32: half a step beyond the largest. */
const INFINITE = 2 ** 128 - 2 ** 103;

/** Whether something is a number that stays finite on its way in. */
export const isFeature = (value: unknown): value is number => typeof value === "number" && Math.abs(value) < INFINITE;

const fits = (value: number, unit: boolean): boolean => isFeature(value) && !(unit && (value < 0 || value > 1));

/** Made only when it is needed: a text for every number would take longer than reading them all. */
function misfit(place: string, value: number): Error {
  if (!isFeature(value))
    return new TypeError(`${place} is ${describe(value)} but must be a finite number between ±3.4e38. Clean or scale the data first.`);
  return new RangeError(`${place} is ${value} but a target of binaryCrossEntropy() must be from 0 to 1.`);
}

/** Writes steps from … from+count−1 of a sequence as row `b` of a batch, from step 0 on. */
export function writeRows(slots: Slots | undefined, sequence: Sequence, from: number, count: number, b: number): void {
  if (!slots) return;
  const { values, stride, batch, order } = slots;
  const place = order === null ? b : order[b];
  for (let t = 0; t < count; t++) {
    const row = sequence[from + t];
    const at = (t * batch + place) * stride;
    if (typeof row === "number") values[at] = row;
    else values.set(row, at);
  }
}
