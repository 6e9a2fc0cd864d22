// Sparse products against the plain loops over entries, bit for bit in plain SIMD; noise against Philox's own words.

import { addNoise } from "../../assembly/kernels/noise";
import { philox } from "../../assembly/kernels/random";
import { sparse, sparseTransposed } from "../../assembly/kernels/sparse";
import { padded } from "./matrices";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 18, 64);
const W: usize = BASE;
const X: usize = BASE + (1 << 15);
const INIT: usize = BASE + (2 << 15);
const OUT: usize = BASE + (3 << 15);
const OTHER: usize = BASE + (4 << 15);
const ROWS = 3;

/** Where a column's entry lies. */
function entryAt(column: i32, entry: i32, entries: i32): usize {
  return W + ((column >> 3) * entries + entry) * 64 + ((column & 7) << 2);
}

function prepare(inner: i32, columns: i32, entries: i32): void {
  memory.fill(W, 0, 1 << 15);
  for (let c = 0; c < columns; c++) {
    for (let e = 0; e < entries; e++) {
      const number = 1 + c + 3 * e;
      store<f32>(entryAt(c, e, entries), <f32>number / 7);
      store<i32>(entryAt(c, e, entries), ((c * 5 + e * 3) % inner) << 2, 32);
    }
  }
  const wide = max(inner, columns);
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < padded(wide) >> 2; i++) {
      const at: usize = r * padded(wide) + (i << 2);
      const x = i - 3 * r;
      const start = r + i;
      store<f32>(X + at, i < wide ? <f32>x / 3 : f32.NaN);
      store<f32>(INIT + at, i < wide ? <f32>start / 11 : f32.NaN);
    }
  }
}

/** kind: 0 no init, 1 rows, 2 one row. */
function startOf(kind: i32, r: i32, i: i32, stride: i32): f32 {
  return kind === 0 ? 0 : load<f32>(INIT + select(r * stride, 0, kind === 1) + (i << 2));
}

function wrong(inner: i32, columns: i32, entries: i32, kind: i32): i32 {
  prepare(inner, columns, entries);
  const stride = padded(max(inner, columns));
  memory.fill(OUT, 0x77, stride * (ROWS + 1));
  sparse(OUT, stride, X, stride, W, kind === 0 ? 0 : INIT, kind === 1 ? stride : 0, ROWS, entries, columns);
  let count = load<u32>(OUT + stride * ROWS) === 0x77777777 ? 0 : 1;
  for (let r = 0; r < ROWS; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = startOf(kind, r, c, stride);
      for (let e = 0; e < entries; e++) {
        const at = entryAt(c, e, entries);
        sum += load<f32>(at) * load<f32>(X + r * stride + load<i32>(at, 32));
      }
      if (load<f32>(OUT + r * stride + (c << 2)) !== sum) count++;
    }
  }
  return count;
}

function wrongTransposed(inner: i32, columns: i32, entries: i32, kind: i32): i32 {
  prepare(inner, columns, entries);
  const stride = padded(max(inner, columns));
  memory.fill(OUT, 0x77, stride * (ROWS + 1));
  sparseTransposed(OUT, stride, X, stride, W, kind === 0 ? 0 : INIT, kind === 1 ? stride : 0, ROWS, entries, columns, inner);
  let count = load<u32>(OUT + stride * ROWS) === 0x77777777 ? 0 : 1;
  for (let r = 0; r < ROWS; r++) {
    for (let k = 0; k < inner; k++) {
      let sum = startOf(kind, r, k, stride);
      for (let panel = 0; panel < columns; panel += 8) {
        for (let e = 0; e < entries; e++) {
          for (let c = panel; c < min(panel + 8, columns); c++) {
            const at = entryAt(c, e, entries);
            if (load<i32>(at, 32) === k << 2) sum += load<f32>(at) * load<f32>(X + r * stride + (c << 2));
          }
        }
      }
      if (load<f32>(OUT + r * stride + (k << 2)) !== sum) count++;
    }
  }
  return count;
}

describe("sparse", () => {
  test("multiplies, onto nothing, onto rows, onto a bias", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let kind = 0; kind < 3; kind++) {
        const inner = WIDTHS[WIDTHS.length - 1 - w];
        expect<i32>(wrong(inner, WIDTHS[w], min(inner, 1 + (w % 4)), kind)).toBe(0, "widths and kind");
        expect<i32>(wrongTransposed(inner, WIDTHS[w], min(inner, 1 + (w % 4)), kind)).toBe(0, "transposed");
      }
    }
  });
  test("multiplies in place of init", () => {
    prepare(3, 3, 2);
    sparse(OUT, 32, X, 32, W, INIT, 32, 2, 2, 3);
    const expected = load<f32>(OUT, 32 + 8);
    sparse(INIT, 32, X, 32, W, INIT, 32, 2, 2, 3);
    expect<f32>(load<f32>(INIT, 32 + 8)).toBe(expected);
    prepare(3, 3, 2);
    sparseTransposed(OUT, 32, X, 32, W, INIT, 32, 2, 2, 3, 3);
    const transposed = load<f32>(OUT, 32 + 4);
    sparseTransposed(INIT, 32, X, 32, W, INIT, 32, 2, 2, 3, 3);
    expect<f32>(load<f32>(INIT, 32 + 4)).toBe(transposed);
  });
  test("has contracts", () => {
    expect(() => {
      sparse(OUT, 20, X, 32, W, 0, 0, 1, 1, 5);
    }).toThrow("rows without pads");
  });
});

describe("noise", () => {
  test("adds what Philox has for the place, whatever the size of the batch and the split over steps", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      const width = WIDTHS[w];
      const stride = padded(width);
      prepare(width, width, 1);
      // Three steps of one row, then one step of three.
      for (let batch = 1; batch <= ROWS; batch += 2) {
        addNoise(OUT, stride, X, stride, ROWS, width, batch, 0, 100, 0.5, 11, 12, 13, 14);
        let count = 0;
        for (let r = 0; r < ROWS; r++) {
          for (let i = 0; i < width; i++) {
            const words = philox(i32x4(i >> 2, r % batch, 14, 100 + r / batch), 11, 12 ^ 13);
            v128.store(INIT, words);
            const word = load<i32>(INIT + ((i & 3) << 2)) >> 8;
            const noise: f32 = <f32>word * 5.9604644775390625e-8;
            if (load<f32>(OUT + r * stride + (i << 2)) !== load<f32>(X + r * stride + (i << 2)) + noise) count++;
          }
        }
        expect<i32>(count).toBe(0, "width");
      }
      const second = load<f32>(OUT + stride);
      addNoise(X, stride, X, stride, 2, width, 2, 0, 100, 0.5, 11, 12, 13, 14);
      expect<f32>(load<f32>(X + stride)).toBe(second, "in place, in a smaller batch");
      prepare(width, width, 1);
      const order = INIT;
      store<i32>(order, 1);
      addNoise(OTHER, stride, X, stride, 2, width, 2, 0, 100, 0.5, 11, 12, 13, 14);
      memory.copy(X, X + stride, stride);
      addNoise(OUT, stride, X, stride, 1, width, 2, order, 100, 0.5, 11, 12, 13, 14);
      expect<f32>(load<f32>(OUT)).toBe(load<f32>(OTHER + stride), "for the row of the batch, wherever it stands");
    }
  });
});
