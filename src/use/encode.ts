// What a decoder is to know of its sources: read as one batch, and handed to the rows that go on from it.

import { timelinesOf } from "../define/model.ts";
import type { Program } from "../engine/program.ts";
import { type Programs, roomFor } from "../engine/programs.ts";
import type { Taken } from "../engine/tables.ts";
import { type Sequence, writeRows } from "../train/data.ts";
import { arranged, slotsAt } from "../train/slots.ts";

type Timeline = Taken["timelines"][number];

/** Sources that have been read. Row b is that of source b. */
export class Encoded {
  readonly program: Program;
  /** Steps of each source; of a vector, or nothing, none. */
  readonly timelines: readonly Timeline[];
  readonly #programs: Programs;

  /** Without sources there is one row of nothing. */
  constructor(programs: Programs, given: readonly Sequence[] | null) {
    const sources = given ?? [[]];
    const several = timelinesOf(programs.definition) > 1;
    const lengths = Int32Array.from(sources, ({ length }) => length);
    const steps = lengths.reduce((longest, length) => Math.max(longest, length), 1);
    this.timelines = several ? [{ steps, lengths }] : [];
    this.#programs = programs;
    this.program = programs.lend({ kind: "encode" }, roomFor(sources.length), several ? [1, roomFor(steps)] : 1);
    try {
      this.#read(sources);
    } catch (error) {
      programs.giveBack(this.program);
      throw error;
    }
  }

  /** The same source for `each` rows in turn, on the timelines of a program of so many. */
  spread(each: number): readonly Timeline[] {
    return this.timelines.map(({ steps, lengths }) => ({
      steps,
      lengths: Int32Array.from({ length: (lengths?.length ?? 0) * each }, (_, row) => (lengths as Int32Array)[Math.floor(row / each)]),
    }));
  }

  /** Writes what `program` is given once, of which each source has `each` rows. */
  hand(program: Program, each: number): void {
    const { plan, tables } = program;
    for (const [name, given] of Object.entries(plan.given)) {
      const shown = this.program.plan.shown[name];
      if (shown === undefined) continue;
      const [from, to] = [this.program.place(shown), program.place(given)];
      const { shape } = plan.nodes[given];
      const bytes = new Uint8Array(this.#programs.machine.memory.wasm.buffer);
      const size = (shape.symbols > 0 ? 1 : shape.width) * 4;
      const copy = (row: number, source: number): void => {
        const at = from.address + source * from.stride * 4;
        bytes.copyWithin(to.address + row * to.stride * 4, at, at + size);
      };
      if (shape.extent !== "sequence") for (let row = 0; row < tables.rows; row++) copy(row, Math.floor(row / each));
      else
        tables.each(shape, (row, t, b) => {
          const source = this.program.tables.timelines[shape.timeline].places[Math.floor(b / each)];
          copy(row, t * this.program.plan.batch + source);
        });
    }
  }

  /** Writes what the raw output of a length says of a source. */
  tell(source: number, to: number): void {
    const { memory } = this.#programs.machine;
    const { address, stride } = this.program.place(this.program.plan.shown.length);
    memory.floats(to, stride).set(memory.floats(address + source * stride * 4, stride));
  }

  /** Gives its program back. */
  close(): void {
    this.#programs.giveBack(this.program);
  }

  #read(sources: readonly Sequence[]): void {
    const { plan, tables } = this.program;
    tables.take({ rows: sources.length, timelines: [{ steps: 1, lengths: null }, ...this.timelines] });
    const { source: node } = plan.given;
    if (node !== undefined) {
      const sequence = plan.nodes[node].shape.extent === "sequence";
      const slots = arranged(this.program, node, slotsAt(this.program, node));
      sources.forEach((source, b) => {
        if (sequence) writeRows(slots, source, 0, source.length, b);
        else writeRows(slots, [source as ArrayLike<number>], 0, 1, b);
      });
    }
    const carry = this.program.newCarry();
    this.program.run(carry, new Int32Array(sources.length));
    carry.close();
  }
}
