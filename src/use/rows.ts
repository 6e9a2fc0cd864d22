// Rows of a batch that go one step at a time, each with a state of its own: what streams of symbols and searches are made of.

import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { type Carry, Program } from "../engine/program.ts";
import type { Sequence } from "../train/data.ts";

/** What a row hears at a step: a symbol or numbers; null: it rests. */
export type Heard = number | ArrayLike<number> | null;

export class Rows implements Disposable {
  readonly count: number;
  readonly #machine: Machine;
  readonly #program: Program;
  readonly #carry: Carry;
  readonly #output: { readonly address: number; readonly stride: number };
  /** 1 for each row that takes the next step. */
  readonly #lengths: Int32Array;
  /** The row whose output stands for all, while all have heard the same; −1: each has its own. */
  #only = -1;

  constructor(machine: Machine, definition: Definition, count: number) {
    this.#machine = machine;
    this.count = count;
    this.#program = new Program(machine, definition, { kind: "generate" }, count, 1);
    this.#carry = this.#program.newCarry();
    this.#output = this.#program.place(this.#program.plan.shown.target);
    this.#lengths = new Int32Array(count).fill(1);
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

  /** One step. `first`: nothing was said before. */
  step(heard: readonly Heard[], first = false): void {
    this.#take(heard);
    this.#write("input", heard);
    this.#write("target", heard, first);
    this.#program.run(this.#carry, null);
    this.#program.accept(this.#carry);
    this.#only = -1;
  }

  /** Where the output of a row stands: the numbers before softmax or sigmoid. */
  output(row: number): number {
    const [{ places }] = this.#program.tables.timelines;
    return this.#output.address + places[this.#only < 0 ? row : this.#only] * this.#output.stride * 4;
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
  close(): void {
    this.#program.release();
    this.#machine.memory.release(this.#carry.from, this.#carry.bytes);
    this.#machine.memory.release(this.#carry.to, this.#carry.bytes);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Rows that rest are in no step, and cost nothing. */
  #take(heard: readonly Heard[]): void {
    const lengths = this.#lengths;
    if (lengths.every((length, row) => length === Number(heard[row] !== null))) return;
    for (let row = 0; row < this.count; row++) lengths[row] = Number(heard[row] !== null);
    this.#program.tables.take({ rows: this.count, timelines: [{ steps: 1, lengths }] });
  }

  #write(name: "input" | "target", heard: readonly Heard[], nothing = false): void {
    const { plan, tables } = this.#program;
    const node = plan.given[name];
    // A model may ignore its input altogether, and hear nothing of its output.
    if (node === undefined) return;
    const [{ places }] = tables.timelines;
    const { symbols, width } = plan.nodes[node].shape;
    const { address, stride } = this.#program.place(node);
    const { memory } = this.#machine;
    const values = symbols > 0 ? memory.integers(address, this.count * stride) : memory.floats(address, this.count * stride);
    heard.forEach((one, row) => {
      const at = places[row] * stride;
      if (nothing) values.fill(symbols > 0 ? -1 : 0, at, at + width);
      else if (typeof one === "number") values[at] = one;
      else if (one !== null) values.set(one, at);
    });
  }
}
