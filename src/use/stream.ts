// A stream: one step at a time through a network, with a state of its own and no allocation per step.

import { describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { type Carry, Program } from "../engine/program.ts";
import type { Purpose } from "../plan/unfold.ts";
import { inputKind } from "../train/data.ts";

export class Stream implements Disposable {
  readonly #machine: Machine;
  readonly #program: Program;
  readonly #carry: Carry;
  readonly #symbols: number;
  readonly #width: number;
  readonly #input: number;
  readonly #output: number;
  readonly #heard: number;
  readonly #result: Float32Array;
  #integers: Int32Array;
  #floats: Float32Array;
  #open = true;

  /** @internal Use `net.stream()`. */
  constructor(machine: Machine, definition: Definition, purpose: Purpose) {
    this.#machine = machine;
    this.#program = new Program(machine, definition, purpose, 1, 1);
    this.#carry = this.#program.newCarry();
    const { symbols, width } = inputKind(definition);
    this.#symbols = symbols;
    this.#width = width;
    const { plan } = this.#program;
    const { input, target: heard } = plan.given;
    this.#input = input === undefined ? 0 : this.#program.place(input).address >> 2;
    this.#output = this.#program.place(plan.shown.target).address >> 2;
    this.#heard = heard === undefined ? 0 : this.#program.place(heard).address >> 2;
    this.#result = new Float32Array(plan.nodes[plan.shown.target].shape.width);
    this.#integers = new Int32Array(machine.memory.wasm.buffer);
    this.#floats = new Float32Array(machine.memory.wasm.buffer);
    this.#hearNothing();
  }

  /**
   * One step: a symbol, a number (features of width 1) or a list of numbers in; the output, as `predict` gives it, out.
   * The result is the same array at every call and holds until the next; copy it to keep it.
   *
   * @throws TypeError or RangeError for a value that does not fit, or after close.
   */
  push(step: number | ArrayLike<number>): Float32Array {
    this.step(step);
    const from = this.#output;
    const { length } = this.#result;
    for (let i = 0; i < length; i++) this.#result[i] = this.#floats[from + i];
    return this.#result;
  }

  /** @internal One step without copying the output out. Returns the address of the output. */
  step(step: number | ArrayLike<number>): number {
    this.#check();
    this.#view();
    if (this.#symbols > 0) {
      if (!(Number.isInteger(step) && (step as number) >= 0 && (step as number) < this.#symbols))
        throw new RangeError(`push: the step is ${describe(step)} but must be a symbol from 0 to ${this.#symbols - 1}.`);
      if (this.#input > 0) this.#integers[this.#input] = step as number;
    } else this.#write(step);
    this.#program.run(this.#carry, null);
    this.#program.accept(this.#carry);
    return this.#output << 2;
  }

  /** @internal The symbol that a layer with recurrence from the output hears next; −1 for none. */
  set heard(symbol: number) {
    this.#view();
    if (this.#heard > 0) this.#integers[this.#heard] = symbol;
  }

  /** @internal In a forecast, what a layer with recurrence from the output hears next. */
  hear(row: number | ArrayLike<number>): void {
    this.#view();
    if (this.#heard === 0) return;
    if (typeof row === "number") this.#floats[this.#heard] = row;
    else this.#floats.set(row, this.#heard);
  }

  #hearNothing(): void {
    const { nodes, given } = this.#program.plan;
    const { target } = given;
    if (target === undefined) return;
    if (nodes[target].shape.symbols > 0) this.heard = -1;
    else this.hear(new Float32Array(nodes[target].shape.width));
  }

  /** Forgets what was pushed: the state is as at the beginning. */
  reset(): void {
    this.#check();
    this.#program.clearCarry(this.#carry);
    this.#hearNothing();
  }

  /** Gives its memory back. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#program.release();
    this.#machine.memory.release(this.#carry.from, this.#carry.bytes);
    this.#machine.memory.release(this.#carry.to, this.#carry.bytes);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(): void {
    if (!this.#open) throw new TypeError("This stream is closed. Open another with net.stream().");
    if (this.#machine.closed) throw new TypeError("The network of this stream is closed. Make another with compile(…) or open(…).");
  }

  /** Growing the memory detaches views; they are renewed only then, so that a step allocates nothing. */
  #view(): void {
    if (this.#integers.length > 0) return;
    this.#integers = new Int32Array(this.#machine.memory.wasm.buffer);
    this.#floats = new Float32Array(this.#machine.memory.wasm.buffer);
  }

  #write(step: number | ArrayLike<number>): void {
    const width = this.#width;
    if (typeof step === "number") {
      if (width !== 1) throw new RangeError(`push: the step is one number but the model takes ${width}. Give a list of ${width}.`);
      this.#feature(0, step);
      return;
    }
    if (step === null || typeof step !== "object" || step.length !== width)
      throw new RangeError(`push: the step is ${describe(step)} but the model takes ${width} numbers. Give a list of ${width}.`);
    for (let i = 0; i < width; i++) this.#feature(i, step[i]);
  }

  #feature(index: number, value: number): void {
    if (typeof value !== "number" || !Number.isFinite(Math.fround(value)))
      throw new TypeError(
        `push: number ${index} of the step is ${describe(value)} but must be a finite number between ±3.4e38. Clean or scale the data first.`,
      );
    this.#floats[this.#input + index] = value;
  }
}
