// Panels: every element lands where the drawing says, pads are zero, nothing beyond is touched.

import { PANEL, pack, packTransposed } from "../../assembly/kernels/pack";

const SIZES: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 18, 64);
const W: usize = BASE;
const PACKED: usize = BASE + (1 << 16);

/** Rows of counted values; pads hold NaN. */
function counted(at: usize, stride: i32, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < stride >> 2; c++) {
      store<f32>(at + r * stride + (c << 2), c < columns ? f32(r * 1000 + c) : f32.NaN);
    }
  }
}

function padded(columns: i32): i32 {
  return ((columns + PANEL - 1) & -PANEL) << 2;
}

/** Elements that are not where they belong, of all shapes. */
function misplaced(transposed: bool): i32 {
  let wrong = 0;
  for (let n = 0; n < SIZES.length; n++) {
    for (let m = 0; m < SIZES.length; m++) {
      const inner = SIZES[n];
      const columns = SIZES[m];
      const stride = padded(transposed ? inner : columns) + 32 * (m & 1);
      counted(W, stride, transposed ? columns : inner, transposed ? inner : columns);
      const size = ((columns + 7) / 8) * inner * 32;
      memory.fill(PACKED, 0x77, size + 64);
      if (transposed) packTransposed(PACKED, W, stride, inner, columns);
      else pack(PACKED, W, stride, inner, columns);
      for (let c = 0; c < ((columns + 7) / 8) * 8; c++) {
        for (let k = 0; k < inner; k++) {
          const value = load<f32>(PACKED + (((c >> 3) * inner + k) * 8 + (c & 7)) * 4);
          const expected: f32 = c < columns ? f32(transposed ? c * 1000 + k : k * 1000 + c) : 0;
          if (!(value === expected)) wrong++;
        }
      }
      if (load<u32>(PACKED + size) !== 0x77777777) wrong++;
    }
  }
  return wrong;
}

describe("pack", () => {
  test("puts every element in its panel, zeros where columns are missing", () => {
    expect<i32>(misplaced(false)).toBe(0);
  });
  test("keeps special values", () => {
    store<f32>(W, Infinity);
    store<f32>(W, -0.0, 4);
    store<f32>(W, f32.NaN, 8);
    pack(PACKED, W, 32, 1, 3);
    expect<f32>(load<f32>(PACKED)).toBe(Infinity);
    expect<u32>(load<u32>(PACKED, 4)).toBe(0x80000000);
    expect<f32>(load<f32>(PACKED, 8)).toBeNaN();
    expect<u32>(load<u32>(PACKED, 12)).toBe(0);
  });
  test("writes nothing without columns", () => {
    store<u32>(PACKED, 0x77777777);
    pack(PACKED, W, 32, 4, 0);
    pack(PACKED, W, 32, 0, 4);
    expect<u32>(load<u32>(PACKED)).toBe(0x77777777);
  });
  test("wants aligned panels", () => {
    expect(() => {
      pack(PACKED + 4, W, 32, 4, 4);
    }).toThrow("packed is not aligned");
  });
});

describe("packTransposed", () => {
  test("puts every element in its panel, zeros where columns are missing", () => {
    expect<i32>(misplaced(true)).toBe(0);
  });
  test("wants strides of whole floats", () => {
    expect(() => {
      packTransposed(PACKED, W, 34, 4, 4);
    }).toThrow("stride is not a multiple of 4");
  });
});
