// The chain of element-wise words: every word by hand and against f64, over odd shapes, broadcasts, several blocks, poisoned pads.

import {
  MAP_BLOCK,
  MAP_FIRST_BINARY,
  MAP_FIRST_TERNARY,
  MAP_HEADER_BYTES,
  MAP_INSTRUCTION_BYTES,
  MAP_OPERAND_BYTES,
  MAP_OPS,
  MAP_REGISTER,
  MAP_SCRATCH_BYTES,
  MapOp,
} from "../../assembly/isa";
import { map } from "../../assembly/kernels/map";

const SIZES: StaticArray<i32> = [1, 2, 3, 4, 5, 7, 8, 9, 17, 33];
const PROGRAM: usize = memory.data(4096, 64);
const SCRATCH: usize = memory.data(MAP_SCRATCH_BYTES, 64);
const X: usize = memory.data(1 << 16, 64);
const Y: usize = memory.data(1 << 16, 64);
const Z: usize = memory.data(1 << 16, 64);
const OUT: usize = memory.data(1 << 16, 64);
const R: i32 = MAP_REGISTER;

let operands: i32 = 0;
let instructions: i32 = 0;

function begin(operandCount: i32, registers: i32): void {
  operands = 0;
  instructions = 0;
  store<i32>(PROGRAM, 0);
  store<i32>(PROGRAM, operandCount, 4);
  store<i32>(PROGRAM, registers, 8);
  store<i32>(PROGRAM, MAP_BLOCK, 12);
}

function operand(base: usize, stepBytes: i32, rowBytes: i32): i32 {
  const at = PROGRAM + MAP_HEADER_BYTES + operands * MAP_OPERAND_BYTES;
  store<usize>(at, base);
  store<i32>(at, stepBytes, 4);
  store<i32>(at, rowBytes, 8);
  store<i32>(at, 0, 12);
  return operands++;
}

function instruction(op: i32, y: i32, a: i32 = 0, b: i32 = 0, c: i32 = 0): void {
  const at = PROGRAM + MAP_HEADER_BYTES + load<i32>(PROGRAM, 4) * MAP_OPERAND_BYTES + instructions * MAP_INSTRUCTION_BYTES;
  store<i32>(at, op);
  store<i32>(at, y, 4);
  store<i32>(at, a, 8);
  store<i32>(at, b, 12);
  store<i32>(at, c, 16);
  store<i32>(PROGRAM, ++instructions);
}

function immediate(v: f32): i32 {
  return reinterpret<i32>(v);
}

/** One word on scalars. */
function one(op: i32, a: f32, b: f32 = 0, c: f32 = 0, v: f32 = 0): f32 {
  begin(4, 0);
  operand(OUT, 0, 32);
  operand(X, 0, 32);
  operand(Y, 0, 32);
  operand(Z, 0, 32);
  memory.fill(OUT, 0xff, 64);
  memory.fill(X, 0xff, 32);
  memory.fill(Y, 0xff, 32);
  memory.fill(Z, 0xff, 32);
  store<f32>(X, a);
  store<f32>(Y, b);
  store<f32>(Z, c);
  instruction(op, 0, 1, op < MAP_FIRST_BINARY ? immediate(v) : 2, 3);
  map(PROGRAM, 0, 1, 1, SCRATCH);
  // One row of padded width is written, and nothing after it.
  for (let i: usize = 32; i < 64; i++) assert(load<u8>(OUT + i) === 0xff, "wrote past the padded row");
  return load<f32>(OUT);
}

function immediateOf(op: i32, a: f32, v: f32): f32 {
  return one(op, a, 0, 0, v);
}

/** What a word is, in f64. */
function exact(op: i32, a: f64, b: f64, c: f64, v: f64): f64 {
  switch (op) {
    case MapOp.fill:
      return v;
    case MapOp.copy:
      return a;
    case MapOp.neg:
      return -a;
    case MapOp.abs:
      return Math.abs(a);
    case MapOp.square:
      return a * a;
    case MapOp.sqrt:
      return Math.sqrt(a);
    case MapOp.reciprocal:
      return 1 / a;
    case MapOp.sign:
      return a > 0 ? 1 : a < 0 ? -1 : 0;
    case MapOp.step:
      return a > 0 ? 1 : 0;
    case MapOp.exp:
      return Math.exp(a);
    case MapOp.log:
      return Math.log(a);
    case MapOp.tanh:
      return Math.tanh(a);
    case MapOp.sigmoid:
      return 1 / (1 + Math.exp(-a));
    case MapOp.relu:
      return a > 0 ? a : 0;
    case MapOp.softplus:
      return Math.log1p(Math.exp(a));
    case MapOp.addImmediate:
      return a + v;
    case MapOp.mulImmediate:
      return a * v;
    case MapOp.subtractFromImmediate:
      return v - a;
    case MapOp.minimumImmediate:
      return Math.min(a, v);
    case MapOp.maximumImmediate:
      return Math.max(a, v);
    case MapOp.add:
      return a + b;
    case MapOp.sub:
      return a - b;
    case MapOp.mul:
      return a * b;
    case MapOp.div:
      return a / b;
    case MapOp.tanhGradient:
      return b * (1 - a * a);
    case MapOp.sigmoidGradient:
      return b * a * (1 - a);
    case MapOp.reluGradient:
      return a > 0 ? b : 0;
    case MapOp.softplusGradient:
      return b / (1 + Math.exp(-a));
    case MapOp.clampGradient:
      return a === b ? c : 0;
    case MapOp.mix:
      return c + a * (b - c);
    case MapOp.multiplyAdd:
      return a * b + c;
  }
  return NaN;
}

