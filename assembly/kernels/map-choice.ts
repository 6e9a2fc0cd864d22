// Words of a map, comparisons: y is chosen from a, b and the immediate. pmin and pmax keep their first operand when it is NaN.

/** y = a where a <= v or a is NaN, else v */
export function minimumImmediate(y: usize, a: usize, v: f32, end: usize): void {
  const w = f32x4.splat(v);
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.pmin(v128.load(a, 16), w);
    v128.store(y, f32x4.pmin(v128.load(a), w));
    v128.store(y, y1, 16);
  }
}

/** y = a where a >= v or a is NaN, else v */
export function maximumImmediate(y: usize, a: usize, v: f32, end: usize): void {
  const w = f32x4.splat(v);
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.pmax(v128.load(a, 16), w);
    v128.store(y, f32x4.pmax(v128.load(a), w));
    v128.store(y, y1, 16);
  }
}

/** y = 1 where a > 0, else 0 (also where a is NaN) */
export function step(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = v128.and(f32x4.gt(v128.load(a, 16), f32x4.splat(0)), f32x4.splat(1));
    v128.store(y, v128.and(f32x4.gt(v128.load(a), f32x4.splat(0)), f32x4.splat(1)));
    v128.store(y, y1, 16);
  }
}

/** y = -1, 0 or 1: the sign of a, 0 where a is NaN */
export function sign(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = signOf(v128.load(a, 16));
    v128.store(y, signOf(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = b where a > 0, else 0 (also where a is NaN) */
export function reluGradient(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = v128.and(f32x4.gt(v128.load(a, 16), f32x4.splat(0)), v128.load(b, 16));
    v128.store(y, v128.and(f32x4.gt(v128.load(a), f32x4.splat(0)), v128.load(b)));
    v128.store(y, y1, 16);
  }
}

/** y = c where a = b, else 0 (also where a or b is NaN) */
export function clampGradient(y: usize, a: usize, b: usize, c: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32, c += 32) {
    const y1 = v128.and(f32x4.eq(v128.load(a, 16), v128.load(b, 16)), v128.load(c, 16));
    v128.store(y, v128.and(f32x4.eq(v128.load(a), v128.load(b)), v128.load(c)));
    v128.store(y, y1, 16);
  }
}

function signOf(a: v128): v128 {
  const zero = f32x4.splat(0);
  const up = v128.and(f32x4.gt(a, zero), f32x4.splat(1));
  const down = v128.and(f32x4.lt(a, zero), f32x4.splat(-1));
  return v128.or(up, down);
}
