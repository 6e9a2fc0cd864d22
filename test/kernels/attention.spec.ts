// Attention against loops in f64: ragged rows on both timelines in different orders, sources of no steps, NaN wherever nothing is.

import { OUTER_ROWS, outerScratchBytes } from "../../assembly/isa";
import { additiveScore, additiveToKey, additiveToQuery } from "../../assembly/kernels/additive";
import { align, alignGradient, attend, dotScore, packSource, spread } from "../../assembly/kernels/attention";

const ROWS = 5;
const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 8, 9, 17];
/** The longest of those who look and of the source: more than one panel, and more than one tile. */
const T = 11;
const S = 19;
/** Of each row of the batch, both kinds of nothing among them; and the orders of those that look and of the source, by descending lengths. */
const STEPS: StaticArray<i32> = [7, 0, 11, 3, 7];
const LENGTHS: StaticArray<i32> = [0, 8, 9, 19, 1];
const ORDER: StaticArray<i32> = [2, 0, 4, 3, 1];
const PLACES: StaticArray<i32> = [4, 2, 1, 0, 3];

const BLOCK = 1 << 16;
const BASE: usize = memory.data(1 << 20, 64);
const TABLES: usize = BASE;
const Q: usize = BASE + BLOCK;
const K: usize = BASE + 2 * BLOCK;
const E: usize = BASE + 3 * BLOCK;
const A: usize = BASE + 4 * BLOCK;
const OUT: usize = BASE + 5 * BLOCK;
const PANELS: usize = BASE + 6 * BLOCK;
const TRANSPOSED: usize = BASE + 7 * BLOCK;
const V: usize = BASE + 8 * BLOCK;
const EXP: usize = BASE + 9 * BLOCK;
const SCRATCH: usize = BASE + 12 * BLOCK;
const STEPS_AT = TABLES;
const LENGTHS_AT: usize = TABLES + 64;
const ORDER_AT: usize = TABLES + 128;
const PLACES_AT: usize = TABLES + 192;

let seed: u32 = 1;
function next(): f32 {
  seed = seed * 1664525 + 1013904223;
  return f32(i32(seed >> 8) - (1 << 23)) / f32(1 << 23);
}

function stride(width: i32): i32 {
  return ((width + 7) & -8) << 2;
}

/** Steps of row r of those that look, the row of the source that belongs to it, and the steps of a row of the source. */
function steps(r: i32): i32 {
  return STEPS[ORDER[r]];
}
function source(r: i32): i32 {
  return PLACES[ORDER[r]];
}
function length(row: i32): i32 {
  for (let b = 0; b < ROWS; b++) if (PLACES[b] === row) return LENGTHS[b];
  return -1;
}
/** Number c of row r at step t. */
function at(x: usize, width: i32, t: i32, r: i32, c: i32): f64 {
  return load<f32>(x + (t * ROWS + r) * stride(width) + (c << 2));
}

/** A sequence [steps × ROWS × width] of random numbers where there is a step, and NaN everywhere else. For E the width is each row's own. */
function fill(x: usize, capacity: i32, width: i32, ofSource: bool, along: bool): void {
  const floats = stride(width) >> 2;
  for (let t = 0; t < capacity; t++) {
    for (let r = 0; r < ROWS; r++) {
      const last = ofSource ? length(r) : steps(r);
      const alive = t < last;
      const end = along ? length(source(r)) : width;
      for (let c = 0; c < floats; c++) {
        store<f32>(x + ((t * ROWS + r) * floats + c) * 4, alive && c < end ? next() : f32.NaN);
      }
    }
  }
}

function tables(): void {
  for (let r = 0; r < ROWS; r++) {
    store<i32>(STEPS_AT + (r << 2), STEPS[r]);
    store<i32>(LENGTHS_AT + (r << 2), LENGTHS[r]);
    store<i32>(ORDER_AT + (r << 2), ORDER[r]);
    store<i32>(PLACES_AT + (r << 2), PLACES[r]);
  }
}

const UNTOUCHED: u32 = 0x7fc12345;
function poison(x: usize): void {
  for (let i = 0; i < BLOCK; i += 4) store<u32>(x + i, UNTOUCHED);
}

