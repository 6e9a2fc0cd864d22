// What streams have said, head by head, in arrays of the user's: copied from where a step leaves it, and nothing is allocated.

import { checkChoice } from "../define/check.ts";
import type { Machine } from "../engine/machine.ts";
import { notFinite } from "./finite.ts";
import type { Place, Stepper } from "./stepper.ts";

/** Of one head: from i · width on stands what row i said last, zeros before. `view` is of the rows where a step leaves them. */
interface Output extends Place {
  readonly name: string;
  readonly last: Float32Array;
  view: Float32Array;
}

export class Outputs {
  /** Of the model's own output. */
  readonly main: Float32Array;
  readonly #machine: Machine;
  readonly #count: number;
  readonly #all: readonly Output[];

  constructor(machine: Machine, stepper: Stepper, count: number) {
    this.#machine = machine;
    this.#count = count;
    this.#all = Object.keys(stepper.plan.shown).map((name) => {
      const place = stepper.shown(name);
      return { ...place, name, last: new Float32Array(count * place.width), view: new Float32Array() };
    });
    this.main = this.of("target");
  }

  /**
   * What all rows have said, or row r of the step as row `which[r]`. @throws RangeError where that is not finite, of the row that `name` names; with
   * null it may be anything.
   */
  take(which: ArrayLike<number> | null, name: ((row: number) => string) | null): void {
    for (let k = 0; k < this.#all.length; k++) this.#take(this.#all[k], which);
    if (!name) return;
    const { exports } = this.#machine;
    const rows = which ? which.length : this.#count;
    for (let k = 0; k < this.#all.length; k++) {
      const { start, stride, width } = this.#all[k];
      const at = exports.firstNonFinite(start * 4, stride * 4, rows, width);
      if (at >= 0) throw notFinite(`${name(Math.floor(at / width))}:`, "Reset it. ");
    }
  }

  /** @throws TypeError for a head that there is not. */
  of(head: string): Float32Array {
    const names = this.#all.map(({ name }) => name);
    return this.#all[names.indexOf(checkChoice("head: the name", head, names))].last;
  }

  /** Row `row`, or every one, has said nothing. */
  clear(row?: number): void {
    for (const { last, width } of this.#all)
      if (row === undefined) last.fill(0);
      else last.fill(0, row * width, (row + 1) * width);
  }

  #take(output: Output, which: ArrayLike<number> | null): void {
    const { start, stride, width, last } = output;
    // Growing the memory has detached it.
    if (output.view.length === 0) output.view = this.#machine.memory.floats(start * 4, this.#count * stride);
    const { view } = output;
    if (!which && stride === width) {
      last.set(view);
      return;
    }
    const rows = which ? which.length : this.#count;
    for (let r = 0; r < rows; r++) {
      const to = (which ? which[r] : r) * width;
      for (let i = 0; i < width; i++) last[to + i] = view[r * stride + i];
    }
  }
}
