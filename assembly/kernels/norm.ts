// What is done to a gradient before it is used, over flat blocks.

/** g = min(max(g, −limit), limit) over `count` floats; returns how many were outside. NaN stays NaN, and is not counted. */
export function clipByValue(g: usize, count: i32, limit: f32): i32 {
  assert(count >= 0 && count % 8 === 0, "a block is a whole number of 8 floats");
  assert(limit >= 0, "a limit is not negative");
  const upper = f32x4.splat(limit);
  const lower = f32x4.splat(-limit);
  let clipped = i32x4.splat(0);
  for (const end = g + ((<usize>count) << 2); g < end; g += 16) {
    const x = v128.load(g);
    clipped = i32x4.sub(clipped, f32x4.gt(f32x4.abs(x), upper));
    // pmin and pmax return their first operand unless the second is beyond it, so NaN passes.
    v128.store(g, f32x4.pmax(f32x4.pmin(x, upper), lower));
  }
  const pairs = i32x4.add(clipped, v128.shuffle<i32>(clipped, clipped, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** g = g · factor over `count` floats. */
export function scaleBlock(g: usize, count: i32, factor: f32): void {
  assert(count >= 0 && count % 8 === 0, "a block is a whole number of 8 floats");
  const factors = f32x4.splat(factor);
  for (const end = g + ((<usize>count) << 2); g < end; g += 16) v128.store(g, f32x4.mul(v128.load(g), factors));
}
