// examples(): separate sequences of any length, each with its own target; every batch begins with a fresh state.

import { checkFlag, checkOptions, checkSize, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { type Random, randomFrom } from "../engine/random.ts";
import { type Bucketing, cut, type Lengths } from "./bucket.ts";
import type { Batch, Data, HeldData } from "./data.ts";
import { type Example, Form } from "./form.ts";
import { wastedIn } from "./idle.ts";
import { afterBatches, isFlow, read, type Source } from "./source.ts";

export interface ExampleOptions {
  /** Sequences side by side; fewer in the last batch of a pass, or of a pool. Default: 32. */
  readonly batch?: number;
  /**
   * Whether sequences of about one length are put into one batch, and batches shuffled; if not, they come in the order that they are given in.
   * Default: true. What that does to ends that are learned: see `pool`.
   */
  readonly bucket?: boolean;
  /**
   * Batches whose sequences are sorted by length together. A small pool mixes the lengths more, a large one leaves fewer rows idle at the ends of
   * batches; 1 does not look at the length. Of data that is read as it is needed, so much is in memory at a time. Default: 64.
   *
   * Batches of about one length pull what is learned of ends towards their own length, one after the other. Where lengths matter, as where names
   * are made from nothing, take 1: names drawn so were as long as the data's but for a Kolmogorov–Smirnov distance of 0.02, with 64 of 0.07.
   */
  readonly pool?: number;
}

/**
 * Sequences that belong to no stream, of different lengths as they are: nothing is padded. A sequence may have no step: its vector is what the
 * layers make of their first state, its steps teach nothing.
 *
 * A list is in memory; a function gives anything that can be iterated, at once or in time (`examples(() => lines(file))`), is called for every pass,
 * and is read a pool at a time. What it gives is checked as it comes.
 *
 * Training shuffles a list anew in every epoch, from the model's seed; what is read is shuffled pool by pool.
 */
export function examples(source: Source<Example>, options?: ExampleOptions): Data;
export function examples(list: readonly Example[], options?: ExampleOptions): HeldData;
export function examples(source: readonly Example[] | Source<Example>, options: ExampleOptions = {}): Data {
  checkOptions("examples", options, ["batch", "bucket", "pool"]);
  const bucketing = {
    batch: checkSize("examples: batch", options.batch ?? 32),
    bucket: checkFlag("examples: bucket", options.bucket ?? true),
    pool: checkSize("examples: pool", options.pool ?? 64),
  };
  if (typeof source === "function") return new ReadExamples(source, bucketing);
  if (!Array.isArray(source)) {
    const advice = isFlow(source) ? " It can be gone through once, but every pass begins anew: examples(() => …)." : "";
    throw new TypeError(
      `examples: the data must be an array of { input, target }, or a function that gives what can be iterated, but is ${describe(source)}.${advice}`,
    );
  }
  if (source.length === 0) throw new RangeError("examples: the data is empty. Give at least one { input, target }.");
  return new HeldExamples(source, bucketing);
}

/** Examples in memory, checked before any work. */
class HeldExamples implements HeldData {
  readonly batch: number;
  readonly #list: readonly Example[];
  readonly #bucketing: Bucketing;
  #form: Form | null = null;
  #lengths: Lengths = [new Int32Array(), new Int32Array()];
  /** Those that take part. */
  #members: Uint32Array;

  constructor(list: readonly Example[], bucketing: Bucketing) {
    this.#list = [...list];
    this.#bucketing = bucketing;
    this.batch = bucketing.batch;
    this.#members = Uint32Array.from(list, (_, index) => index);
  }

  get count(): number {
    return Math.ceil(this.#members.length / this.batch);
  }

  get size(): number {
    return this.#form ? this.#lengths[0].reduce((sum, length) => sum + length, 0) : 0;
  }

  get longest(): number {
    return Math.max(1, ...this.#lengths.map((lengths) => lengths.reduce((longest, length) => Math.max(longest, length), 0)));
  }

  get wasted(): number {
    return wastedIn(this.batches(randomFrom(0, "wasted")), this.batch);
  }

  check(definition: Definition): void {
    const form = new Form(definition);
    this.#list.forEach((example, index) => {
      form.check(`examples[${index}]`, example);
    });
    this.#form = form;
    this.#lengths = lengthsOf(form, this.#list);
    this.#members = teaching(form, this.#lengths);
    if (this.#members.length === 0) throw nothingToLearn(this.#list.length);
  }

  *batches(random: Random | null): Generator<Batch, void, void> {
    const form = this.#form;
    if (!form) return;
    for (const members of cut(this.#members.slice(), this.#lengths, this.#bucketing, random))
      yield form.batch(Array.from(members, (member) => this.#list[member]));
  }
}

/** Examples that are read as they are needed, and checked as they come. */
class ReadExamples implements Data {
  readonly batch: number;
  /** Nobody knows before the end. */
  readonly count = Infinity;
  readonly size = Infinity;
  readonly #source: Source<Example>;
  readonly #bucketing: Bucketing;
  #form: Form | null = null;

  constructor(source: Source<Example>, bucketing: Bucketing) {
    this.#source = source;
    this.#bucketing = bucketing;
    this.batch = bucketing.batch;
  }

  check(definition: Definition): void {
    this.#form = new Form(definition);
  }

  async *batches(random: Random | null): AsyncGenerator<Batch, void, void> {
    const form = this.#form as Form;
    const { batch, bucket, pool } = this.#bucketing;
    const most = bucket ? batch * pool : batch;
    let [index, done] = [0, 0];
    let held: Example[] = [];
    const batchesOf = (list: readonly Example[]): Batch[] => {
      const lengths = lengthsOf(form, list);
      const all = cut(teaching(form, lengths), lengths, this.#bucketing, random);
      return all.map((members) => form.batch(Array.from(members, (member) => list[member])));
    };
    for await (const example of read("examples", this.#source)) {
      try {
        form.check(`examples[${index}]`, example);
      } catch (error) {
        throw afterBatches(error, done);
      }
      index++;
      held.push(form.copy(example));
      if (held.length < most) continue;
      const list = held;
      held = [];
      for (const made of batchesOf(list)) {
        yield made;
        done++;
      }
    }
    const rest = batchesOf(held);
    yield* rest;
    if (index === 0)
      throw new RangeError(
        "examples: the function gave nothing to iterate over in this pass. It is called once a pass and must begin anew each time.",
      );
    if (done + rest.length === 0) throw nothingToLearn(index);
  }
}

const nothingToLearn = (count: number): RangeError =>
  new RangeError(`examples: none of the ${count} sequences has a step, so there is nothing to learn. Give at least one step.`);

const lengthsOf = (form: Form, list: readonly Example[]): Lengths => [
  Int32Array.from(list, (example) => form.steps(example)),
  Int32Array.from(list, (example) => form.sourceSteps(example)),
];

/** Those that teach something: where each step has its target, one without steps does not. */
const teaching = ({ perStep }: Form, [steps]: Lengths): Uint32Array =>
  Uint32Array.from(steps.keys()).filter((member) => !perStep || steps[member] > 0);
