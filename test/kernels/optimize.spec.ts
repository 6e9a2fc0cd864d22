// Optimizers against the published recurrences in f64 over several steps, by hand for one, and zero pads.

import { adam, rmsprop, sgd } from "../../assembly/kernels/optimize";

const BASE: usize = memory.data(1 << 12, 64);
const W: usize = BASE;
const G: usize = BASE + 512;
const A: usize = BASE + 1024;
const B: usize = BASE + 1536;
const C: usize = BASE + 2048;
const COUNT = 16;
/** Elements that are not pads: the second half's last three are. */
const REAL = 13;
const STEPS = 7;
const SCALE: f32 = 0.5;

/** The state of one element in f64. */
let w: f64 = 0;
let a: f64 = 0;
let b: f64 = 0;
let c: f64 = 0;

function gradient(i: i32, step: i32): f32 {
  return i < REAL ? f32((i * 37 + step * 11) % 19) / 4 - 2 : 0;
}

function sgdReference(g: f64, step: i32, momentum: f64, dampening: f64, nesterov: bool, decay: f64): void {
  let d = g + decay * w;
  if (momentum !== 0) {
    a = step === 1 ? d : momentum * a + (1 - dampening) * d;
    d = nesterov ? d + momentum * a : a;
  }
  w -= 0.1 * d;
}

function rmspropReference(g: f64, momentum: f64, centered: bool, decay: f64): void {
  const d = g + decay * w;
  a = 0.9 * a + 0.1 * d * d;
  c = 0.9 * c + 0.1 * d;
  const root = Math.sqrt(centered ? a - c * c : a) + 1e-3;
  b = momentum * b + d / root;
  w -= 0.1 * (momentum !== 0 ? b : d / root);
}

function adamReference(g: f64, step: i32, decoupled: bool, decay: f64): void {
  if (decoupled) w *= 1 - 0.1 * decay;
  const d = decoupled ? g : g + decay * w;
  a = 0.9 * a + 0.1 * d;
  b = 0.999 * b + 0.001 * d * d;
  const mean = a / (1 - 0.9 ** step);
  w -= (0.1 * mean) / (Math.sqrt(b / (1 - 0.999 ** step)) + 1e-8);
}

/** kind: 0 sgd, 1 momentum, 2 dampened, 3 nesterov; 4 rmsprop, 5 with momentum, 6 centred with both; 7 adam, 8 with decay, 9 AdamW. */
function largestError(kind: i32): f64 {
  memory.fill(BASE, 0, 2560);
  for (let i = 0; i < REAL; i++) store<f32>(W + (i << 2), f32(i) / 8 - 0.5);
  for (let step = 1; step <= STEPS; step++) {
    for (let i = 0; i < COUNT; i++) store<f32>(G + (i << 2), gradient(i, step));
    if (kind === 0) sgd(W, G, 0, COUNT, SCALE, 0.1, 0, 0, false, 0, step === 1);
    else if (kind === 1) sgd(W, G, A, COUNT, SCALE, 0.1, 0.9, 0, false, 0.01, step === 1);
    else if (kind === 2) sgd(W, G, A, COUNT, SCALE, 0.1, 0.9, 0.5, false, 0.01, step === 1);
    else if (kind === 3) sgd(W, G, A, COUNT, SCALE, 0.1, 0.9, 0, true, 0.01, step === 1);
    else if (kind === 4) rmsprop(W, G, A, 0, 0, COUNT, SCALE, 0.1, 0.9, 1e-3, 0, 0);
    else if (kind === 5) rmsprop(W, G, A, B, 0, COUNT, SCALE, 0.1, 0.9, 1e-3, 0.01, 0.5);
    else if (kind === 6) rmsprop(W, G, A, B, C, COUNT, SCALE, 0.1, 0.9, 1e-3, 0.01, 0.5);
    else if (kind === 7) adam(W, G, A, B, COUNT, SCALE, 0.1, 0.9, 0.999, 1e-8, 0, false, step);
    else if (kind === 8) adam(W, G, A, B, COUNT, SCALE, 0.1, 0.9, 0.999, 1e-8, 0.01, false, step);
    else adam(W, G, A, B, COUNT, SCALE, 0.1, 0.9, 0.999, 1e-8, 0.01, true, step);
  }
  let worst: f64 = 0;
  for (let i = 0; i < REAL; i++) {
    w = f64(i) / 8 - 0.5;
    a = 0;
    b = 0;
    c = 0;
    for (let step = 1; step <= STEPS; step++) {
      const g = f64(gradient(i, step)) * SCALE;
      if (kind === 0) sgdReference(g, step, 0, 0, false, 0);
      else if (kind <= 3) sgdReference(g, step, 0.9, kind === 2 ? 0.5 : 0, kind === 3, 0.01);
      else if (kind <= 6) rmspropReference(g, kind === 4 ? 0 : 0.5, kind === 6, kind === 4 ? 0 : 0.01);
      else adamReference(g, step, kind === 9, kind === 7 ? 0 : 0.01);
    }
    const error = abs(f64(load<f32>(W + (i << 2))) - w);
    worst = error <= worst ? worst : error;
  }
  // Pads: weights and every state are still the bits of zero.
  for (let i = REAL; i < COUNT; i++) {
    for (let block = W; block <= C; block += 512) if (load<u32>(block + (i << 2)) !== 0) worst = 1;
  }
  return worst;
}

