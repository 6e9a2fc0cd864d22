// Sums over rows and over blocks, and the search for the first number that is none.
import { firstLanes, isPadded, promoteHigh, sumPair } from "./lanes";

/** Rows that are summed in registers before their sum joins the total. */
const BLOCK = 16;

/**
 * dBias[i] (+)= Σ over r of dY[r][i], dY: rows × width. Pads of dBias become zero.
 * The order: blocks of 16 rows from the first, each summed from its first row, added to the total (0, or dBias) one after the other. So
 * the error of f32 grows with 16 + rows/16 rather than with rows; and the rows of a block are few enough streams for the
 * processor to fetch ahead.
 */
export function columnSum(dBias: usize, dY: usize, dYStride: i32, rows: i32, width: i32, accumulate: bool): void {
  assert(isPadded(dYStride, width), "rows are padded to 8 floats");
  if (!accumulate) memory.fill(dBias, 0, <usize>(((width + 7) & -8) << 2));
  for (let first = 0; first < rows; first += BLOCK) {
    const end = dY + <usize>min(BLOCK, rows - first) * dYStride;
    for (let i = 0; i < width; i += 8) {
      const total = dBias + (i << 2);
      const column: usize = i << 2;
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      for (let row = dY; row < end; row += dYStride) {
        a = f32x4.add(a, v128.load(row + column));
        b = f32x4.add(b, v128.load(row + column, 16));
      }
      v128.store(total, f32x4.add(v128.load(total), v128.and(a, firstLanes(width - i))));
      v128.store(total, f32x4.add(v128.load(total, 16), v128.and(b, firstLanes(width - i - 4))), 16);
    }
    dY = end;
  }
}

/** Σ x[i]², in f64 (where the square of a float is exact and cannot overflow), over a flat block of `count` floats. */
export function sumOfSquares(x: usize, count: i32): f64 {
  assert(count >= 0 && count % 8 === 0, "a block is a whole number of 8 floats");
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32) {
    const first = v128.load(x);
    const second = v128.load(x, 16);
    const p = f64x2.promote_low_f32x4(first);
    const q = promoteHigh(first);
    const r = f64x2.promote_low_f32x4(second);
    const s = promoteHigh(second);
    a = f64x2.add(a, f64x2.mul(p, p));
    b = f64x2.add(b, f64x2.mul(q, q));
    c = f64x2.add(c, f64x2.mul(r, r));
    d = f64x2.add(d, f64x2.mul(s, s));
  }
  return sumPair(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
}

/** The exponent of all that is not finite, and infinity itself. */
const INFINITY: i32 = 0x7f800000;

/** The place r·width + i of the first NaN or infinity in x, rows × width, or −1. Pads are not looked at. */
export function firstNonFinite(x: usize, xStride: i32, rows: i32, width: i32): i32 {
  assert(isPadded(xStride, width), "rows are padded to 8 floats");
  const sign = i32x4.splat(0x7fffffff);
  const infinity = i32x4.splat(INFINITY);
  for (let r = 0; r < rows; r++, x += xStride) {
    // As whole numbers without sign, infinities and NaN are the largest.
    let largest = i32x4.splat(0);
    for (let i = 0; i < width; i += 4)
      largest = i32x4.max_s(largest, v128.and(v128.load(x + (i << 2)), v128.and(sign, firstLanes(width - i))));
    if (!v128.any_true(i32x4.ge_s(largest, infinity))) continue;
    for (let i = 0; i < width; i++) if ((load<i32>(x + (i << 2)) & INFINITY) === INFINITY) return r * width + i;
  }
  return -1;
}
