// The kernels of gates against the same formulas written out with the functions themselves: the same bits, over odd widths, strides and special values.

import { MAP_HEADER_BYTES, MAP_OPERAND_BYTES, MAP_SCRATCH_BYTES } from "../../assembly/isa";
import { gruGates, gruGatesGradient } from "../../assembly/kernels/gates-gru";
import { lstmGates, lstmGatesGradient } from "../../assembly/kernels/gates-lstm";
import { madd } from "../../assembly/math/madd";
import { sigmoid } from "../../assembly/math/sigmoid";
import { tanh } from "../../assembly/math/tanh";

const WIDTHS: StaticArray<i32> = [1, 2, 3, 4, 5, 7, 8, 9, 17, 33];
const ROWS = 3;
const TIME = 2;
/** Bytes of an operand: TIME + 1 steps of ROWS rows of 40 floats, and then some. */
const OPERAND: usize = 4096;
const OPERANDS = 14;
const PROGRAM: usize = memory.data(MAP_HEADER_BYTES + 14 * MAP_OPERAND_BYTES, 64);
const SCRATCH: usize = memory.data(MAP_SCRATCH_BYTES, 64);
const MEMORY: usize = memory.data(14 * 4096, 64);
const SPECIAL: StaticArray<f32> = [0, -0.0, Infinity, -Infinity, NaN, 1e-40, 88, -104, 3e38, 1];
const UNTOUCHED: f32 = 12345;

/** Bytes from row to row: some operands are columns of something wider. */
function strideOf(operand: i32, width: i32): i32 {
  return (((width + 7) & -8) << 2) + (operand % 3 === 1 ? 32 : 0);
}

/** Fills the table and all operands; the first `outputs` with a number that stays where nothing is written. One parameter has one row for all. */
function prepare(width: i32, outputs: i32, shared: i32, absent: u32): void {
  store<i32>(PROGRAM, 0);
  store<i32>(PROGRAM, OPERANDS, 4);
  let seed: u32 = width;
  for (let k = 0; k < OPERANDS; k++) {
    const base = MEMORY + <usize>k * OPERAND;
    const entry = PROGRAM + MAP_HEADER_BYTES + k * MAP_OPERAND_BYTES;
    store<usize>(entry, (absent >> k) & 1 ? 0 : base);
    store<i32>(entry, ROWS * strideOf(k, width), 4);
    store<i32>(entry, k === shared ? 0 : strideOf(k, width), 8);
    for (let i = 0; i < 1024; i++) {
      seed = seed * 1664525 + 1013904223;
      const drawn = <f32>(<i32>(seed >> 8) - (1 << 23)) / <f32>(1 << 21);
      const value = (seed >> 4) % 11 === 0 ? SPECIAL[(seed >> 12) % 10] : drawn;
      store<f32>(base + (i << 2), k < outputs ? UNTOUCHED : value);
    }
  }
}

/** Four floats of an operand, from float `i` of row r at TIME. */
function at(operand: i32, r: i32, i: i32): usize {
  const entry = PROGRAM + MAP_HEADER_BYTES + operand * MAP_OPERAND_BYTES;
  return MEMORY + <usize>operand * OPERAND + TIME * load<i32>(entry, 4) + r * load<i32>(entry, 8) + (i << 2);
}

function read(operand: i32, r: i32, i: i32): v128 {
  return v128.load(at(operand, r, i));
}

/** Lanes below `width` of an output are the given ones to the bit; a NaN is a NaN. */
function holds(operand: i32, r: i32, i: i32, width: i32, expected: v128): bool {
  const place = at(operand, r, i);
  const both = v128.and(f32x4.ne(expected, expected), f32x4.ne(v128.load(place), v128.load(place)));
  const equal = v128.or(both, i32x4.eq(v128.load(place), expected));
  const mask = (1 << min(4, width - i)) - 1;
  return (i32x4.bitmask(equal) & mask) === mask;
}

function sigmoidSlope(y: v128, dY: v128): v128 {
  return f32x4.mul(f32x4.mul(dY, y), f32x4.sub(f32x4.splat(1), y));
}

function tanhSlope(y: v128, dY: v128): v128 {
  return f32x4.mul(dY, f32x4.mul(f32x4.sub(f32x4.splat(1), y), f32x4.add(f32x4.splat(1), y)));
}

/** Nothing but what belongs to TIME was written: the step before and the step after keep their numbers. */
function restUntouched(outputs: i32, width: i32): bool {
  for (let k = 0; k < outputs; k++) {
    const step = ROWS * strideOf(k, width);
    const base = MEMORY + <usize>k * OPERAND;
    for (let place = base; place < base + OPERAND; place += 4) {
      const inside = place >= base + TIME * step && place < base + (TIME + 1) * step;
      if (!inside && load<f32>(place) !== UNTOUCHED) return false;
    }
  }
  return true;
}

function lstm(width: i32, training: bool): bool {
  prepare(width, 7, 9, training ? 0 : 0b1111100);
  lstmGates(PROGRAM, TIME, ROWS, width, SCRATCH);
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < width; i += 4) {
      const iAt = sigmoid(read(7, r, i));
      const fAt = sigmoid(read(8, r, i));
      const gAt = tanh(read(9, r, i));
      const oAt = sigmoid(read(10, r, i));
      const c = f32x4.add(f32x4.mul(fAt, read(11, r, i)), f32x4.mul(iAt, gAt));
      if (!holds(0, r, i, width, c) || !holds(1, r, i, width, f32x4.mul(oAt, tanh(c)))) return false;
      if (!training) continue;
      if (!holds(2, r, i, width, iAt) || !holds(3, r, i, width, fAt) || !holds(4, r, i, width, gAt)) return false;
      if (!holds(5, r, i, width, oAt) || !holds(6, r, i, width, tanh(c))) return false;
    }
  }
  for (let k = 2; k < 7; k++) if (!training && load<f32>(at(k, 0, 0)) !== UNTOUCHED) return false;
  return restUntouched(7, width);
}

