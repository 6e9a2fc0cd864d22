// The generator against its published outputs; means, variances and correlations of what is made of it; masks that depend on places only.

import { scaleBlock } from "../../assembly/kernels/norm";
import { dropout, philox, uniformRows } from "../../assembly/kernels/random";
import { sumOfSquares } from "../../assembly/kernels/reduce";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 18, 64);
const X: usize = BASE;
const OUT: usize = BASE + (1 << 16);
const OTHER: usize = BASE + (2 << 16);
/** 16384 numbers: 128 rows of 128. */
const COUNT = 1 << 14;

/** Σ a·b of COUNT uniform numbers as a number of standard deviations, which is √COUNT / 3 if they are independent. */
function deviations(a: usize, b: usize, count: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += f64(load<f32>(a + (i << 2))) * f64(load<f32>(b + (i << 2)));
  return abs(sum * 3) / Math.sqrt(f64(count));
}

function numbers(at: usize, seedLow: u32, seedHigh: u32, stream: u32, step: u32, firstRow: u32): f64 {
  return uniformRows(at, 512, 128, 128, seedLow, seedHigh, stream, step, firstRow);
}

describe("philox", () => {
  test("gives the known answers of Random123", () => {
    let y = philox(i32x4.splat(0), 0, 0);
    expect<bool>(i32x4.all_true(i32x4.eq(y, i32x4(0x6627e8d5, <i32>0xe169c58d, <i32>0xbc57ac4c, <i32>0x9b00dbd8)))).toBe(true);
    y = philox(i32x4.splat(-1), 0xffffffff, 0xffffffff);
    expect<bool>(i32x4.all_true(i32x4.eq(y, i32x4(0x408f276d, 0x41c83b0e, <i32>0xa20bc7c6, 0x6d5451fd)))).toBe(true);
    const pi = i32x4(0x243f6a88, <i32>0x85a308d3, 0x13198a2e, 0x03707344);
    y = philox(pi, 0xa4093822, 0x299f31d0);
    expect<bool>(i32x4.all_true(i32x4.eq(y, i32x4(<i32>0xd16cfe09, <i32>0x94fdcceb, 0x5001e420, 0x24126ea1)))).toBe(true);
  });
});

describe("uniformRows", () => {
  test("has mean 0 and variance 1/3", () => {
    const squares = numbers(X, 1, 2, 3, 4, 0);
    let sum: f64 = 0;
    for (let i = 0; i < COUNT; i++) sum += f64(load<f32>(X + (i << 2)));
    // Four standard deviations: √(1/3 / n) of the mean, √(4/45 / n) of the mean square.
    expect<bool>(abs(sum / COUNT) < 4 * Math.sqrt(1 / 3.0 / COUNT)).toBe(true);
    expect<bool>(abs(squares / COUNT - 1 / 3.0) < 4 * Math.sqrt(4 / 45.0 / COUNT)).toBe(true);
    expect<bool>(abs(squares / sumOfSquares(X, COUNT) - 1) < 1e-6).toBe(true);
  });
  test("is independent of neighbours, rows, steps, streams and seeds", () => {
    numbers(X, 1, 2, 3, 4, 0);
    expect<f64>(deviations(X, X + 4, COUNT - 1)).toBeLessThan(4, "next column");
    expect<f64>(deviations(X, X + 16, COUNT - 4)).toBeLessThan(4, "next vector");
    expect<f64>(deviations(X, X + 512, COUNT - 128)).toBeLessThan(4, "next row");
    numbers(OTHER, 1, 2, 3, 5, 0);
    expect<f64>(deviations(X, OTHER, COUNT)).toBeLessThan(4, "next step");
    numbers(OTHER, 1, 2, 4, 4, 0);
    expect<f64>(deviations(X, OTHER, COUNT)).toBeLessThan(4, "next stream");
    numbers(OTHER, 1, 2, 4, 3, 0);
    expect<f64>(deviations(X, OTHER, COUNT)).toBeLessThan(4, "step and stream exchanged");
    numbers(OTHER, 2, 2, 3, 4, 0);
    expect<f64>(deviations(X, OTHER, COUNT)).toBeLessThan(4, "next seed");
    numbers(OTHER, 1, 3, 3, 4, 0);
    expect<f64>(deviations(X, OTHER, COUNT)).toBeLessThan(4, "next high half of the seed");
  });
  test("leaves pads as they are, and scales to a direction of the wanted length", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      const floats = (width + 7) & -8;
      memory.fill(OUT, 0, (3 * floats) << 2);
      const squares = uniformRows(OUT, floats << 2, 3, width, 1, 2, 3, 4, 0);
      scaleBlock(OUT, 3 * floats, f32(2.5 / Math.sqrt(squares)));
      expect<bool>(abs(Math.sqrt(sumOfSquares(OUT, 3 * floats)) - 2.5) < 1e-6).toBe(true);
      let written = 0;
      for (let i = 0; i < 3 * floats; i++) if (i % floats >= width) written |= load<u32>(OUT + (i << 2));
      expect<i32>(written).toBe(0);
    }
  });
});

