// Steps of some rows of a batch at a time, each row with a state of its own that waits while others go on; nothing is allocated per step.

import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { Program } from "../engine/program.ts";
import type { Plan } from "../plan/plan.ts";
import type { Purpose } from "../plan/unfold.ts";
import { type StreamState, stateOf, writeState } from "./state.ts";

/** Where rows of numbers, or symbols, lie: from `start`, `stride` from row to row, both in words of 4 bytes. */
export interface Place {
  readonly start: number;
  readonly stride: number;
  readonly width: number;
  readonly symbols: number;
}

const closed = (what: string): string => `The network of ${what} is closed. Make another with compile(…) or open(…).`;

export class Stepper {
  readonly plan: Plan;
  /** null where the model does not look at it. */
  readonly input: Place | null;
  readonly output: Place;
  /** What is heard of the output, where that is given. */
  readonly heard: Place | null;
  /** The whole memory, in floats and in whole numbers, and the rows of outputs. Renewed by `check`, only when growing the memory has detached them. */
  floats = new Float32Array();
  integers = new Int32Array();
  #outputs = new Float32Array();
  readonly #machine: Machine;
  readonly #program: Program;
  /** States are read and written where they lie: a run takes them all in before it hands one on. */
  readonly #carry: { from: number; to: number; readonly bytes: number };
  /** One i32 a row: whose state it has. */
  readonly #seats: number;
  readonly #count: number;
  #open = true;

  constructor(machine: Machine, definition: Definition, purpose: Purpose, count: number) {
    this.#machine = machine;
    this.#count = count;
    this.#program = new Program(machine, definition, purpose, count, 1);
    this.plan = this.#program.plan;
    const { memory } = machine;
    const { carry } = this.plan.bytes;
    const states = memory.allocate(carry);
    this.#carry = { from: states, to: states, bytes: carry };
    this.#program.clearCarry(this.#carry);
    this.#seats = memory.allocate(count * 4);
    const { input, target } = this.plan.given;
    this.input = input === undefined ? null : this.#placeOf(input);
    this.heard = target === undefined ? null : this.#placeOf(target);
    this.output = this.#placeOf(this.plan.shown.target);
    this.#view();
    this.hearNothing();
  }

  /** @throws TypeError if this or its network is closed. Memory may be looked at from then on, until something is allocated. */
  check(what: string, another: string): void {
    if (!this.#open) throw new TypeError(`${what[0].toUpperCase()}${what.slice(1)} is closed. Open another with ${another}.`);
    if (this.#machine.closed) throw new TypeError(closed(what));
    if (this.floats.length === 0) this.#view();
  }

  #view(): void {
    const { memory } = this.#machine;
    const { start, stride } = this.output;
    this.floats = memory.floats(0, memory.bytes / 4);
    this.integers = memory.integers(0, memory.bytes / 4);
    this.#outputs = memory.floats(start * 4, this.#count * stride);
  }

  /** Every row takes a step. */
  runAll(): void {
    this.#program.tables.takeRows(this.#count);
    this.#program.run(this.#carry, null);
  }

  /** Row r of what was written is the step of `which[r]`; the states of all others stay as they are. */
  run(which: ArrayLike<number>): void {
    const from = this.#seats >> 2;
    for (let r = 0; r < which.length; r++) this.integers[from + r] = which[r];
    this.#program.tables.takeRows(which.length);
    this.#program.run(this.#carry, null, this.#seats);
  }

  /** The outputs of the last step: of every row, or row r at the place of row `which[r]`. */
  read(result: Float32Array, which: ArrayLike<number> | null): void {
    const { start, stride, width } = this.output;
    if (!which && stride * this.#count === result.length) {
      result.set(this.#outputs);
      return;
    }
    const rows = which ? which.length : this.#count;
    for (let r = 0; r < rows; r++) {
      const from = start + r * stride;
      const to = (which ? which[r] : r) * width;
      for (let i = 0; i < width; i++) result[to + i] = this.floats[from + i];
    }
  }

  /** Row `row`, or every one, begins anew. */
  clear(row?: number): void {
    if (row === undefined) this.#program.clearCarry(this.#carry);
    else writeState(this.plan, this.integers, this.#carry.from, row, null);
    this.hearNothing();
  }

  state(row: number): StreamState {
    return stateOf(this.plan, this.#machine.memory, this.#carry.from, row);
  }

  /** The state has been checked. */
  restore(row: number, state: StreamState): void {
    writeState(this.plan, this.integers, this.#carry.from, row, state);
  }

  /** Nothing was said before: no symbol, or zeros. */
  hearNothing(): void {
    if (!this.heard) return;
    const { start, stride, width, symbols } = this.heard;
    for (let r = 0; r < this.#count; r++) for (let i = 0; i < width; i++) this.integers[start + r * stride + i] = symbols > 0 ? -1 : 0;
  }

  /** Gives its memory back. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#program.release();
    this.#machine.memory.release(this.#carry.from, this.#carry.bytes);
    this.#machine.memory.release(this.#seats, this.#count * 4);
  }

  #placeOf(node: number): Place {
    const { address, stride } = this.#program.place(node);
    const { width, symbols } = this.plan.nodes[node].shape;
    return { start: address >> 2, stride, width, symbols };
  }
}
