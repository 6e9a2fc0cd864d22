// Many streams over one set of weights: each with a state of its own, pushed together or some at a time.

import { checkSize, describe } from "../define/check.ts";
import type { Programs } from "../engine/programs.ts";
import { checkList, inputKind, type Kind } from "../train/data.ts";
import { Outputs } from "./outputs.ts";
import { checkState, type GivenState, type StreamState } from "./state.ts";
import { Stepper } from "./stepper.ts";
import { type Steps, writeSteps } from "./steps.ts";

export class Streams implements Disposable {
  /** How many there are. */
  readonly count: number;
  /** Numbers that each step gives, of the model's own output. */
  readonly width: number;
  readonly #stepper: Stepper;
  readonly #kind: Kind;
  readonly #outputs: Outputs;
  /** The push in which each stream was named last, so that none is named twice. */
  readonly #named: Float64Array;
  #pushes = 0;
  readonly #every = (row: number): string => `push: stream ${row}`;
  #which: ArrayLike<number> = [];
  readonly #some = (row: number): string => `push: stream ${this.#which[row]}`;

  /** @internal Use `net.streams()`. */
  constructor(programs: Programs, count: number) {
    checkSize("streams: the number of streams", count);
    this.count = count;
    this.#stepper = new Stepper(programs, { kind: "stream" }, count);
    this.#kind = inputKind(programs.definition);
    this.width = this.#stepper.output.width;
    this.#outputs = new Outputs(programs.machine, this.#stepper, count);
    this.#named = new Float64Array(count);
  }

  /**
   * One step of every stream, or of those that `which` names, in that order; the others wait and keep their state. Steps are a list of symbols;
   * for features all numbers in one list, stream after stream, or a list of steps.
   *
   * Returns count × width numbers: from i · width on stands what stream i gave last, as `predict` gives it; zeros if it gave nothing yet. It is the
   * same array at every call and holds until the next; copy it to keep it.
   *
   * @throws TypeError or RangeError for what does not fit, before any stream has moved, or after close; RangeError where an output is not finite, which
   * names the stream: all have taken their step then, and what the others gave stands in the array.
   */
  push(steps: Steps, which?: ArrayLike<number>): Float32Array {
    const stepper = this.#check();
    if (which === undefined) {
      writeSteps(stepper, steps, this.count, this.#kind, this.#every);
      stepper.run(null);
      this.#outputs.take(null, this.#every);
      return this.#outputs.main;
    }
    this.#checkWhich(which);
    this.#which = which;
    writeSteps(stepper, steps, which.length, this.#kind, this.#some);
    if (which.length > 0) {
      stepper.run(which);
      this.#outputs.take(which, this.#some);
    }
    return this.#outputs.main;
  }

  /**
   * What another head of the model gave, as `predict` with this `head` gives it: count × its width, where stream i begins at i times that width. The same
   * array for a head at every call, which each push renews. @throws TypeError for a head that the model has not, or after close.
   */
  head(name: string): Float32Array {
    this.#check();
    return this.#outputs.of(name);
  }

  /** A copy of what stream i remembers, for `restore` of any stream of this model, here or elsewhere. */
  state(i: number): StreamState {
    this.#check();
    return this.#stepper.state(this.#checkStream("state", i));
  }

  /** Stream i goes on from a state that `state()` returned. @throws TypeError or RangeError if it is of another model or width. */
  restore(i: number, state: GivenState): void {
    const stepper = this.#check();
    stepper.restore(this.#checkStream("restore", i), checkState("restore", stepper.plan, state));
  }

  /** Stream i, or every one, forgets what was pushed: its state is as at the beginning. */
  reset(i?: number): void {
    const stepper = this.#check();
    if (i === undefined) {
      stepper.clear();
      this.#outputs.clear();
      return;
    }
    stepper.clear(this.#checkStream("reset", i));
    this.#outputs.clear(i);
  }

  /** Gives the memory of all back. */
  close(): void {
    this.#stepper.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(): Stepper {
    this.#stepper.check("this set of streams", "net.streams(…)");
    return this.#stepper;
  }

  #checkStream(place: string, i: number): number {
    if (!Number.isInteger(i) || i < 0 || i >= this.count)
      throw new RangeError(`${place}: there is no stream ${describe(i)}. There are ${this.count}, from 0 to ${this.count - 1}.`);
    return i;
  }

  /** Every number names a stream, and none is named twice: a stream cannot take two steps at once. */
  #checkWhich(which: ArrayLike<number>): void {
    checkList("push: which", which);
    const push = ++this.#pushes;
    for (let r = 0; r < which.length; r++) {
      const i = this.#checkStream("push", which[r]);
      if (this.#named[i] === push)
        throw new RangeError(`push: stream ${i} is named twice. A stream takes one step at a time: push once more.`);
      this.#named[i] = push;
    }
  }
}
