// Multiply and add, several lanes at a time: where plain and relaxed SIMD differ, and the only place.

/**
 * a·b + c. One rounding with relaxed SIMD on hardware that has FMA, two roundings otherwise.
 *
 * The release build leaves open which: instructions that nothing else uses hold the places of the multiplication and the addition, and whoever loads the
 * binary writes there either these two, or nothing and the fused instruction (src/engine/unpack.ts). That each takes three bytes makes it possible;
 * that the optimizer must not change the order of their operands asks for instructions that are not commutative.
 */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(OPEN_MADD)) return i16x8.sub_sat_u(i16x8.sub_sat_s(a, b), c);
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The same in f64, two lanes at a time. */
export function madd64(a: v128, b: v128, c: v128): v128 {
  if (isDefined(OPEN_MADD)) return f64x2.pmax(f64x2.pmin(a, b), c);
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f64>(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/** Whether madd rounds once, on this hardware. `one` is 1, but nothing that the compiler could know, or it would work out the answer itself. */
export function fuses(one: f32): bool {
  // The square of 1 + 2⁻¹² is 1 + 2⁻¹¹ + 2⁻²⁴; the last term does not fit into an f32.
  const x = f32x4.splat(one + <f32>(1 / 4096.0));
  return f32x4.extract_lane(madd(x, x, f32x4.splat(<f32>(-1 - 1 / 2048.0))), 0) !== 0;
}
