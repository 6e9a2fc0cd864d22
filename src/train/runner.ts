// Runs batches of one purpose one after the other and carries the state from each to the next.

import type { Machine } from "../engine/machine.ts";
import type { Carry, Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import type { Purpose } from "../plan/unfold.ts";
import type { Batch } from "./data.ts";

/** Puts a batch where its program reads it. */
function writeBatch(machine: Machine, program: Program, batch: Batch): void {
  const { nodes, input, target, batch: rows, steps } = program.plan;
  const slots = (what: "input" | "target") => {
    const node = nodes[what === "input" ? input : target];
    const { address, stride } = program.place(what);
    const count = (node.shape.extent === "sequence" ? rows * steps : rows) * stride;
    return { values: node.shape.symbols > 0 ? machine.memory.integers(address, count) : machine.memory.floats(address, count), stride };
  };
  batch.write(slots("input"), slots("target"));
}

/** One per training or evaluation; `release` gives the carried states back. */
export class Runner {
  readonly #machine: Machine;
  readonly #programs: Programs;
  readonly #purpose: Purpose;
  readonly #batch: number;
  readonly #carries = new Map<number, Carry>();
  readonly #anew = new Map<number, Int32Array>();

  constructor(machine: Machine, programs: Programs, purpose: Purpose, batch: number) {
    this.#machine = machine;
    this.#programs = programs;
    this.#purpose = purpose;
    this.#batch = batch;
  }

  run(batch: Batch): { program: Program; carry: Carry; keep: Int32Array } {
    const rows = batch.rows ?? this.#batch;
    const program = this.#programs.get(this.#purpose, rows, batch.steps);
    let carry = this.#carries.get(rows);
    if (!carry) {
      carry = program.newCarry();
      this.#carries.set(rows, carry);
      this.#anew.set(rows, new Int32Array(rows));
    }
    const keep = batch.keep ?? (this.#anew.get(rows) as Int32Array);
    writeBatch(this.#machine, program, batch);
    program.run(carry, keep);
    return { program, carry, keep };
  }

  release(): void {
    for (const { from, to, bytes } of this.#carries.values()) {
      this.#machine.memory.release(from, bytes);
      this.#machine.memory.release(to, bytes);
    }
    this.#carries.clear();
  }
}
