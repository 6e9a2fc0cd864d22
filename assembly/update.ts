// The end of a training step: is the gradient finite, clip it, change the parameters. All it needs is in the control block.

import {
  CONTROL_ALPHA,
  CONTROL_BETA2,
  CONTROL_CHECK,
  CONTROL_CLIP_NORM,
  CONTROL_CLIP_VALUE,
  CONTROL_CUT,
  CONTROL_DAMPENING,
  CONTROL_EPSILON,
  CONTROL_FLOATS,
  CONTROL_GRADIENTS,
  CONTROL_LOSS,
  CONTROL_MOMENTUM,
  CONTROL_NORM,
  CONTROL_OPTIMIZER,
  CONTROL_PARAMETERS,
  CONTROL_POLICY,
  CONTROL_RANDOM_LENGTH,
  CONTROL_RATE,
  CONTROL_SEED_HIGH,
  CONTROL_SEED_LOW,
  CONTROL_STATE,
  CONTROL_STATUS,
  CONTROL_STEP,
  CONTROL_TABLE,
  CONTROL_TABLE_LENGTH,
  CONTROL_UPDATES,
  CONTROL_VARIANT,
  CONTROL_WEIGHT_DECAY,
  Optimizer,
  Policy,
  Status,
} from "./isa";
import { clipByValue, scaleBlock } from "./kernels/norm";
import { adam, rmsprop, sgd } from "./kernels/optimize";
import { uniformRows } from "./kernels/random";
import { sumOfSquares } from "./kernels/reduce";

/** The stream of random numbers that random steps draw from; dropout layers count up from 0. */
const RANDOM_STEP_STREAM: u32 = 0xffffffff;

/**
 * norm = ‖g‖; if it or the loss is not finite, the policy decides. Else each |gᵢ| is cut at the clip value, then g is multiplied by
 * min(1, clipNorm/(‖g‖ + 1e-6)) as PyTorch does, and the optimizer changes the parameters.
 */
export function update(control: usize): void {
  if (load<u32>(control, CONTROL_CHECK)) return;
  const gradients: usize = load<u32>(control, CONTROL_GRADIENTS);
  const floats = load<i32>(control, CONTROL_FLOATS);
  let norm = Math.sqrt(sumOfSquares(gradients, floats));
  store<f64>(control, norm, CONTROL_NORM);
  store<u32>(control, 0, CONTROL_CUT);
  if (!(norm < Infinity) || !(Math.abs(load<f64>(control, CONTROL_LOSS)) < Infinity)) {
    const random = load<u32>(control, CONTROL_POLICY) === Policy.randomStep;
    store<u32>(control, random ? Status.randomStep : Status.skipped, CONTROL_STATUS);
    if (random) stepAtRandom(control);
    return;
  }
  const value = load<f32>(control, CONTROL_CLIP_VALUE);
  if (value > 0) {
    const cut = clipByValue(gradients, floats, value);
    store<u32>(control, cut, CONTROL_CUT);
    if (cut) norm = Math.sqrt(sumOfSquares(gradients, floats));
  }
  const limit = load<f32>(control, CONTROL_CLIP_NORM);
  const scale = limit > 0 ? <f32>Math.min(1, <f64>limit / (norm + 1e-6)) : 1;
  optimize(control, gradients, floats, scale);
  store<u32>(control, Status.updated, CONTROL_STATUS);
}

function optimize(control: usize, gradients: usize, floats: i32, scale: f32): void {
  const parameters: usize = load<u32>(control, CONTROL_PARAMETERS);
  const state: usize = load<u32>(control, CONTROL_STATE);
  const bytes: usize = floats << 2;
  const rate = load<f64>(control, CONTROL_RATE);
  const alpha = load<f64>(control, CONTROL_ALPHA);
  const epsilon = load<f64>(control, CONTROL_EPSILON);
  const decay = load<f64>(control, CONTROL_WEIGHT_DECAY);
  const momentum = load<f64>(control, CONTROL_MOMENTUM);
  const variant = load<u32>(control, CONTROL_VARIANT) !== 0;
  const updates = load<u32>(control, CONTROL_UPDATES) + 1;
  store<u32>(control, updates, CONTROL_UPDATES);
  const kind = load<i32>(control, CONTROL_OPTIMIZER);
  if (kind === Optimizer.sgd) {
    const dampening = load<f64>(control, CONTROL_DAMPENING);
    sgd(parameters, gradients, state, floats, scale, rate, momentum, dampening, variant, decay, updates === 1);
  } else if (kind === Optimizer.rmsprop) {
    const mean = variant ? state + 2 * bytes : 0;
    rmsprop(parameters, gradients, state, state + bytes, mean, floats, scale, rate, alpha, epsilon, decay, momentum);
  } else {
    adam(
      parameters,
      gradients,
      state,
      state + bytes,
      floats,
      scale,
      rate,
      alpha,
      load<f64>(control, CONTROL_BETA2),
      epsilon,
      decay,
      variant,
      updates,
    );
  }
}

/** A step of a given length in a random direction: what the gradient no longer knows, chance may (Goodfellow et al. 2016, §10.11.1). */
function stepAtRandom(control: usize): void {
  let parameters: usize = load<u32>(control, CONTROL_PARAMETERS);
  let gradients: usize = load<u32>(control, CONTROL_GRADIENTS);
  const floats = load<i32>(control, CONTROL_FLOATS);
  const low = load<u32>(control, CONTROL_SEED_LOW);
  const high = load<u32>(control, CONTROL_SEED_HIGH);
  const step = load<u32>(control, CONTROL_STEP);
  memory.fill(gradients, 0, floats << 2);
  let squares: f64 = 0;
  let row: u32 = 0;
  let entry: usize = load<u32>(control, CONTROL_TABLE);
  for (let i = load<i32>(control, CONTROL_TABLE_LENGTH); i > 0; i--, entry += 16) {
    const rows = load<i32>(entry, 4);
    squares += uniformRows(
      gradients + load<u32>(entry),
      load<i32>(entry, 12),
      rows,
      load<i32>(entry, 8),
      low,
      high,
      RANDOM_STEP_STREAM,
      step,
      row,
    );
    row += rows;
  }
  scaleBlock(gradients, floats, <f32>(load<f32>(control, CONTROL_RANDOM_LENGTH) / Math.sqrt(squares)));
  for (const end = gradients + (floats << 2); gradients < end; gradients += 16, parameters += 16) {
    v128.store(parameters, f32x4.add(v128.load(parameters), v128.load(gradients)));
  }
}
