// Long sequences in memory, cut into streams that run side by side, a window of so many steps at a time; state is carried along each stream.

import type { Definition } from "../define/model.ts";
import { type Batch, checkSequence, type HeldData, inputKind, type Kind, type Sequence, targetKind, writeRows } from "./data.ts";
import { wastedIn } from "./idle.ts";
import { along, deal, type RowWriter, type Stretch, weightOf, windowsIn } from "./stretches.ts";

/** One sequence, or one for each document. */
export type Targets = Sequence | readonly Sequence[];

/** The steps of each document, and by name what each of them should give; where the model's own target is absent, that is the next step. */
export interface Told {
  readonly documents: readonly Sequence[];
  readonly answers: Readonly<Record<string, readonly Sequence[]>>;
}

export const writerOf =
  ({ documents, answers }: Told): RowWriter =>
  (slots, document, from, count, b) => {
    for (const name in slots) {
      const answer = answers[name];
      if (answer) writeRows(slots[name], answer[document], from, count, b);
      else writeRows(slots[name], documents[document], name === "target" ? from + 1 : from, count, b);
    }
  };

export class HeldWindows implements HeldData {
  readonly batch: number;
  readonly #steps: number;
  readonly #source: Sequence | readonly Sequence[];
  readonly #targets: Targets | undefined;
  readonly #heads: Readonly<Record<string, Targets>>;
  #told: Told = { documents: [], answers: {} };
  #streams: readonly (readonly Stretch[])[] = [];

  constructor(source: Targets, targets: Targets | undefined, heads: Readonly<Record<string, Targets>>, batch: number, steps: number) {
    this.#source = source;
    this.#targets = targets;
    this.#heads = heads;
    this.batch = batch;
    this.#steps = steps;
  }

  get count(): number {
    return this.#streams.reduce((most, stretches) => Math.max(most, windowsIn(stretches, this.#steps)), 0);
  }

  get size(): number {
    return this.#streams.flat().reduce((sum, { length }) => sum + length, 0);
  }

  get longest(): number {
    return this.#streams.flat().reduce((longest, { length }) => Math.max(longest, Math.min(length, this.#steps)), 1);
  }

  get wasted(): number {
    return wastedIn(this.batches(), this.batch);
  }

  check(definition: Definition): void {
    const { kind, target } = checkKinds(definition, this.#targets !== undefined, Object.keys(this.#heads));
    const several = isSeveral(this.#source, kind);
    const documents = several ? (this.#source as readonly Sequence[]) : [this.#source as Sequence];
    if (documents.length === 0) throw new RangeError("windows: the data is empty. Give at least one step.");
    documents.forEach((document, index) => {
      checkSequence(several ? `data[${index}]` : "data", document, kind);
    });
    const given = { ...(this.#targets === undefined ? {} : { target: this.#targets }), ...this.#heads };
    const answers = Object.fromEntries(
      Object.entries(given).map(([name, targets]) => {
        const place = name === "target" ? "targets" : `heads.${name}`;
        const head = definition.heads.findIndex((one) => one.name === name);
        const lists = several ? (targets as readonly Sequence[]) : [targets as Sequence];
        checkAnswers(place, documents, lists, name === "target" ? target : targetKind(definition, head), several);
        return [name, lists];
      }),
    );
    this.#told = { documents, answers };
    this.#streams = this.#deal(several);
  }

  batches(): Generator<Batch, void, void> {
    return along(this.#streams, this.#steps, writerOf(this.#told));
  }

  #deal(several: boolean): Stretch[][] {
    const { batch } = this;
    const steps = this.#steps;
    const { documents, answers } = this.#told;
    // Steps that have a target.
    const lengths = documents.map(({ length }) => length - (answers.target ? 0 : 1));
    const [length] = lengths;
    if (!several && length < batch * steps)
      throw new RangeError(
        `windows: the data has ${documents[0].length} steps, which makes ${batch} streams of ${Math.floor(length / batch)}, shorter than a window of ${steps}. Use at most ${Math.max(1, Math.floor(length / batch))} steps, a smaller batch, or more data.`,
      );
    const windows = Math.floor(weightOf(lengths, steps) / steps);
    if (windows < batch)
      throw new RangeError(
        `windows: ${documents.length} documents make ${windows} windows of up to ${steps} steps, too few for ${batch} streams. Use a smaller batch or fewer steps.`,
      );
    return deal(lengths, batch, steps);
  }
}

/** For each document one list, of one target a step. */
function checkAnswers(place: string, documents: readonly Sequence[], answers: readonly Sequence[], kind: Kind, several: boolean): void {
  if (answers.length !== documents.length)
    throw new RangeError(
      `windows: there are ${documents.length} documents but ${answers.length} lists of ${place}. Give one list a document.`,
    );
  answers.forEach((answer, index) => {
    checkSequence(several ? `${place}[${index}]` : place, answer, kind);
    const { length } = documents[index];
    if (answer.length !== length)
      throw new RangeError(`windows: the data has ${length} steps but the ${place} have ${answer.length}. Give one target a step.`);
  });
}

/** What each step hears and should give. @throws TypeError or RangeError if the model has no such step, or wants targets that are not given. */
export function checkKinds(
  definition: Definition,
  hasTargets: boolean,
  heads: readonly string[],
): { kind: Kind; target: ReturnType<typeof targetKind> } {
  const kind = inputKind(definition);
  const target = targetKind(definition);
  if (!target.perStep)
    throw new TypeError(
      "windows: the model gives one vector for a whole sequence, so there is nothing to compare at each step. Use examples().",
    );
  const others = definition.heads.slice(1).map(({ name }) => name);
  for (const name of heads)
    if (!others.includes(name))
      throw new TypeError(`windows: there are targets for a head "${name}", but the model has ${namesOf(others)}. Leave them out.`);
  others.forEach((name, index) => {
    if (!heads.includes(name))
      throw new TypeError(`windows: the model's head "${name}" has no targets. Give heads: { ${name}: … }, one target a step.`);
    if (!targetKind(definition, index + 1).perStep)
      throw new TypeError(`windows: the head "${name}" gives one vector for a whole sequence, and a window is none. Use examples().`);
  });
  if (definition.heads[0].terms[0].loss.mean === "sequences")
    throw new TypeError(
      `windows: the loss is to be the mean over sequences, but windows are cut from them anywhere. Use examples(), or model({ mean: "steps" }).`,
    );
  if (!hasTargets && (target.symbols !== kind.symbols || target.width !== kind.width))
    throw new RangeError(
      `windows: without targets each step should give the next input, but the model takes ${describeKind(kind)} and gives ${describeKind(target)}. Pass targets, or make the two equal.`,
    );
  return { kind, target };
}

/** Whether the data is a list of sequences: one level deeper than a sequence is. A row of width 1 may be a bare number, a longer one is a sequence. */
function isSeveral(source: Sequence | readonly Sequence[], { symbols, width }: Kind): boolean {
  const first = source[0];
  if (first === undefined || first === null || typeof first !== "object") return false;
  return symbols > 0 || typeof (first as ArrayLike<unknown>)[0] === "object" || (width === 1 && first.length !== 1);
}

const namesOf = (names: readonly string[]): string =>
  names.length === 0 ? "no heads besides its own output" : `only ${names.map((name) => `"${name}"`).join(", ")}`;

const describeKind = ({ symbols, width }: { symbols: number; width: number }): string =>
  symbols > 0 ? `symbols below ${symbols}` : `${width} numbers a step`;
