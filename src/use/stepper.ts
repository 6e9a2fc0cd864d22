// Steps of some rows of a batch at a time, each row with a state of its own that waits while others go on, or goes on from that of another.

import { closed, type Machine } from "../engine/machine.ts";
import type { Carry, Program } from "../engine/program.ts";
import { type Programs, roomFor } from "../engine/programs.ts";
import type { Taken } from "../engine/tables.ts";
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

/** One step of the one timeline. */
const ONE: Taken["timelines"] = [{ steps: 1, lengths: null }];

export class Stepper {
  readonly program: Program;
  readonly plan: Plan;
  /** null where the model does not look at it. */
  readonly input: Place | null;
  readonly output: Place;
  /** What is heard of the output, where that is given. */
  readonly heard: Place | null;
  /** The whole memory, in floats and in whole numbers. Renewed by `look`, only when growing the memory has detached them. */
  floats = new Float32Array();
  integers = new Int32Array();
  readonly #machine: Machine;
  readonly #programs: Programs;
  /** States are read and written where they lie: a run takes them all in before it hands one on. */
  readonly #carry: Carry;
  /** One i32 a row, behind the states: whose state it goes on from. */
  readonly #parents: number;
  readonly #anew: Int32Array;
  readonly #count: number;
  #open = true;

  /** `timelines`: what all rows take of the source and, of a decoder that hears the truth, of the steps. Default: one step, and no source. */
  constructor(programs: Programs, purpose: Purpose, count: number, timelines = ONE) {
    this.#machine = programs.machine;
    this.#programs = programs;
    this.#count = count;
    const room = timelines.map(({ steps }) => roomFor(steps));
    this.program = programs.lend(purpose, roomFor(count), room);
    this.program.tables.take({ rows: count, timelines });
    this.plan = this.program.plan;
    const { carry } = this.plan.bytes;
    try {
      const states = this.#machine.memory.allocate(carry + count * 4);
      this.#carry = { from: states, to: states, bytes: carry };
      this.#parents = states + carry;
    } catch (error) {
      programs.giveBack(this.program);
      throw error;
    }
    this.program.clearCarry(this.#carry);
    this.#anew = new Int32Array(count);
    this.input = this.given("input");
    this.heard = this.given("target");
    this.output = this.shown("target");
    this.look();
    this.hearNothing();
  }

  /** Where it is given something; null if it does not look at it. */
  given(name: string): Place | null {
    const node = this.plan.given[name];
    return node === undefined ? null : this.#placeOf(node);
  }

  /** Where a head's output is. */
  shown(head: string): Place {
    return this.#placeOf(this.plan.shown[head]);
  }

  /** Looks, too. @throws TypeError if this or its network is closed. */
  check(what: string, another: string): void {
    if (!this.#open) throw new TypeError(`${what[0].toUpperCase()}${what.slice(1)} is closed. Open another with ${another}.`);
    if (this.#machine.closed) throw closed(`The network of ${what}`);
    this.look();
  }

  /** Memory may be looked at from then on, until something is allocated. */
  look(): void {
    if (this.floats.length > 0) return;
    const { memory } = this.#machine;
    this.floats = memory.floats(0, memory.bytes / 4);
    this.integers = memory.integers(0, memory.bytes / 4);
  }

  /** A symbol, or numbers, as row `row`. */
  write(place: Place | null, row: number, step: number | ArrayLike<number>): void {
    if (!place) return;
    const at = place.start + row * place.stride;
    if (typeof step !== "number") this.floats.set(step, at);
    else (place.symbols > 0 ? this.integers : this.floats)[at] = step;
  }

  /** What it is given of its sources has been written. */
  begin(): void {
    this.program.begin(this.#carry);
  }

  /**
   * Row r of what was written is the step of row `which[r]`; the states of all others stay as they are. null: every row takes its step, or its steps.
   * `parents`: for each row the one whose state it goes on from. `anew`: from what stands before the beginning.
   */
  run(which: ArrayLike<number> | null, parents: ArrayLike<number> | null = null, anew = false): void {
    this.program.tables.takeRows(which);
    if (parents) this.integers.set(parents, this.#parents >>> 2);
    this.program.run(this.#carry, anew ? this.#anew : null, parents ? this.#parents : 0);
  }

  /** Row `row`, or every one, begins anew. */
  clear(row?: number): void {
    if (row === undefined) this.program.clearCarry(this.#carry);
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

  /** Gives its memory back, and its program. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#programs.giveBack(this.program);
    this.#machine.memory.release(this.#carry.from);
  }

  #placeOf(node: number): Place {
    const { address, stride } = this.program.place(node);
    const { width, symbols } = this.plan.nodes[node].shape;
    return { start: address >>> 2, stride, width, symbols };
  }
}
