// How likely is what a model says, and numbers drawn as likely as it says: by the kernels that its loss and its training use.

import { mixtureScratchBytes } from "../../assembly/isa.ts";
import type { Exports, Machine } from "../engine/machine.ts";
import type { LossKind } from "../graph/operations.ts";
import { rowBytes } from "../plan/bytes.ts";
import { SPEECH } from "../plan/feedback.ts";
import type { Speech } from "./speech.ts";

/** Of one row: where its raw output stands, and where a step of numbers and what kernels need. */
interface Place {
  readonly output: number;
  readonly step: number;
  readonly scratch: number;
}

/** What decides a draw besides the output. */
export interface Chance {
  readonly temperature: number;
  readonly seed: number;
  /** The step of the sequence. */
  readonly time: number;
}

/** What a loss takes an output for. */
interface Law {
  /** Puts numbers at `step`. */
  draw(exports: Exports, place: Place, speech: Speech, chance: Chance): void;
  /** −log of the probability, or density, of the numbers at `step`. */
  loss(exports: Exports, place: Place, speech: Speech): number;
}

const density: Law = {
  draw({ drawDensity }, { output, step, scratch }, { said, width, loss }, { temperature, seed, time }) {
    const { components, floor } = loss;
    const strides = [rowBytes(said), rowBytes(width)] as const;
    drawDensity(step, strides[0], output, strides[1], 1, said, components, floor, temperature, 1, 0, time, seed, SPEECH, 0, scratch);
  },
  loss: ({ mixture }, { output, step, scratch }, { said, width, loss: { floor } }) =>
    mixture(0, 0, output, rowBytes(width), step, rowBytes(said), 1, width, said, Math.log(floor), 1, scratch),
};

const LAWS: { readonly [K in Exclude<LossKind, "crossEntropy" | "meanSquared">]: Law } = {
  binaryCrossEntropy: {
    draw: ({ drawBits }, { output, step }, { width }, { temperature, seed, time }) =>
      drawBits(step, rowBytes(width), output, rowBytes(width), 1, width, temperature, 1, 0, time, seed, SPEECH, 0),
    loss: ({ binaryCrossEntropy }, { output, step }, { width }) =>
      binaryCrossEntropy(0, 0, output, rowBytes(width), step, rowBytes(width), 1, width, 1),
  },
  gaussian: density,
  mixtureDensity: density,
};

/** The distribution that a row of raw outputs tells of. */
export class Distribution implements Disposable {
  readonly #machine: Machine;
  readonly #speech: Speech;
  readonly #block: number;
  readonly #bytes: number;

  constructor(machine: Machine, speech: Speech) {
    this.#machine = machine;
    this.#speech = speech;
    this.#bytes = rowBytes(speech.said) + mixtureScratchBytes(Math.max(1, speech.loss.components), speech.said);
    this.#block = machine.memory.allocate(this.#bytes);
  }

  /** Numbers drawn. With meanSquared() nothing is said of chances: the output itself, for certain. */
  draw(output: number, chance: Chance): Float32Array {
    const { loss, said } = this.#speech;
    if (loss.kind === "crossEntropy") throw new Error("internal: numbers where symbols are said");
    const isCertain = loss.kind === "meanSquared";
    if (!isCertain) LAWS[loss.kind].draw(this.#machine.exports, this.#placeOf(output), this.#speech, chance);
    return this.#machine.memory.floats(isCertain ? output : this.#block, said).slice();
  }

  /** Natural logarithm of the probability, or density, of a symbol or a step of numbers; 0 where nothing is said of chances. */
  logProbability(output: number, step: number | ArrayLike<number>): number {
    const { loss, symbols, said } = this.#speech;
    const { exports, memory } = this.#machine;
    if (loss.kind === "meanSquared") return 0;
    if (loss.kind === "crossEntropy") return exports.logProbability(output, symbols, step as number);
    memory.floats(this.#block, said).set(typeof step === "number" ? [step] : step);
    return -LAWS[loss.kind].loss(exports, this.#placeOf(output), this.#speech);
  }

  [Symbol.dispose](): void {
    this.#machine.memory.release(this.#block, this.#bytes);
  }

  #placeOf(output: number): Place {
    return { output, step: this.#block, scratch: this.#block + rowBytes(this.#speech.said) };
  }
}
