// What an example of a model must look like, how long it is on each timeline, and how a batch of examples is written.

import { describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { type Batch, checkSequence, inputKind, type Sequence, type Slots, targetKind, writeRows } from "./data.ts";

/** One sequence, or one symbol or vector for a whole sequence. */
export type Answer = number | Sequence;

/**
 * What is heard and what it should give. A step each, or one symbol (or vector) for a sequence → vector model; a sequence of any other length for
 * seq2seq(), whose source may also be called so, and may be one row of features, or absent.
 */
export interface Example {
  readonly input?: Sequence;
  readonly source?: Sequence;
  readonly target: Answer;
  /** What the other heads should give, by their names. */
  readonly targets?: Readonly<Record<string, Answer>>;
}

/** Puts what an example has under one name into row b of a batch. */
type Writer = (slots: Slots, example: Example, b: number) => void;

export class Form {
  /** Whether all that is taught is taught step by step, so that a sequence without steps teaches nothing. */
  readonly perStep: boolean;
  readonly #definition: Definition;
  readonly #writers: Record<string, Writer> = {};

  constructor(definition: Definition) {
    this.#definition = definition;
    this.perStep = definition.heads.every((_, head) => targetKind(definition, head).perStep);
    this.#writers.input = (slots, { input }, b) => writeSequence(slots, input as Sequence, b);
    definition.heads.forEach(({ name }, head) => {
      const { perStep } = targetKind(definition, head);
      this.#writers[name] = (slots, example, b) => {
        const answer = answerOf(example, name, head);
        writeSequence(slots, perStep ? (answer as Sequence) : ([answer] as Sequence), b);
      };
    });
  }

  /** @throws TypeError or RangeError with the place of what does not fit. */
  check(place: string, example: Example): void {
    if (example === null || typeof example !== "object" || example.input === undefined || Array.isArray(example))
      throw new TypeError(`${place} is ${describe(example)} but must be { input, target }.`);
    const { input } = example;
    checkSequence(`${place}.input`, input, inputKind(this.#definition), 0);
    this.#definition.heads.forEach(({ name }, head) => {
      const kind = targetKind(this.#definition, head);
      const answer = answerOf(example, name, head);
      const where = head === 0 ? `${place}.target` : `${place}.targets.${name}`;
      if (!kind.perStep) checkSequence(where, [answer] as Sequence, kind);
      else {
        checkSequence(where, answer as Sequence, kind, 0);
        checkLengths(place, input.length, (answer as Sequence).length);
      }
    });
  }

  /** Steps on the timeline of the output. */
  steps({ input }: Example): number {
    return (input as Sequence).length;
  }

  /** Steps on the timeline of the source; 0 if there is none. */
  sourceSteps(_: Example): number {
    return 0;
  }

  batch(members: readonly Example[]): Batch {
    const [steps, lengths] = lengthsOf(members.map((example) => this.steps(example)));
    return {
      rows: members.length,
      steps,
      lengths,
      keep: null,
      write: (slots) => {
        for (const name in slots) {
          const writer = this.#writers[name];
          if (!writer) throw new Error(`internal: examples have no "${name}"`);
          for (let b = 0; b < members.length; b++) writer(slots[name], members[b], b);
        }
      },
    };
  }
}

const answerOf = ({ target, targets }: Example, name: string, head: number): Answer => (head === 0 ? target : (targets?.[name] as Answer));

const writeSequence = (slots: Slots, sequence: Sequence, b: number): void => writeRows(slots, sequence, 0, sequence.length, b);

function checkLengths(place: string, steps: number, answers: number): void {
  if (steps !== answers)
    throw new RangeError(`${place}: the input has ${steps} steps but the target has ${answers}. Give one target a step.`);
}

/** The longest, and each; null if all are as long. Nothing is run where all are empty, but a program has a step. */
function lengthsOf(lengths: readonly number[]): [number, Int32Array | null] {
  const longest = Math.max(1, ...lengths);
  return [longest, lengths.every((length) => length === longest) ? null : Int32Array.from(lengths)];
}
