// A plan brought into memory: its blocks are allocated, its commands written, and it can be run.

import {
  COMMAND_BYTES,
  CONTROL_BAD_COMMAND,
  CONTROL_BAD_ELEMENT,
  CONTROL_BAD_OUTPUT,
  CONTROL_BAD_TIME,
  CONTROL_CARRY_IN,
  CONTROL_CARRY_OUT,
  CONTROL_CHECK,
  CONTROL_HEADS,
  CONTROL_KEEP,
  CONTROL_PARENTS,
  CONTROL_SCRATCH,
  CONTROL_TABLES,
  Span,
} from "../../assembly/isa.ts";
import type { Definition } from "../define/model.ts";
import type { NodeId } from "../graph/graph.ts";
import { makePlan, type Plan, type Steps } from "../plan/plan.ts";
import { learns, type Purpose } from "../plan/unfold.ts";
import { type Bases, lower, operandOf } from "../program/lower.ts";
import { assemble, type Command, wordCount } from "../program/words.ts";
import type { Machine } from "./machine.ts";
import { Tables } from "./tables.ts";

/** Where a value that is not finite was first seen. */
export interface NonFinite {
  readonly label: string;
  readonly time: number;
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** A state that is carried from run to run: what a run reads and what it writes, which change places when the run has succeeded. */
export interface Carry {
  from: number;
  to: number;
  readonly bytes: number;
}

/** One with memory of its own, which closing it gives back. */
export interface OwnCarry extends Carry {
  close(): void;
}

export class Program {
  readonly plan: Plan;
  /** What of its room the next run takes. Who writes a batch says so first; a program from `Programs.get` is full. */
  readonly tables: Tables;
  readonly machine: Machine;
  /** `printProgram` shows them. */
  readonly commands: readonly Command[];
  /** Commands that come before a decoder's steps, then those that pack frozen parameters, then those that pack the others. */
  readonly #beforeLength: number;
  readonly #frozenLength: number;
  readonly #prologueLength: number;
  readonly #address: number;
  readonly #blocks: number[] = [];
  /** Of everything that belongs to this program alone; 0 when that has been given back. */
  bytes = 0;
  readonly #scratch: number;
  readonly #keep: number;
  readonly #bases: Bases;
  /** The versions of the parameters, and of the frozen ones, that the panels were packed from. */
  #packed = 0;
  #packedFrozen = 0;