/** Steps behind a row's end that were written to. */
function written(x: usize, capacity: i32, width: i32, ofSource: bool): i32 {
  let count = 0;
  for (let t = 0; t < capacity; t++) {
    for (let r = 0; r < ROWS; r++) {
      const last = ofSource ? length(r) : steps(r);
      if (t < last) continue;
      for (let c = 0; c < stride(width); c += 4) {
        if (load<u32>(x + (t * ROWS + r) * stride(width) + c) !== UNTOUCHED) count++;
      }
    }
  }
  return count;
}

let worst: f64 = 0;
function differ(value: f64, expected: f64): void {
  const error = abs(value - expected);
  if (!(error <= worst)) worst = isNaN(error) ? Infinity : error;
}

function panelBytes(inner: i32, columns: i32): i32 {
  return ((columns + 7) / 8) * inner * 32;
}

function pack(x: usize, width: i32): void {
  packSource(PANELS, panelBytes(S, width), x, ROWS * stride(width), stride(width), PLACES_AT, LENGTHS_AT, ROWS, width, false);
  packSource(TRANSPOSED, panelBytes(width, S), x, ROWS * stride(width), stride(width), PLACES_AT, LENGTHS_AT, ROWS, width, true);
}

const ESTRIDE = stride(S);

/** Errors of scores, sums and what is given back, `width` wide. */
function products(width: i32): f64 {
  const wide = stride(width);
  worst = 0;
  fill(Q, T, width, false, false);
  fill(K, S, width, true, false);
  pack(K, width);
  poison(E);
  dotScore(E, ROWS * ESTRIDE, ESTRIDE, Q, ROWS * wide, wide, TRANSPOSED, panelBytes(width, S), ORDER_AT, LENGTHS_AT, STEPS_AT, ROWS, width);
  for (let r = 0; r < ROWS; r++) {
    for (let t = 0; t < steps(r); t++) {
      for (let s = 0; s < length(source(r)); s++) {
        let sum: f64 = 0;
        for (let c = 0; c < width; c++) sum += at(Q, width, t, r, c) * at(K, width, s, source(r), c);
        differ(at(E, S, t, r, s), sum);
      }
    }
  }
  worst += written(E, T, S, false);
  fill(E, T, S, false, true);
  poison(OUT);
  attend(OUT, ROWS * wide, wide, E, ROWS * ESTRIDE, ESTRIDE, PANELS, panelBytes(S, width), ORDER_AT, LENGTHS_AT, STEPS_AT, ROWS, width);
  for (let r = 0; r < ROWS; r++) {
    for (let t = 0; t < steps(r); t++) {
      for (let c = 0; c < width; c++) {
        let sum: f64 = 0;
        for (let s = 0; s < length(source(r)); s++) sum += at(E, S, t, r, s) * at(K, width, s, source(r), c);
        differ(at(OUT, width, t, r, c), sum);
      }
    }
  }
  worst += written(OUT, T, width, false);
  poison(OUT);
  spread(
    OUT,
    ROWS * wide,
    wide,
    E,
    ROWS * ESTRIDE,
    ESTRIDE,
    Q,
    ROWS * wide,
    wide,
    ORDER_AT,
    PLACES_AT,
    LENGTHS_AT,
    STEPS_AT,
    ROWS,
    width,
    SCRATCH,
  );
  for (let r = 0; r < ROWS; r++) {
    for (let s = 0; s < length(source(r)); s++) {
      for (let c = 0; c < width; c++) {
        let sum: f64 = 0;
        for (let t = 0; t < steps(r); t++) sum += at(E, S, t, r, s) * at(Q, width, t, r, c);
        differ(at(OUT, width, s, source(r), c), sum);
      }
    }
  }
  return worst + written(OUT, S, width, true);
}

/** x = e^2z where there is a step. */
function exponentials(x: usize, z: usize, capacity: i32, width: i32): void {
  for (let i = 0; i < capacity * ROWS * stride(width); i += 4) store<f32>(x + i, f32(Math.exp(2 * f64(load<f32>(z + i)))));
}

