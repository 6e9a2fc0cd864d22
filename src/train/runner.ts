// Runs batches of one purpose one after the other and carries the state from each to the next.

import { checkSize } from "../define/check.ts";
import type { Carry, OwnCarry, Program } from "../engine/program.ts";
import { type Programs, roomFor } from "../engine/programs.ts";
import type { Taken } from "../engine/tables.ts";
import type { Purpose } from "../plan/unfold.ts";
import type { Batch, Data, Slots } from "./data.ts";
import type { States } from "./memory.ts";
import { arranged, slotsOf } from "./slots.ts";
import { checkWritten } from "./written.ts";

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

/** Rows, and steps of each timeline, that a program has room for. */
interface Room {
  readonly batch: number;
  readonly timelines: readonly number[];
}

/** `layer 1/lstm.h: 4096 bytes` */
const layoutOf = ({ plan }: Program): string[] => plan.carried.map(({ label, bytes }) => `${label}: ${bytes} bytes`);

/** The same for a batch whose rows stand in another order. */
function allArranged(program: Program, slots: Readonly<Record<string, Slots>>): Readonly<Record<string, Slots>> {
  const { plan, tables } = program;
  if (tables.timelines.every(({ inOrder }) => inOrder)) return slots;
  return Object.fromEntries(Object.entries(slots).map(([name, own]) => [name, arranged(program, plan.given[name], own)]));
}

/** Growing the memory detaches views. */
const isDetached = ({ values }: Slots): boolean => values.length === 0;

/** What of a program's room a batch takes. @throws RangeError if it contradicts itself. */
function takenBy(batch: Batch, rows: number): Taken {
  const { steps, lengths = null, source, keep } = batch;
  if (keep && keep.length !== rows) throw new RangeError(`a batch: keep has ${keep.length} numbers for ${rows} rows. Give one a row.`);
  const timelines = [{ steps, lengths }, ...(source ? [source] : [])];
  timelines.forEach((timeline, k) => {
    const what = k === 0 ? "" : "source ";
    if (!timeline.lengths) {
      checkSize(`a batch: ${what}steps`, timeline.steps);
      return;
    }
    if (timeline.lengths.length !== rows)
      throw new RangeError(`a batch: ${what}lengths has ${timeline.lengths.length} numbers for ${rows} rows. Give one a row.`);
    timeline.lengths.forEach((length, b) => {
      if (!(length >= 0 && length <= timeline.steps))
        throw new RangeError(`a batch: ${what}lengths[${b}] is ${length} but must be from 0 to the batch's steps, ${timeline.steps}.`);
    });
  });
  return { rows, timelines };
}

/** One per training or evaluation; `release` gives the carried states back. */
export class Runner {
  readonly #programs: Programs;
  readonly #purpose: Purpose;
  readonly #data: Pick<Data, "batch" | "longest">;
  readonly #carries = new Map<number, OwnCarry>();
  readonly #before: States | null;
  #seat: Seat | null = null;
  #handsOn = false;

  /** What the data says of its batches is how much room is made at first. `before`: the states that the first batch finds. */
  constructor(programs: Programs, purpose: Purpose, data: Pick<Data, "batch" | "longest">, before: States | null = null) {
    this.#programs = programs;
    this.#purpose = purpose;
    this.#data = data;
    this.#before = before;
  }

  /** What the batch that was accepted last has left for the next; null if data or model hand nothing on. */
  states(): States | null {
    if (!this.#seat || !this.#handsOn || this.#seat.carry.bytes === 0) return null;
    const { program, carry } = this.#seat;
    return {
      rows: program.plan.batch,
      layout: layoutOf(program),
      words: this.#programs.machine.memory.words(carry.from, carry.bytes / 4).slice(),
    };
  }

  /** Runs one batch. */
  run(batch: Batch): Written {
    const written = this.write(batch);
    written.program.run(written.carry, written.keep);
    return written;
  }

  /** Writes one batch to where it will be read. */
  write(batch: Batch): Written {
    const taken = takenBy(batch, checkSize("a batch: rows", batch.rows ?? this.#data.batch));
    const seat = this.#take(this.#room(taken), taken);
    const { program, carry } = seat;
    const slots = allArranged(program, seat.slots);
    this.#handsOn = batch.keep !== null;
    batch.write(slots);
    const { heads } = this.#programs.definition;
    for (const name in slots) checkWritten(name, slots[name], program, heads.find((head) => head.name === name)?.terms[0].loss.ignore);
    return { program, carry, keep: batch.keep ?? seat.anew };
  }

  /** Runs what another runner has written, from the state that it is about to begin with: a batch writes itself once. */
  repeat({ program: other, carry: theirs, keep }: Written): Written {
    const { program, carry, slots } = this.#take(other.plan, other.tables.taken);
    const { memory } = this.#programs.machine;
    const written = slotsOf(other);
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

  /** Room for this batch, and for all that are known to come. */
  #room({ rows, timelines }: Taken): Room {
    const { batch, longest = 0 } = this.#data;
    const before = this.#seat?.program.plan;
    if (before && rows <= before.batch && timelines.every(({ steps }, k) => steps <= before.timelines[k])) return before;
    const room = timelines.map(({ steps }) => (steps <= longest && longest < Infinity ? longest : roomFor(steps)));
    return { batch: Math.max(rows, batch), timelines: room };
  }

  /** A seat with this room, the one of the batch before if nothing has been moved since, of which so much is taken. */
  #take(room: Room, taken: Taken): Seat {
    const { batch, timelines } = room;
    let seat = this.#seat;
    if (
      !seat ||
      seat.program.isReleased ||
      seat.program.plan.batch !== batch ||
      seat.program.plan.timelines.some((steps, k) => steps !== timelines[k]) ||
      Object.values(seat.slots).some(isDetached)
    ) {
      const program = this.#programs.get(this.#purpose, batch, timelines);
      let carry = this.#carries.get(batch);
      if (!carry) {
        carry = program.newCarry();
        this.#carries.set(batch, carry);
        if (this.#before) this.#goOn(this.#before, program, carry);
      }
      // Views come last: all that is allocated is allocated by now.
      seat = { program, carry, anew: new Int32Array(batch), slots: slotsOf(program) };
      this.#seat = seat;
    }
    seat.program.tables.take(taken);
    return seat;
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
    this.#programs.machine.memory.words(carry.from, carry.bytes / 4).set(words);
  }

  release(): void {
    for (const carry of this.#carries.values()) carry.close();
    this.#carries.clear();
  }
}
