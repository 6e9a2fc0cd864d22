// Drawing against a plain sort, over all settings; frequencies; ties, NaN and infinities.

import { draw, likeliest, logProbability, penalize } from "../../assembly/kernels/draw";

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

/** The symbol that the definition gives: insertion sort, top-k, top-p of these, min-p of these, and a walk by index. −2 where a bound is too near to tell. */
function expected(width: i32, temperature: f32, topK: i32, topP: f32, minP: f32, uniform: f64): i32 {
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
  const least = minP * weight(load<i32>(ORDER), temperature);
  for (let i = 0; i < width; i++) {
    if (load<i32>(KEPT + (i << 2)) === 0) continue;
    if (minP > 0 && abs(weight(i, temperature) / least - 1) < 1e-5) return -2;
    if (weight(i, temperature) >= least) continue;
    store<i32>(KEPT + (i << 2), 0);
    reached -= weight(i, temperature);
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

function wrong(width: i32, temperature: f32, topK: i32, topP: f32, minP: f32 = 0): i32 {
  fill(width);
  let count = 0;
  memory.fill(SCRATCH + ((width + 7) & -8) * 8, 0x77, 4);
  for (let k = 0; k < 50; k++) {
    const uniform = f64(k) / 50 + 0.0031;
    const symbol = expected(width, temperature, topK, topP, minP, uniform);
    if (symbol >= 0 && draw(X, width, temperature, topK, topP, minP, uniform, SCRATCH) !== symbol) count++;
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
          expect<i32>(wrong(WIDTHS[w], 1, topK, f32(p) / 4, 0.15)).toBe(0);
          expect<i32>(wrong(WIDTHS[w], 0.3, topK, f32(p) / 4, 0.6)).toBe(0);
        }
      }
    }
  });
  test("takes the first largest at temperature 0, and the first of equals with top-k 1", () => {
    fill(33);
    store<f32>(X, 9, 4 * 20);
    store<f32>(X, 9, 4 * 31);
    expect<i32>(draw(X, 33, 0, 0, 1, 0, 0.99, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1, 1, 1, 0, 0.99, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1, 0, 0.01, 0, 0.99, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1e-30, 0, 1, 0, 0.25, SCRATCH)).toBe(20);
    expect<i32>(draw(X, 33, 1e-30, 0, 1, 0, 0.75, SCRATCH)).toBe(31);
  });
  test("divides the unit interval by probability", () => {
    store<f32>(X, 0);
    store<f32>(X, f32(Math.log(3)), 4);
    expect<i32>(draw(X, 2, 1, 0, 1, 0, 0, SCRATCH)).toBe(0);
    expect<i32>(draw(X, 2, 1, 0, 1, 0, 0.2499, SCRATCH)).toBe(0);
    expect<i32>(draw(X, 2, 1, 0, 1, 0, 0.2501, SCRATCH)).toBe(1);
    expect<i32>(draw(X, 2, 1, 0, 1, 0, 1 - f64.EPSILON / 2, SCRATCH)).toBe(1);
  });
  test("leaves out by min-p what is less likely than a share of the likeliest", () => {
    // 1/2, 1/4, 1/8, 1/8: with min-p 0.4 the first two share the interval 2 : 1.
    for (let i = 0; i < 4; i++) store<f32>(X + (i << 2), f32(-Math.LN2 * min(i, 2)));
    expect<i32>(draw(X, 4, 1, 0, 1, 0.4, 0.666, SCRATCH)).toBe(0);
    expect<i32>(draw(X, 4, 1, 0, 1, 0.4, 0.667, SCRATCH)).toBe(1);
    expect<i32>(draw(X, 4, 1, 0, 1, 0.4, 0.999, SCRATCH)).toBe(1);
    expect<i32>(draw(X, 4, 1, 0, 1, 0.51, 0.999, SCRATCH)).toBe(0);
    expect<i32>(draw(X, 4, 1, 0, 1, 0.2, 0.999, SCRATCH)).toBe(3);
  });
  test("never draws what has probability 0", () => {
    for (let i = 0; i < 5; i++) store<f32>(X + (i << 2), -Infinity);
    store<f32>(X, 1, 8);
    expect<i32>(draw(X, 5, 1, 0, 1, 0, 0, SCRATCH)).toBe(2);
    expect<i32>(draw(X, 5, 1, 3, 0.9, 0, 1 - f64.EPSILON / 2, SCRATCH)).toBe(2);
  });
  test("says −1 where there is no distribution", () => {
    fill(9);
    store<f32>(X, f32.NaN, 32);
    expect<i32>(draw(X, 9, 0, 0, 1, 0, 0.5, SCRATCH)).toBe(-1);
    expect<i32>(draw(X, 9, 1, 2, 0.5, 0, 0.5, SCRATCH)).toBe(-1);
    store<f32>(X, Infinity, 32);
    expect<i32>(draw(X, 9, 1, 0, 1, 0, 0.5, SCRATCH)).toBe(-1);
    for (let i = 0; i < 9; i++) store<f32>(X + (i << 2), -Infinity);
    expect<i32>(draw(X, 9, 0, 0, 1, 0, 0.5, SCRATCH)).toBe(-1);
  });
  test("has contracts", () => {
    expect(() => {
      draw(X, 0, 1, 0, 1, 0, 0.5, SCRATCH);
    }).toThrow("no symbols");
    expect(() => {
      draw(X, 3, -1, 0, 1, 0, 0.5, SCRATCH);
    }).toThrow("negative temperature");
    expect(() => {
      draw(X, 3, 1, -1, 1, 0, 0.5, SCRATCH);
    }).toThrow("negative top-k");
    expect(() => {
      draw(X, 3, 1, 0, 0, 0, 0.5, SCRATCH);
    }).toThrow("top-p 0");
    expect(() => {
      draw(X, 3, 1, 0, 1, 0, 1, SCRATCH);
    }).toThrow("uniform 1");
  });
  test("has a contract on min-p", () => {
    expect(() => {
      draw(X, 3, 1, 0, 1, 1, 0.5, SCRATCH);
    }).toThrow("min-p 1");
  });
});

