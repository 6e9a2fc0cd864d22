// The four lanes of a vector: which of them belong to a row, and what they add up to.

/** Floats to which a row is padded. */
const TILE = 8;

/** All bits of the first `count` lanes set: what a reduction lets through of a row's last vector (NaN in a pad would pass a product). */
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** The largest lane; NaN if one of them is. */
export function maxLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** x2 and x3 as f64. */
export function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
}

/** sum0 + (x0 + x2), sum1 + (x1 + x3): four floats added to a sum in f64. */
export function addPromoted(sum: v128, x: v128): v128 {
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(x), promoteHigh(x)));
}

/** sum0 + sum1 of two f64 lanes. */
export function sumPair(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** For contracts: rows of `width` floats that are `stride` bytes apart have room for their pads, so whole vectors may be touched. */
export function isPadded(stride: i32, width: i32): bool {
  return stride % (4 * TILE) === 0 && stride >= 4 * ((width + TILE - 1) & -TILE);
}