let seed: u32 = 1;

function random(): f32 {
  seed = seed * 1664525 + 1013904223;
  return f32(i32(seed >> 16) - 32768) / 8192;
}

function fillRows(at: usize, rows: i32, width: i32, rowBytes: i32, positive: bool): void {
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < ((width + 7) & -8); i++) {
      const v = positive ? abs(random()) + 0.01 : random();
      store<f32>(at + r * rowBytes + (i << 2), i < width ? v : f32.NaN);
    }
  }
}

/** Rows of which every second element is that of the other rows. */
function mingleRows(at: usize, other: usize, rows: i32, width: i32, rowBytes: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i += 2) store<f32>(at + r * rowBytes + (i << 2), load<f32>(other + r * rowBytes + (i << 2)));
  }
}

/** Elements of out = op(x, y, z) that are wrong, y being one row for all when broadcast is set. */
function wrong(op: i32, rows: i32, width: i32, gap: i32, broadcast: bool): i32 {
  const rowBytes = (((width + 7) & -8) << 2) + gap;
  const yBytes = broadcast ? 0 : rowBytes;
  fillRows(X, rows, width, rowBytes, op === MapOp.log || op === MapOp.sqrt);
  fillRows(Y, broadcast ? 1 : rows, width, rowBytes, false);
  fillRows(Z, rows, width, rowBytes, false);
  if (op === MapOp.clampGradient) mingleRows(Y, X, broadcast ? 1 : rows, width, rowBytes);
  memory.fill(OUT, 0x77, rowBytes * (rows + 1));
  begin(4, 0);
  operand(OUT, 0, rowBytes);
  operand(X, 0, rowBytes);
  operand(Y, 0, yBytes);
  operand(Z, 0, rowBytes);
  const v: f32 = 0.75;
  instruction(op, 0, 1, op < MAP_FIRST_BINARY ? immediate(v) : 2, 3);
  map(PROGRAM, 0, rows, width, SCRATCH);
  let count = 0;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      const at = r * rowBytes + (i << 2);
      const want = exact(op, load<f32>(X + at), load<f32>(Y + r * yBytes + (i << 2)), load<f32>(Z + at), v);
      // 4 ULP of the result, and of 1 where terms of that size cancel.
      if (!(Math.abs(<f64>load<f32>(OUT + at) - want) <= 5e-7 * Math.max(Math.abs(want), 16))) count++;
    }
    for (let i = rowBytes - gap; i < rowBytes; i++) if (load<u8>(OUT + r * rowBytes + i) !== 0x77) count++;
  }
  for (let i = 0; i < rowBytes; i++) if (load<u8>(OUT + rows * rowBytes + i) !== 0x77) count++;
  return count;
}

