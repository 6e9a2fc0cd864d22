// Optimizers as data: what is written into the control block before each step. Arithmetic as PyTorch's.

import {
  CONTROL_ALPHA,
  CONTROL_BETA2,
  CONTROL_DAMPENING,
  CONTROL_EPSILON,
  CONTROL_MOMENTUM,
  CONTROL_OPTIMIZER,
  CONTROL_VARIANT,
  CONTROL_WEIGHT_DECAY,
  Optimizer as Kind,
} from "../../assembly/isa.ts";
import { checkFlag, checkNumber, checkOptions, describe, LARGEST } from "../define/check.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";

export interface Optimizer {
  readonly kind: "sgd" | "rmsprop" | "adam" | "adamw";
  readonly rate: Schedule;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly dampening: number;
  /** rmsprop's α, adam's β₁. */
  readonly alpha: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Nesterov for sgd, centred for rmsprop. */
  readonly variant: boolean;
}

const PLAIN = { weightDecay: 0, momentum: 0, dampening: 0, alpha: 0, beta2: 0, epsilon: 1e-8, variant: false };

/** A number below 1. */
function checkShare(place: string, share: number): number {
  checkNumber(place, share, 0, 1);
  if (share === 1) throw new RangeError(`${place} is 1 but must be below 1, or nothing new would ever count.`);
  return share;
}

function checkEpsilon(place: string, epsilon: number): number {
  checkNumber(place, epsilon, 0);
  if (Math.fround(epsilon) === 0)
    throw new RangeError(`${place} is ${epsilon}, which is 0 as f32, but must be positive, or 0/0 would be possible. Use 1e-8.`);
  return epsilon;
}

export interface SgdOptions {
  /** Default: 0. */
  readonly momentum?: number;
  /** Default: 0. */
  readonly dampening?: number;
  /** Looks ahead along the momentum (Nesterov 1983, in PyTorch's form). Default: false. */
  readonly nesterov?: boolean;
  /** Adds weightDecay·w to the gradient. Default: 0. */
  readonly weightDecay?: number;
}

/** Stochastic gradient descent; the first momentum buffer is the gradient. `rate` is a number or a schedule. */
export function sgd(rate: Schedule, options: SgdOptions = {}): Optimizer {
  checkOptions("sgd", options, ["momentum", "dampening", "nesterov", "weightDecay"]);
  const { momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  checkNumber("sgd: momentum", momentum, 0, LARGEST);
  checkNumber("sgd: dampening", dampening, 0, 1);
  if (checkFlag("sgd: nesterov", nesterov) && (momentum === 0 || dampening !== 0))
    throw new RangeError(`sgd: nesterov needs momentum above 0 and dampening 0 but they are ${momentum} and ${dampening}.`);
  return {
    ...PLAIN,
    kind: "sgd",
    rate: checkSchedule("sgd", rate),
    momentum,
    dampening,
    variant: nesterov,
    weightDecay: checkNumber("sgd: weightDecay", weightDecay, 0, LARGEST),
  };
}

export interface RmspropOptions {
  /** How much of the old mean square remains. Default: 0.99. */
  readonly alpha?: number;
  /** Added to the root. Default: 1e-8. */
  readonly epsilon?: number;
  /** Default: 0. */
  readonly momentum?: number;
  /** Divides by the standard deviation instead of the root mean square. Default: false. */
  readonly centred?: boolean;
  /** Adds weightDecay·w to the gradient. Default: 0. */
  readonly weightDecay?: number;
}

/** RMSprop (Hinton 2012), ε outside the root as in PyTorch. */
export function rmsprop(rate: Schedule, options: RmspropOptions = {}): Optimizer {
  checkOptions("rmsprop", options, ["alpha", "epsilon", "momentum", "centred", "weightDecay"]);
  const { alpha = 0.99, epsilon = 1e-8, momentum = 0, centred = false, weightDecay = 0 } = options;
  return {
    ...PLAIN,
    kind: "rmsprop",
    rate: checkSchedule("rmsprop", rate),
    alpha: checkShare("rmsprop: alpha", alpha),
    epsilon: checkEpsilon("rmsprop: epsilon", epsilon),
    momentum: checkNumber("rmsprop: momentum", momentum, 0, LARGEST),
    variant: checkFlag("rmsprop: centred", centred),
    weightDecay: checkNumber("rmsprop: weightDecay", weightDecay, 0, LARGEST),
  };
}

export interface AdamOptions {
  /** Default: 0.9. */
  readonly beta1?: number;
  /** Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root. Default: 1e-8. */
  readonly epsilon?: number;
  /** adam: adds weightDecay·w to the gradient (default 0). adamw: multiplies w by 1 − rate·weightDecay (default 0.01). */
  readonly weightDecay?: number;
}

function adamLike(kind: "adam" | "adamw", rate: Schedule, options: AdamOptions): Optimizer {
  checkOptions(kind, options, ["beta1", "beta2", "epsilon", "weightDecay"]);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = kind === "adamw" ? 0.01 : 0 } = options;
  return {
    ...PLAIN,
    kind,
    rate: checkSchedule(kind, rate),
    alpha: checkShare(`${kind}: beta1`, beta1),
    beta2: checkShare(`${kind}: beta2`, beta2),
    epsilon: checkEpsilon(`${kind}: epsilon`, epsilon),
    variant: kind === "adamw",
    weightDecay: checkNumber(`${kind}: weightDecay`, weightDecay, 0, LARGEST),
  };
}