describe("penalize", () => {
  test("divides what is positive, multiplies what is not, once each, and leaves the row as it was", () => {
    for (let i = 0; i < 6; i++) store<f32>(X + (i << 2), f32(i - 2));
    for (let i = 0; i < 4; i++) store<i32>(ORDER + (i << 2), i === 3 ? 1 : 2 * i + 1);
    penalize(KEPT, X, 6, ORDER, 4, 2);
    const wanted: StaticArray<f32> = [-2, -2, 0, 0.5, 2, 1.5];
    for (let i = 0; i < 6; i++) {
      expect<f32>(load<f32>(KEPT + (i << 2))).toBe(wanted[i]);
      expect<f32>(load<f32>(X + (i << 2))).toBe(f32(i - 2));
    }
    penalize(KEPT, X, 6, ORDER, 0, 2);
    for (let i = 0; i < 6; i++) expect<f32>(load<f32>(KEPT + (i << 2))).toBe(f32(i - 2));
  });
  test("has contracts", () => {
    expect(() => {
      penalize(KEPT, X, 3, ORDER, 1, 0);
    }).toThrow("penalty 0");
    expect(() => {
      store<i32>(ORDER, 3);
      penalize(KEPT, X, 3, ORDER, 1, 2);
    }).toThrow("a foreign symbol");
  });
});

describe("logProbability and likeliest", () => {
  test("are the logarithm of softmax, in the order of the logits", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      fill(width);
      let sum: f64 = 0;
      for (let i = 0; i < width; i++) sum += weight(i, 1);
      expect<bool>(likeliest(KEPT, ORDER, X, width, width, SCRATCH)).toBe(true);
      for (let k = 0; k < width; k++) {
        const symbol = load<i32>(KEPT + (k << 2));
        const exact = Math.log(weight(symbol, 1) / sum);
        // The sum is of exponentials in f32, each to 1.5 ULP, and its logarithm to 0.84 ULP of at most 4 (log.ts): 2^-22 each.
        expect<bool>(abs(logProbability(X, width, symbol) - exact) < 5e-7).toBe(true);
        expect<f64>(load<f64>(ORDER + (k << 3))).toBe(logProbability(X, width, symbol));
        if (k === 0) continue;
        const before = load<i32>(KEPT + ((k - 1) << 2));
        const gap = load<f32>(X + (before << 2)) - load<f32>(X + (symbol << 2));
        expect<bool>(gap > 0 || (gap === 0 && before < symbol)).toBe(true);
      }
    }
  });
  test("take only as many as are asked for", () => {
    fill(9);
    store<i32>(KEPT, -7, 8);
    expect<bool>(likeliest(KEPT, ORDER, X, 9, 2, SCRATCH)).toBe(true);
    expect<i32>(load<i32>(KEPT, 8)).toBe(-7);
  });
  test("know what is impossible, and where there is no distribution", () => {
    store<f32>(X, 3);
    store<f32>(X, -Infinity, 4);
    expect<f64>(logProbability(X, 2, 0)).toBe(0);
    expect<f64>(logProbability(X, 2, 1)).toBe(-Infinity);
    store<f32>(X, f32.NaN, 4);
    expect<bool>(isNaN(logProbability(X, 2, 0))).toBe(true);
    expect<bool>(likeliest(KEPT, ORDER, X, 2, 1, SCRATCH)).toBe(false);
  });
});
