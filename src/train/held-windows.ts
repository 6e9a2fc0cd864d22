// Long sequences in memory, cut into streams that run side by side, a window of so many steps at a time; state is carried along each stream.

import type { Definition } from "../define/model.ts";
import {
  type Batch,
  checkSequence,
  type HeldData,
  inputKind,
  type Kind,
  type Sequence,
  type Slots,
  targetKind,
  writeRows,
} from "./data.ts";

/** One sequence, or one for each document. */
export type Targets = Sequence | readonly Sequence[];

/** A stretch of one document that a stream reads. */
interface Stretch {
  readonly document: number;
  readonly from: number;
  readonly length: number;
}

export class HeldWindows implements HeldData {
  readonly batch: number;
  readonly #steps: number;
  readonly #source: Sequence | readonly Sequence[];
  readonly #targets: Targets | undefined;
  readonly #heads: Readonly<Record<string, Targets>>;
  #documents: readonly Sequence[] = [];
  /** By the names of the heads, for each document; what is heard next, if the model's own is absent. */
  #answers: Readonly<Record<string, readonly Sequence[]>> = {};
  #streams: Stretch[][] = [];

  constructor(source: Targets, targets: Targets | undefined, heads: Readonly<Record<string, Targets>>, batch: number, steps: number) {
    this.#source = source;
    this.#targets = targets;
    this.#heads = heads;
    this.batch = batch;
    this.#steps = steps;
  }

  get count(): number {
    return this.#streams.length === 0 ? 0 : this.#windowsOf(this.#shortest);
  }

  get size(): number {
    return this.count * this.batch * this.#steps;
  }

  get longest(): number {
    return this.#steps;
  }

  check(definition: Definition): void {
    const { kind, target } = checkKinds(definition, this.#targets !== undefined, Object.keys(this.#heads));
    const several = isSeveral(this.#source, kind);
    this.#documents = several ? (this.#source as readonly Sequence[]) : [this.#source as Sequence];
    if (this.#documents.length === 0) throw new RangeError("windows: the data is empty. Give at least one step.");
    this.#documents.forEach((document, index) => {
      checkSequence(several ? `data[${index}]` : "data", document, kind);
    });
    const given = { ...(this.#targets === undefined ? {} : { target: this.#targets }), ...this.#heads };
    this.#answers = Object.fromEntries(
      Object.entries(given).map(([name, targets]) => {
        const place = name === "target" ? "targets" : `heads.${name}`;
        const head = definition.heads.findIndex((one) => one.name === name);
        const answers = several ? (targets as readonly Sequence[]) : [targets as Sequence];
        this.#checkAnswers(place, answers, name === "target" ? target : targetKind(definition, head), several);
        return [name, answers];
      }),
    );
    this.#streams = several ? this.#dealDocuments() : this.#divide();
  }

  /** For each document one list, of one target a step. */
  #checkAnswers(place: string, answers: readonly Sequence[], kind: Kind, several: boolean): void {
    if (answers.length !== this.#documents.length)
      throw new RangeError(
        `windows: there are ${this.#documents.length} documents but ${answers.length} lists of ${place}. Give one list a document.`,
      );
    answers.forEach((answer, index) => {
      checkSequence(several ? `${place}[${index}]` : place, answer, kind);
      const { length } = this.#documents[index];
      if (answer.length !== length)
        throw new RangeError(`windows: the data has ${length} steps but the ${place} have ${answer.length}. Give one target a step.`);
    });
  }

  *batches(_random: unknown, whole: boolean): Generator<Batch, void, void> {
    const { batch } = this;
    const steps = this.#steps;
    const count = this.#windowsOf(this.#shortest);
    const places = this.#streams.map(() => ({ stretch: 0, done: 0 }));
    const keep = new Int32Array(batch);
    let length = steps;
    const write = (slots: Readonly<Record<string, Slots>>): void => {
      for (let b = 0; b < batch; b++) {
        const { document, from } = this.#streams[b][places[b].stretch];
        const start = from + places[b].done;
        for (const name in slots) {
          const answers = this.#answers[name];
          if (answers) writeRows(slots[name], answers[document], start, length, b);
          else writeRows(slots[name], this.#documents[document], name === "target" ? start + 1 : start, length, b);
        }
      }
    };
    for (let window = 0; window < count; window++) {
      this.#advance(places, keep, steps);
      yield { steps, keep, write };
      for (const place of places) place.done += steps;
    }
    // One document: the streams are equally long, and an evaluation reads them to their end.
    length = this.#documents.length === 1 ? this.#streams[0][0].length - count * steps : 0;
    if (whole && length > 0) {
      keep.fill(count > 0 ? 1 : 0);
      yield { steps: length, keep, write };
    }
  }

  /** Moves each stream to its next stretch if this one has no window left, and says which ones go on. */
  #advance(places: { stretch: number; done: number }[], keep: Int32Array, steps: number): void {
    places.forEach((place, b) => {
      if (place.done + steps > this.#streams[b][place.stretch].length) {
        place.stretch++;
        place.done = 0;
      }
      keep[b] = place.done === 0 ? 0 : 1;
    });
  }

  get #shortest(): readonly Stretch[] {
    return this.#streams.reduce((short, stream) => (this.#windowsOf(stream) < this.#windowsOf(short) ? stream : short));
  }

  #windowsOf(stream: readonly Stretch[]): number {
    return stream.reduce((sum, { length }) => sum + Math.floor(length / this.#steps), 0);
  }

  /** Steps of a document that have a target. */
  #usable(document: number): number {
    return this.#documents[document].length - (this.#answers.target ? 0 : 1);
  }

  #divide(): Stretch[][] {
    const length = Math.floor(this.#usable(0) / this.batch);
    if (length < this.#steps)
      throw new RangeError(
        `windows: the data has ${this.#documents[0].length} steps, which makes ${this.batch} streams of ${length}, shorter than a window of ${this.#steps}. Use at most ${Math.max(1, length)} steps, a smaller batch, or more data.`,
      );
    return Array.from({ length: this.batch }, (_, b) => [{ document: 0, from: b * length, length }]);
  }

  /** Each document goes to the stream that has the least so far. */
  #dealDocuments(): Stretch[][] {
    const streams: Stretch[][] = Array.from({ length: this.batch }, () => []);
    const filled = new Array<number>(this.batch).fill(0);
    this.#documents.forEach((_, document) => {
      const length = this.#usable(document);
      const count = Math.floor(length / this.#steps);
      if (count === 0) return;
      const least = filled.indexOf(Math.min(...filled));
      streams[least].push({ document, from: 0, length });
      filled[least] += count;
    });
    const empty = filled.indexOf(0);
    if (empty >= 0)
      throw new RangeError(
        `windows: only ${filled.filter((count) => count > 0).length} of ${this.#documents.length} documents fill a window of ${this.#steps} steps, too few for ${this.batch} streams. Use a smaller batch or fewer steps.`,
      );
    return streams;
  }
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
      throw new TypeError(
        `windows: the model's head "${name}" has no targets. Give heads: { ${name}: … }, one target a step, with the data in memory.`,
      );
    if (!targetKind(definition, index + 1).perStep)
      throw new TypeError(`windows: the head "${name}" gives one vector for a whole sequence, and a window is none. Use examples().`);
  });
  if (definition.heads[0].loss.mean === "sequences")
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
