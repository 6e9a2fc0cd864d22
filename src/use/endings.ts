// How rows come to their end besides by a symbol: by a coin behind each step, or by a length that is drawn before the first (Goodfellow et al. 2016, §10.4).

import type { Stopping } from "../define/stops.ts";
import type { Machine } from "../engine/machine.ts";
import type { Random } from "../engine/random.ts";
import { rowBytes } from "../plan/bytes.ts";

/** What the outputs of a row say of its end: raw numbers. */
export interface Told {
  /** Behind the step that was said last. */
  stop(row: number): number;
  /** Where the logits of 0, 1, 2 … steps stand. */
  length(row: number): number;
}

/** Of one row: whether it has ended with the step that it has said, and how likely that was. */
export interface Turn {
  readonly ended: boolean;
  /** Belongs to the step: of going on, or of stopping there. */
  readonly logProbability: number;
}

export class Endings {
  readonly #machine: Machine;
  readonly #stopping: Stopping;
  readonly #told: Told;
  readonly #chances: readonly Random[];
  /** At temperature 0 what is more likely; else drawn as likely as it is told, whatever the temperature of the steps. */
  readonly #temperature: number;
  readonly #left: number[] = [];

  constructor(machine: Machine, stopping: Stopping, told: Told, chances: readonly Random[], temperature: number) {
    this.#machine = machine;
    this.#stopping = stopping;
    this.#told = told;
    this.#chances = chances;
    this.#temperature = Math.min(temperature, 1) && 1;
  }

  /** Before the first step: the natural logarithm of the drawn length's probability; null if none is drawn, NaN if there is no distribution. */
  begin(row: number): number | null {
    if (this.#stopping.longest === 0) return null;
    const { exports, memory } = this.#machine;
    const [logits, width] = [this.#told.length(row), this.#stopping.longest + 1];
    const scratch = memory.allocate(2 * rowBytes(width));
    const steps = exports.draw(logits, width, this.#temperature, 0, 1, 0, this.#chances[row].uniform(), scratch);
    memory.release(scratch);
    this.#left[row] = steps;
    if (steps < 0) return Number.NaN;
    return exports.logProbability(logits, width, steps);
  }

  /** Steps that a row has left; ∞ if nothing is known of them. */
  left(row: number): number {
    return this.#left[row] ?? Infinity;
  }

  /** Behind a step. */
  turn(row: number): Turn {
    if (this.#stopping.longest > 0) return { ended: --this.#left[row] === 0, logProbability: 0 };
    if (!this.#stopping.coin) return { ended: false, logProbability: 0 };
    const logit = this.#told.stop(row);
    const { exports } = this.#machine;
    const uniform = this.#chances[row].uniform();
    const ended = this.#temperature === 0 ? logit > 0 : uniform < exports.chance(logit);
    return { ended, logProbability: exports.logChance(logit, ended) };
  }
}