function additive(width: i32): f64 {
  const wide = stride(width);
  worst = 0;
  fill(Q, T, width, false, false);
  fill(K, S, width, true, false);
  for (let c = 0; c < width; c++) store<f32>(V + (c << 2), next());
  exponentials(EXP, K, S, width);
  pack(EXP, width);
  exponentials(EXP, Q, T, width);
  poison(E);
  additiveScore(
    E,
    ROWS * ESTRIDE,
    ESTRIDE,
    EXP,
    ROWS * wide,
    wide,
    TRANSPOSED,
    panelBytes(width, S),
    V,
    ORDER_AT,
    LENGTHS_AT,
    STEPS_AT,
    ROWS,
    width,
  );
  for (let r = 0; r < ROWS; r++) {
    for (let t = 0; t < steps(r); t++) {
      for (let s = 0; s < length(source(r)); s++) {
        let sum: f64 = 0;
        for (let c = 0; c < width; c++)
          sum += f64(load<f32>(V + (c << 2))) * Math.tanh(at(Q, width, t, r, c) + at(K, width, s, source(r), c));
        differ(at(E, S, t, r, s), sum);
      }
    }
  }
  worst += written(E, T, S, false);
  fill(E, T, S, false, true);
  poison(OUT);
  additiveToQuery(
    OUT,
    ROWS * wide,
    wide,
    E,
    ROWS * ESTRIDE,
    ESTRIDE,
    EXP,
    ROWS * wide,
    wide,
    PANELS,
    panelBytes(S, width),
    ORDER_AT,
    LENGTHS_AT,
    STEPS_AT,
    ROWS,
    width,
  );
  for (let r = 0; r < ROWS; r++) {
    for (let t = 0; t < steps(r); t++) {
      for (let c = 0; c < width; c++) {
        let sum: f64 = 0;
        for (let s = 0; s < length(source(r)); s++) {
          const u = Math.tanh(at(Q, width, t, r, c) + at(K, width, s, source(r), c));
          sum += at(E, S, t, r, s) * (1 - u * u);
        }
        differ(at(OUT, width, t, r, c), sum);
      }
    }
  }
  worst += written(OUT, T, width, false);
  const both = stride(2 * width);
  poison(OUT);
  additiveToKey(
    OUT,
    ROWS * both,
    both,
    E,
    ROWS * ESTRIDE,
    ESTRIDE,
    EXP,
    ROWS * wide,
    wide,
    PANELS,
    panelBytes(S, width),
    ORDER_AT,
    PLACES_AT,
    LENGTHS_AT,
    STEPS_AT,
    ROWS,
    width,
    SCRATCH,
  );
  for (let r = 0; r < ROWS; r++) {
    for (let s = 0; s < length(source(r)); s++) {
      for (let c = 0; c < width; c++) {
        let slope: f64 = 0;
        let value: f64 = 0;
        for (let t = 0; t < steps(r); t++) {
          const u = Math.tanh(at(Q, width, t, r, c) + at(K, width, s, source(r), c));
          slope += at(E, S, t, r, s) * (1 - u * u);
          value += at(E, S, t, r, s) * u;
        }
        differ(at(OUT, 2 * width, s, source(r), c), slope);
        differ(at(OUT, 2 * width, s, source(r), width + c), value);
      }
    }
  }
  return worst + written(OUT, S, 2 * width, true);
}

