// What a training can be told, with defaults, checked before any work.

import { checkChoice, checkNumber, checkOptions, checkSize, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Data } from "./data.ts";
import { checkDelays } from "./delays.ts";
import { checkForcing } from "./forcing.ts";
import { adam, checkOptimizer, type Optimizer } from "./optimizer.ts";
import { checkPosition } from "./position.ts";
import type { Position } from "./progress.ts";
import type { Schedule } from "./schedule.ts";

/**
 * How a gradient is shortened before it is used (Mikolov 2012; Pascanu, Mikolov and Bengio 2013). Those that are given act in this order,
 * each on what the one before left. Lengths are Euclidean; the factor of both norms is min(1, norm/(‖g‖ + 1e-6)), as PyTorch has it.
 */
export interface Clip {
  /** Every number is cut to ±value, which may turn the direction. */
  readonly value?: number;
  /** Every parameter's gradient is shortened to this length, each on its own. */
  readonly parameterNorm?: number;
  /** The whole gradient is shortened to this length and keeps its direction. */
  readonly norm?: number;
}

export interface TrainOptions {
  /** Default: adam(1e-3). */
  readonly optimizer?: Optimizer;
  /**
   * Passes over the data; Infinity: until the loop is left, or `signal` ends it. Default: 1. So many trainings of one pass each, one after the other,
   * learn the same bit for bit: in a loop of one's own there is room between them to evaluate, to save, or to stop.
   */
  readonly epochs?: number;
  /** Steps after which to stop, whatever the epochs. Default: no limit. */
  readonly steps?: number;
  /** By `value`, then by `parameterNorm`, then by `norm`. `progress.clipped` says what acted, `progress.counts` how often. Default: none. */
  readonly clip?: Clip;
  /**
   * When loss or gradient is not finite: `throw` an error that says where it began, `skip` the step, or make a step of `length` in a
   * random direction (Goodfellow et al. 2016, §10.11.1). Default: "throw"; the length of "randomStep" is 1e-2.
   */
  readonly onNonFinite?: "throw" | "skip" | "randomStep" | { readonly randomStep: number };
  /**
   * Whether layers that listen to the output hear the truth instead; or how often, from 0 to 1, as a number or a schedule: for each row and time
   * step a coin falls, and what is not the truth is the model's own draw, as when it generates (scheduled sampling, Bengio et al. 2015):
   * of crossEntropy() a symbol, of binaryCrossEntropy() bits, of gaussian() and mixtureDensity(k) numbers. A draw is data, no gradient passes. With
   * meanSquared() nothing is drawn: it is the output itself, and the gradient goes on through it, teacher forcing mixed with back-propagation through
   * time (Goodfellow et al. 2016, §10.2.1). Coins and draws follow from the model's seed. 1 is true, 0 is false: free running. A decoder of seq2seq()
   * then hears its own draws alone; a model() hears what its `feedback` says, where a schedule draws at 0, too. A share costs what false costs, since
   * the output recurs. Default: true.
   */
  readonly teacherForcing?: boolean | Schedule;
  /**
   * Looks at the gradient on its way through time before every so many steps: `progress.inspection` of steps `every`, 2·`every` … Such a step
   * takes two and a half times as long, and memory for whole sequences of gradients; what is learned is the same bit for bit. Default: never.
   */
  readonly inspect?: { readonly every: number };
  /**
   * Goes on behind this position, `progress.position` of a step, as if nothing had been in between: the network must be as it was there (open what
   * `net.save({ optimizer: true })` gave), data and options the same. `epochs` and `steps` are those of the whole. Default: begins anew.
   */
  readonly from?: Position;
  /** Ends the training, after the step that is running, or while data is waited for: the loop ends without an error. */
  readonly signal?: AbortSignal;
}

/** The smallest normal and the greatest number of f32. */
const [SMALLEST, GREATEST] = [2 ** -126, 2 ** 128 - 2 ** 104];

const OPTIONS = ["optimizer", "epochs", "steps", "clip", "onNonFinite", "teacherForcing", "inspect", "from", "signal"];

/** Options with defaults, checked. */
export function checkTraining(definition: Definition, data: Data, options: TrainOptions) {
  checkOptions("train", options, OPTIONS);
  const {
    optimizer = adam(1e-3),
    epochs = 1,
    steps = Infinity,
    clip = {},
    onNonFinite = "throw",
    teacherForcing = true,
    inspect,
    from,
    signal,
  } = options;
  checkOptimizer("train", optimizer);
  for (const [name, most] of Object.entries({ epochs, steps })) if (most !== Infinity) checkSize(`train: ${name}`, most);
  checkOptions("train: clip", clip, ["value", "parameterNorm", "norm"]);
  for (const [key, limit] of Object.entries(clip))
    if (checkNumber(`train: clip.${key}`, limit, 0) < SMALLEST)
      throw new RangeError(`train: clip.${key} is ${limit}, which would stop all learning. Use a greater number, or leave it out.`);
  const { policy, length } = checkPolicy(onNonFinite);
  const { forcing, truth } = checkForcing("train", teacherForcing);
  if (inspect !== undefined) checkSize("train: inspect.every", checkOptions("train: inspect", inspect, ["every"]).every);
  if (from !== undefined) checkPosition("train: from", from);
  checkSignal("train", signal);
  if (!definition.nodes.some((node) => node.op === "parameter" && node.attributes.trained))
    throw new TypeError("train: the model has no parameter that is trained. Add a layer with weights, such as dense(n).");
  checkData("train", definition, data);
  checkDelays("train", definition, data);
  return { optimizer, epochs, steps, clip, policy, length, forcing, truth, every: inspect?.every ?? 0, from, signal };
}

function checkPolicy(onNonFinite: NonNullable<TrainOptions["onNonFinite"]>) {
  if (typeof onNonFinite !== "object" || onNonFinite === null)
    return { policy: checkChoice("train: onNonFinite", onNonFinite, ["throw", "skip", "randomStep"]), length: 1e-2 };
  checkOptions("train: onNonFinite", onNonFinite, ["randomStep"]);
  return { policy: "randomStep" as const, length: checkNumber("train: onNonFinite.randomStep", onNonFinite.randomStep, 0, GREATEST) };
}

export function checkSignal(place: string, signal: AbortSignal | undefined): void {
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function")
    throw new TypeError(`${place}: signal must be an AbortSignal but is ${describe(signal)}.`);
}

export function checkData(place: string, definition: Definition, data: Data): void {
  if (typeof data?.check !== "function" || typeof data.batches !== "function")
    throw new TypeError(`${place}: the data must be windows(…) or examples(…) but is ${describe(data)}.`);
  data.check(definition);
  checkSize(`${place}: the data's batch`, data.batch);
}