  /** `options` are makePlan's. */
  constructor(machine: Machine, definition: Definition, purpose: Purpose, batch: number, steps: Steps, options = {}) {
    this.machine = machine;
    this.plan = makePlan(definition, purpose, batch, steps, options);
    if (learns(purpose)) machine.needGradients();
    const { bytes } = this.plan;
    this.#bases = {
      persistent: (role, path) => machine.address(role, path),
      frame: this.#allocate(bytes.frame),
      inputs: this.#allocate(bytes.inputs),
      control: machine.control,
    };
    this.#scratch = this.#allocate(bytes.scratch);
    this.#keep = this.#allocate(batch * 4);
    const { timelines } = this.plan;
    this.tables = new Tables(machine.memory, this.#allocate(Tables.bytesOf(batch, timelines)), batch, timelines);
    const { before, frozen, prologue, commands } = lower(this.plan, this.#bases);
    this.commands = [...before, ...frozen, ...prologue, ...commands];
    this.#beforeLength = before.length;
    this.#frozenLength = frozen.length;
    this.#prologueLength = prologue.length;
    const size = wordCount(this.commands) * 4;
    this.#address = this.#allocate(size);
    const words = assemble(this.commands, this.#address);
    machine.memory.words(this.#address, words.length).set(words);
  }

  /** The state that this program carries, as nothing has been seen yet. It outlives the program. */
  newCarry(): OwnCarry {
    const { carry } = this.plan.bytes;
    const { memory } = this.machine;
    const made = {
      from: memory.allocate(carry),
      to: memory.allocate(carry),
      bytes: carry,
      close: () => {
        memory.release(made.from);
        memory.release(made.to);
      },
    };
    this.clearCarry(made);
    // Pads are never written, and a state is saved with them.
    this.clearCarry({ from: made.to, to: made.from, bytes: carry });
    return made;
  }

  /** Begins anew: zeros, and for symbols the one before the beginning, or none. */
  clearCarry({ from, bytes }: Carry): void {
    this.machine.memory.integers(from, bytes / 4).fill(0);
    for (const { nothing, offset, bytes: size } of this.plan.carried)
      if (nothing !== 0) this.machine.memory.integers(from + offset, size / 4).fill(nothing);
  }

  /** Where the first step of a node with a place of its own lies, such as what is given or shown, and numbers from row to row. */
  place(node: NodeId): { address: number; stride: number } {
    const { base, rowStride } = operandOf(this.plan, this.#bases, node);
    return { address: base, stride: rowStride / 4 };
  }

  /**
   * Runs the whole program in one call. `keep` says for each row of the batch whether its state is carried (1) or begins anew (0).
   * `parents` is the address of a table: the row whose state each row of the batch goes on from; 0: its own.
   * Training packs the trained weights each time; all else is packed only after it has changed.
   */
  run(carry: Carry, keep: Int32Array | null, parents = 0): void {
    this.#prepare(carry, keep, 0, parents);
    const { version, frozenVersion, exports, control } = this.machine;
    let skip = this.#beforeLength;
    if (this.#packedFrozen === frozenVersion) skip += this.#frozenLength;
    if (this.#packed === version && this.plan.purpose.kind !== "train") skip += this.#prologueLength;
    exports.run(this.#address + skip * COMMAND_BYTES, this.commands.length - skip, control);
    this.#packed = version;
    this.#packedFrozen = frozenVersion;
  }

  /** Of a decoder: what it was given is new. To be said before the first step, of all rows that were taken. */
  begin(carry: Carry): void {
    if (this.#beforeLength === 0) return;
    this.#prepare(carry, null, 0);
    this.machine.exports.run(this.#address, this.#beforeLength, this.machine.control);
  }

  /** The carried state becomes what the last run left. */
  accept(carry: Carry): void {
    const { from } = carry;
    carry.from = carry.to;
    carry.to = from;
  }

  /** Runs again over the same inputs and state, looking at every result, and says which is the first that is not finite; null if all are. */
  diagnose(carry: Carry, keep: Int32Array | null): NonFinite | null {
    const { memory, exports, control } = this.machine;
    this.#prepare(carry, keep, 1);
    exports.run(this.#address, this.commands.length, control);
    const view = this.machine.view();
    view.setUint32(CONTROL_CHECK, 0, true);
    const command = this.commands[view.getInt32(CONTROL_BAD_COMMAND, true)];
    if (!command) return null;
    const output = view.getInt32(CONTROL_BAD_OUTPUT, true);
    const element = view.getInt32(CONTROL_BAD_ELEMENT, true);
    const { width = 1, operands = [], labels = [], span = Span.nothing, timeline = 0 } = command;
    const { base, timeStride, rowStride } = operands[output];
    const [row, column] = [Math.floor(element / width), element % width];
    const time = view.getInt32(CONTROL_BAD_TIME, true);
    const [value] = memory.floats(base + time * timeStride + row * rowStride + column * 4, 1);
    const found = { label: labels[output] ?? "", column, value };
    if (span === Span.nothing || span === Span.rows) return { ...found, time: 0, row };
    const { batch } = this.plan;
    return { ...found, time: time + Math.floor(row / batch), row: this.tables.timelines[timeline].order[row % batch] };
  }

  /** Its memory has been given back, so it must not run any more. */
  get isReleased(): boolean {
    return this.bytes === 0;
  }

  release(): void {
    for (const address of this.#blocks.splice(0)) this.machine.memory.release(address);
    this.bytes = 0;
  }

  #prepare({ from, to }: Carry, keep: Int32Array | null, check: number, parents = 0): void {
    const { memory } = this.machine;
    const view = this.machine.view();
    if (keep) memory.integers(this.#keep, keep.length).set(keep);
    view.setUint32(CONTROL_CHECK, check, true);
    view.setUint32(CONTROL_HEADS, this.plan.losses.length, true);
    view.setUint32(CONTROL_SCRATCH, this.#scratch, true);
    view.setUint32(CONTROL_TABLES, this.tables.address, true);
    view.setUint32(CONTROL_CARRY_IN, from, true);
    view.setUint32(CONTROL_CARRY_OUT, to, true);
    view.setUint32(CONTROL_KEEP, keep ? this.#keep : 0, true);
    view.setUint32(CONTROL_PARENTS, parents, true);
  }

  #allocate(bytes: number): number {
    try {
      const address = this.machine.memory.allocate(bytes);
      this.#blocks.push(address);
      this.bytes += bytes;
      return address;
    } catch (error) {
      this.release();
      throw error;
    }
  }
}
