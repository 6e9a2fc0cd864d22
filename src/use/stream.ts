// A stream: one step at a time through a network, with a state of its own and no allocation per step.

import type { Programs } from "../engine/programs.ts";
import type { Purpose } from "../plan/unfold.ts";
import { inputKind, type Kind } from "../train/data.ts";
import { Outputs } from "./outputs.ts";
import { checkState, type GivenState, type StreamState } from "./state.ts";
import { Stepper } from "./stepper.ts";
import { writeStep } from "./steps.ts";

const name = (): string => "push";

export class Stream implements Disposable {
  readonly #stepper: Stepper;
  readonly #kind: Kind;
  readonly #outputs: Outputs;

  /** @internal Use `net.stream()`. */
  constructor(programs: Programs, purpose: Purpose) {
    this.#stepper = new Stepper(programs, purpose, 1);
    this.#kind = inputKind(programs.definition);
    this.#outputs = new Outputs(programs.machine, this.#stepper, 1);
  }

  /**
   * One step: a symbol, a number (features of width 1) or a list of numbers in; the output, as `predict` gives it, out.
   * The result is the same array at every call and holds until the next; copy it to keep it.
   *
   * @throws TypeError or RangeError for a value that does not fit, or after close; RangeError where the output is not finite: the step has been taken.
   */
  push(step: number | ArrayLike<number>): Float32Array {
    return this.advance(step, name);
  }

  /** @internal Without `checked` the output may be anything. */
  advance(step: number | ArrayLike<number>, checked: typeof name | null = null): Float32Array {
    const stepper = this.#check();
    writeStep(stepper, 0, step, this.#kind, name);
    stepper.run(null);
    this.#outputs.take(null, checked);
    return this.#outputs.main;
  }

  /**
   * What another head of the model gave at the last push, as `predict` with this `head` gives it; zeros before the first. The same array for a head at
   * every call, which each push renews. @throws TypeError for a head that the model has not, or after close.
   */
  head(name: string): Float32Array {
    this.#check();
    return this.#outputs.of(name);
  }

  /** @internal In a forecast, what a layer with recurrence from the output hears next. */
  hear(row: number | ArrayLike<number>): void {
    const stepper = this.#check();
    stepper.write(stepper.heard, 0, row);
  }

  /** A copy of what it remembers, for `restore` of any stream of this model, here or elsewhere. */
  state(): StreamState {
    this.#check();
    return this.#stepper.state(0);
  }

  /** Goes on from a state that `state()` returned. @throws TypeError or RangeError if it is of another model or width. */
  restore(state: GivenState): void {
    const stepper = this.#check();
    stepper.restore(0, checkState("restore", stepper.plan, state));
  }

  /** Forgets what was pushed: the state is as at the beginning. */
  reset(): void {
    this.#check().clear();
    this.#outputs.clear();
  }

  /** Gives its memory back. */
  close(): void {
    this.#stepper.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(): Stepper {
    this.#stepper.check("this stream", "net.stream()");
    return this.#stepper;
  }
}