describe("map: words by hand", () => {
  test("no source, one source", () => {
    expect<f32>(immediateOf(MapOp.fill, 9, 2.5)).toBe(2.5);
    expect<f32>(one(MapOp.copy, 3)).toBe(3);
    expect<f32>(one(MapOp.neg, 3)).toBe(-3);
    expect<f32>(one(MapOp.abs, -3)).toBe(3);
    expect<f32>(one(MapOp.square, -3)).toBe(9);
    expect<f32>(one(MapOp.sqrt, 9)).toBe(3);
    expect<f32>(one(MapOp.reciprocal, 4)).toBe(0.25);
    expect<f32>(one(MapOp.sign, -7)).toBe(-1);
    expect<f32>(one(MapOp.sign, 0)).toBe(0);
    expect<f32>(one(MapOp.sign, 7)).toBe(1);
    expect<f32>(one(MapOp.step, -7)).toBe(0);
    expect<f32>(one(MapOp.step, 0)).toBe(0);
    expect<f32>(one(MapOp.step, 7)).toBe(1);
    expect<f32>(one(MapOp.exp, 0)).toBe(1);
    expect<f32>(one(MapOp.log, 1)).toBe(0);
    expect<f32>(one(MapOp.tanh, 20)).toBe(1);
    expect<f32>(one(MapOp.sigmoid, 0)).toBe(0.5);
    expect<f32>(one(MapOp.relu, -2)).toBe(0);
    expect<f32>(one(MapOp.relu, 2)).toBe(2);
    expect<f32>(one(MapOp.softplus, 100)).toBe(100);
  });

  test("a source and an immediate", () => {
    expect<f32>(immediateOf(MapOp.addImmediate, 2, 3)).toBe(5);
    expect<f32>(immediateOf(MapOp.mulImmediate, 2, 3)).toBe(6);
    expect<f32>(immediateOf(MapOp.subtractFromImmediate, 2, 3)).toBe(1);
    expect<f32>(immediateOf(MapOp.minimumImmediate, 2, 3)).toBe(2);
    expect<f32>(immediateOf(MapOp.minimumImmediate, 4, 3)).toBe(3);
    expect<f32>(immediateOf(MapOp.maximumImmediate, 2, 3)).toBe(3);
    expect<f32>(immediateOf(MapOp.maximumImmediate, 4, 3)).toBe(4);
  });

  test("two and three sources", () => {
    expect<f32>(one(MapOp.add, 2, 3)).toBe(5);
    expect<f32>(one(MapOp.sub, 2, 3)).toBe(-1);
    expect<f32>(one(MapOp.mul, 2, 3)).toBe(6);
    expect<f32>(one(MapOp.div, 3, 2)).toBe(1.5);
    expect<f32>(one(MapOp.tanhGradient, 0.5, 4)).toBe(3);
    expect<f32>(one(MapOp.sigmoidGradient, 0.25, 16)).toBe(3);
    expect<f32>(one(MapOp.reluGradient, 0, 4)).toBe(0);
    expect<f32>(one(MapOp.reluGradient, 1, 4)).toBe(4);
    expect<f32>(one(MapOp.softplusGradient, 0, 4)).toBe(2);
    expect<f32>(one(MapOp.clampGradient, 2, 2, 4)).toBe(4);
    expect<f32>(one(MapOp.clampGradient, 2, 1, 4)).toBe(0);
    expect<f32>(one(MapOp.mix, 0.25, 8, 4)).toBe(5);
    expect<f32>(one(MapOp.multiplyAdd, 2, 3, 4)).toBe(10);
  });

  test("NaN, Inf and zeros", () => {
    for (let op: i32 = MapOp.copy; op < MAP_OPS; op++) {
      const y = one(op, f32.NaN, 1, 1, 1);
      const chosen = op === MapOp.sign || op === MapOp.step || op === MapOp.reluGradient || op === MapOp.clampGradient;
      assert(chosen ? y === 0 : isNaN(y), "NaN goes through all but the words that choose by a");
      if (op >= MAP_FIRST_BINARY) {
        assert(op === MapOp.clampGradient || isNaN(one(op, 1, f32.NaN, 1)), "NaN in b");
        if (op >= MAP_FIRST_TERNARY) assert(isNaN(one(op, 1, 1, f32.NaN)), "NaN in c");
      }
    }
    expect<f32>(one(MapOp.reciprocal, -0.0)).toBe(-f32.POSITIVE_INFINITY);
    expect<f32>(one(MapOp.log, 0)).toBe(-f32.POSITIVE_INFINITY);
    expect<f32>(one(MapOp.exp, -f32.POSITIVE_INFINITY)).toBe(0);
    expect<f32>(one(MapOp.relu, f32.POSITIVE_INFINITY)).toBe(f32.POSITIVE_INFINITY);
    expect<u32>(reinterpret<u32>(one(MapOp.tanh, -0.0))).toBe(0x80000000);
    expect<u32>(reinterpret<u32>(one(MapOp.neg, 0))).toBe(0x80000000);
  });
});

describe("map: every word against f64", () => {
  test("odd shapes, rows that follow each other", () => {
    for (let op = 0; op < MAP_OPS; op++) {
      for (let r = 0; r < SIZES.length; r++) {
        for (let w = 0; w < SIZES.length; w++) assert(wrong(op, SIZES[r], SIZES[w], 0, false) === 0, "a word is wrong");
      }
    }
  });

  test("rows with a gap between them, left alone", () => {
    for (let op = 0; op < MAP_OPS; op++) {
      for (let w = 0; w < SIZES.length; w++) assert(wrong(op, 5, SIZES[w], 64, false) === 0, "a word is wrong");
    }
  });

  test("one row for all", () => {
    for (let op = 0; op < MAP_OPS; op++) {
      for (let w = 0; w < SIZES.length; w++) assert(wrong(op, 7, SIZES[w], 0, true) === 0, "a word is wrong");
    }
  });

  test("several blocks: many rows, and rows longer than a block", () => {
    for (let op = 0; op < MAP_OPS; op++) {
      assert(wrong(op, 100, 17, 0, true) === 0, "many rows");
      assert(wrong(op, 100, 17, 32, false) === 0, "many rows with gaps");
      assert(wrong(op, 3, MAP_BLOCK * 2 + 9, 0, true) === 0, "long rows");
      assert(wrong(op, 3, MAP_BLOCK, 0, false) === 0, "rows of a block");
    }
  });
});

