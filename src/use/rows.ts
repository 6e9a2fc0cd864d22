// Rows of a batch that go step by step, each with a state of its own: what drawing, searching and judging are made of.

import type { Definition } from "../define/model.ts";
import { stoppingOf } from "../define/stops.ts";
import type { Machine } from "../engine/machine.ts";
import { type Carry, Program } from "../engine/program.ts";
import type { Taken } from "../engine/tables.ts";
import { type Sequence, type Slots, writeRows } from "../train/data.ts";
import { arranged, slotsAt } from "../train/slots.ts";
import { Encoded } from "./encode.ts";

/** What a row hears at a step: a symbol or numbers; null: it rests. */
export type Heard = number | ArrayLike<number> | null;

export interface RowOptions {
  /** What the rows are made from, each source `each` times. Default: none. */
  readonly sources?: readonly Sequence[] | null;
  readonly each?: number;
  /** Steps that a row may take at once. Default: 1. */
  readonly steps?: number;
}

export class Rows implements Disposable {
  readonly count: number;
  readonly #machine: Machine;
  readonly #program: Program;
  readonly #carry: Carry;
  readonly #source: Taken["timelines"];
  /** Steps that each row takes. */
  readonly #lengths: Int32Array;
  /** What an output of a length says of each row, if there is one. */
  readonly #told: readonly Float32Array[];
  readonly #longest: number;
  /** null: what was carried is gone on with. */
  #anew: Int32Array | null;
  /** The row whose output stands for all, while all have heard the same; −1: each has its own. */
  #only = -1;

  constructor(machine: Machine, definition: Definition, count: number, { sources = null, each = 1, steps = 1 }: RowOptions = {}) {
    this.#machine = machine;
    this.count = count;
    this.#lengths = new Int32Array(count).fill(1);
    this.#anew = new Int32Array(count);
    this.#longest = stoppingOf(definition.decoding?.stop ?? null).longest;
    using encoded = sources || this.#longest > 0 ? new Encoded(machine, definition, sources) : null;
    this.#told =
      this.#longest > 0 ? Array.from({ length: count }, (_, row) => (encoded as Encoded).told(machine, Math.floor(row / each))) : [];
    this.#source = encoded?.spread(each) ?? [];
    const room = [steps, ...this.#source.map((timeline) => timeline.steps)];
    this.#program = new Program(machine, definition, { kind: "generate" }, count, room);
    this.#carry = this.#program.newCarry();
    this.#take();
    encoded?.hand(machine, this.#program, each);
  }

  /** All rows hear the same from the beginning. */
  begin(sequence: Sequence): void {
    const heard = new Array<Heard>(this.count).fill(null);
    for (let i = 0; i < sequence.length; i++) {
      heard[0] = sequence[i];
      // Under recurrence from the output the model hears, at each step, what it should have said: that is this step's input.
      this.step(heard, i === 0);
    }
    this.gather(new Int32Array(this.count));
    this.#only = 0;
  }

  /** One step. `first`: nothing was said before. `left`: steps that a row has still to say. */
  step(heard: readonly Heard[], first = false, left?: (row: number) => number): void {
    if (this.#lengths.some((length, row) => length !== Number(heard[row] !== null))) {
      for (let row = 0; row < this.count; row++) this.#lengths[row] = Number(heard[row] !== null);
      this.#take();
    }
    const slots = [this.#slots("input"), this.#slots("target", first)];
    const leftSlots = left && this.#slots("steps left");
    heard.forEach((one, row) => {
      if (one === null) return;
      for (const given of slots) writeRows(given, [one] as Sequence, 0, 1, row);
      // Those behind the step that is about to be said, as a share of the longest.
      if (left) writeRows(leftSlots, [(left(row) - 1) / this.#longest], 0, 1, row);
    });
    this.#run();
  }

  /** All steps of the one row. */
  hear(sequence: Sequence): void {
    const { length } = sequence;
    writeRows(this.#slots("target"), sequence, 0, length, 0);
    const left = Array.from({ length }, (_, t) => (length - 1 - t) / this.#longest);
    writeRows(this.#slots("steps left"), left, 0, length, 0);
    this.#run();
  }

  /** What an output tells of the length of a row's sequence: logits of 0, 1, 2 … steps. */
  length(row: number): Float32Array {
    return this.#told[row];
  }

  /** What an output tells of a row's end at a step: the logit of its being the last. */
  stop(row: number, t = 0): number {
    return this.#machine.memory.floats(this.output(row, t, "stop"), 1)[0];
  }

  /** Where the raw output of a row at a step stands. */
  output(row: number, t = 0, head = "target"): number {
    const { plan, tables } = this.#program;
    const { address, stride } = this.#program.place(plan.shown[head]);
    return address + (t * this.count + tables.timelines[0].places[this.#only < 0 ? row : this.#only]) * stride * 4;
  }

  /** Row r goes on with the state of row parents[r]. */
  gather(parents: Int32Array): void {
    if (parents.every((parent, row) => parent === row)) return;
    const { plan } = this.#program;
    const { from, to, bytes } = this.#carry;
    const memory = new Uint8Array(this.#machine.memory.wasm.buffer);
    memory.copyWithin(to, from, from + bytes);
    for (const { node, slots, offset } of plan.carried) {
      const { rowStride, timeStride } = plan.buffers.get(node) as { rowStride: number; timeStride: number };
      for (let slot = 0; slot < slots; slot++)
        for (let row = 0; row < this.count; row++) {
          if (parents[row] === row) continue;
          const at = offset + slot * timeStride;
          const parent = from + at + parents[row] * rowStride;
          memory.copyWithin(to + at + row * rowStride, parent, parent + rowStride);
        }
    }
    this.#program.accept(this.#carry);
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.#program.release();
    this.#machine.memory.release(this.#carry.from, this.#carry.bytes);
    this.#machine.memory.release(this.#carry.to, this.#carry.bytes);
  }

  /** Rows that rest are in no step, and cost nothing. */
  #take(): void {
    const { timelines } = this.#program.plan;
    const steps = timelines[0] === 1 ? { steps: 1, lengths: this.#lengths } : { steps: timelines[0], lengths: null };
    this.#program.tables.take({ rows: this.count, timelines: [steps, ...this.#source] });
  }

  #run(): void {
    this.#program.run(this.#carry, this.#anew);
    this.#program.accept(this.#carry);
    this.#anew = null;
    this.#only = -1;
  }

  /** Where it is given what it hears; undefined where a model ignores its input altogether, or hears nothing of its output, or is to hear `nothing`. */
  #slots(name: "input" | "target" | "steps left", nothing = false): Slots | undefined {
    const { plan } = this.#program;
    const node = plan.given[name];
    if (node === undefined) return undefined;
    const slots = slotsAt(this.#machine, this.#program, node);
    if (nothing) slots.values.fill(plan.nodes[node].shape.symbols > 0 ? -1 : 0);
    return nothing ? undefined : arranged(this.#program, node, slots);
  }
}
