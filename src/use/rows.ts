// Rows that are drawn, searched for, or judged: each begins with what its source says, and is told step by step what it has said.

import { stoppingOf } from "../define/stops.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import { rowBytes } from "../plan/bytes.ts";
import type { Sequence } from "../train/data.ts";
import { Encoded } from "./encode.ts";
import { firstOdd, notFinite } from "./finite.ts";
import { type Place, Stepper } from "./stepper.ts";

/** What a row hears at a step: a symbol or numbers; null: it rests. */
export type Heard = number | ArrayLike<number> | null;

export interface RowOptions {
  /** What the rows are made from, each source `each` times. Default: none. */
  readonly sources?: readonly Sequence[] | null;
  readonly each?: number;
  /** Steps that a row takes at once. Default: 1. */
  readonly steps?: number;
}

export class Rows {
  readonly count: number;
  readonly #machine: Machine;
  readonly #stepper: Stepper;
  readonly #left: Place | null;
  readonly #stop: Place | null;
  /** What an output of a length says, source by source, if there is one. */
  readonly #told: number;
  readonly #each: number;
  readonly #longest: number;
  /** Where the output of each row stands. */
  readonly #places: Int32Array;
  /** Whose state each row goes on from at the next step; null: its own. */
  #parents: Int32Array | null = null;
  #begun = false;

  constructor(programs: Programs, count: number, { sources = null, each = 1, steps = 1 }: RowOptions = {}) {
    const { machine, definition } = programs;
    this.#machine = machine;
    this.count = count;
    const { coin, longest } = stoppingOf(definition.decoding?.stop ?? null);
    this.#longest = longest;
    this.#places = new Int32Array(count);
    this.#each = each;
    const encoded = sources || longest > 0 ? new Encoded(programs, sources) : null;
    try {
      this.#told = machine.memory.allocate(this.#toldBytes * (count / each));
      if (longest > 0) for (let k = 0; k < count / each; k++) encoded?.tell(k, this.#told + k * this.#toldBytes);
      const timelines = [{ steps, lengths: null }, ...(encoded?.spread(each) ?? [])];
      this.#stepper = new Stepper(programs, { kind: "generate" }, count, timelines);
      this.#left = this.#stepper.given("steps left");
      this.#stop = coin ? this.#stepper.shown("stop") : null;
      encoded?.hand(this.#stepper.program, each);
    } finally {
      encoded?.close();
    }
    this.#stepper.begin();
  }

  /** All rows hear the same from the beginning. */
  begin(sequence: Sequence): void {
    this.#stepper.look();
    for (let i = 0; i < sequence.length; i++) {
      // Under recurrence from the output the model hears, at each step, what it should have said: that is this step's input.
      this.#write(0, sequence[i], i > 0);
      this.#run([0]);
    }
    this.#places.fill(0);
    this.gather(new Int32Array(this.count));
  }

  /** One step. `left`: steps that a row has still to say. */
  step(heard: readonly Heard[], left?: (row: number) => number): void {
    this.#stepper.look();
    const which: number[] = [];
    heard.forEach((one, row) => {
      if (one === null) return;
      this.#places[row] = which.length;
      this.#write(which.length, one);
      // Those behind the step that is about to be said, as a share of the longest.
      if (left) this.#stepper.write(this.#left, which.length, (left(row) - 1) / this.#longest);
      which.push(row);
    });
    this.#run(which);
  }

  /** All steps of the one row. @throws RangeError if the output is not finite. */
  hear(sequence: Sequence): void {
    this.#stepper.look();
    const { heard, plan } = this.#stepper;
    const { length } = sequence;
    for (let t = 0; t < length; t++) {
      this.#stepper.write(heard, t * plan.batch, sequence[t]);
      this.#stepper.write(this.#left, t * plan.batch, (length - 1 - t) / this.#longest);
    }
    this.#run(null);
    const odd = firstOdd(this.#stepper.program, "target");
    if (odd) throw notFinite(`score: target: at step ${odd[0]}`);
  }

  /** Where an output tells of the length of a row's sequence: logits of 0, 1, 2 … steps. */
  length(row: number): number {
    return this.#told + Math.floor(row / this.#each) * this.#toldBytes;
  }

  /** What an output tells of a row's end at a step: the logit of its being the last. */
  stop(row: number, t = 0): number {
    return this.#machine.memory.floats(this.#output(this.#stop as Place, row, t), 1)[0];
  }

  /** Where the raw output of a row at a step stands. */
  output(row: number, t = 0): number {
    return this.#output(this.#stepper.output, row, t);
  }

  /** Row r goes on with the state of row parents[r], at the next step. */
  gather(parents: Int32Array): void {
    this.#parents = parents;
  }

  /** Gives its memory back. */
  close(): void {
    this.#stepper.close();
    this.#machine.memory.release(this.#told);
  }

  get #toldBytes(): number {
    return rowBytes(this.#longest + 1);
  }

  #output({ start, stride }: Place, row: number, t: number): number {
    return (start + (t * this.#stepper.plan.batch + this.#places[row]) * stride) * 4;
  }

  #write(row: number, one: number | ArrayLike<number>, hears = true): void {
    this.#stepper.write(this.#stepper.input, row, one);
    if (hears) this.#stepper.write(this.#stepper.heard, row, one);
  }

  #run(which: readonly number[] | null): void {
    this.#stepper.run(which, this.#parents, !this.#begun);
    this.#begun = true;
    this.#parents = null;
  }
}