/**
 * Elements that are neither 0 nor x or x / keep, that calls on parts of the rows or steps would make otherwise, or, per sequence, that differ
 * from step to step. Three steps of a batch of 4.
 */
function wrong(width: i32, keep: f32, scaled: bool, perSequence: bool): i32 {
  const floats = (width + 7) & -8;
  const stride = floats << 2;
  const count = 12 * floats;
  for (let i = 0; i < count; i++) store<f32>(X + (i << 2), i % floats < width ? f32(i + 1) : f32.NaN);
  dropout(OUT, stride, X, stride, 12, width, 4, 0, 5, keep, scaled, perSequence, 1, 2, 3, 4);
  // The same three steps: the first alone, two rows of it again as a smaller batch, the last two together, in place.
  memory.copy(OTHER, X, count << 2);
  dropout(OTHER, stride, OTHER, stride, 4, width, 4, 0, 5, keep, scaled, perSequence, 1, 2, 3, 4);
  dropout(OTHER, stride, X, stride, 2, width, 2, 0, 5, keep, scaled, perSequence, 1, 2, 3, 4);
  dropout(OTHER + 4 * stride, stride, OTHER + 4 * stride, stride, 8, width, 4, 0, 6, keep, scaled, perSequence, 1, 2, 3, 4);
  let bad = 0;
  let different = 0;
  for (let i = 0; i < count; i++) {
    if (i % floats >= width) continue;
    const y = load<f32>(OUT + (i << 2));
    if (y !== 0 && y !== (scaled ? f32(i + 1) * (1 / keep) : f32(i + 1))) bad++;
    if (load<f32>(OTHER + (i << 2)) !== y) bad++;
    if ((load<f32>(OUT + ((i % (4 * floats)) << 2)) === 0) !== (y === 0)) different++;
  }
  if (perSequence ? different > 0 : width > 16 && keep < 1 && different === 0) bad++;
  return bad;
}

function ones(count: i32): void {
  for (let i = 0; i < count; i++) store<f32>(X + (i << 2), 1);
}

function kept(keep: f32): i32 {
  ones(COUNT);
  dropout(OUT, 512, X, 512, 128, 128, 32, 0, 0, keep, true, false, 5, 6, 7, 8);
  let count = 0;
  for (let i = 0; i < COUNT; i++) if (load<f32>(OUT + (i << 2)) !== 0) count++;
  return count;
}

/** Of 2048 elements (4 rows of 512, kept by half) how many two masks agree on, as standard deviations from the half. */
function agreement(seed: u32, stream: u32, step: u32, time: i32): f64 {
  ones(2048);
  dropout(OUT, 2048, X, 2048, 4, 512, 4, 0, 7, 0.5, false, false, 1, 0, 2, 3);
  dropout(OTHER, 2048, X, 2048, 4, 512, 4, 0, time, 0.5, false, false, seed, 0, stream, step);
  let count = 0;
  for (let i = 0; i < 2048; i++) if (load<f32>(OUT + (i << 2)) === load<f32>(OTHER + (i << 2))) count++;
  return abs(count - 1024) / Math.sqrt(512.0);
}

