// Runs batches of one purpose one after the other and carries the state from each to the next.

import { checkSize } from "../define/check.ts";
import type { Machine } from "../engine/machine.ts";
import type { Carry, Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import type { NodeId } from "../graph/graph.ts";
import type { Purpose } from "../plan/unfold.ts";
import type { Batch, Slots } from "./data.ts";
import type { States } from "./memory.ts";

/** What a batch is written into, with the program that reads it; kept from step to step, so that a step allocates little. */
interface Seat {
  readonly program: Program;
  readonly carry: Carry;
  /** For batches that say nothing: every row begins anew. */
  readonly anew: Int32Array;
  /** By the name of what is given. */
  readonly slots: Readonly<Record<string, Slots>>;
}

/** A batch that stands where a program reads it. */
export interface Written {
  readonly program: Program;
  readonly carry: Carry;
  /** For each row 1 if its state is carried on, 0 if it begins anew. */
  readonly keep: Int32Array;
}

/** Where a program reads what it is given. */
function slotsOf(machine: Machine, program: Program): Record<string, Slots> {
  const { nodes, batch, timelines, given } = program.plan;
  const slots = (node: NodeId): Slots => {
    const { extent, symbols, timeline } = nodes[node].shape;
    const { address, stride } = program.place(node);
    const count = (extent === "sequence" ? batch * timelines[timeline] : batch) * stride;
    const values = symbols > 0 ? machine.memory.integers(address, count) : machine.memory.floats(address, count);
    return { values, stride, batch, order: null };
  };
  return Object.fromEntries(Object.entries(given).map(([name, node]) => [name, slots(node)]));
}

/** `layer 1/lstm.h: 4096 bytes` */
const layoutOf = ({ plan }: Program): string[] => plan.carried.map(({ label, bytes }) => `${label}: ${bytes} bytes`);

/** Growing the memory detaches views. */
const isDetached = ({ values }: Slots): boolean => values.length === 0;

/** The data was checked when training began, but may have been changed since; and a symbol is an address. */
function checkWritten(name: string, { values }: Slots, symbols: number): void {
  if (symbols === 0) return;
  for (let i = 0; i < values.length; i++)
    if (values[i] < 0 || values[i] >= symbols)
      throw new RangeError(
        `a symbol of the ${name} is ${values[i]} but must be a symbol from 0 to ${symbols - 1}. The data was changed while it was read: leave it alone until then.`,
      );
}

/** One per training or evaluation; `release` gives the carried states back. */
export class Runner {
  readonly #machine: Machine;
  readonly #programs: Programs;
  readonly #purpose: Purpose;
  readonly #batch: number;
  readonly #carries = new Map<number, Carry>();
  readonly #before: States | null;
  #seat: Seat | null = null;
  #handsOn = false;

  /** `before`: the states that the first batch finds. */
  constructor(machine: Machine, programs: Programs, purpose: Purpose, batch: number, before: States | null = null) {
    this.#machine = machine;
    this.#programs = programs;
    this.#purpose = purpose;
    this.#batch = batch;
    this.#before = before;
  }

  /** What the batch that was accepted last has left for the next; null if the data hands nothing on. */
  states(): States | null {
    if (!this.#seat || !this.#handsOn) return null;
    const { program, carry } = this.#seat;
    return { rows: program.plan.batch, layout: layoutOf(program), words: this.#machine.memory.words(carry.from, carry.bytes / 4).slice() };
  }

  /** Runs one batch. */
  run(batch: Batch): Written {
    const written = this.write(batch);
    written.program.run(written.carry, written.keep);
    return written;
  }

  /** Writes one batch to where it will be read. */
  write(batch: Batch): Written {
    const rows = checkSize("a batch: rows", batch.rows ?? this.#batch);
    checkSize("a batch: steps", batch.steps);
    if (batch.keep && batch.keep.length !== rows)
      throw new RangeError(`a batch: keep has ${batch.keep.length} numbers for ${rows} rows. Give one a row.`);
    const seat = this.#take(rows, batch.steps);
    const { program, carry, slots } = seat;
    const { nodes, given } = program.plan;
    this.#handsOn = batch.keep !== null;
    batch.write(slots);
    for (const name in slots) checkWritten(name, slots[name], nodes[given[name]].shape.symbols);
    return { program, carry, keep: batch.keep ?? seat.anew };
  }

  /** Runs what another runner has written, from the state that it is about to begin with: a batch writes itself once. */
  repeat({ program: other, carry: theirs, keep }: Written): Written {
    const { program, carry, slots } = this.#take(other.plan.batch, other.plan.steps);
    const { memory } = this.#machine;
    const written = slotsOf(this.#machine, other);
    for (const name in slots) slots[name].values.set(written[name].values);
    // The same values are carried, but a plan of another purpose may have them in another order.
    const left = [...other.plan.carried];
    for (const { label, offset, bytes } of program.plan.carried) {
      const index = left.findIndex((entry) => entry.label === label && entry.bytes === bytes);
      if (index < 0) throw new Error(`internal: nothing like ${label} is carried`);
      const [found] = left.splice(index, 1);
      memory.words(carry.from + offset, bytes / 4).set(memory.words(theirs.from + found.offset, bytes / 4));
    }
    program.run(carry, keep);
    return { program, carry, keep };
  }

  /** The seat of the batch before, if it fits and nothing has been moved since. */
  #take(rows: number, steps: number): Seat {
    const last = this.#seat;
    if (last && !last.program.isReleased && last.program.plan.batch === rows && last.program.plan.steps === steps) {
      if (!Object.values(last.slots).some(isDetached)) return last;
    }
    const program = this.#programs.get(this.#purpose, rows, steps);
    let carry = this.#carries.get(rows);
    if (!carry) {
      carry = program.newCarry();
      this.#carries.set(rows, carry);
      if (this.#before) this.#goOn(this.#before, program, carry);
    }
    // Views come last: all that is allocated is allocated by now.
    this.#seat = { program, carry, anew: new Int32Array(rows), slots: slotsOf(this.#machine, program) };
    return this.#seat;
  }

  /** From states that were kept. */
  #goOn({ rows, layout, words }: States, program: Program, carry: Carry): void {
    const expected = layoutOf(program);
    if (rows !== program.plan.batch)
      throw new RangeError(
        `train: from goes on with the states of ${rows} rows, but a batch has ${program.plan.batch}. Use the data that it began with.`,
      );
    if (layout.join() !== expected.join())
      throw new TypeError(
        `train: from goes on with the states ${layout.join(", ")}, but the model has ${expected.join(", ")}. Open the file with the library that saved it.`,
      );
    this.#machine.memory.words(carry.from, carry.bytes / 4).set(words);
  }

  release(): void {
    for (const { from, to, bytes } of this.#carries.values()) {
      this.#machine.memory.release(from, bytes);
      this.#machine.memory.release(to, bytes);
    }
    this.#carries.clear();
  }
}
