// Where rows begin and end, on three rows of a batch with 2, 0 and 4 steps, which stand in the order 2, 0, 1: nothing else is read or written.

import { SUM_BEGUN, SUM_REVERSED } from "../../assembly/isa";
import { arrange, atLast, beyond, carryIn, carryOut, last, sumOverTime } from "../../assembly/kernels/ends";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 16, 64);
const X: usize = BASE;
const OUT: usize = BASE + (1 << 14);
const VECTORS: usize = BASE + (2 << 14);
const TABLES: usize = BASE + (3 << 14);
const LENGTHS: usize = TABLES;
const ORDER: usize = TABLES + 16;
const PLACES: usize = TABLES + 32;
const KEEP: usize = TABLES + 48;
const PARENTS: usize = TABLES + 64;
/** Rows of 40 floats, three a step. */
const STRIDE: i32 = 160;
const TIME: i32 = 480;
const UNTOUCHED: u32 = 0x77777777;

function put(table: usize, a: i32, b: i32, c: i32): void {
  store<i32>(table, a);
  store<i32>(table, b, 4);
  store<i32>(table, c, 8);
}

/** What stands at step t in row r and column i; NaN behind the row's end, and in pads. */
function at(t: i32, r: i32, i: i32): f32 {
  const number: i32 = 1000 * t + 100 * r + i;
  return f32(number);
}

function vector(b: i32): f32 {
  return f32(b) * -100;
}

function prepare(width: i32): void {
  put(LENGTHS, 2, 0, 4);
  put(ORDER, 2, 0, 1);
  put(PLACES, 1, 2, 0);
  put(KEEP, 1, 0, -1);
  memory.fill(OUT, 0x77, 1 << 13);
  for (let t = 0; t < 5; t++) {
    for (let r = 0; r < 3; r++) {
      const alive = t < load<i32>(LENGTHS + (load<i32>(ORDER + (r << 2)) << 2));
      for (let i = 0; i < 40; i++) store<f32>(X + t * TIME + r * STRIDE + (i << 2), alive && i < width ? at(t, r, i) : f32.NaN);
    }
  }
  for (let b = 0; b < 3; b++)
    for (let i = 0; i < 40; i++) store<f32>(VECTORS + b * STRIDE + (i << 2), i < width ? vector(b) - f32(i) : f32.NaN);
}

/** Elements of row `row` of OUT that are not from + i, 0 (from 0) or untouched (from NaN). */
function wrong(row: i32, from: f32, step: f32, width: i32): i32 {
  let count = 0;
  for (let i = 0; i < 40; i++) {
    const place = OUT + row * STRIDE + (i << 2);
    if (i >= width || isNaN(from)) count += i32(load<u32>(place) !== UNTOUCHED);
    else count += i32(load<f32>(place) !== from + step * f32(i));
  }
  return count;
}

