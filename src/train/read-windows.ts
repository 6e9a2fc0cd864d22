// One long sequence that is read as it is needed: a pool of windows a stream at a time, along which state is carried, and on where a stream goes on.

import type { Definition } from "../define/model.ts";
import { type Batch, checkList, checkSequence, type Data, type Kind, type Sequence, targetKind } from "./data.ts";
import { checkKinds, writerOf } from "./held-windows.ts";
import { afterBatches, read, type Source } from "./source.ts";
import { along, deal } from "./stretches.ts";

/**
 * A piece of a long sequence, of any length; or with what each of its steps should give (default: the next step's input), by the model's other heads
 * as well.
 */
export type Chunk =
  | Sequence
  | { readonly input: Sequence; readonly target?: Sequence; readonly heads?: Readonly<Record<string, Sequence>> };

export class ReadWindows implements Data {
  readonly batch: number;
  /** Nobody knows before the end. */
  readonly count = Infinity;
  readonly size = Infinity;
  readonly longest: number;
  readonly #source: Source<Chunk>;
  readonly #pool: number;
  #definition: Definition | null = null;

  constructor(source: Source<Chunk>, batch: number, steps: number, pool: number) {
    this.#source = source;
    this.batch = batch;
    this.longest = steps;
    this.#pool = pool;
  }

  check(definition: Definition): void {
    // Which targets there are is seen when they come.
    checkKinds(
      definition,
      true,
      definition.heads.slice(1).map(({ name }) => name),
    );
    this.#definition = definition;
  }

  async *batches(): AsyncGenerator<Batch, void, void> {
    const { batch, longest: steps } = this;
    const held = new Held(this.#definition as Definition);
    const most = batch * steps * this.#pool;
    let [index, done, pools] = [0, 0, 0];
    for await (const chunk of read("windows", this.#source)) {
      try {
        held.push(`chunks[${index}]`, chunk);
      } catch (error) {
        throw afterBatches(error, done);
      }
      index++;
      while (held.usable >= most) {
        for (const made of held.take(most, batch, batch, steps, pools++)) {
          yield made;
          done++;
        }
      }
    }
    const rest = held.usable;
    if (pools === 0 && rest < batch * steps)
      throw new RangeError(
        `windows: the function gave ${rest} steps in this pass, which makes ${batch} streams of ${Math.floor(rest / batch)}, shorter than a window of ${steps}. It is called once a pass and must begin anew each time. Use a smaller batch, fewer steps, or more data.`,
      );
    // Rather fewer streams than shorter windows.
    if (rest > 0) yield* held.take(rest, batch, Math.max(1, Math.min(batch, Math.floor(rest / steps))), steps, pools);
  }
}

/** What has been read and not been used: a list of rows for each name. */
class Held {
  readonly #definition: Definition;
  /** "input", then what is given of the heads; the first chunk says which. */
  #lists: Record<string, (number | ArrayLike<number>)[]> | null = null;
  #kinds: Readonly<Record<string, Kind>> = {};
  /** What has been used is dropped when more comes. */
  #used = 0;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** Steps that have a target. */
  get usable(): number {
    const { input = [], target } = this.#lists ?? {};
    return Math.max(0, input.length - this.#used - (target ? 0 : 1));
  }

  /** Checks a chunk and keeps its values: what it lies in may be used again. */
  push(place: string, chunk: Chunk): void {
    const several = chunk !== null && typeof chunk === "object" && "input" in chunk;
    const { input, target, heads = {} } = several ? chunk : { input: chunk as Sequence };
    const given: Record<string, Sequence> = { input, ...(target !== undefined && { target }), ...heads };
    this.#lists ??= this.#begin(given);
    const names = Object.keys(this.#lists);
    const [missing, other] = [names.find((name) => !(name in given)), Object.keys(given).find((name) => !names.includes(name))];
    if (missing ?? other)
      throw new TypeError(
        `${place} ${missing ? `has no ${placeOf(missing)}, but those before had one` : `has a ${placeOf(other as string)}, but those before had none`}. Give all chunks of one kind.`,
      );
    for (const name of names) {
      const where = several ? `${place}.${placeOf(name)}` : place;
      checkList(where, given[name]);
      if (given[name].length !== input.length)
        throw new RangeError(
          `${place}: the input has ${input.length} steps but the ${placeOf(name)} has ${given[name].length}. Give one target a step.`,
        );
      const list = this.#lists[name].slice(this.#used);
      append(list, where, given[name], this.#kinds[name]);
      this.#lists[name] = list;
    }
    this.#used = 0;
  }

  /** Lists for what the first chunk has, if that is what the model needs. */
  #begin(given: Readonly<Record<string, Sequence>>): Record<string, (number | ArrayLike<number>)[]> {
    const definition = this.#definition;
    const names = Object.keys(given);
    const heads = names.filter((name) => name !== "input" && name !== "target");
    const { kind } = checkKinds(definition, "target" in given, heads);
    const kindOf = (name: string): Kind =>
      name === "input"
        ? kind
        : targetKind(
            definition,
            definition.heads.findIndex((head) => head.name === name),
          );
    this.#kinds = Object.fromEntries(names.map((name) => [name, kindOf(name)]));
    return Object.fromEntries(names.map((name) => [name, []]));
  }

  /**
   * Windows over the first so many steps, in so many streams. In the next pool the first stream goes on where the last one ends, and so it has that
   * one's row: from pool to pool rows move up by one.
   */
  take(count: number, batch: number, streams: number, steps: number, pool: number): Iterable<Batch> {
    const from = this.#used;
    this.#used += count;
    const { input, ...answers } = this.#lists as Record<string, Sequence>;
    const write = writerOf({
      documents: [input],
      answers: Object.fromEntries(Object.entries(answers).map(([name, list]) => [name, [list]])),
    });
    const dealt = deal([count], streams, Math.min(steps, count));
    const first = (batch - (pool % batch)) % batch;
    const rows = Array.from({ length: batch }, (_, row) => dealt[(row - first + batch) % batch] ?? []);
    return along(
      rows,
      steps,
      (slots, document, start, length, b) => write(slots, document, from + start, length, b),
      pool > 0 ? first : -1,
    );
  }
}

const placeOf = (name: string): string => (name === "input" || name === "target" ? name : `heads.${name}`);

function append(list: (number | ArrayLike<number>)[], place: string, sequence: Sequence, kind: Kind): void {
  checkSequence(place, sequence, kind, 0);
  for (let i = 0; i < sequence.length; i++) {
    const row = sequence[i];
    list.push(typeof row === "number" ? row : Float32Array.from(row));
  }
}
