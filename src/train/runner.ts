// Runs batches of one purpose one after the other and carries the state from each to the next.

import { checkSize } from "../define/check.ts";
import type { Machine } from "../engine/machine.ts";
import type { Carry, Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import type { Purpose } from "../plan/unfold.ts";
import type { Batch, Slots } from "./data.ts";

/** Puts a batch where its program reads it. */
function writeBatch(machine: Machine, program: Program, batch: Batch): void {
  const { nodes, input, target, batch: rows, steps } = program.plan;
  const slots = (what: "input" | "target"): Slots | null => {
    const node = nodes[program.plan[what]];
    // A model may ignore its input altogether.
    if (!node) return null;
    const { address, stride } = program.place(what);
    const count = (node.shape.extent === "sequence" ? rows * steps : rows) * stride;
    return { values: node.shape.symbols > 0 ? machine.memory.integers(address, count) : machine.memory.floats(address, count), stride };
  };
  const [given, wanted] = [slots("input"), slots("target")];
  batch.write(given, wanted);
  if (given) checkWritten("an input", given, nodes[input].shape.symbols);
  if (wanted) checkWritten("a target", wanted, nodes[target].shape.symbols);
}

/** The data was checked when training began, but may have been changed since; and a symbol is an address. */
function checkWritten(what: string, { values }: Slots, symbols: number): void {
  if (symbols === 0) return;
  for (let i = 0; i < values.length; i++)
    if (values[i] < 0 || values[i] >= symbols)
      throw new RangeError(
        `${what} is ${values[i]} but must be a symbol from 0 to ${symbols - 1}. The data was changed while it was read: leave it alone until then.`,
      );
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
    const rows = checkSize("a batch: rows", batch.rows ?? this.#batch);
    checkSize("a batch: steps", batch.steps);
    if (batch.keep && batch.keep.length !== rows)
      throw new RangeError(`a batch: keep has ${batch.keep.length} numbers for ${rows} rows. Give one a row.`);
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
