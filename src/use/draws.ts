// What the rows of a batch say, drawn from their outputs: each row from a random stream of its own, with what it has drawn already made less likely.

import type { Machine } from "../engine/machine.ts";
import { randomFrom } from "../engine/random.ts";
import type { Choice } from "./choices.ts";
import { type Chances, chancesOf, DENSITIES } from "./densities.ts";
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

/** How likely it was to say this, from a row's raw output. */
export function judge(machine: Machine, { symbols, width, loss }: Speech, output: number, said: number | ArrayLike<number>): number {
  if (typeof said === "number" && loss.kind === "crossEntropy") return machine.exports.logProbability(output, symbols, said);
  const step = typeof said === "number" ? [said] : said;
  if (loss.kind === "crossEntropy") throw new Error("internal: numbers where symbols are said");
  return DENSITIES[loss.kind].logProbability(machine.memory.floats(output, width), step, loss);
}

export class Draws implements Disposable {
  readonly #machine: Machine;
  readonly #speech: Speech;
  readonly #choice: Choice;
  /** Of each row. */
  readonly chances: readonly Chances[];
  readonly #before: readonly Set<number>[];
  /** A row of logits, a list of what it has drawn, and what the kernel needs. */
  readonly #block: number;
  readonly #bytes: number;

  constructor(machine: Machine, speech: Speech, choice: Choice, rows: number) {
    this.#machine = machine;
    this.#speech = speech;
    this.#choice = choice;
    this.chances = Array.from({ length: rows }, (_, row) => chancesOf(randomFrom((choice.seed + row) >>> 0, "generate")));
    this.#before = Array.from({ length: rows }, () => new Set());
    this.#bytes = 16 * this.#padded;
    this.#block = machine.memory.allocate(this.#bytes);
  }

  /** What a row says, from its raw output. null where that is not finite. */
  draw(row: number, output: number): Drawn | null {
    const { symbols } = this.#speech;
    const said = symbols > 0 ? this.#symbol(row, output) : this.#numbers(row, output);
    if (said === null) return null;
    const logProbability = judge(this.#machine, this.#speech, output, said);
    return typeof said === "number" ? { symbol: said, step: null, logProbability } : { symbol: -1, step: said, logProbability };
  }

  [Symbol.dispose](): void {
    this.#machine.memory.release(this.#block, this.#bytes);
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

  #numbers(row: number, output: number): Float32Array | null {
    const { loss, width, said } = this.#speech;
    if (loss.kind === "crossEntropy") throw new Error("internal: numbers where symbols are said");
    const law = DENSITIES[loss.kind];
    const step = law.draw(this.#machine.memory.floats(output, width), said, loss, this.#choice.temperature, this.chances[row]);
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
