// A network: what trains, predicts, streams, generates and can be saved, with the memory that it owns.
// The types of `using` are not among those that every compiler's target brings along.
/// <reference lib="esnext.disposable" preserve="true" />

import { checkFlag, checkOptions } from "./define/check.ts";
import type { Definition } from "./define/model.ts";
import { closed, type Machine } from "./engine/machine.ts";
import { Parameters } from "./engine/parameters.ts";
import { Programs } from "./engine/programs.ts";
import { checkSaving, contentsOf, restore, type SaveOptions } from "./file/restore.ts";
import { type Contents, write } from "./file/save.ts";
import type { Plan } from "./plan/plan.ts";
import { type Bytes, plan } from "./planning.ts";
import type { Data, Sequence } from "./train/data.ts";
import { type Evaluation, evaluation } from "./train/evaluate.ts";
import type { Solution } from "./train/judgement.ts";
import type { OptimizerMemory } from "./train/memory.ts";
import { checkData, checkSignal, checkTraining, type TrainOptions } from "./train/options.ts";
import type { Progress } from "./train/progress.ts";
import { checkSolving, type SolveOptions, solving } from "./train/solve.ts";
import { training } from "./train/train.ts";
import { checkForecast, forecast } from "./use/forecast.ts";
import { type Drawing, generate, sample } from "./use/generate.ts";
import type { Generated } from "./use/generated.ts";
import { checkPredicting, type PredictAllOptions, type PredictOptions, predictAll } from "./use/predict.ts";
import { checkRequest, type GenerateAllOptions, type GenerateOptions, type SampleOptions } from "./use/request.ts";
import { checkScoring, type Pair, type Score, type ScoreOptions, score } from "./use/score.ts";
import { checkStreaming } from "./use/steps.ts";
import { Stream } from "./use/stream.ts";
import { Streams } from "./use/streams.ts";

/** A network with its memory. Made by `compile` or `open`; `close` (or `using`) gives the memory back. */
export class Network implements Disposable {
  readonly definition: Definition;
  readonly parameters: Parameters;
  /** The text that `save` was given. */
  note = "";
  /** null once it is closed. */
  #programs: Programs | null;
  readonly #memory: OptimizerMemory = { kind: null, address: 0, bytes: 0, states: () => null };
  #training = false;

