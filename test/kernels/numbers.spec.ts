// Numbers drawn from what a row tells: the normal number of every 32 bits, coins, components, and that all depends on places only.

import { draw } from "../../assembly/kernels/draw";
import { chance, drawBits, drawDensity, logChance, normal } from "../../assembly/kernels/numbers";
import { philox, uniformAt } from "../../assembly/kernels/random";
import { padded } from "./matrices";

const BASE: usize = memory.data(1 << 18, 64);
const X: usize = BASE;
const OUT: usize = BASE + (1 << 16);
const OTHER: usize = BASE + (2 << 16);
const ORDER: usize = BASE + (3 << 16);
const SCRATCH: usize = ORDER + 1024;
const WORDS: usize = SCRATCH + 4096;
const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 8, 9, 17];
const COMPONENTS: StaticArray<i32> = [0, 1, 2, 3, 5, 9];
const FLOOR: f32 = 0.125;

/** Φ by its series (Marsaglia 2004). */
function below(x: f64): f64 {
  let sum = x;
  let term = x;
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.5 * Math.log(2 * Math.PI));
}

/** Word i of those that make the numbers of a row. */
function word(row: i32, time: i32, i: i32): u32 {
  v128.store(WORDS, philox(i32x4(1 + (i >> 2), row, 5, time), 1, 2));
  return load<u32>(WORDS + ((i & 3) << 2));
}

/** Numbers from −2 to 2; pads are NaN. */
function fill(rows: i32, width: i32): void {
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < padded(width) >> 2; i++)
      store<f32>(X + r * padded(width) + (i << 2), i < width ? f32((r * 31 + i * 17) % 23) / 6 - 2 : f32.NaN);
}

function at(base: usize, width: i32, r: i32, i: i32): f32 {
  return load<f32>(base + r * padded(width) + (i << 2));
}

function widthOf(components: i32, dimensions: i32): i32 {
  return components + 2 * max(1, components) * dimensions;
}

function put(to: usize, rows: i32, dimensions: i32, components: i32, temperature: f32, batch: i32, order: usize, time: i32): void {
  const stride = padded(widthOf(components, dimensions));
  drawDensity(to, padded(dimensions), X, stride, rows, dimensions, components, FLOOR, temperature, batch, order, time, 1, 2, 5, SCRATCH);
}

describe("normal", () => {
  test("is the quantile of the middle of its 2⁻³²", () => {
    // Quotients of polynomials, 1.2e-7 of the number, and the logarithm of a tail in f32; the series has some 1e-15 of 1 for it.
    for (let k = 0; k < 4096; k++) {
      const bits: u32 = k < 64 ? k : k < 128 ? <u32>-1 - (k - 64) : k * 1048573;
      const p = (<f64>bits + 0.5) / 4294967296;
      const x = normal(bits);
      const slope = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
      expect<bool>(abs(below(x) - p) <= 2.5e-7 * abs(x) * slope + 4e-15).toBe(true);
    }
  });
  test("is odd, rises, and ends at 6.34", () => {
    let before = -7.0;
    for (let k = 0; k <= 4096; k++) {
      const bits: u32 = k < 4096 ? k << 20 : <u32>-1;
      expect<f64>(normal(~bits)).toBe(-normal(bits));
      expect<bool>(normal(bits) > before).toBe(true);
      before = normal(bits);
    }
    expect<bool>(abs(before - 6.338) < 0.001).toBe(true);
  });
});

describe("a coin", () => {
  test("is as likely as its logit says, and so is its logarithm", () => {
    for (let k = -40; k <= 40; k++) {
      const p = 1 / (1 + Math.exp(-0.5 * k));
      // sigmoid and softplus err by 2 and 3 units in the last place.
      expect<bool>(abs(chance(0.5 * <f32>k) - p) <= 2.4e-7 * p).toBe(true);
      expect<bool>(abs(logChance(0.5 * <f32>k, true) - Math.log(p)) <= 3.6e-7 * abs(Math.log(p))).toBe(true);
      expect<f64>(logChance(0.5 * <f32>k, false)).toBe(logChance(-0.5 * <f32>k, true));
    }
  });
});

