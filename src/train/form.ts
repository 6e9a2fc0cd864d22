// What an example of a model must look like, how long it is on each timeline, and how a batch of examples is written.

import { describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { type Batch, checkAlone, checkSequence, inputKind, type Kind, type Sequence, type Slots, targetKind, writeRows } from "./data.ts";
import { Ending } from "./ending.ts";

/** One sequence, or one symbol or vector for a whole sequence. */
export type Answer = number | Sequence;

/**
 * What is heard and what it should give. A step each, or one symbol (or vector) for a sequence → vector model. For seq2seq() the target has a length
 * of its own, and what it is made from (a sequence; one row, if it is a vector; or nothing) may be called input or source; its
 * type is Pair where the same list is scored, too.
 */
export interface Example {
  readonly input?: Sequence;
  readonly source?: Sequence;
  readonly target: Answer;
  /** What the model's other heads should give, by their names. */
  readonly heads?: Readonly<Record<string, Answer>>;
}

/** Puts what an example has under one name into row b of a batch. */
type Writer = (slots: Slots, example: Example, b: number) => void;

export class Form {
  /** Whether all that is taught is taught step by step, so that a target without steps teaches nothing. */
  readonly perStep: boolean;
  /** What is heard; null: nothing. */
  readonly #heard: (Kind & { readonly name: "input" | "source"; readonly isVector: boolean }) | null;
  readonly #heads: readonly (ReturnType<typeof targetKind> & { readonly name: string })[];
  /** Whether there is a timeline besides that of the output. */
  readonly #hasSource: boolean;
  /** null: each step of the input has its target. */
  readonly #ending: Ending | null;
  readonly #writers: Record<string, Writer> = {};

  constructor(definition: Definition) {
    const { inputs, heads, decoding } = definition;
    const name = decoding ? "source" : "input";
    const ending = decoding && new Ending(decoding);
    const isVector = inputs[name]?.kind === "vector";
    this.#heard = inputs[name] ? { ...inputKind(definition, name), name, isVector } : null;
    this.#ending = ending;
    this.#hasSource = ending !== null && name in inputs && !isVector;
    const all = heads.map((head, index) => ({ ...targetKind(definition, index), name: head.name }));
    // The boundary is no user's symbol.
    const own = all.map((head) => (ending && head.name === "target" ? { ...head, symbols: ending.symbols } : head));
    this.#heads = own.filter((head) => !ending?.names.includes(head.name));
    this.perStep = all.every(({ perStep }) => perStep);
    this.#writers[name] = (slots, example, b) =>
      writeSequence(slots, isVector ? ([heardIn(example)] as Sequence) : (heardIn(example) as Sequence), b);
    for (const { name: head, perStep } of this.#heads)
      this.#writers[head] = (slots, example, b) => {
        const answer = answerIn(example, head);
        writeSequence(slots, perStep ? (answer as Sequence) : ([answer] as Sequence), b);
      };
    if (!ending) return;
    this.#writers.target = (slots, { target }, b) => {
      writeSequence(slots, target as Sequence, b);
      ending.writeEnd(slots, lengthOf(target), b);
    };
    for (const made of ending.names) this.#writers[made] = (slots, { target }, b) => ending.write(made, slots, lengthOf(target), b);
  }

  /** @throws TypeError or RangeError with the place of what does not fit. */
  check(place: string, example: Example): void {
    const wanted = this.#heard ? `{ ${this.#heard.name}, target }` : "{ target }";
    const isRecord = example !== null && typeof example === "object" && !Array.isArray(example);
    const heard = isRecord ? heardIn(example) : undefined;
    if (!isRecord || (this.#heard && heard === undefined)) throw new TypeError(`${place} is ${describe(example)} but must be ${wanted}.`);
    for (const name of ["mask", "weights"])
      if (name in example)
        throw new TypeError(`${place} has ${name}, but each step counts. Leave steps out, or use crossEntropy({ ignore }).`);
    if (example.input !== undefined && example.source !== undefined)
      throw new TypeError(`${place} has both an input and a source. Give one of them.`);
    if (!this.#heard && heard !== undefined)
      throw new TypeError(
        `${place} has a source, but the model makes its sequences from nothing. Leave it out, or define seq2seq({ source, … }).`,
      );
    if (this.#heard) {
      const where = `${place}.${example.source === undefined ? "input" : "source"}`;
      if (this.#heard.isVector) checkAlone(where, heard as ArrayLike<number>, this.#heard);
      else checkSequence(where, heard as Sequence, this.#heard, 0);
    }
    for (const kind of this.#heads) {
      const { name } = kind;
      const answer = answerIn(example, name);
      const where = name === "target" ? `${place}.target` : `${place}.heads.${name}`;
      if (!kind.perStep) {
        checkAlone(where, answer as number, kind);
        continue;
      }
      checkSequence(where, answer as Sequence, kind, 0);
      const steps = lengthOf(answer);
      if (this.#ending) this.#ending.check(where, steps);
      else if (steps !== lengthOf(heard))
        throw new RangeError(`${place}: the input has ${lengthOf(heard)} steps but the target has ${steps}. Give one target a step.`);
    }
  }

  /** The same in lists of its own: those that it came in may be used again for the next. */
  copy(example: Example): Example {
    const heads = this.#heads.filter(({ name }) => name !== "target");
    return {
      ...(this.#heard && { [this.#heard.name]: copyOf(heardIn(example) as Sequence) }),
      target: copyOf(example.target),
      ...(heads.length > 0 && { heads: Object.fromEntries(heads.map(({ name }) => [name, copyOf(answerIn(example, name))])) }),
    };
  }

  /** Steps on the timeline of the output. */
  steps({ input, target }: Example): number {
    return this.#ending ? this.#ending.steps(lengthOf(target)) : lengthOf(input);
  }

  /** Steps on the timeline of the source; 0 if there is none. */
  sourceSteps(example: Example): number {
    return this.#hasSource ? lengthOf(heardIn(example)) : 0;
  }

  batch(members: readonly Example[]): Batch {
    return {
      rows: members.length,
      ...lengthsOf(members.map((example) => this.steps(example))),
      ...(this.#hasSource && { source: lengthsOf(members.map((example) => this.sourceSteps(example))) }),
      keep: null,
      write: (slots) => {
        for (const name in slots) for (let b = 0; b < members.length; b++) this.#writers[name](slots[name], members[b], b);
      },
    };
  }
}

const heardIn = ({ input, source }: Example): Sequence | undefined => source ?? input;

const answerIn = ({ target, heads }: Example, name: string): Answer => (name === "target" ? target : (heads?.[name] as Answer));

/** Numbers as they are; rows of numbers as they will be written. */
const copyOf = <T extends Answer>(answer: T): T =>
  (typeof answer === "number"
    ? answer
    : Array.from<number | ArrayLike<number>, number | Float32Array>(answer, (step) =>
        typeof step === "number" ? step : Float32Array.from(step),
      )) as T;

const lengthOf = (sequence: Answer | undefined): number => (sequence as Sequence).length;

const writeSequence = (slots: Slots, sequence: Sequence, b: number): void => writeRows(slots, sequence, 0, sequence.length, b);

/** The longest, and each; null if all are as long. Nothing is run where all are empty, but a program has a step. */
function lengthsOf(lengths: readonly number[]): { readonly steps: number; readonly lengths: Int32Array | null } {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 1);
  return { steps: longest, lengths: lengths.every((length) => length === longest) ? null : Int32Array.from(lengths) };
}
