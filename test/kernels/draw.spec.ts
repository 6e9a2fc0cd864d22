// Drawing against a plain sort, over all settings; frequencies; ties, NaN and infinities.

import { draw } from "../../assembly/kernels/draw";

const WIDTHS: StaticArray<i32> = [1, 2, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 14, 64);
const X: usize = BASE;
const SCRATCH: usize = BASE + 4096;
const ORDER: usize = BASE + 8192;
const KEPT: usize = BASE + 12288;

/** Logits of few values, so that there are ties; pads of NaN. */
function fill(width: i32): void {
  for (let i = 0; i < ((width + 7) & -8); i++) store<f32>(X + (i << 2), i < width ? f32((i * 7 + 3) % 11) / 4 : f32.NaN);
}

function weight(i: i32, temperature: f32): f64 {
  return Math.exp(f64(load<f32>(X + (i << 2))) / temperature);
}

/** The symbol that the definition gives: insertion sort, top-k, top-p of these, and a walk by index. −2 where a bound is too near to tell. */
function expected(width: i32, temperature: f32, topK: i32, topP: f32, uniform: f64): i32 {
  for (let i = 0; i < width; i++) {
    let place = i;
    while (place > 0 && load<f32>(X + (load<i32>(ORDER + ((place - 1) << 2)) << 2)) < load<f32>(X + (i << 2))) {
      store<i32>(ORDER + (place << 2), load<i32>(ORDER + ((place - 1) << 2)));
      place--;
    }
    store<i32>(ORDER + (place << 2), i);
    store<i32>(KEPT + (i << 2), 0);
  }
  const candidates = topK === 0 ? width : min(topK, width);
  let mass: f64 = 0;
  for (let k = 0; k < candidates; k++) mass += weight(load<i32>(ORDER + (k << 2)), temperature);
  let reached: f64 = 0;
  for (let k = 0; k < candidates; k++) {
    const symbol = load<i32>(ORDER + (k << 2));
    store<i32>(KEPT + (symbol << 2), 1);
    reached += weight(symbol, temperature);
    if (topP < 1 && abs(reached / mass - topP) < 1e-6) return -2;
    if (topP < 1 && reached >= topP * mass) break;
  }
  const target = uniform * reached;
  let sum: f64 = 0;
  for (let i = 0; i < width; i++) {
    if (load<i32>(KEPT + (i << 2)) === 0) continue;
    sum += weight(i, temperature);
    if (abs(sum - target) < 1e-6 * reached) return -2;
    if (sum > target) return i;
  }
  return -2;
}

function wrong(width: i32, temperature: f32, topK: i32, topP: f32): i32 {
  fill(width);
  let count = 0;
  memory.fill(SCRATCH + ((width + 7) & -8) * 8, 0x77, 4);
  for (let k = 0; k < 50; k++) {
    const uniform = f64(k) / 50 + 0.0031;
    const symbol = expected(width, temperature, topK, topP, uniform);
    if (symbol >= 0 && draw(X, width, temperature, topK, topP, uniform, SCRATCH) !== symbol) count++;
  }
  return load<u32>(SCRATCH + ((width + 7) & -8) * 8) === 0x77777777 ? count : -1;
}

describe("draw", () => {
  test("is what the definition says, for all settings", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let topK = 0; topK < 6; topK++) {
        for (let p = 1; p <= 4; p++) {
          expect<i32>(wrong(WIDTHS[w], 1, topK, f32(p) / 4)).toBe(0);
          expect<i32>(wrong(WIDTHS[w], 0.3, topK, f32(p) / 4)).toBe(0);
        }
      }
    }
  });
  test("takes the first largest at temperature 0, and the first of equals with top-k 1", () => {
    fill(33);
    store<f32>(X, 9, 4 * 20);
    store<f32>(X, 9, 4 * 31);
    expect<i32>(draw(X, 33, 0, 0, 1, 0.99, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1, 1, 1, 0.99, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1, 0, 0.01, 0.99, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1e-30, 0, 1, 0.25, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1e-30, 0, 1, 0.75, SCRATCH)).toBe(31);
  });
  test("divides the unit interval by probability", () => {
    store<f32>(X, 0);
    store<f32>(X, f32(Math.log(3)), 4);
    expect<i32>(draw(X, 2, 1, 0, 1, 0, SCRATCH)).toBe(0);
    expect<i32>(draw(X, 2, 1, 0, 1, 0.2499, SCRATCH)).toBe(0);
    expect<i32>(draw(X, 2, 1, 0, 1, 0.2501, SCRATCH)).toBe(1);
    expect<i32>(draw(X, 2, 1, 0, 1, 1 - f64.EPSILON / 2, SCRATCH)).toBe(1);
  });
  test("never draws what has probability 0", () => {
    for (let i = 0; i < 5; i++) store<f32>(X + (i << 2), -Infinity);
    store<f32>(X, 1, 8);
    expect<i32>(draw(X, 5, 1, 0, 1, 0, SCRATCH)).toBe(2);
    expect<i32>(draw(X, 5, 1, 3, 0.9, 1 - f64.EPSILON / 2, SCRATCH)).toBe(2);
  });
  test("says −1 where there is no distribution", () => {
    fill(9);
    store<f32>(X, f32.NaN, 32);
    expect<i32>(draw(X, 9, 0, 0, 1, 0.5, SCRATCH)).toBe(-1);
    expect<i32>(draw(X, 9, 1, 2, 0.5, 0.5, SCRATCH)).toBe(-1);
    store<f32>(X, Infinity, 32);
    expect<i32>(draw(X, 9, 1, 0, 1, 0.5, SCRATCH)).toBe(-1);
    for (let i = 0; i < 9; i++) store<f32>(X + (i << 2), -Infinity);
    expect<i32>(draw(X, 9, 0, 0, 1, 0.5, SCRATCH)).toBe(-1);
  });
  test("has contracts", () => {
    expect(() => {
      draw(X, 0, 1, 0, 1, 0.5, SCRATCH);
    }).toThrow("no symbols");
    expect(() => {
      draw(X, 3, -1, 0, 1, 0.5, SCRATCH);
    }).toThrow("negative temperature");
    expect(() => {
      draw(X, 3, 1, -1, 1, 0.5, SCRATCH);
    }).toThrow("negative top-k");
    expect(() => {
      draw(X, 3, 1, 0, 0, 0.5, SCRATCH);
    }).toThrow("top-p 0");
    expect(() => {
      draw(X, 3, 1, 0, 1, 1, SCRATCH);
    }).toThrow("uniform 1");
  });
});
