// Symbols drawn for the rows of a batch, each row from a random stream of its own, with what it has drawn already made less likely.

import type { Machine } from "../engine/machine.ts";
import { type Random, randomFrom } from "../engine/random.ts";

/** How a symbol is chosen, in this order: the penalty, the temperature, then top-k, top-p and min-p, each among what the one before has left. */
export interface Choice {
  readonly repetitionPenalty: number;
  /** 0: the most likely. */
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

/** A symbol that was drawn. */
export interface Drawn {
  readonly symbol: number;
  /** Natural logarithm of its probability as the model gives it: at temperature 1, before anything was left out or penalized. */
  readonly logProbability: number;
}

/** The random stream of a row; the first row's is that of a single draw. */
export const randomOf = (seed: number, row: number): Random => randomFrom((seed + row) >>> 0, "generate");

export class Draws implements Disposable {
  readonly #machine: Machine;
  readonly #symbols: number;
  readonly #choice: Choice;
  readonly #random: readonly Random[];
  readonly #before: readonly Set<number>[];
  /** A row of logits, and what the kernels need; all that a row has drawn. */
  readonly #block: number;
  readonly #bytes: number;

  constructor(machine: Machine, symbols: number, choice: Choice, seed: number, rows: number) {
    this.#machine = machine;
    this.#symbols = symbols;
    this.#choice = choice;
    this.#random = Array.from({ length: rows }, (_, row) => randomOf(seed, row));
    this.#before = Array.from({ length: rows }, () => new Set());
    this.#bytes = 16 * this.#padded;
    this.#block = machine.memory.allocate(this.#bytes);
  }

  /** A symbol for a row, from `logits`. null where these are not finite. */
  draw(row: number, logits: number): Drawn | null {
    const { exports } = this.#machine;
    const { temperature, topK, topP, minP } = this.#choice;
    const scratch = this.#block + 8 * this.#padded;
    const penalized = this.#penalized(row, logits);
    const symbol = exports.draw(penalized, this.#symbols, temperature, topK, topP, minP, this.#random[row].uniform(), scratch);
    if (symbol < 0) return null;
    if (this.#choice.repetitionPenalty !== 1) this.#before[row].add(symbol);
    return { symbol, logProbability: exports.logProbability(logits, this.#symbols, symbol) };
  }

  [Symbol.dispose](): void {
    this.#machine.memory.release(this.#block, this.#bytes);
  }

  get #padded(): number {
    return Math.ceil(this.#symbols / 8) * 8;
  }

  /** The logits with what the row has drawn made less likely. */
  #penalized(row: number, logits: number): number {
    const before = this.#before[row];
    if (before.size === 0) return logits;
    const list = this.#block + 4 * this.#padded;
    this.#machine.memory.integers(list, before.size).set([...before]);
    this.#machine.exports.penalize(this.#block, logits, this.#symbols, list, before.size, this.#choice.repetitionPenalty);
    return this.#block;
  }
}
