// The training loop: one call into the machine a step, progress handed out as it comes.

import {
  CONTROL_CLIP_NORM,
  CONTROL_CLIP_VALUE,
  CONTROL_COUNT,
  CONTROL_CUT,
  CONTROL_LOSS,
  CONTROL_NORM,
  CONTROL_POLICY,
  CONTROL_RANDOM_LENGTH,
  CONTROL_RATE,
  CONTROL_STATE,
  CONTROL_STATUS,
  CONTROL_STEP,
  CONTROL_UPDATES,
  Policy,
  Status,
} from "../../assembly/isa.ts";
import { checkChoice, checkNumber, checkOptions, checkSize, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Carry, NonFinite, Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import { randomFrom } from "../engine/random.ts";
import type { Purpose } from "../plan/unfold.ts";
import type { Batch, Data } from "./data.ts";
import { adam, type Optimizer, stateBlocks, writeOptimizer } from "./optimizer.ts";
import { giveWay } from "./pause.ts";
import { rateAt } from "./schedule.ts";

export interface TrainOptions {
  /** Default: adam(1e-3). */
  readonly optimizer?: Optimizer;
  /** Passes over the data. Default: 1. */
  readonly epochs?: number;
  /** Steps after which to stop, whatever the epochs. Default: no limit. */
  readonly steps?: number;
  /** `norm`: the gradient is shortened to this Euclidean length; `value`: each of its numbers is cut to ±value. Default: neither. */
  readonly clip?: { readonly norm?: number; readonly value?: number };
  /**
   * When loss or gradient is not finite: `throw` an error that says where it began, `skip` the step, or make a step of `length` in a
   * random direction (Goodfellow et al. 2016, §10.11.1). Default: "throw"; the length of "randomStep" is 1e-2.
   */
  readonly onNonFinite?: "throw" | "skip" | "randomStep" | { readonly randomStep: number };
  /** Whether layers that listen to the output hear the truth instead. Default: true. */
  readonly teacherForcing?: boolean;
  /** Ends the training, after the step that is running. */
  readonly signal?: AbortSignal;
}

/** What one step did. */
export interface Progress {
  /** Steps made so far, from 1. */
  readonly step: number;
  /** Passes finished, from 0. */
  readonly epoch: number;
  /** Mean loss of this step's batch, in the loss's own unit (nats for the cross-entropies). */
  readonly loss: number;
  /** Euclidean length of the gradient before clipping. */
  readonly gradientNorm: number;
  /** Whether clipping, by norm or by value, changed the gradient. */
  readonly clipped: boolean;
  /** What was done: "updated", or "skipped" or "randomStep" if loss or gradient was not finite. */
  readonly action: "updated" | "skipped" | "randomStep";
  /** The learning rate of this step. */
  readonly rate: number;
  /** Symbols or rows of features a second, while this step ran. */
  readonly tokensPerSecond: number;
}

/** The gradient or the loss was not finite, and the training was told to throw. Nothing was changed by the step. */
export class NonFiniteError extends Error {
  readonly step: number;
  /** The first value that was not finite, in the order of computation; null if only a sum of finite values was. */
  readonly first: NonFinite | null;

  constructor(step: number, loss: number, norm: number, first: NonFinite | null) {
    const where = first
      ? `The first such value is ${first.value} in ${first.label} at time step ${first.time}, row ${first.row}, column ${first.column}.`
      : "Every single value is finite; only their sum is not.";
    super(
      `At training step ${step} the loss is ${loss} and the gradient's norm ${norm}. ${where} The parameters are unchanged. Lower the learning rate, clip the gradient (clip: { norm: 1 }), or choose onNonFinite: "skip" or "randomStep".`,
    );
    this.name = "NonFiniteError";
    this.step = step;
    this.first = first;
  }
}

/** What the optimizer remembers between calls of train(). */
export interface Memoir {
  kind: Optimizer["kind"] | null;
  address: number;
  bytes: number;
}

const OPTIONS = ["optimizer", "epochs", "steps", "clip", "onNonFinite", "teacherForcing", "signal"];

/** Options with defaults, checked. */
export function checkTraining(definition: Definition, data: Data, options: TrainOptions) {
  checkOptions("train", options, OPTIONS);
  const { optimizer = adam(1e-3), epochs = 1, steps = Infinity, clip = {}, onNonFinite = "throw", teacherForcing = true, signal } = options;
  if (optimizer?.kind === undefined)
    throw new TypeError(`train: optimizer must be sgd(…), rmsprop(…), adam(…) or adamw(…) but is ${describe(optimizer)}.`);
  checkSize("train: epochs", epochs);
  if (steps !== Infinity) checkSize("train: steps", steps);
  checkOptions("train: clip", clip, ["norm", "value"]);
  for (const [key, limit] of Object.entries(clip))
    if (checkNumber(`train: clip.${key}`, limit, 0) === 0)
      throw new RangeError(`train: clip.${key} is 0, which would stop all learning. Use a positive number, or leave it out.`);
  const policy =
    typeof onNonFinite === "string" ? checkChoice("train: onNonFinite", onNonFinite, ["throw", "skip", "randomStep"]) : "randomStep";
  const length = typeof onNonFinite === "object" ? checkNumber("train: onNonFinite.randomStep", onNonFinite.randomStep, 0) : 1e-2;
  if (typeof teacherForcing !== "boolean")
    throw new TypeError(`train: teacherForcing must be true or false but is ${describe(teacherForcing)}.`);
  checkData("train", definition, data);
  return { optimizer, epochs, steps, clip, policy, length, teacherForcing, signal };
}

export function checkData(place: string, definition: Definition, data: Data): void {
  if (typeof data?.check !== "function")
    throw new TypeError(`${place}: the data must be windows(…) or examples(…) but is ${describe(data)}.`);
  data.check(definition);
}

/** Puts a batch where its program reads it. */
function writeBatch(machine: Machine, program: Program, batch: Batch): void {
  const { nodes, input, target, batch: rows, steps } = program.plan;
  const slots = (what: "input" | "target") => {
    const node = nodes[what === "input" ? input : target];
    const { address, stride } = program.place(what);
    const count = (node.shape.extent === "sequence" ? rows * steps : rows) * stride;
    return { values: node.shape.symbols > 0 ? machine.memory.integers(address, count) : machine.memory.floats(address, count), stride };
  };
  batch.write(slots("input"), slots("target"));
}

/** Runs batches of one purpose one after the other and carries the state from each to the next. */
class Runner {
  readonly #machine: Machine;
  readonly #programs: Programs;
  readonly #purpose: Purpose;
  readonly #batch: number;
  readonly #carries = new Map<number, Carry>();
  readonly #anew = new Map<number, Int32Array>();

  constructor(machine: Machine, programs: Programs, purpose: Purpose, batch: number) {
    this.#machine = machine;
    this.#programs = programs;
    this.#purpose = purpose;
    this.#batch = batch;
  }

  run(batch: Batch): { program: Program; carry: Carry; keep: Int32Array } {
    const rows = batch.rows ?? this.#batch;
    const program = this.#programs.get(this.#purpose, rows, batch.steps);
    let carry = this.#carries.get(rows);
    if (!carry) {
      carry = program.newCarry();
      this.#carries.set(rows, carry);
      this.#anew.set(rows, new Int32Array(rows));
    }
    const keep = batch.keep ?? (this.#anew.get(rows) as Int32Array);
    writeBatch(this.#machine, program, batch);
    program.run(carry, keep);
    return { program, carry, keep };
  }

  release(): void {
    for (const { from, to, bytes } of this.#carries.values()) {
      this.#machine.memory.release(from, bytes);
      this.#machine.memory.release(to, bytes);
    }
    this.#carries.clear();
  }
}

/** Trains and yields after every step. Arguments have been checked. */
export async function* training(
  machine: Machine,
  programs: Programs,
  definition: Definition,
  memoir: Memoir,
  data: Data,
  options: ReturnType<typeof checkTraining>,
): AsyncGenerator<Progress, void, void> {
  const { optimizer, epochs, steps, clip, policy, length, teacherForcing, signal } = options;
  const runner = new Runner(machine, programs, { kind: "train", teacherForcing }, data.batch);
  const pause = giveWay();
  prepare(machine, memoir, optimizer, clip, policy, length);
  let made = 0;
  try {
    for (let epoch = 0; epoch < epochs && made < steps; epoch++) {
      const random = randomFrom(definition.seed, `order of epoch ${machine.view().getUint32(CONTROL_STEP, true)}`);
      let before = performance.now();
      for (const batch of data.batches(random, false)) {
        if (made === steps || signal?.aborted) return;
        const control = machine.view();
        const step = control.getUint32(CONTROL_STEP, true);
        const rate = rateAt(optimizer.rate, step);
        control.setFloat64(CONTROL_RATE, rate, true);
        const { program, carry, keep } = runner.run(batch);
        made++;
        const progress = read(machine.view(), { made, epoch, rate, clip });
        if (progress.action === "skipped" && policy === "throw")
          throw new NonFiniteError(made, progress.loss, progress.gradientNorm, program.diagnose(carry, keep));
        if (progress.action !== "skipped") machine.version++;
        program.accept(carry);
        machine.view().setUint32(CONTROL_STEP, step + 1, true);
        const tokens = program.plan.batch * program.plan.steps;
        yield { ...progress, tokensPerSecond: (1000 * tokens) / Math.max(performance.now() - before, 1e-3) };
        const waiting = pause();
        if (waiting) await waiting;
        before = performance.now();
      }
    }
  } finally {
    runner.release();
  }
}

/** Writes into the control block what stays the same over the whole training, and makes room for the optimizer's memory. */
function prepare(
  machine: Machine,
  memoir: Memoir,
  optimizer: Optimizer,
  clip: { readonly norm?: number; readonly value?: number },
  policy: "throw" | "skip" | "randomStep",
  length: number,
): void {
  needState(machine, memoir, optimizer.kind, stateBlocks(optimizer));
  const control = machine.view();
  writeOptimizer(control, optimizer);
  control.setUint32(CONTROL_POLICY, policy === "throw" ? Policy.stop : Policy[policy], true);
  control.setFloat32(CONTROL_RANDOM_LENGTH, length, true);
  control.setFloat32(CONTROL_CLIP_VALUE, clip.value ?? 0, true);
  control.setFloat32(CONTROL_CLIP_NORM, clip.norm ?? 0, true);
}

/** An optimizer of the same kind goes on from what it remembers; another begins anew. */
export function needState(machine: Machine, memoir: Memoir, kind: Optimizer["kind"], blocks: number): void {
  const bytes = blocks * machine.layout.bytes;
  if (memoir.kind === kind && memoir.bytes === bytes) return;
  if (memoir.bytes > 0) machine.memory.release(memoir.address, memoir.bytes);
  memoir.address = machine.memory.allocate(bytes);
  memoir.bytes = bytes;
  memoir.kind = kind;
  const control = machine.view();
  control.setUint32(CONTROL_STATE, memoir.address, true);
  control.setUint32(CONTROL_UPDATES, 0, true);
}

const ACTION = { [Status.updated]: "updated", [Status.skipped]: "skipped", [Status.randomStep]: "randomStep" } as const;

function read(
  control: DataView,
  { made, epoch, rate, clip }: { made: number; epoch: number; rate: number; clip: { readonly norm?: number } },
): Omit<Progress, "tokensPerSecond"> {
  const gradientNorm = control.getFloat64(CONTROL_NORM, true);
  return {
    step: made,
    epoch,
    loss: control.getFloat64(CONTROL_LOSS, true),
    gradientNorm,
    clipped: control.getUint32(CONTROL_CUT, true) > 0 || (clip.norm !== undefined && gradientNorm + 1e-6 > clip.norm),
    action: ACTION[control.getUint32(CONTROL_STATUS, true) as Status],
    rate,
  };
}

/** Mean loss over data, and what it is the mean of. */
export interface Evaluation {
  /** Mean loss, in the loss's own unit. */
  readonly loss: number;
  /** Symbols, vectors or numbers that it is the mean of. */
  readonly count: number;
}

/** The loss over one pass, without changing anything. */
export async function evaluation(
  machine: Machine,
  programs: Programs,
  data: Data,
  { teacherForcing, signal }: { teacherForcing: boolean; signal?: AbortSignal | undefined },
): Promise<Evaluation> {
  const runner = new Runner(machine, programs, { kind: "evaluate", teacherForcing }, data.batch);
  const pause = giveWay();
  let [sum, count] = [0, 0];
  try {
    for (const batch of data.batches(null, true)) {
      signal?.throwIfAborted();
      const { program, carry } = runner.run(batch);
      const control = machine.view();
      const weight = control.getFloat64(CONTROL_COUNT, true);
      sum += control.getFloat64(CONTROL_LOSS, true) * weight;
      count += weight;
      program.accept(carry);
      const waiting = pause();
      if (waiting) await waiting;
    }
  } finally {
    runner.release();
  }
  return { loss: count > 0 ? sum / count : 0, count };
}
