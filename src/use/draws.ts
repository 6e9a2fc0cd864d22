// What the rows of a batch say, drawn from their outputs: each row from a random stream of its own, with what it has drawn already made less likely.

import type { Machine } from "../engine/machine.ts";
import { type Random, randomFrom } from "../engine/random.ts";
import type { Choice } from "./choices.ts";
import { Distribution } from "./densities.ts";
import type { Speech } from "./speech.ts";

/** What was drawn for one step. */
export interface Drawn {
  /** −1 where numbers are drawn. */
  readonly symbol: number;
  /** null where symbols are drawn. */
  readonly step: Float32Array | null;
  /**
   * Natural logarithm of its probability, or density, as the model gives it: at temperature 1, before anything was left out or penalized. 0 where
   * nothing is drawn, as with meanSquared().
   */
  readonly logProbability: number;
}

/** Each row draws from the chances of a seed of its own. */
const seedOf = ({ seed }: Choice, row: number): number => (seed + row) >>> 0;

export class Draws {
  readonly #machine: Machine;
  readonly #speech: Speech;
  readonly #choice: Choice;
  /** By which each row chooses its symbols and its end. Numbers have chances of their own, step by step. */
  readonly chances: readonly Random[];
  readonly #distribution: Distribution;
  readonly #before: readonly Set<number>[];
  /** A row of logits, a list of what it has drawn, and what the kernel needs. */
  readonly #block: number;

  constructor(machine: Machine, speech: Speech, choice: Choice, rows: number) {
    this.#machine = machine;
    this.#speech = speech;
    this.#choice = choice;
    this.chances = Array.from({ length: rows }, (_, row) => randomFrom(seedOf(choice, row), "generate"));
    this.#before = Array.from({ length: rows }, () => new Set());
    this.#distribution = new Distribution(machine, speech);
    this.#block = machine.memory.allocate(16 * this.#padded);
  }

  /** What a row says at step `time` of what it draws, from its raw output. null where that is not finite. */
  draw(row: number, output: number, time: number): Drawn | null {
    const { symbols } = this.#speech;
    const said = symbols > 0 ? this.#symbol(row, output) : this.#numbers(row, output, time);
    if (said === null) return null;
    const logProbability = this.#distribution.logProbability(output, said);
    return typeof said === "number" ? { symbol: said, step: null, logProbability } : { symbol: -1, step: said, logProbability };
  }

  /** Gives its memory back. */
  close(): void {
    this.#machine.memory.release(this.#block);
    this.#distribution.close();
  }

  get #padded(): number {
    return Math.ceil(this.#speech.symbols / 8) * 8;
  }

  #symbol(row: number, logits: number): number | null {
    const { exports } = this.#machine;
    const { temperature, topK, topP, minP, repetitionPenalty } = this.#choice;
    const { symbols } = this.#speech;
    const scratch = this.#block + 8 * this.#padded;
    const symbol = exports.draw(this.#penalized(row, logits), symbols, temperature, topK, topP, minP, this.chances[row].uniform(), scratch);
    if (symbol < 0) return null;
    if (repetitionPenalty !== 1) this.#before[row].add(symbol);
    return symbol;
  }

  #numbers(row: number, output: number, time: number): Float32Array | null {
    const { temperature } = this.#choice;
    const step = this.#distribution.draw(output, { temperature, seed: seedOf(this.#choice, row), time });
    return step.every(Number.isFinite) ? step : null;
  }

  /** The logits with what the row has drawn made less likely. */
  #penalized(row: number, logits: number): number {
    const before = this.#before[row];
    if (before.size === 0) return logits;
    const list = this.#block + 4 * this.#padded;
    this.#machine.memory.integers(list, before.size).set([...before]);
    this.#machine.exports.penalize(this.#block, logits, this.#speech.symbols, list, before.size, this.#choice.repetitionPenalty);
    return this.#block;
  }
}
