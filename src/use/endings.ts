// How rows come to their end besides by a symbol: by a coin behind each step, or by a length that is drawn before the first (Goodfellow et al. 2016, §10.4).

import type { Stopping } from "../define/stops.ts";
import { type Chances, coin, logChance, logShare, pick } from "./densities.ts";

/** What the outputs of a row say of its end: raw numbers. */
export interface Told {
  /** Behind the step that was said last. */
  stop(row: number): number;
  length(row: number): Float32Array;
}

/** Of one row: whether it has ended with the step that it has said, and how likely that was. */
export interface Turn {
  readonly ended: boolean;
  /** Belongs to the step: of going on, or of stopping there. */
  readonly logProbability: number;
}

export class Endings {
  readonly #stopping: Stopping;
  readonly #told: Told;
  readonly #chances: readonly Chances[];
  /** At temperature 0 what is more likely; else drawn as likely as it is told, whatever the temperature of the steps. */
  readonly #temperature: number;
  readonly #left: number[] = [];

  constructor(stopping: Stopping, told: Told, chances: readonly Chances[], temperature: number) {
    this.#stopping = stopping;
    this.#told = told;
    this.#chances = chances;
    this.#temperature = Math.min(temperature, 1) && 1;
  }

  /** Before the first step: the natural logarithm of the drawn length's probability; null if none is drawn. */
  begin(row: number): number | null {
    if (this.#stopping.longest === 0) return null;
    const logits = this.#told.length(row);
    this.#left[row] = pick(logits, this.#temperature, this.#chances[row]);
    return logShare(logits, this.#left[row]);
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
    const ended = coin(logit, this.#temperature, this.#chances[row]);
    return { ended, logProbability: logChance(logit, ended) };
  }
}
