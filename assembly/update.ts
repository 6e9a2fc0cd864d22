// The end of a training step: is the gradient finite, clip it, change the parameters. All it needs is in the control block.

import {
  CONTROL_ALPHA,
  CONTROL_BETA2,
  CONTROL_CHECK,
  CONTROL_CLIP_NORM,
  CONTROL_CLIP_PARAMETER_NORM,
  CONTROL_CLIP_VALUE,
  CONTROL_CUT,
  CONTROL_DAMPENING,
  CONTROL_EPSILON,
  CONTROL_FLOATS,
  CONTROL_GRADIENTS,
  CONTROL_HEADS,
  CONTROL_LOSS,
  CONTROL_MOMENTUM,
  CONTROL_NORM,
  CONTROL_OPTIMIZER,
  CONTROL_PARAMETERS,
  CONTROL_POLICY,
  CONTROL_RANDOM_LENGTH,
  CONTROL_RATE,
  CONTROL_SCALED,
  CONTROL_SEED_HIGH,
  CONTROL_SEED_LOW,
  CONTROL_SHORTENED,
  CONTROL_STATE,
  CONTROL_STATUS,
  CONTROL_STEP,
  CONTROL_TABLE,
  CONTROL_TABLE_LENGTH,
  CONTROL_UPDATES,
  CONTROL_VARIANT,
  CONTROL_WEIGHT_DECAY,
  LOSS_BYTES,
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

/** norm = ‖g‖; if it or the loss is not finite, the policy decides. Else g is clipped, and the optimizer changes the parameters. */
export function update(control: usize): void {
  if (load<u32>(control, CONTROL_CHECK)) return;
  const gradients: usize = load<u32>(control, CONTROL_GRADIENTS);
  const floats = load<i32>(control, CONTROL_FLOATS);
  const norm = Math.sqrt(sumOfSquares(gradients, floats));
  store<f64>(control, norm, CONTROL_NORM);
  store<u32>(control, 0, CONTROL_CUT);
  store<u32>(control, 0, CONTROL_SHORTENED);
  store<u32>(control, 0, CONTROL_SCALED);
  if (!(norm < Infinity) || !lossesAreFinite(control)) {
    const random = load<u32>(control, CONTROL_POLICY) === Policy.randomStep;
    store<u32>(control, random ? Status.randomStep : Status.skipped, CONTROL_STATUS);
    if (random) stepAtRandom(control);
    return;
  }
  optimize(control, gradients, floats, clip(control, gradients, floats, norm));
  store<u32>(control, Status.updated, CONTROL_STATUS);
}

function lossesAreFinite(control: usize): bool {
  const heads = load<i32>(control, CONTROL_HEADS);
  for (let head = 0; head < heads; head++) {
    if (!(Math.abs(load<f64>(control + head * LOSS_BYTES, CONTROL_LOSS)) < Infinity)) return false;
  }
  return true;
}

/**
 * Each |gᵢ| is cut at the clip value; then each parameter's part of g is shortened to the parameter norm; then the whole to the norm, by
 * the factor that is returned for the optimizer to apply as it reads g. Says in the control block what acted.
 */
function clip(control: usize, gradients: usize, floats: i32, norm: f64): f32 {
  const value = load<f32>(control, CONTROL_CLIP_VALUE);
  const cut = value > 0 ? clipByValue(gradients, floats, value) : 0;
  store<u32>(control, cut, CONTROL_CUT);
  const length = load<f32>(control, CONTROL_CLIP_PARAMETER_NORM);
  const shortened = length > 0 ? shortenParameters(control, gradients, length) : 0;
  store<u32>(control, shortened, CONTROL_SHORTENED);
  const limit = load<f32>(control, CONTROL_CLIP_NORM);
  if (!(limit > 0)) return 1;
  if (cut > 0 || shortened > 0) norm = Math.sqrt(sumOfSquares(gradients, floats));
  const factor = shortening(norm, limit);
  store<u32>(control, u32(factor < 1), CONTROL_SCALED);
  return factor;
}

/** What brings a length of `norm` to `limit` at most: min(1, limit/(norm + 1e-6)), as PyTorch's clip_grad_norm_ has it. */
function shortening(norm: f64, limit: f32): f32 {
  return <f32>Math.min(1, <f64>limit / (norm + 1e-6));
}

/** Every parameter's gradient on its own; returns how many were longer than the limit. */
function shortenParameters(control: usize, gradients: usize, limit: f32): i32 {
  let shortened = 0;
  let entry: usize = load<u32>(control, CONTROL_TABLE);
  for (let i = load<i32>(control, CONTROL_TABLE_LENGTH); i > 0; i--, entry += 16) {
    const part = gradients + load<u32>(entry);
    const floats = (load<i32>(entry, 4) * load<i32>(entry, 12)) >> 2;
    const factor = shortening(Math.sqrt(sumOfSquares(part, floats)), limit);
    if (!(factor < 1)) continue;
    scaleBlock(part, floats, factor);
    shortened++;
  }
  return shortened;
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
