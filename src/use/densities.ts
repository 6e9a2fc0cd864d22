// How likely is what a model says, and numbers drawn as likely as it says: by the kernels that its loss and its training use.

import { mixtureScratchBytes } from "../../assembly/isa.ts";
import type { Exports, Machine } from "../engine/machine.ts";
import type { LossKind } from "../graph/operations.ts";
import { rowBytes } from "../plan/bytes.ts";
import { SPEECH } from "../plan/feedback.ts";
import type { Speech, Telling } from "./speech.ts";

/** Of one row and one term: where its raw output stands, and where its numbers and what kernels need. */
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

/** With the stream of a term. */
type Dealt = Chance & { readonly stream: number };

/** What a loss takes an output for. */
interface Law {
  /** Puts numbers at `step`. */
  draw(exports: Exports, place: Place, telling: Telling, chance: Dealt): void;
  /** −log of the probability, or density, of the numbers at `step`. */
  loss(exports: Exports, place: Place, telling: Telling): number;
}

const density: Law = {
  draw({ drawDensity }, { output, step, scratch }, { said, width, loss }, { temperature, seed, time, stream }) {
    const { components, floor } = loss;
    const strides = [rowBytes(said), rowBytes(width)] as const;
    drawDensity(step, strides[0], output, strides[1], 1, said, components, floor, temperature, 1, 0, time, seed, stream, 0, scratch);
  },
  loss: ({ mixture }, { output, step, scratch }, { said, width, loss: { floor } }) =>
    mixture(0, 0, output, rowBytes(width), step, rowBytes(said), 1, width, said, Math.log(floor), 1, scratch),
};

const LAWS: { readonly [K in Exclude<LossKind, "crossEntropy" | "meanSquared">]: Law } = {
  binaryCrossEntropy: {
    draw: ({ drawBits }, { output, step }, { width }, { temperature, seed, time, stream }) =>
      drawBits(step, rowBytes(width), output, rowBytes(width), 1, width, temperature, 1, 0, time, seed, stream, 0),
    loss: ({ binaryCrossEntropy }, { output, step }, { width }) =>
      binaryCrossEntropy(0, 0, output, rowBytes(width), step, rowBytes(width), 1, width, 1),
  },
  gaussian: density,
  mixtureDensity: density,
};

/** The distribution that a row of raw outputs tells of. */
export class Distribution {
  readonly #machine: Machine;
  readonly #speech: Speech;
  readonly #block: number;

  constructor(machine: Machine, speech: Speech) {
    this.#machine = machine;
    this.#speech = speech;
    // Terms take turns.
    const bytes = Math.max(
      ...speech.terms.map(({ loss, said }) => rowBytes(said) + mixtureScratchBytes(Math.max(1, loss.components), said)),
    );
    this.#block = machine.memory.allocate(bytes);
  }

  /** Numbers drawn. With meanSquared() nothing is said of chances: the output itself, for certain. */
  draw(output: number, chance: Chance): Float32Array {
    const numbers = new Float32Array(this.#speech.said);
    const { exports, memory } = this.#machine;
    this.#each(output, (telling, place, column, term) => {
      const { loss, said } = telling;
      if (loss.kind === "crossEntropy") throw new Error("internal: numbers where symbols are said");
      const isCertain = loss.kind === "meanSquared";
      if (!isCertain) LAWS[loss.kind].draw(exports, place, telling, { ...chance, stream: SPEECH + 2 * term });
      numbers.set(memory.floats(isCertain ? place.output : place.step, said), column);
    });
    return numbers;
  }

  /** Natural logarithm of the probability, or density, of a symbol or a step of numbers; 0 where nothing is said of chances. */
  logProbability(output: number, step: number | ArrayLike<number>): number {
    const { exports, memory } = this.#machine;
    const numbers = typeof step === "number" ? [step] : step;
    let sum = 0;
    this.#each(output, (telling, place, column) => {
      const { loss, said, width } = telling;
      if (loss.kind === "meanSquared") return;
      if (loss.kind === "crossEntropy") {
        sum += exports.logProbability(output, width, step as number);
        return;
      }
      const own = memory.floats(place.step, said);
      for (let i = 0; i < said; i++) own[i] = numbers[column + i];
      sum -= LAWS[loss.kind].loss(exports, place, telling);
    });
    return sum;
  }

  /** Gives its memory back. */
  close(): void {
    this.#machine.memory.release(this.#block);
  }

  /** Goes through the terms: where each finds its own, and from which column on its numbers are those of the step. */
  #each(output: number, visit: (telling: Telling, place: Place, column: number, term: number) => void): void {
    let column = 0;
    this.#speech.terms.forEach((telling, term) => {
      visit(telling, { output, step: this.#block, scratch: this.#block + rowBytes(telling.said) }, column, term);
      output += 4 * telling.width;
      column += telling.said;
    });
  }
}
