// The weight gradient: bit for bit the plain loop over rows, zero pads whatever the inputs' pads hold.

import { OUTER_PANEL_BYTES, OUTER_SLICE_BYTES } from "../../assembly/isa";
import { outer, outerOverRuns } from "../../assembly/kernels/outer";
import { fill, padded } from "./matrices";

const SIZES: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 20, 64);
const X: usize = BASE;
const DY: usize = BASE + (1 << 18);
const DW: usize = BASE + (2 << 18);
const SCRATCH: usize = BASE + (3 << 18);

/** Elements that differ from the plain loop, pads that are not zero, and writes beyond the gradient or the scratch. */
function wrong(rows: i32, inner: i32, columns: i32, accumulate: bool): i32 {
  const width = padded(columns);
  fill(X, rows, inner);
  fill(DY, rows, columns);
  memory.fill(DW, 0x77, width * (inner + 1));
  for (let i = 0; i < inner; i++) {
    for (let j = 0; j < columns; j++) store<f32>(DW + i * width + (j << 2), f32(i - j));
  }
  const scratchEnd = SCRATCH + OUTER_SLICE_BYTES + ((columns + 7) / 8) * OUTER_PANEL_BYTES;
  store<u32>(scratchEnd, 0x77777777);
  outer(DW, width, X, padded(inner), DY, width, rows, inner, columns, accumulate, SCRATCH);
  let count = load<u32>(scratchEnd) === 0x77777777 && load<u32>(DW + inner * width) === 0x77777777 ? 0 : 1;
  for (let i = 0; i < inner; i++) {
    for (let j = 0; j < columns; j++) {
      let sum: f32 = accumulate ? f32(i - j) : 0;
      for (let r = 0; r < rows; r++) sum += load<f32>(X + r * padded(inner) + (i << 2)) * load<f32>(DY + r * width + (j << 2));
      if (load<f32>(DW + i * width + (j << 2)) !== sum) count++;
    }
    for (let j = columns; j < width >> 2; j++) {
      if (load<u32>(DW + i * width + (j << 2)) !== 0) count++;
    }
  }
  return count;
}

describe("outer", () => {
  test("odd shapes, from zero and onto what is there", () => {
    let count = 0;
    for (let m = 0; m < SIZES.length; m++) {
      for (let i = 0; i < SIZES.length; i++) {
        for (let j = 0; j < SIZES.length; j++)
          count += wrong(SIZES[m], SIZES[i], SIZES[j], false) + wrong(SIZES[m], SIZES[i], SIZES[j], true);
      }
    }
    expect<i32>(count).toBe(0);
  });

  test("every width of the last slice", () => {
    let count = 0;
    for (let inner = 1; inner <= 13; inner++) {
      for (let more = 0; more <= 72; more += 72) count += wrong(6, inner + more, 9, false) + wrong(6, inner + more, 9, true);
    }
    expect<i32>(count).toBe(0);
  });

  test("more rows, and a wider gradient, than one block", () => {
    expect<i32>(wrong(700, 17, 9, false)).toBe(0);
    expect<i32>(wrong(257, 70, 12, true)).toBe(0);
    expect<i32>(wrong(11, 200, 33, true)).toBe(0);
  });

  test("no rows: zero, or what was there", () => {
    expect<i32>(wrong(0, 5, 9, false)).toBe(0);
    expect<i32>(wrong(0, 5, 9, true)).toBe(0);
  });

  test("rows with gaps between them give the bits of the same rows without, also across blocks", () => {
    const batch = 60;
    const counts: StaticArray<i32> = [60, 60, 60, 60, 59, 40, 40, 9, 1, 1];
    const runs = SCRATCH + (1 << 17);
    const packedX = X + (1 << 17);
    const packedY = DY + (1 << 17);
    const inner = 7;
    const columns = 19;
    const xStride = padded(inner);
    const yStride = padded(columns);
    fill(X, 600, inner);
    fill(DY, 600, columns);
    let rows = 0;
    let count = 0;
    for (let t = 0; t < counts.length; t++) {
      if (t === 0 || t > 3) {
        store<i32>(runs + count * 8, t);
        store<i32>(runs + count * 8, t === 0 ? 4 * batch : counts[t], 4);
        count++;
      }
      memory.copy(packedX + rows * xStride, X + t * batch * xStride, counts[t] * xStride);
      memory.copy(packedY + rows * yStride, DY + t * batch * yStride, counts[t] * yStride);
      rows += counts[t];
    }
    outer(DW, yStride, packedX, xStride, packedY, yStride, rows, inner, columns, false, SCRATCH);
    const other = DW + inner * yStride;
    outerOverRuns(other, yStride, X, batch * xStride, xStride, DY, batch * yStride, yStride, runs, count, inner, columns, false, SCRATCH);
    expect<i32>(memory.compare(other, DW, inner * yStride)).toBe(0);
    outerOverRuns(other, yStride, X, 0, 0, DY, 0, 0, runs, 0, inner, columns, false, SCRATCH);
    expect<f32>(load<f32>(other)).toBe(0, "no runs");
  });

  test("infinite inputs leave the pads zero", () => {
    fill(X, 2, 3);
    fill(DY, 2, 3);
    store<f32>(X, Infinity);
    store<f32>(DY, 1);
    outer(DW, 32, X, 32, DY, 32, 2, 3, 3, false, SCRATCH);
    expect<f32>(load<f32>(DW)).toBe(Infinity);
    expect<u64>(load<u64>(DW, 12)).toBe(0);
    expect<u64>(load<u64>(DW, 24)).toBe(0);
  });

  test("wants an aligned scratch", () => {
    expect(() => {
      outer(DW, 32, X, 32, DY, 32, 1, 1, 1, false, SCRATCH + 4);
    }).toThrow("scratch is not aligned");
  });
});
