// examples(): separate sequences, each with its own target; every batch holds sequences of one length, and begins with a fresh state.

import { checkOptions, checkSize, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { type Random, shuffle } from "../engine/random.ts";
import { type Batch, checkSequence, type HeldData, inputKind, type Sequence, type Slots, targetKind, writeRows } from "./data.ts";

/** One sequence and what it should give: a step each, or one symbol (or vector) for a sequence → vector model. */
export interface Example {
  readonly input: Sequence;
  readonly target: number | Sequence;
}

export interface ExampleOptions {
  /** Sequences side by side; fewer where not enough are of one length. Default: 32. */
  readonly batch?: number;
}

/**
 * Sequences that belong to no stream. Those of equal length are batched together; nothing is padded.
 * Training shuffles them anew in every epoch, from the model's seed.
 */
export function examples(list: readonly Example[], options: ExampleOptions = {}): HeldData {
  checkOptions("examples", options, ["batch"]);
  const batch = checkSize("examples: batch", options.batch ?? 32);
  if (!Array.isArray(list)) throw new TypeError(`examples: the data must be a list of { input, target } but is ${describe(list)}.`);
  if (list.length === 0) throw new RangeError("examples: the data is empty. Give at least one { input, target }.");
  return new Examples(list, batch);
}

class Examples implements HeldData {
  readonly batch: number;
  readonly #list: readonly Example[];
  readonly #byLength = new Map<number, number[]>();
  #perStep = true;

  constructor(list: readonly Example[], batch: number) {
    this.#list = [...list];
    this.batch = batch;
    this.#list.forEach((example, index) => {
      const length = example?.input?.length;
      if (typeof length !== "number")
        throw new TypeError(`examples: example ${index} is ${describe(example)} but must be { input, target }.`);
      this.#byLength.get(length)?.push(index) ?? this.#byLength.set(length, [index]);
    });
  }

  get count(): number {
    return [...this.#byLength.values()].reduce((sum, { length }) => sum + Math.ceil(length / this.batch), 0);
  }

  get size(): number {
    return this.#list.reduce((sum, { input }) => sum + input.length, 0);
  }

  get longest(): number {
    return Math.max(...this.#byLength.keys());
  }

  check(definition: Definition): void {
    const kind = inputKind(definition);
    const target = targetKind(definition);
    this.#perStep = target.perStep;
    this.#list.forEach((example, index) => {
      const answer = example.target;
      checkSequence(`examples[${index}].input`, example.input, kind);
      if (target.perStep) {
        checkSequence(`examples[${index}].target`, answer as Sequence, target);
        if ((answer as Sequence).length !== example.input.length)
          throw new RangeError(
            `examples[${index}]: the input has ${example.input.length} steps but the target has ${(answer as Sequence).length}. Give one target a step.`,
          );
      } else checkSequence(`examples[${index}].target`, [answer] as Sequence, target);
    });
  }

  *batches(random: Random | null): Iterable<Batch> {
    const groups = [...this.#byLength].flatMap(([steps, members]) => {
      const order = Uint32Array.from(members);
      if (random) shuffle(order, random);
      return Array.from({ length: Math.ceil(order.length / this.batch) }, (_, i) => ({
        steps,
        members: order.subarray(i * this.batch, (i + 1) * this.batch),
      }));
    });
    const order = Uint32Array.from(groups, (_, index) => index);
    if (random) shuffle(order, random);
    for (const index of order) {
      const { steps, members } = groups[index];
      yield { steps, rows: members.length, keep: null, write: (slots) => this.#write(members, steps, slots) };
    }
  }

  #write(members: Uint32Array, steps: number, { input, target }: Readonly<Record<string, Slots>>): void {
    members.forEach((member, b) => {
      const example = this.#list[member];
      writeRows(input, example.input, 0, steps, b);
      const answer = this.#perStep ? (example.target as Sequence) : ([example.target] as Sequence);
      writeRows(target, answer, 0, this.#perStep ? steps : 1, b);
    });
  }
}