describe("dropout", () => {
  test("is decided by the row of the batch, wherever that stands, also where only some rows are alive", () => {
    ones(COUNT);
    const order = OUT + (1 << 12);
    store<i32>(order, 2);
    store<i32>(order, 0, 4);
    store<i32>(order, 1, 8);
    for (let perSequence = 0; perSequence < 2; perSequence++) {
      dropout(OTHER, 256, X, 256, 3, 61, 3, 0, 5, 0.5, true, perSequence !== 0, 1, 2, 3, 4);
      dropout(OUT, 256, X, 256, 2, 61, 3, order, 5, 0.5, true, perSequence !== 0, 1, 2, 3, 4);
      for (let i = 0; i < 61; i++) {
        expect<f32>(load<f32>(OUT + (i << 2))).toBe(load<f32>(OTHER + (i << 2), 512));
        expect<f32>(load<f32>(OUT + (i << 2), 256)).toBe(load<f32>(OTHER + (i << 2)));
      }
    }
  });
  test("keeps or drops by place alone, in place or not, however batch, rows and steps are split", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let kind = 0; kind < 4; kind++) {
        expect<i32>(wrong(WIDTHS[w], 0.5, (kind & 1) !== 0, (kind & 2) !== 0)).toBe(0);
        expect<i32>(wrong(WIDTHS[w], 0.8, (kind & 1) !== 0, (kind & 2) !== 0)).toBe(0);
        expect<i32>(wrong(WIDTHS[w], 1, (kind & 1) !== 0, (kind & 2) !== 0)).toBe(0);
      }
    }
  });
  test("keeps as many as it should", () => {
    // Four standard deviations of a binomial of 16384.
    expect<i32>(abs(kept(0.5) - 8192)).toBeLessThan(256);
    expect<i32>(abs(kept(0.9) - 14746)).toBeLessThan(154);
    expect<i32>(abs(kept(0.001) - 16)).toBeLessThan(17);
    expect<i32>(kept(1)).toBe(COUNT);
  });
  test("differs from seed to seed, stream to stream, step to step, time to time, and when these change places", () => {
    expect<f64>(agreement(1, 2, 3, 7)).toBeGreaterThan(45, "itself");
    expect<f64>(agreement(2, 2, 3, 7)).toBeLessThan(4, "next seed");
    expect<f64>(agreement(1, 3, 3, 7)).toBeLessThan(4, "next stream");
    expect<f64>(agreement(1, 2, 4, 7)).toBeLessThan(4, "next step");
    expect<f64>(agreement(1, 2, 3, 8)).toBeLessThan(4, "next time");
    expect<f64>(agreement(2, 1, 3, 7)).toBeLessThan(4, "seed and stream exchanged");
    expect<f64>(agreement(1, 3, 2, 7)).toBeLessThan(4, "stream and step exchanged");
    expect<f64>(agreement(1, 2, 7, 3)).toBeLessThan(4, "step and time exchanged");
  });
  test("is decided by the words of philox that its comment names", () => {
    ones(64);
    dropout(OUT, 256, X, 256, 1, 61, 1, 0, 15, 0.25, true, false, 11, 12, 13, 14);
    let count = 0;
    for (let i = 0; i < 61; i++) {
      v128.store(OTHER, philox(i32x4((i >> 4) * 4 + (i & 3), 0, 14, 15), 11, 12 ^ 13));
      const expected: f32 = load<u32>(OTHER + (((i >> 2) & 3) << 2)) < 0x40000000 ? 4 : 0;
      if (load<f32>(OUT + (i << 2)) !== expected) count++;
    }
    expect<i32>(count).toBe(0);
  });
  test("makes a dropped NaN zero", () => {
    for (let i = 0; i < 64; i++) store<f32>(X + (i << 2), f32.NaN);
    dropout(OUT, 256, X, 256, 1, 64, 1, 0, 0, 0.5, true, false, 1, 2, 3, 4);
    let zeros = 0;
    for (let i = 0; i < 64; i++) if (load<u32>(OUT + (i << 2)) === 0) zeros++;
    expect<bool>(zeros > 16 && zeros < 48).toBe(true);
  });
  test("has contracts", () => {
    expect(() => {
      dropout(OUT, 32, X, 32, 1, 8, 1, 0, 0, 0, true, false, 0, 0, 0, 0);
    }).toThrow("keep 0");
    expect(() => {
      dropout(OUT, 32, X, 32, 1, 8, 1, 0, 0, 1.5, true, false, 0, 0, 0, 0);
    }).toThrow("keep above 1");
    expect(() => {
      dropout(OUT, 32, X, 32, 3, 8, 2, 0, 0, 0.5, true, false, 0, 0, 0, 0);
    }).toThrow("a batch and a half");
  });
});
