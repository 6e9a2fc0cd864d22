// The programs of one network, made when first needed and kept while there is room; with the machine that runs them and what they are made from.

import type { Definition } from "../define/model.ts";
import type { Plan, Steps } from "../plan/plan.ts";
import type { Purpose } from "../plan/unfold.ts";
import type { Machine } from "./machine.ts";
import { Program } from "./program.ts";

/** Programs kept at a time: enough for training, evaluation and the pieces that long predictions are cut into. */
const KEPT = 24;
/** Bytes of the largest program that is kept when it has been given back: to run it takes longer than to make it. */
const LARGEST = 2 ** 22;

/**
 * Room for so many rows, or steps, where more may follow: a quarter more at most, so that up to 1000 steps 36 programs serve all lengths. Room that
 * is not taken costs memory, but no time.
 */
export const roomFor = (size: number): number => {
  const unit = 2 ** Math.max(0, Math.ceil(Math.log2(size)) - 3);
  return Math.ceil(size / unit) * unit;
};

export class Programs {
  readonly machine: Machine;
  readonly definition: Definition;
  readonly #known = new Map<string, Program>();
  readonly #lent = new Set<Program>();
  #passing = "";

  constructor(machine: Machine, definition: Definition) {
    this.machine = machine;
    this.definition = definition;
  }

  /** A program with this much room, of which it is told to take all. */
  get(purpose: Purpose, batch: number, steps: Steps): Program {
    const key = keyOf(purpose, batch, steps);
    const program = this.#take(key, purpose, batch, steps);
    this.#keep(key, program);
    program.tables.fill();
    return program;
  }

  /** A program for one alone, who gives it back. */
  lend(purpose: Purpose, batch: number, steps: Steps): Program {
    const program = this.#take(keyOf(purpose, batch, steps), purpose, batch, steps);
    this.#lent.add(program);
    return program;
  }

  /** It is kept for the next, unless there is one like it already. */
  giveBack(program: Program): void {
    this.#lent.delete(program);
    const { purpose, batch, timelines } = program.plan;
    const key = keyOf(purpose, batch, timelines);
    if (program.bytes > LARGEST || this.#known.has(key)) program.release();
    else this.#keep(key, program);
  }

  /** Gives back the memory of all programs of a kind. */
  drop(kind: Purpose["kind"]): void {
    for (const [key, { plan }] of this.#known) if (plan.purpose.kind === kind) this.#forget(key);
  }

  /** As `get`, for lengths that need not come again: only the program that was asked for last is kept. */
  passing(purpose: Purpose, batch: number, steps: number): Program {
    const key = keyOf(purpose, batch, steps);
    if (this.#passing !== key) this.#forget(this.#passing);
    this.#passing = key;
    return this.get(purpose, batch, steps);
  }

  #take(key: string, purpose: Purpose, batch: number, steps: Steps): Program {
    const program = this.#known.get(key) ?? new Program(this.machine, this.definition, purpose, batch, steps);
    this.#known.delete(key);
    return program;
  }

  #keep(key: string, program: Program): void {
    this.#known.set(key, program);
    if (this.#known.size <= KEPT) return;
    const [oldest] = this.#known.keys();
    this.#forget(oldest);
  }

  #forget(key: string): void {
    this.#known.get(key)?.release();
    this.#known.delete(key);
  }

  /** The plan of the program of this kind that was used last. */
  latest(kind: Purpose["kind"]): Plan | undefined {
    return [...this.#known.values()].map((program) => program.plan).findLast((plan) => plan.purpose.kind === kind);
  }

  /** Bytes of all programs that are in memory. */
  get bytes(): number {
    return [...this.#known.values(), ...this.#lent].reduce((sum, program) => sum + program.bytes, 0);
  }
}

const keyOf = (purpose: Purpose, batch: number, steps: Steps): string => `${JSON.stringify(purpose)} ${batch} × ${steps}`;