describe("drawBits", () => {
  test("falls by the word of its place", () => {
    for (let n = 0; n < WIDTHS.length; n++) {
      const width = WIDTHS[n];
      for (let r = 0; r < 8; r++) store<i32>(ORDER + (r << 2), 7 - r);
      fill(16, width);
      drawBits(OUT, padded(width), X, padded(width), 16, width, 0.5, 8, ORDER, 3, 1, 2, 5);
      let yes = 0;
      for (let r = 0; r < 16; r++)
        for (let i = 0; i < width; i++) {
          const p = 1 / (1 + Math.exp(-2 * <f64>at(X, width, r, i)));
          const uniform = <f64>word(7 - (r & 7), 3 + (r >> 3), i) / 4294967296;
          const bit = at(OUT, width, r, i);
          // Where the two are nearer than the sigmoid errs, either may be.
          if (abs(uniform - p) > 1e-6) expect<f32>(bit).toBe(uniform < p ? <f32>1 : <f32>0);
          yes += i32(bit === 1);
        }
      expect<bool>(yes > 0 && yes < 16 * width).toBe(true);
    }
  });
  test("at temperature 0 is what is more likely, and what is certain is so at any", () => {
    store<f32>(X, 0.01);
    store<f32>(X, -0.01, 4);
    store<f32>(X, 0, 8);
    for (let time = 0; time < 64; time++) {
      drawBits(OUT, 32, X, 32, 1, 3, 0, 1, 0, time, 1, 2, 5);
      expect<f32>(load<f32>(OUT)).toBe(1);
      expect<f32>(load<f32>(OUT, 4)).toBe(0);
      expect<f32>(load<f32>(OUT, 8)).toBe(0);
    }
    store<f32>(X, Infinity);
    store<f32>(X, -Infinity, 4);
    store<f32>(X, NaN, 8);
    for (let time = 0; time < 64; time++) {
      drawBits(OUT, 32, X, 32, 1, 3, 1, 1, 0, time, 1, 2, 5);
      expect<f32>(load<f32>(OUT)).toBe(1);
      expect<f32>(load<f32>(OUT, 4)).toBe(0);
      expect<bool>(isNaN(load<f32>(OUT, 8))).toBe(true);
    }
  });
});

describe("drawDensity", () => {
  test("is the mean of the component that is drawn and its deviation times a normal number, and writes nothing else", () => {
    for (let k = 0; k < COMPONENTS.length; k++)
      for (let n = 0; n < WIDTHS.length; n++) {
        const components = COMPONENTS[k];
        const dimensions = WIDTHS[n];
        const width = widthOf(components, dimensions);
        const all = max(1, components) * dimensions;
        for (let r = 0; r < 4; r++) store<i32>(ORDER + (r << 2), r ^ 1);
        fill(8, width);
        memory.fill(OUT, 0x77, 8 * padded(dimensions));
        memory.fill(SCRATCH, 0xff, 256);
        put(OUT, 8, dimensions, components, 0.25, 4, ORDER, 3);
        for (let r = 0; r < 8; r++) {
          const row = (r & 3) ^ 1;
          const time = 3 + (r >> 2);
          const uniform = uniformAt(row, time, 5, 1, 2);
          const chosen = components > 1 ? draw(X + r * padded(width), components, 0.25, 0, 1, 0, uniform, SCRATCH) : 0;
          for (let i = 0; i < dimensions; i++) {
            const column = components + chosen * dimensions + i;
            const deviation = <f64>FLOOR + Math.exp(<f64>at(X, width, r, column + all));
            const expected = <f64>at(X, width, r, column) + 0.5 * deviation * normal(word(row, time, i));
            // An ULP of the exponential, and the rounding of the sum.
            const error = 1.2e-7 * deviation * 7 + 6e-8 * abs(expected);
            expect<bool>(abs(<f64>at(OUT, dimensions, r, i) - expected) <= error).toBe(true);
          }
          for (let i = dimensions; i < padded(dimensions) >> 2; i++)
            expect<u32>(load<u32>(OUT + r * padded(dimensions) + (i << 2))).toBe(0x77777777);
        }
      }
  });
  test("does not depend on how rows and steps are split over calls", () => {
    fill(12, 21);
    put(OUT, 12, 3, 3, 1, 4, 0, 7);
    for (let r = 0; r < 12; r++) {
      store<i32>(ORDER, r & 3);
      drawDensity(OTHER, 32, X + r * padded(21), padded(21), 1, 3, 3, FLOOR, 1, 1, ORDER, 7 + (r >> 2), 1, 2, 5, SCRATCH);
      for (let i = 0; i < 3; i++) expect<f32>(load<f32>(OTHER + (i << 2))).toBe(at(OUT, 3, r, i));
    }
  });
  test("at temperature 0 is the mean of the likeliest", () => {
    fill(4, 21);
    for (let r = 0; r < 4; r++) {
      store<f32>(X + r * padded(21) + ((r % 3) << 2), 5);
      // Too wide for f32, and not looked at.
      store<f32>(X + r * padded(21) + (12 << 2), 1000);
    }
    put(OUT, 4, 3, 3, 0, 4, 0, 0);
    for (let r = 0; r < 4; r++) for (let i = 0; i < 3; i++) expect<f32>(at(OUT, 3, r, i)).toBe(at(X, 21, r, 3 + (r % 3) * 3 + i));
  });
  test("where there is no distribution is NaN", () => {
    fill(2, 9);
    store<f32>(X, NaN);
    store<f32>(X + padded(9) + (3 << 2), NaN);
    store<f32>(X + padded(9) + (4 << 2), NaN);
    store<f32>(X + padded(9) + (5 << 2), NaN);
    put(OUT, 2, 1, 3, 1, 2, 0, 0);
    expect<bool>(isNaN(at(OUT, 1, 0, 0))).toBe(true);
    expect<bool>(isNaN(at(OUT, 1, 1, 0))).toBe(true);
  });
});