describe("attention", () => {
  test("scores, weighted sums and what is given back to the source", () => {
    tables();
    // Sums of up to 19 products below 1, each addition rounded to half a unit of a sum below 8: 19 · 2.4e-7 at the very most.
    for (let w = 0; w < WIDTHS.length; w++) expect<f64>(products(WIDTHS[w])).toBeLessThan(4.5e-6);
  });
  test("additive scores and what is given back to queries and keys", () => {
    tables();
    // As above, and each tanh, or slope, is off by a few 6e-8 of 1.
    for (let w = 0; w < WIDTHS.length; w++) expect<f64>(additive(WIDTHS[w])).toBeLessThan(8e-6);
  });
  test("one step at a time gives the same bits as all steps at once", () => {
    tables();
    const width = 9;
    const wide = stride(width);
    fill(Q, T, width, false, false);
    fill(K, S, width, true, false);
    for (let c = 0; c < width; c++) store<f32>(V + (c << 2), next());
    exponentials(EXP, K, S, width);
    pack(EXP, width);
    exponentials(EXP, Q, T, width);
    let different = 0;
    for (let score = 0; score < 2; score++) {
      for (let once = 0; once < 2; once++) {
        const to = once ? A : E;
        poison(to);
        const times = once ? 1 : T;
        for (let t = 0; t < times; t++) {
          let rows = ROWS;
          if (!once) for (rows = 0; rows < ROWS && steps(rows) > t; ) rows++;
          const e = to + t * ROWS * ESTRIDE;
          const x = EXP + t * ROWS * wide;
          const table = once ? STEPS_AT : 0;
          const bytes = panelBytes(width, S);
          if (score === 0) {
            dotScore(e, ROWS * ESTRIDE, ESTRIDE, x, ROWS * wide, wide, TRANSPOSED, bytes, ORDER_AT, LENGTHS_AT, table, rows, width);
          } else {
            additiveScore(e, ROWS * ESTRIDE, ESTRIDE, x, ROWS * wide, wide, TRANSPOSED, bytes, V, ORDER_AT, LENGTHS_AT, table, rows, width);
          }
          align(e, ROWS * ESTRIDE, ESTRIDE, e, ROWS * ESTRIDE, ESTRIDE, ORDER_AT, LENGTHS_AT, table, rows);
        }
      }
      different += memory.compare(A, E, T * ROWS * ESTRIDE);
    }
    expect<i32>(different).toBe(0);
  });
  test("the alignment sums to one, its gradient to zero, over the source's own steps", () => {
    tables();
    fill(E, T, S, false, true);
    align(A, ROWS * ESTRIDE, ESTRIDE, E, ROWS * ESTRIDE, ESTRIDE, ORDER_AT, LENGTHS_AT, STEPS_AT, ROWS);
    alignGradient(
      OUT,
      ROWS * ESTRIDE,
      ESTRIDE,
      A,
      ROWS * ESTRIDE,
      ESTRIDE,
      E,
      ROWS * ESTRIDE,
      ESTRIDE,
      ORDER_AT,
      LENGTHS_AT,
      STEPS_AT,
      ROWS,
    );
    worst = 0;
    for (let r = 0; r < ROWS; r++) {
      for (let t = 0; t < steps(r); t++) {
        let sum: f64 = 0;
        let change: f64 = 0;
        for (let s = 0; s < length(source(r)); s++) {
          sum += at(A, S, t, r, s);
          change += at(OUT, S, t, r, s);
        }
        if (length(source(r)) > 0) differ(sum, 1);
        differ(change, 0);
      }
    }
    // 19 roundings of numbers below 1.
    expect<f64>(worst).toBeLessThan(1e-6);
  });
  test("queries and keys that saturate each other, or would overflow", () => {
    tables();
    // e^86 · e^−86 = 1: tanh 0; e^86 · e^86 overflows: tanh is 1; e^−86 · e^−86 underflows: tanh is −1.
    const large = f32(Math.exp(86));
    const small = f32(Math.exp(-86));
    store<f32>(V, 1);
    for (let c = 0; c < 8; c++) store<f32>(PANELS + (c << 2), c & 1 ? large : small);
    store<f32>(Q, large);
    store<f32>(Q, small, 32);
    store<i32>(STEPS_AT, 2);
    store<i32>(LENGTHS_AT, 8);
    store<i32>(ORDER_AT, 0);
    store<i32>(PLACES_AT, 0);
    additiveScore(E, 32, 0, Q, 32, 0, PANELS, 32, V, ORDER_AT, LENGTHS_AT, STEPS_AT, 1, 1);
    expect<bool>(abs(load<f32>(E)) < 1e-6).toBe(true);
    expect<f32>(load<f32>(E, 4)).toBe(1);
    expect<f32>(load<f32>(E, 32)).toBe(-1);
    expect<bool>(abs(load<f32>(E, 36)) < 1e-6).toBe(true);
  });
  test("more steps than the sums over steps take in at a time", () => {
    store<i32>(STEPS_AT, OUTER_ROWS + 3);
    store<i32>(LENGTHS_AT, 2);
    store<i32>(ORDER_AT, 0);
    store<i32>(PLACES_AT, 0);
    for (let t = 0; t < OUTER_ROWS + 3; t++) {
      store<f32>(E + t * 32, 1);
      store<f32>(E + t * 32, 2, 4);
      store<f32>(Q + t * 32, f32(t));
    }
    expect<bool>(<usize>outerScratchBytes(1) < <usize>(4 * BLOCK)).toBe(true);
    spread(OUT, 32, 32, E, 32, 32, Q, 32, 32, ORDER_AT, PLACES_AT, LENGTHS_AT, STEPS_AT, 1, 1, SCRATCH);
    const sum = f32((OUTER_ROWS + 3) * (OUTER_ROWS + 2)) / 2;
    expect<f32>(load<f32>(OUT)).toBe(sum);
    expect<f32>(load<f32>(OUT, 32)).toBe(2 * sum);
  });
});