/** h = mix(f, h', n): h = n + f·(h' - n), with n = tanh(x + bias) in a register, over rows × width; the number of wrong elements. */
function chain(rows: i32, width: i32, time: i32): i32 {
  const rowBytes = ((width + 7) & -8) << 2;
  const stepBytes = rowBytes * rows;
  memory.fill(OUT, 0xff, 1 << 16);
  fillRows(X, rows * 2, width, rowBytes, false);
  fillRows(Y, 1, width, rowBytes, false);
  fillRows(Z, rows, width, rowBytes, false);
  begin(4, 2);
  const out = operand(OUT + stepBytes, -stepBytes, rowBytes);
  const x = operand(X, stepBytes, rowBytes);
  const bias = operand(Y, 0, 0);
  const f = operand(Z, 0, rowBytes);
  memory.copy(OUT + stepBytes - time * stepBytes, Z, stepBytes);
  instruction(MapOp.add, R, x, bias);
  instruction(MapOp.tanh, R, R);
  instruction(MapOp.mulImmediate, R + 1, f, immediate(0.5));
  instruction(MapOp.mix, out, R + 1, out, R);
  map(PROGRAM, time, rows, width, SCRATCH);
  let count = 0;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      const at = r * rowBytes + (i << 2);
      const n = Math.tanh(<f64>load<f32>(X + time * stepBytes + at) + <f64>load<f32>(Y + (i << 2)));
      const z = <f64>load<f32>(Z + at);
      const got = <f64>load<f32>(OUT + stepBytes - time * stepBytes + at);
      if (!(Math.abs(got - (n + 0.5 * z * (z - n))) < 4e-6)) count++;
    }
  }
  return count;
}

describe("map: programs", () => {
  test("registers, a time step, in place, one row for all", () => {
    for (let r = 0; r < SIZES.length; r++) {
      for (let w = 0; w < SIZES.length; w++) {
        expect(chain(SIZES[r], SIZES[w], 0)).toBe(0);
        expect(chain(SIZES[r], SIZES[w], 1)).toBe(0);
      }
    }
    expect(chain(2, MAP_BLOCK * 2 + 1, 1)).toBe(0);
    expect(chain(61, 40, 1)).toBe(0);
  });

  test("nothing to do", () => {
    begin(1, 0);
    operand(OUT, 0, 32);
    instruction(MapOp.fill, 0, 0, immediate(1));
    memory.fill(OUT, 0x77, 32);
    map(PROGRAM, 0, 0, 3, SCRATCH);
    expect<u32>(load<u32>(OUT)).toBe(0x77777777);
  });
});

describe("map: contracts", () => {
  test("an unknown word", () => {
    expect(() => {
      begin(1, 0);
      operand(OUT, 0, 32);
      instruction(MAP_OPS, 0);
      map(PROGRAM, 0, 1, 1, SCRATCH);
    }).toThrow("a word out of range");
  });

  test("a register or operand that does not exist", () => {
    expect(() => {
      begin(1, 1);
      operand(OUT, 0, 32);
      instruction(MapOp.copy, 0, R + 1);
      map(PROGRAM, 0, 1, 1, SCRATCH);
    }).toThrow("a register out of range");
    expect(() => {
      begin(1, 1);
      operand(OUT, 0, 32);
      instruction(MapOp.add, 0, 0, 1);
      map(PROGRAM, 0, 1, 1, SCRATCH);
    }).toThrow("an operand out of range");
  });

  test("rows that overlap, a shared row that is written", () => {
    expect(() => {
      begin(1, 0);
      operand(OUT, 0, 32);
      instruction(MapOp.copy, 0, 0);
      map(PROGRAM, 0, 2, 9, SCRATCH);
    }).toThrow("rows closer than their padded width");
    expect(() => {
      begin(1, 0);
      operand(OUT, 0, 0);
      instruction(MapOp.copy, 0, 0);
      map(PROGRAM, 0, 2, 8, SCRATCH);
    }).toThrow("one row written by two");
  });

  test("a width of nothing", () => {
    expect(() => {
      begin(0, 0);
      map(PROGRAM, 0, 1, 0, SCRATCH);
    }).toThrow("width 0");
  });
});