describe("optimizers", () => {
  test("follow their recurrences for seven steps, pads zero", () => {
    for (let kind = 0; kind < 10; kind++) {
      // Weights up to 2 and steps up to 0.3: some twenty roundings of 1e-7. Centred roots cancel, and a step is up to 20 times the error of one.
      expect<f64>(largestError(kind)).toBeLessThan(kind === 6 ? 2e-5 : 2e-6, "kind");
    }
  });
  test("by hand: the first step of Adam is the rate, whatever the gradient", () => {
    memory.fill(BASE, 0, 2560);
    store<f32>(G, 1e-3);
    store<f32>(G, -1e3, 4);
    adam(W, G, A, B, 8, 1, 0.25, 0.9, 0.999, 1e-12, 0, false, 1);
    expect<bool>(abs(load<f32>(W) + 0.25) < 1e-6).toBe(true);
    expect<bool>(abs(load<f32>(W, 4) - 0.25) < 1e-6).toBe(true);
  });
  test("by hand: momentum begins with the gradient", () => {
    memory.fill(BASE, 0, 2560);
    store<f32>(A, f32.NaN);
    store<f32>(G, 2);
    sgd(W, G, A, 8, 1, 0.5, 0.5, 0.5, false, 0, true);
    expect<f32>(load<f32>(W)).toBe(-1);
    sgd(W, G, A, 8, 1, 0.5, 0.5, 0.5, false, 0, false);
    expect<f32>(load<f32>(A)).toBe(2);
    expect<f32>(load<f32>(W)).toBe(-2);
  });
  test("a constant gradient does not make a centred root NaN", () => {
    memory.fill(BASE, 0, 2560);
    for (let i = 0; i < 8; i++) store<f32>(G + (i << 2), 0.1 * f32(i + 1));
    for (let step = 0; step < 500; step++) rmsprop(W, G, A, 0, C, 8, 1, 1e-4, 0.9, 1e-3, 0, 0);
    for (let i = 0; i < 8; i++) expect<bool>(Number.isFinite(load<f32>(W + (i << 2)))).toBe(true);
  });
  test("NaN gradients show in their weights only", () => {
    memory.fill(BASE, 0, 2560);
    store<f32>(G, f32.NaN);
    adam(W, G, A, B, 8, 1, 0.25, 0.9, 0.999, 1e-8, 0, false, 1);
    expect<f32>(load<f32>(W)).toBeNaN();
    expect<f32>(load<f32>(W, 4)).toBe(0);
  });
  test("have contracts", () => {
    expect(() => {
      adam(W, G, A, B, 8, 1, 0.1, 0.9, 0.999, 1e-8, 0, false, 0);
    }).toThrow("step 0");
    expect(() => {
      adam(W, G, A, B, 8, 1, 0.1, 0.9, 0.999, 0, 0, false, 1);
    }).toThrow("epsilon 0");
    expect(() => {
      sgd(W, G, 0, 8, 1, 0.1, 0.9, 0, false, 0, true);
    }).toThrow("momentum without velocity");
    expect(() => {
      rmsprop(W, G, A, 0, 0, 7, 1, 0.1, 0.9, 1e-3, 0, 0);
    }).toThrow("not whole rows");
  });
});
