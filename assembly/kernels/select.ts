// Rows of a table chosen by number, and the gradient that finds its way back: an embedding, or a product with one-hot rows.
import { firstLanes, isPadded } from "./lanes";

/**
 * out[r] = table[ids[r]] + init[r], rows × width.
 * ids: rows × i32; a negative id chooses nothing and leaves init[r], or zeros. init 0: none; initStride 0: one row (a bias) for all.
 * Whole vectors are written, pads included. init may be out.
 */
export function gather(
  out: usize,
  outStride: i32,
  ids: usize,
  table: usize,
  tableStride: i32,
  init: usize,
  initStride: i32,
  rows: i32,
  width: i32,
): void {
  assert(isPadded(outStride, width) && isPadded(tableStride, width), "rows are padded to 8 floats");
  assert(init === 0 || initStride === 0 || isPadded(initStride, width), "rows of init are padded to 8 floats");
  const bytes: usize = ((width + 3) & -4) << 2;
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++, out += outStride) {
    const id = load<i32>(ids + (r << 2));
    const row = table + <usize>id * tableStride;
    if (init === 0) {
      if (id < 0) for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, zero);
      else for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(row + i));
    } else {
      if (id < 0) for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(init + i));
      else for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.add(v128.load(row + i), v128.load(init + i)));
      init += initStride;
    }
  }
}

/**
 * dTable[v] (+)= Σ dY[r] over the r with ids[r] = v, in the order of r. dTable: tableRows × width, dY: rows × width.
 * accumulate false: dTable is zeroed first, pads included. Negative ids are skipped. Pads of dTable stay as they are (zero).
 */
export function scatter(
  dTable: usize,
  tableStride: i32,
  ids: usize,
  dY: usize,
  dYStride: i32,
  rows: i32,
  width: i32,
  tableRows: i32,
  accumulate: bool,
): void {
  assert(isPadded(tableStride, width) && isPadded(dYStride, width), "rows are padded to 8 floats");
  if (!accumulate) memory.fill(dTable, 0, <usize>tableRows * tableStride);
  const whole: usize = (width & -4) << 2;
  const tail = firstLanes(width & 3);
  for (let r = 0; r < rows; r++, dY += dYStride) {
    const id = load<i32>(ids + (r << 2));
    assert(id < tableRows, "an id is less than the rows of its table");
    if (id < 0) continue;
    const row = dTable + <usize>id * tableStride;
    for (let i: usize = 0; i < whole; i += 16) v128.store(row + i, f32x4.add(v128.load(row + i), v128.load(dY + i)));
    if (width & 3) v128.store(row + whole, f32x4.add(v128.load(row + whole), v128.and(v128.load(dY + whole), tail)));
  }
}
