// What a training tells after every step, read from the control block, and how often each remedy has acted so far.

import { CONTROL_CUT, CONTROL_NORM, CONTROL_SCALED, CONTROL_SHORTENED, CONTROL_STATUS, Status } from "../../assembly/isa.ts";
import type { Head } from "../define/heads.ts";
import type { Inspection } from "./inspection.ts";
import { type Losses, readLosses } from "./losses.ts";

/** What clipping changed in one step: all 0 and false where it was short enough, not asked for, or not reached. */
export interface Clipped {
  /** Numbers of the gradient that were beyond `clip.value` and were cut. */
  readonly value: number;
  /** Parameters whose gradient was longer than `clip.parameterNorm` and was shortened. */
  readonly parameters: number;
  /** Whether the whole was longer than `clip.norm` and was shortened. */
  readonly norm: boolean;
}

/** The steps of this training, this one included, in which each remedy acted. */
export interface Counts {
  readonly clippedByValue: number;
  readonly clippedByParameterNorm: number;
  readonly clippedByNorm: number;
  readonly skipped: number;
  readonly randomSteps: number;
}

/**
 * After a step of training. Numbers only: JSON keeps it, in `net.save({ optimizer: true, note: JSON.stringify(position) })` for example.
 * Weights, the optimizer's memory and the states of windows are in the file.
 */
export interface Position {
  /** Steps made by this training. */
  readonly step: number;
  /** Passes finished. */
  readonly epoch: number;
  /** Batches done of the pass that is under way. */
  readonly batch: number;
  /** What this pass is shuffled by: the steps that the network had made in its life when it began. */
  readonly order: number;
  readonly counts: Counts;
}

/** What one step did. Its losses are means over this step's batch. */
export interface Progress extends Losses {
  /** Steps made so far by this training, from 1. */
  readonly step: number;
  /** Passes finished before this step, from 0. */
  readonly epoch: number;
  /** Euclidean length of the gradient before clipping. */
  readonly gradientNorm: number;
  /** What clipping changed. */
  readonly clipped: Clipped;
  /** What was done: "updated", or "skipped" or "randomStep" if loss or gradient was not finite. */
  readonly action: "updated" | "skipped" | "randomStep";
  /** In how many steps so far something was clipped, skipped or left to chance. */
  readonly counts: Counts;
  /** What the gradient of this step's batch looked like, if this was a step to be inspected; else null. */
  readonly inspection: Inspection | null;
  /** The learning rate of this step. */
  readonly rate: number;
  /** Symbols or rows of features a second, while this step ran. */
  readonly tokensPerSecond: number;
  /**
   * The share of the batch's rows and steps that idled, as some sequences end before the longest: 1 − Σ lengths / (rows · longest), over both
   * timelines of a seq2seq. 0 where all are as long. Nothing is computed there.
   */
  readonly wasted: number;
  /** Where the training is: what `train(data, { from })` needs to go on behind this step. */
  readonly position: Position;
}

const ACTION = { [Status.updated]: "updated", [Status.skipped]: "skipped", [Status.randomStep]: "randomStep" } as const;

/** What the machine says of the step that it has just made. */
export const read = (control: DataView, heads: readonly Head[]): Losses & Pick<Progress, "gradientNorm" | "clipped" | "action"> => ({
  ...readLosses(control, heads),
  gradientNorm: control.getFloat64(CONTROL_NORM, true),
  clipped: {
    value: control.getUint32(CONTROL_CUT, true),
    parameters: control.getUint32(CONTROL_SHORTENED, true),
    norm: control.getUint32(CONTROL_SCALED, true) === 1,
  },
  action: ACTION[control.getUint32(CONTROL_STATUS, true) as Status],
});

export const NO_COUNTS: Counts = { clippedByValue: 0, clippedByParameterNorm: 0, clippedByNorm: 0, skipped: 0, randomSteps: 0 };

/** The counts with one more step. */
export const count = (counts: Counts, { clipped, action }: Pick<Progress, "clipped" | "action">): Counts => ({
  clippedByValue: counts.clippedByValue + Number(clipped.value > 0),
  clippedByParameterNorm: counts.clippedByParameterNorm + Number(clipped.parameters > 0),
  clippedByNorm: counts.clippedByNorm + Number(clipped.norm),
  skipped: counts.skipped + Number(action === "skipped"),
  randomSteps: counts.randomSteps + Number(action === "randomStep"),
});