function lstmGradient(width: i32, two: bool): bool {
  prepare(width, 5, -1, two ? 0 : 0b1000000);
  lstmGatesGradient(PROGRAM, TIME, ROWS, width, SCRATCH);
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < width; i += 4) {
      const dh = two ? f32x4.add(read(5, r, i), read(6, r, i)) : read(5, r, i);
      const o = read(11, r, i);
      const tanhC = read(12, r, i);
      const dc = f32x4.add(read(7, r, i), tanhSlope(tanhC, f32x4.mul(dh, o)));
      if (!holds(0, r, i, width, f32x4.mul(dc, read(9, r, i)))) return false;
      if (!holds(1, r, i, width, sigmoidSlope(read(8, r, i), f32x4.mul(dc, read(10, r, i))))) return false;
      if (!holds(2, r, i, width, sigmoidSlope(read(9, r, i), f32x4.mul(dc, read(13, r, i))))) return false;
      if (!holds(3, r, i, width, tanhSlope(read(10, r, i), f32x4.mul(dc, read(8, r, i))))) return false;
      if (!holds(4, r, i, width, sigmoidSlope(o, f32x4.mul(dh, tanhC)))) return false;
    }
  }
  return restUntouched(5, width);
}

/** `sums` is a bit for each of r, z and m: whether it has a second term. */
function gru(width: i32, training: bool, sums: u32): bool {
  let absent: u32 = training ? 0 : 0b1111;
  if (!(sums & 1)) absent |= 1 << 6;
  if (!(sums & 2)) absent |= 1 << 8;
  if (!(sums & 4)) absent |= (1 << 10) | 1;
  prepare(width, 5, 10, absent);
  gruGates(PROGRAM, TIME, ROWS, width, SCRATCH);
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < width; i += 4) {
      const rAt = sigmoid(sums & 1 ? f32x4.add(read(5, r, i), read(6, r, i)) : read(5, r, i));
      const z = sigmoid(sums & 2 ? f32x4.add(read(7, r, i), read(8, r, i)) : read(7, r, i));
      const m = sums & 4 ? f32x4.add(read(9, r, i), read(10, r, i)) : read(9, r, i);
      const n = tanh(f32x4.add(read(11, r, i), f32x4.mul(rAt, m)));
      if (!holds(4, r, i, width, madd(z, f32x4.sub(read(12, r, i), n), n))) return false;
      if (training && sums & 4 && !holds(0, r, i, width, m)) return false;
      if (training && !(holds(1, r, i, width, rAt) && holds(2, r, i, width, z) && holds(3, r, i, width, n))) return false;
    }
  }
  for (let k = 0; k < 4; k++) if ((absent >> k) & 1 && load<f32>(at(k, 0, 0)) !== UNTOUCHED) return false;
  return restUntouched(5, width);
}

function gruGradient(width: i32, two: bool): bool {
  prepare(width, 5, -1, two ? 0 : 0b1000000);
  gruGatesGradient(PROGRAM, TIME, ROWS, width, SCRATCH);
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < width; i += 4) {
      const dh = two ? f32x4.add(read(5, r, i), read(6, r, i)) : read(5, r, i);
      const z = read(8, r, i);
      const n = read(9, r, i);
      const dn = tanhSlope(n, f32x4.sub(dh, f32x4.mul(dh, z)));
      if (!holds(0, r, i, width, f32x4.mul(dh, z))) return false;
      if (!holds(1, r, i, width, sigmoidSlope(read(7, r, i), f32x4.mul(dn, read(10, r, i))))) return false;
      if (!holds(2, r, i, width, sigmoidSlope(z, f32x4.mul(dh, f32x4.sub(read(11, r, i), n))))) return false;
      if (!holds(3, r, i, width, dn) || !holds(4, r, i, width, f32x4.mul(dn, read(7, r, i)))) return false;
    }
  }
  return restUntouched(5, width);
}

describe("gates", () => {
  test("of an LSTM, with and without what the gradient needs", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      expect(lstm(WIDTHS[w], true)).toBe(true);
      expect(lstm(WIDTHS[w], false)).toBe(true);
    }
  });

  test("of an LSTM, gradient, of one term and of two", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      expect(lstmGradient(WIDTHS[w], true)).toBe(true);
      expect(lstmGradient(WIDTHS[w], false)).toBe(true);
    }
  });

  test("of a GRU, with every choice of sums", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let sums: u32 = 0; sums < 8; sums++) {
        expect(gru(WIDTHS[w], true, sums)).toBe(true);
        expect(gru(WIDTHS[w], false, sums)).toBe(true);
      }
    }
  });

  test("of a GRU, gradient, of one term and of two", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      expect(gruGradient(WIDTHS[w], true)).toBe(true);
      expect(gruGradient(WIDTHS[w], false)).toBe(true);
    }
  });

  test("no rows are no work", () => {
    prepare(9, 7, -1, 0);
    lstmGates(PROGRAM, TIME, 0, 9, SCRATCH);
    expect(load<f32>(at(0, 0, 0))).toBe(UNTOUCHED);
  });
});
