// Optimizers: a step of the weights along their gradient, over flat blocks, with the arithmetic of PyTorch 1.13.
// Every g is multiplied by gradientScale as it is read, so clipping by norm needs no pass of its own. The settings come in f64 and are
// rounded to f32 once, after the sums and powers that they go into. Zero pads (w = g = 0) stay zero.
import { madd } from "../math/madd";

/** base^exponent by repeated squaring; relative error about exponent · 2^-53. */
function power(base: f64, exponent: i32): f64 {
  let result: f64 = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) if (exponent & 1) result *= base;
  return result;
}

/**
 * d = g + weightDecay·w;  velocity = momentum·velocity + (1 − dampening)·d, or d at the first step;
 * w −= rate · (velocity, or with nesterov d + momentum·velocity). momentum 0: velocity is not touched, and may be 0.
 */
export function sgd(
  w: usize,
  g: usize,
  velocity: usize,
  count: i32,
  gradientScale: f32,
  rate: f64,
  momentum: f64,
  dampening: f64,
  nesterov: bool,
  weightDecay: f64,
  first: bool,
): void {
  assert(count >= 0 && count % 8 === 0, "a block is a whole number of 8 floats");
  assert(momentum === 0 || velocity !== 0, "momentum needs a velocity");
  const scale = f32x4.splat(gradientScale);
  const down = f32x4.splat(<f32>-rate);
  const decay = f32x4.splat(<f32>weightDecay);
  const old = f32x4.splat(<f32>momentum);
  const bytes = (<usize>count) << 2;
  if (momentum === 0) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const weight = v128.load(w + i);
      v128.store(w + i, madd(down, madd(decay, weight, f32x4.mul(v128.load(g + i), scale)), weight));
    }
    return;
  }
  if (first) memory.fill(velocity, 0, bytes);
  const fresh = f32x4.splat(first ? 1 : <f32>(1 - dampening));
  for (let i: usize = 0; i < bytes; i += 16) {
    const weight = v128.load(w + i);
    const d = madd(decay, weight, f32x4.mul(v128.load(g + i), scale));
    const v = madd(fresh, d, f32x4.mul(v128.load(velocity + i), old));
    v128.store(velocity + i, v);
    v128.store(w + i, madd(down, nesterov ? madd(old, v, d) : v, weight));
  }
}

/**
 * d = g + weightDecay·w;  square = alpha·square + (1 − alpha)·d²;  mean likewise of d;  step = d / (√(square − mean²) + epsilon);
 * velocity = momentum·velocity + step;  w −= rate·velocity. mean 0: not centred; momentum 0: w −= rate·step, velocity may be 0.
 */
export function rmsprop(
  w: usize,
  g: usize,
  square: usize,
  velocity: usize,
  mean: usize,
  count: i32,
  gradientScale: f32,
  rate: f64,
  alpha: f64,
  epsilon: f64,
  weightDecay: f64,
  momentum: f64,
): void {
  assert(count >= 0 && count % 8 === 0, "a block is a whole number of 8 floats");
  assert(momentum === 0 || velocity !== 0, "momentum needs a velocity");
  assert(epsilon > 0, "epsilon is more than 0, or pads become 0 / 0");
  const scale = f32x4.splat(gradientScale);
  const down = f32x4.splat(<f32>-rate);
  const decay = f32x4.splat(<f32>weightDecay);
  const old = f32x4.splat(<f32>alpha);
  const fresh = f32x4.splat(<f32>(1 - alpha));
  const floor = f32x4.splat(<f32>epsilon);
  const inertia = f32x4.splat(<f32>momentum);
  const zero = f32x4.splat(0);
  const bytes = (<usize>count) << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const weight = v128.load(w + i);
    const d = madd(decay, weight, f32x4.mul(v128.load(g + i), scale));
    let s = madd(f32x4.mul(fresh, d), d, f32x4.mul(v128.load(square + i), old));
    v128.store(square + i, s);
    if (mean) {
      const m = madd(fresh, d, f32x4.mul(v128.load(mean + i), old));
      v128.store(mean + i, m);
      // A variance, so not negative; but its rounding can be, and the root of that would be NaN for ever (PyTorch lets it).
      s = f32x4.max(f32x4.sub(s, f32x4.mul(m, m)), zero);
    }
    const root = f32x4.add(f32x4.sqrt(s), floor);
    if (momentum !== 0) {
      const v = f32x4.add(f32x4.mul(v128.load(velocity + i), inertia), f32x4.div(d, root));
      v128.store(velocity + i, v);
      v128.store(w + i, madd(down, v, weight));
    } else {
      v128.store(w + i, f32x4.add(weight, f32x4.div(f32x4.mul(down, d), root)));
    }
  }
}

/** The loop of adam. Called from two places, so that it stays a function of its own: behind the arithmetic of adam it took twice as long. (measured) */
function adamBlock(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  bytes: usize,
  scale: v128,
  shrink: v128,
  decay: v128,
  old1: v128,
  old2: v128,
  fresh1: v128,
  fresh2: v128,
  down: v128,
  floor: v128,
): void {
  for (const end = w + bytes; w < end; w += 16, g += 16, m += 16, v += 16) {
    const weight = f32x4.mul(v128.load(w), shrink);
    const d = madd(decay, weight, f32x4.mul(v128.load(g), scale));
    const mean = madd(fresh1, d, f32x4.mul(v128.load(m), old1));
    const square = madd(f32x4.mul(fresh2, d), d, f32x4.mul(v128.load(v), old2));
    v128.store(m, mean);
    v128.store(v, square);
    const root = f32x4.add(f32x4.sqrt(square), floor);
    v128.store(w, f32x4.add(weight, f32x4.div(f32x4.mul(down, mean), root)));
  }
}

/**
 * d = g + weightDecay·w, or with decoupled (AdamW) w ·= 1 − rate·weightDecay;  m = beta1·m + (1 − beta1)·d;  v = beta2·v + (1 − beta2)·d²;
 * w −= rate/(1 − beta1^step) · m / (√v / √(1 − beta2^step) + epsilon). step counts from 1. The fraction is extended by √(1 − beta2^step),
 * which saves a division of every element.
 */
export function adam(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  gradientScale: f32,
  rate: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  weightDecay: f64,
  decoupled: bool,
  step: i32,
): void {
  assert(count >= 0 && count % 8 === 0, "a block is a whole number of 8 floats");
  assert(step >= 1, "steps count from 1");
  assert(epsilon > 0, "epsilon is more than 0, or pads become 0 / 0");
  const bytes = (<usize>count) << 2;
  const scale = f32x4.splat(gradientScale);
  const old1 = f32x4.splat(<f32>beta1);
  const old2 = f32x4.splat(<f32>beta2);
  const fresh1 = f32x4.splat(<f32>(1 - beta1));
  const fresh2 = f32x4.splat(<f32>(1 - beta2));
  const correction = sqrt<f64>(1 - power(beta2, step));
  const down = f32x4.splat(<f32>((-rate * correction) / (1 - power(beta1, step))));
  const floor = f32x4.splat(<f32>(epsilon * correction));
  if (decoupled) {
    const shrink = f32x4.splat(<f32>(1 - rate * weightDecay));
    adamBlock(w, g, m, v, bytes, scale, shrink, f32x4.splat(0), old1, old2, fresh1, fresh2, down, floor);
  } else {
    const decay = f32x4.splat(<f32>weightDecay);
    adamBlock(w, g, m, v, bytes, scale, f32x4.splat(1), decay, old1, old2, fresh1, fresh2, down, floor);
  }
}
