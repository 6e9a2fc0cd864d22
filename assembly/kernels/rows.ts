// Rows that move as they are: filled, or copied beside each other.
// All of these write exactly `width` floats of a row, so `out` may be a column range of something wider.

/** out[0 … width-1] = the word `bits`. */
export function fillRow(out: usize, bits: i32, width: i32): void {
  const vector = i32x4.splat(bits);
  const whole = out + ((width & -4) << 2);
  const end = out + (width << 2);
  for (; out < whole; out += 16) v128.store(out, vector);
  for (; out < end; out += 4) store<i32>(out, bits);
}

/** out[0 … width-1] = x[0 … width-1]; the two are equal or do not overlap. */
export function copyRow(out: usize, x: usize, width: i32): void {
  const whole = out + ((width & -4) << 2);
  const end = out + (width << 2);
  for (; out < whole; out += 16, x += 16) v128.store(out, v128.load(x));
  for (; out < end; out += 4, x += 4) store<u32>(out, load<u32>(x));
}

/** out[rows × width] = value. */
export function fillRows(out: usize, outStride: i32, value: f32, rows: i32, width: i32): void {
  assert(rows >= 0 && width >= 0, "counts are not negative");
  assert(outStride >= 4 * width || rows <= 1, "rows do not overlap");
  for (let r = 0; r < rows; r++, out += outStride) fillRow(out, reinterpret<i32>(value), width);
}

/** out[rows × width] = x[rows × width]: a part of a concatenation, put in its place or taken out of it. xStride 0 repeats one row. */
export function copyRows(out: usize, outStride: i32, x: usize, xStride: i32, rows: i32, width: i32): void {
  assert(rows >= 0 && width >= 0, "counts are not negative");
  assert(outStride >= 4 * width || rows <= 1, "rows do not overlap");
  for (let r = 0; r < rows; r++, out += outStride, x += xStride) copyRow(out, x, width);
}
