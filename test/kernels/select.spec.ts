// Gather against indexing, scatter against the plain loop over rows, bit for bit.

import { gather, scatter } from "../../assembly/kernels/select";
import { padded } from "./matrices";

const WIDTHS: StaticArray<i32> = [1, 3, 4, 5, 7, 8, 9, 17, 33];
const BASE: usize = memory.data(1 << 17, 64);
const TABLE: usize = BASE;
const IDS: usize = BASE + (1 << 14);
const INIT: usize = BASE + (2 << 14);
const OUT: usize = BASE + (3 << 14);
const DY: usize = BASE + (4 << 14);
const TABLE_ROWS = 5;
const ROWS = 9;

function prepare(width: i32): void {
  const stride = padded(width);
  for (let r = 0; r < ROWS; r++) {
    // 3 is not chosen, −1 chooses nothing, others repeat.
    store<i32>(IDS + (r << 2), r === 4 ? -1 : r % 3 === 2 ? 4 : r % 3);
    for (let i = 0; i < stride >> 2; i++) {
      store<f32>(INIT + r * stride + (i << 2), i < width ? f32(r) / 3 : f32.NaN);
      store<f32>(DY + r * stride + (i << 2), i < width ? f32(1) / f32(r + i + 1) : f32.NaN);
    }
  }
  for (let v = 0; v < TABLE_ROWS; v++) {
    for (let i = 0; i < stride >> 2; i++) store<f32>(TABLE + v * stride + (i << 2), i < width ? f32(v * 100 + i) / 7 : 0);
  }
}

/** kind: 0 no init, 1 rows, 2 one row. */
function wrongGather(width: i32, kind: i32): i32 {
  prepare(width);
  const stride = padded(width);
  memory.fill(OUT, 0x77, stride * (ROWS + 1));
  gather(OUT, stride, IDS, TABLE, stride, kind === 0 ? 0 : INIT, kind === 1 ? stride : 0, ROWS, width);
  let count = load<u32>(OUT + stride * ROWS) === 0x77777777 ? 0 : 1;
  for (let r = 0; r < ROWS; r++) {
    const id = load<i32>(IDS + (r << 2));
    for (let i = 0; i < width; i++) {
      let expected: f32 = id < 0 ? 0 : load<f32>(TABLE + id * stride + (i << 2));
      if (kind > 0) expected += load<f32>(INIT + select(r * stride, 0, kind === 1) + (i << 2));
      if (load<f32>(OUT + r * stride + (i << 2)) !== expected) count++;
    }
  }
  return count;
}

function wrongScatter(width: i32, accumulate: bool): i32 {
  prepare(width);
  const stride = padded(width);
  memory.fill(OUT, accumulate ? 0 : 0x77, stride * TABLE_ROWS);
  memory.fill(OUT + stride * TABLE_ROWS, 0x77, 4);
  if (accumulate) for (let v = 0; v < TABLE_ROWS; v++) store<f32>(OUT + v * stride, 0.5);
  scatter(OUT, stride, IDS, DY, stride, ROWS, width, TABLE_ROWS, accumulate);
  let count = load<u32>(OUT + stride * TABLE_ROWS) === 0x77777777 ? 0 : 1;
  for (let v = 0; v < TABLE_ROWS; v++) {
    for (let i = 0; i < stride >> 2; i++) {
      let expected: f32 = accumulate && i === 0 ? 0.5 : 0;
      for (let r = 0; r < ROWS; r++) {
        if (i < width && load<i32>(IDS + (r << 2)) === v) expected += load<f32>(DY + r * stride + (i << 2));
      }
      if (load<f32>(OUT + v * stride + (i << 2)) !== expected) count++;
    }
  }
  return count;
}

describe("select", () => {
  test("gathers rows, onto nothing, onto rows, onto a bias", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      for (let kind = 0; kind < 3; kind++) expect<i32>(wrongGather(WIDTHS[w], kind)).toBe(0, "kind and width");
    }
  });
  test("gathers in place of init", () => {
    prepare(3);
    gather(INIT, 32, IDS, TABLE, 32, INIT, 32, 2, 3);
    expect<f32>(load<f32>(INIT, 36)).toBe(f32(101) / 7 + f32(1) / 3);
  });
  test("scatters in the order of rows, pads zero", () => {
    for (let w = 0; w < WIDTHS.length; w++) {
      expect<i32>(wrongScatter(WIDTHS[w], false)).toBe(0, "from zero");
      expect<i32>(wrongScatter(WIDTHS[w], true)).toBe(0, "onto what is there");
    }
  });
  test("has contracts", () => {
    expect(() => {
      gather(OUT, 20, IDS, TABLE, 32, 0, 0, 1, 5);
    }).toThrow("rows without pads");
    expect(() => {
      store<i32>(IDS, 5);
      scatter(OUT, 32, IDS, DY, 32, 1, 5, 5, true);
    }).toThrow("id beyond the table");
  });
});