describe("ends of rows", () => {
  test("carry in what is kept, and begin anew with nothing or with a vector", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      prepare(width);
      carryIn(OUT, STRIDE, VECTORS, STRIDE, 0, 0, 0, KEEP, 0, ORDER, 3, width);
      expect<i32>(wrong(0, -200, -1, width) + wrong(1, 0, -1, width) + wrong(2, 0, 0, width)).toBe(0, "rows 2 and 0 are kept");
      prepare(width);
      memory.copy(VECTORS + STRIDE, X, STRIDE);
      put(KEEP, 0, 1, 0);
      carryIn(OUT, STRIDE, VECTORS, STRIDE, X, STRIDE, 0, KEEP, 0, ORDER, 1, width);
      expect<u32>(load<u32>(OUT)).toBe(load<u32>(X + 2 * STRIDE), "the third vector, NaN and all");
      carryIn(OUT, STRIDE, VECTORS, STRIDE, X, STRIDE, -1, 0, 0, ORDER, 3, width);
      expect<i32>(wrong(0, -200, -1, width) + wrong(1, 0, -1, width) + wrong(2, 0, 1, width)).toBe(0, "all are kept");
      put(KEEP, 0, 0, 0);
      carryIn(OUT, STRIDE, VECTORS, STRIDE, 0, 0, -1, KEEP, 0, ORDER, 3, width);
      for (let r = 0; r < 3; r++) expect<i32>(load<i32>(OUT + r * STRIDE + ((width - 1) << 2))).toBe(-1, "no symbol");
    }
  });
  test("carry out what each row's end leaves, and of a row without steps what it began with", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      prepare(width);
      // The slot before the first step is the first here.
      for (let i = 0; i < width; i++) store<f32>(X + 2 * STRIDE + (i << 2), 7 + f32(i));
      carryOut(OUT, STRIDE, X - TIME, TIME, STRIDE, LENGTHS, ORDER, 1, width);
      expect<i32>(wrong(0, f32.NaN, 0, width) + wrong(1, f32.NaN, 0, width) + wrong(2, at(3, 0, 0), 1, width)).toBe(
        0,
        "row 2 stands first",
      );
      carryOut(OUT, STRIDE, X + 2 * STRIDE, TIME, STRIDE, LENGTHS, ORDER + 8, 1, width);
      expect<i32>(wrong(1, 7, 1, width)).toBe(0, "no steps");
    }
  });
  test("go on from the state of another row", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      prepare(width);
      put(PARENTS, 1, 2, 0);
      carryIn(OUT, STRIDE, VECTORS, STRIDE, 0, 0, 0, 0, PARENTS, ORDER, 3, width);
      expect<i32>(wrong(0, 0, -1, width) + wrong(1, -100, -1, width) + wrong(2, -200, -1, width)).toBe(0, "rows 2, 0, 1 from 0, 1, 2");
    }
  });
  test("clear what stands before the beginning, and behind each row's end", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      prepare(width);
      beyond(OUT, TIME, STRIDE, 0, 0, 0, 1, LENGTHS, ORDER, 3, width);
      for (let t = 0; t < 5; t++) {
        for (let r = 0; r < 3; r++) {
          const length = r === 0 ? 4 : r === 1 ? 2 : 0;
          expect<i32>(wrong(3 * t + r, t === length ? 0 : f32.NaN, 0, width)).toBe(0, "behind the end");
        }
      }
      prepare(width);
      beyond(OUT, TIME, STRIDE, VECTORS, STRIDE, 0, 2, 0, ORDER, 3, width);
      for (let t = 0; t < 3; t++) {
        for (let r = 0; r < 3; r++) {
          const b = r === 0 ? 2 : r - 1;
          expect<i32>(wrong(3 * t + r, t < 2 ? vector(b) : f32.NaN, -1, width)).toBe(0, "before the beginning");
        }
      }
      beyond(OUT, TIME, STRIDE, 0, 0, -1, 1, 0, ORDER, 3, width);
      expect<i32>(load<i32>(OUT)).toBe(-1, "no symbol");
    }
  });
  test("give the last step of each row, or the first, and zeros where there is none", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      prepare(width);
      last(OUT, STRIDE, X, TIME, STRIDE, false, LENGTHS, PLACES, 3, width);
      expect<i32>(wrong(0, at(1, 1, 0), 1, width) + wrong(1, 0, 0, width) + wrong(2, at(3, 0, 0), 1, width)).toBe(0);
      last(OUT, STRIDE, X, TIME, STRIDE, true, LENGTHS, PLACES, 3, width);
      expect<i32>(wrong(0, at(0, 1, 0), 1, width) + wrong(1, 0, 0, width) + wrong(2, at(0, 0, 0), 1, width)).toBe(0);
      prepare(width);
      atLast(OUT, TIME, STRIDE, VECTORS, STRIDE, false, LENGTHS, PLACES, 3, width);
      for (let row = 0; row < 15; row++)
        expect<i32>(wrong(row, row === 4 ? 0 : row === 9 ? -200 : f32.NaN, -1, width)).toBe(0, "the way back");
      prepare(width);
      atLast(OUT, TIME, STRIDE, VECTORS, STRIDE, true, LENGTHS, PLACES, 3, width);
      for (let row = 0; row < 15; row++)
        expect<i32>(wrong(row, row === 1 ? 0 : row === 0 ? -200 : f32.NaN, -1, width)).toBe(0, "the way back of the first");
    }
  });
  test("bring vectors into a timeline's order and back", () => {
    prepare(5);
    arrange(OUT, STRIDE, VECTORS, STRIDE, ORDER, 3, 5);
    expect<i32>(wrong(0, -200, -1, 5) + wrong(1, 0, -1, 5) + wrong(2, -100, -1, 5)).toBe(0);
    memory.copy(X, OUT, 3 * STRIDE);
    arrange(OUT, STRIDE, X, STRIDE, PLACES, 3, 5);
    expect<i32>(wrong(0, 0, -1, 5) + wrong(1, -100, -1, 5) + wrong(2, -200, -1, 5)).toBe(0);
  });
  test("add each row's steps up, or some of them, in the order of time", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      prepare(width);
      sumOverTime(OUT, STRIDE, X, TIME, STRIDE, 0, 0, 0, LENGTHS, PLACES, 3, width);
      for (let i = 0; i < width; i++) {
        expect<f32>(load<f32>(OUT + (i << 2))).toBe(at(0, 1, i) + at(1, 1, i));
        expect<f32>(load<f32>(OUT + (i << 2), 160)).toBe(0, "no steps");
        expect<f32>(load<f32>(OUT + (i << 2), 320)).toBe(6000 + 4 * f32(i));
      }
      sumOverTime(OUT, STRIDE, X, TIME, STRIDE, 3, 0, 0, LENGTHS, PLACES, 3, width);
      expect<f32>(load<f32>(OUT)).toBe(at(0, 1, 0) + at(1, 1, 0));
      expect<f32>(load<f32>(OUT, 320)).toBe(3000, "the first three");
      sumOverTime(OUT, STRIDE, X, TIME, STRIDE, 3, SUM_REVERSED | SUM_BEGUN, KEEP, LENGTHS, PLACES, 3, width);
      expect<f32>(load<f32>(OUT)).toBe(0, "kept");
      put(KEEP, 0, 0, 0);
      sumOverTime(OUT, STRIDE, X, TIME, STRIDE, 3, SUM_REVERSED | SUM_BEGUN, KEEP, LENGTHS, PLACES, 3, width);
      expect<f32>(load<f32>(OUT, 320)).toBe(6000, "the last three");
      sumOverTime(OUT, STRIDE, X, TIME, STRIDE, 3, SUM_BEGUN, 0, LENGTHS, PLACES, 3, width);
      expect<f32>(load<f32>(OUT, 320)).toBe(0, "all are kept");
    }
  });
});
