// How the targets of a sequence-to-sequence model come to their end: what is written for each way to stop, and how long they may be.

import type { Decoding } from "../define/model.ts";
import { stoppingOf } from "../define/stops.ts";
import { type Sequence, type Slots, writeRows } from "./data.ts";

/** What no user gives, by the name of its head or input: for a target of so many steps. */
const MADE: Readonly<Record<string, (steps: number, maximum: number) => Sequence>> = {
  /** Of stopOutput(): 1 at the last step. */
  stop: (steps) => Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 1 : 0)),
  /** Of predictedLength(). */
  length: (steps) => [steps],
  /** What predictedLength() lets the decoder hear: the steps to come behind this one, as a share of the longest (Goodfellow et al. 2016, §10.4). */
  "steps left": (steps, maximum) => Array.from({ length: steps }, (_, t) => (steps - 1 - t) / maximum),
};

export class Ending {
  /** Symbols that a target may have; 0 for features. */
  readonly symbols: number;
  /** What is written here, and not given by a user. */
  readonly names: readonly string[] = Object.keys(MADE);
  /** Said behind the last symbol; null: nothing. */
  readonly #end: readonly number[] | null;
  readonly #maximum: number;
  readonly #decides: boolean;

  constructor({ target, boundary, stop, maximum }: Decoding) {
    this.symbols = target.kind === "tokens" ? target.symbols : 0;
    this.#end = stop?.kind === "endSymbol" ? [boundary] : null;
    this.#decides = stoppingOf(stop).coin;
    this.#maximum = maximum ?? Infinity;
  }

  /** Steps that a target of so many is run for. */
  steps(given: number): number {
    return given + (this.#end ? 1 : 0);
  }

  /** @throws RangeError for a target that is longer than can be made, or of no step where the last one says that it is. */
  check(place: string, steps: number): void {
    if (steps > this.#maximum)
      throw new RangeError(
        `${place} has ${steps} steps but the model makes ${this.#maximum} at most. Shorten it, or give a greater maximum where the model is defined.`,
      );
    if (steps === 0 && this.#decides)
      throw new RangeError(
        `${place} has no step, but stopOutput() says of each step whether it is the last. Give at least one step, or use endSymbol() or predictedLength({ maximum }).`,
      );
  }

  /** Writes it for a target of so many steps as row b. */
  write(name: string, slots: Slots, steps: number, b: number): void {
    const made = MADE[name](steps, this.#maximum);
    writeRows(slots, made, 0, made.length, b);
  }

  /** Writes what stands behind a target of so many steps as row b. */
  writeEnd(slots: Slots, steps: number, b: number): void {
    if (this.#end) writeRows(slots, this.#end, 0, 1, b, steps);
  }
}
