// Rows of a batch that go one step at a time, each with a state of its own: what streams of symbols and searches are made of.

import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { type Carry, Program } from "../engine/program.ts";

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

  /** All rows hear the same symbols from the beginning. */
  begin(symbols: ArrayLike<number>): void {
    const step = new Int32Array(this.count).fill(-1);
    for (let i = 0; i < symbols.length; i++) {
      step[0] = symbols[i];
      // Under recurrence from the output the model hears, at each step, the symbol it should have said: that is this step's input.
      this.step(step, i === 0);
    }
    this.gather(new Int32Array(this.count));
    this.#only = 0;
  }

  /** One step: row r takes symbols[r], or rests where that is below 0. `first`: nothing was said before. */
  step(symbols: Int32Array, first = false): void {
    this.#take(symbols);
    this.#write("input", symbols);
    this.#write("target", symbols, first);
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
  #take(symbols: Int32Array): void {
    const lengths = this.#lengths;
    if (lengths.every((length, row) => length === Number(symbols[row] >= 0))) return;
    for (let row = 0; row < this.count; row++) lengths[row] = Number(symbols[row] >= 0);
    this.#program.tables.take({ rows: this.count, timelines: [{ steps: 1, lengths }] });
  }

  #write(name: "input" | "target", symbols: Int32Array, nothing = false): void {
    const node = this.#program.plan.given[name];
    // A model may ignore its input altogether, and hear nothing of its output.
    if (node === undefined) return;
    const [{ places }] = this.#program.tables.timelines;
    const given = this.#machine.memory.integers(this.#program.place(node).address, this.count);
    for (let row = 0; row < this.count; row++) given[places[row]] = nothing ? -1 : symbols[row];
  }
}