/** Adam (Kingma and Ba 2015), ε outside the root as in PyTorch. */
export const adam = (rate: Schedule, options: AdamOptions = {}): Optimizer => adamLike("adam", rate, options);

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
export const adamw = (rate: Schedule, options: AdamOptions = {}): Optimizer => adamLike("adamw", rate, options);

const KINDS: readonly string[] = ["sgd", "rmsprop", "adam", "adamw"] satisfies Optimizer["kind"][];
const NUMBERS = ["weightDecay", "momentum", "dampening", "alpha", "beta2", "epsilon"] as const;

/** An optimizer that one of the functions above has made, or a copy of one with other numbers. */
export function checkOptimizer(place: string, optimizer: Optimizer): Optimizer {
  if (!KINDS.includes(optimizer?.kind))
    throw new TypeError(
      `${place}: optimizer must be sgd(…), rmsprop(…), adam(…) or adamw(…) but is ${describe(optimizer?.kind ?? optimizer)}.`,
    );
  checkSchedule(`${place}: optimizer`, optimizer.rate);
  for (const name of NUMBERS) checkNumber(`${place}: optimizer.${name}`, optimizer[name], 0);
  checkFlag(`${place}: optimizer.variant`, optimizer.variant);
  return optimizer;
}

/** Blocks as large as the parameters that the optimizer remembers. */
export const stateBlocks = ({ kind, variant }: Optimizer): number => (kind === "sgd" ? 1 : kind === "rmsprop" && variant ? 3 : 2);

/** Everything but the rate, which changes from step to step. */
export function writeOptimizer(
  control: DataView,
  { kind, weightDecay, momentum, dampening, alpha, beta2, epsilon, variant }: Optimizer,
): void {
  control.setUint32(CONTROL_OPTIMIZER, kind === "sgd" ? Kind.sgd : kind === "rmsprop" ? Kind.rmsprop : Kind.adam, true);
  control.setFloat64(CONTROL_WEIGHT_DECAY, weightDecay, true);
  control.setFloat64(CONTROL_MOMENTUM, momentum, true);
  control.setFloat64(CONTROL_DAMPENING, dampening, true);
  control.setFloat64(CONTROL_ALPHA, alpha, true);
  control.setFloat64(CONTROL_BETA2, beta2, true);
  control.setFloat64(CONTROL_EPSILON, epsilon, true);
  control.setUint32(CONTROL_VARIANT, variant ? 1 : 0, true);
}