  /** @internal Use `compile`. */
  constructor(machine: Machine, definition: Definition) {
    this.definition = definition;
    this.#programs = new Programs(machine, definition);
    this.parameters = new Parameters(machine, () => this.#open());
  }

  /** Which binary runs: `relaxed` with fused multiply-add, `simd`, or one that was given. */
  get binary(): string {
    return this.#open().machine.binary.name;
  }

  /** Threads that work on a batch. */
  get threads(): number {
    return 1;
  }

  /** Bytes that are allocated now. */
  get bytes(): Bytes {
    const { machine, bytes: programs } = this.#open();
    const { bytes: parameters, panelBytes: panels, trainedBytes } = machine.layout;
    const gradients = machine.gradients === 0 ? 0 : trainedBytes;
    const optimizer = this.#memory.bytes;
    return { parameters, gradients, panels, optimizer, programs, total: parameters + gradients + panels + optimizer + programs };
  }

  /** The plan of the training step that ran last, or of one step of one row; `plan(definition, …)` gives any other. */
  get plan(): Plan {
    return this.#open().latest("train") ?? plan(this.definition);
  }

  /**
   * Trains, and gives its progress after every step: `for await (const { step, loss } of net.train(data))`. Leaving the loop ends the
   * training. Gives way to the event loop at least every 10 ms, as far as a single step takes less.
   *
   * @throws TypeError or RangeError for options or data that do not fit, before any work; NonFiniteError as `onNonFinite` says.
   */
  train(data: Data, options: TrainOptions = {}): AsyncGenerator<Progress, void, void> {
    const programs = this.#open();
    const checked = checkTraining(this.definition, data, options);
    return this.#exclusively(training(programs, this.#memory, data, checked));
  }

  /**
   * Mean loss over data, without dropout and without changing anything. `teacherForcing` as in training; what a decoder draws then follows from the
   * model's seed and the number of the batch, whatever has been trained. Default: true. A model that looks
   * ahead (reverse(), bidirectional()) sees no further than the end of each window. An aborted `signal` is thrown: half of the data has no answer.
   */
  async evaluate(data: Data, options: { readonly teacherForcing?: boolean; readonly signal?: AbortSignal } = {}): Promise<Evaluation> {
    const programs = this.#open();
    checkOptions("evaluate", options, ["teacherForcing", "signal"]);
    const { teacherForcing = true, signal } = options;
    checkFlag("evaluate: teacherForcing", teacherForcing);
    checkSignal("evaluate", signal);
    checkData("evaluate", this.definition, data);
    return evaluation(programs, data, { teacherForcing, signal });
  }

  /**
   * The outputs for one sequence, beginning with a fresh state: one array a step, or a single one for a sequence → vector model.
   * Probabilities where the loss is a cross-entropy, of a density weights, means and deviations; with `raw` the numbers before softmax, sigmoid or exp. A model that looks ahead (reverse(),
   * bidirectional()) runs the whole sequence at once, so its memory grows with the length. A sequence of no steps has no outputs; to a vector it gives
   * what the zero vector gives. Steps share buffers: before `postMessage` of one of them, copy it.
   *
   * @throws TypeError or RangeError for what does not fit, before any work; RangeError where an output is not finite, with the step and where it began.
   */
  predict(sequence: Sequence, options: PredictOptions = {}): Float32Array[] {
    return predictAll(this.#open(), checkPredicting("predict", this.definition, [sequence], options))[0];
  }

  /**
   * The outputs for each of many sequences, as `predict` gives them bit for bit: `batch` run side by side, each to its own end, those of like length
   * together. Results stand in the order of the sequences.
   */
  predictAll(sequences: readonly Sequence[], options: PredictAllOptions = {}): Float32Array[][] {
    return predictAll(this.#open(), checkPredicting("predictAll", this.definition, sequences, options));
  }

  /** A stream of single steps with a state of its own. @throws TypeError for a model that looks ahead: reverse(), bidirectional(). */
  stream(): Stream {
    const programs = this.#open();
    checkStreaming("stream", this.definition);
    return new Stream(programs, { kind: "stream" });
  }

  /** So many streams over these weights, each with a state of its own, pushed together or some at a time. @throws TypeError as `stream`. */
  streams(count: number): Streams {
    const programs = this.#open();
    checkStreaming("streams", this.definition);
    return new Streams(programs, count);
  }

  /**
   * Finds the read-out (a last layer that is dense, without activation) in closed form: ridge regression in f64, one pass over the data whatever
   * the number of ridges (Lukoševičius 2012, §4). Layers that listen to the output hear the truth. Of crossEntropy and binaryCrossEntropy the
   * likeliest answer is right (one-hot targets, 1 and −1), the probability is not calibrated.
   *
   * @throws TypeError or RangeError before anything is changed: no such read-out, a washout as long as the data, a singular system.
   */
  async solve(data: Data, options: SolveOptions): Promise<Solution> {
    const programs = this.#open();
    const checked = checkSolving(this.definition, data, options);
    this.#begin();
    return solving(programs, data, checked).finally(() => {
      this.#training = false;
    });
  }

  /** Runs over the past, then on by itself: `steps` outputs, as `predict` gives them, each the next input. For models that take what they give. */
  forecast(past: Sequence, steps: number): Float32Array[] {
    const programs = this.#open();
    checkForecast(this.definition, past, steps);
    const stream = new Stream(programs, { kind: "forecast" });
    try {
      return forecast(stream, past, steps);
    } finally {
      stream.close();
    }
  }

  /**
   * Draws symbols one after the other, each fed back as the next input, or searches for the likeliest. Returns them without the prompt.
   * For models of numbers, `generateAll`.
   */
  generate(options: GenerateOptions = {}): number[] {
    return generate(this.#open(), checkRequest("generate", this.definition, options, { numbers: false }))[0].symbols;
  }

  /**
   * Several sequences at once, as one batch, with the probability of each step: samples, or one or several of each of the sources, source by source.
   * Sequence i is what is drawn alone with seed + i.
   */
  generateAll(options: GenerateAllOptions = {}): Generated[] {
    return generate(this.#open(), checkRequest("generateAll", this.definition, options, { several: true }));
  }

  /**
   * Symbols, or rows of numbers, one by one as they are drawn: `for (const { symbol, logProbability } of net.sample(…))`. Leaving the loop gives the
   * memory back; `for await` lets others have their turn. Returns at last whether it has ended, and the logProbability of the symbol that ended it.
   */
  sample(options: SampleOptions = {}): Drawing {
    return sample(this.#open(), checkRequest("sample", this.definition, options, { searches: false }));
  }

  /**
   * How likely the model holds a sequence to be, or of seq2seq() a `target` with its `source`: the sum, to the bit, of what drawing it had reported.
   * For the models of `generateAll`.
   */
  score(sequence: Sequence | Pair, options: ScoreOptions = {}): Score {
    return score(this.#open(), checkScoring(this.definition, sequence, options));
  }

  /** The model as one buffer, for `open`. */
  save(options: SaveOptions = {}): Uint8Array {
    const { machine } = this.#open();
    const { optimizer, note } = checkSaving(options, this.note);
    return write(contentsOf(machine, this.definition, this.#memory, note, optimizer));
  }

  /** @internal Takes over what a file holds. */
  restore(contents: Contents): void {
    restore(this.#open().machine, this.#memory, contents);
    this.note = contents.note;
  }

  /** Gives the memory back. Everything but another `close` throws from then on. */
  close(): void {
    if (this.#programs) this.#programs.machine.closed = true;
    this.#programs = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal For `unrolled/inspect`. */
  get inside(): Programs {
    return this.#open();
  }

  #open(): Programs {
    if (!this.#programs) throw closed("This network");
    return this.#programs;
  }

  #begin(): void {
    if (this.#training) throw new TypeError("This network is being trained already. Wait for that training to end, or leave its loop.");
    this.#training = true;
  }

  async *#exclusively(steps: AsyncGenerator<Progress, void, void>): AsyncGenerator<Progress, void, void> {
    this.#begin();
    try {
      for await (const progress of steps) {
        yield progress;
        this.#open();
      }
    } finally {
      this.#training = false;
    }
  }
}
