// plan() and bytesOf(): what would run and how much memory it would take, before anything is allocated.

import { checkChoice, checkFlag, checkOptions, checkSize } from "./define/check.ts";
import { type Definition, timelinesOf } from "./define/model.ts";
import { checkDefinition } from "./file/definition.ts";
import { layoutParameters } from "./plan/parameters.ts";
import { makePlan, type Plan } from "./plan/plan.ts";
import type { Forcing, Purpose } from "./plan/purpose.ts";
import { checkOptimizer, type Optimizer, stateBlocks } from "./train/optimizer.ts";

/** Bytes by what they are for. */
export interface Bytes {
  readonly parameters: number;
  readonly gradients: number;
  /** Weights once more, in the order that products read. */
  readonly panels: number;
  /** What the optimizer remembers. */
  readonly optimizer: number;
  /** Activations, inputs, commands and room for work of all plans together. */
  readonly programs: number;
  readonly total: number;
}

/** What a plan is for, with batch and steps. */
export interface PlanOptions {
  /** Default: "train". */
  readonly purpose?: "train" | "evaluate" | "predict" | "encode" | "generate";
  /** Default: 1. */
  readonly batch?: number;
  /** Default: 1. */
  readonly steps?: number;
  /** Steps of the source, of a model that has one. Default: `steps`. */
  readonly sourceSteps?: number;
  /** Whether layers that listen to the output hear the truth, for train and evaluate; or, for train, with "mixed" either. Default: true. */
  readonly teacherForcing?: Forcing;
}

/** The plan for a definition, without allocating anything: what runs before, during and after each recurrence. `String(plan)` prints it. */
export function plan(definition: Definition, options: PlanOptions = {}): Plan {
  checkDefinition("plan", definition);
  checkOptions("plan", options, ["purpose", "batch", "steps", "sourceSteps", "teacherForcing"]);
  const { purpose = "train", batch = 1, steps = 1, sourceSteps = steps, teacherForcing = true } = options;
  const kind = checkChoice("plan: purpose", purpose, ["train", "evaluate", "predict", "encode", "generate"]);
  if (kind === "encode" && !definition.decoding)
    throw new TypeError("plan: the model has no source to encode. Use seq2seq({ source, … }).");
  const timelines = [checkSize("plan: steps", steps), checkSize("plan: sourceSteps", sourceSteps)];
  return makePlan(
    definition,
    purposeOf(kind, teacherForcing),
    checkSize("plan: batch", batch),
    timelines.slice(0, timelinesOf(definition)),
  );
}

function purposeOf(kind: NonNullable<PlanOptions["purpose"]>, teacherForcing: Forcing): Purpose {
  if (kind === "train" && teacherForcing === "mixed") return { kind, teacherForcing };
  checkFlag("plan: teacherForcing", teacherForcing as boolean);
  if (kind === "train" || kind === "evaluate") return { kind, teacherForcing: teacherForcing as boolean };
  return kind === "predict" ? { kind, raw: false } : { kind };
}

/** Bytes that training will take, known before anything is allocated. */
export function bytesOf(
  definition: Definition,
  options: { readonly batch: number; readonly steps: number; readonly optimizer?: Optimizer },
): Bytes {
  checkDefinition("bytesOf", definition);
  checkOptions("bytesOf", options, ["batch", "steps", "optimizer"]);
  const { bytes: parameters, trainedBytes: gradients, panelBytes: panels } = layoutParameters(definition);
  const batch = checkSize("bytesOf: batch", options.batch);
  const { bytes } = plan(definition, { batch, steps: checkSize("bytesOf: steps", options.steps) });
  const optimizer = gradients * (options.optimizer ? stateBlocks(checkOptimizer("bytesOf", options.optimizer)) : 2);
  const programs = bytes.frame + bytes.inputs + bytes.scratch + 2 * bytes.carry;
  return { parameters, gradients, panels, optimizer, programs, total: parameters + gradients + panels + optimizer + programs };
}
