// Words of a map, arithmetic: y = f(a, b, c) over as many floats as lie between y and end, a multiple of 8. y may be a, b or c.
import { madd } from "../math/madd";

/** y = v */
export function fill(y: usize, v: f32, end: usize): void {
  const w = f32x4.splat(v);
  for (; y < end; y += 32) {
    const y1 = w;
    v128.store(y, w);
    v128.store(y, y1, 16);
  }
}

/** y = a */
export function copy(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = v128.load(a, 16);
    v128.store(y, v128.load(a));
    v128.store(y, y1, 16);
  }
}

/** y = -a */
export function neg(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.neg(v128.load(a, 16));
    v128.store(y, f32x4.neg(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = |a| */
export function abs(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.abs(v128.load(a, 16));
    v128.store(y, f32x4.abs(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = √a */
export function sqrt(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.sqrt(v128.load(a, 16));
    v128.store(y, f32x4.sqrt(v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = 1/a */
export function reciprocal(y: usize, a: usize, end: usize): void {
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.div(f32x4.splat(1), v128.load(a, 16));
    v128.store(y, f32x4.div(f32x4.splat(1), v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = a + v */
export function addImmediate(y: usize, a: usize, v: f32, end: usize): void {
  const w = f32x4.splat(v);
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.add(v128.load(a, 16), w);
    v128.store(y, f32x4.add(v128.load(a), w));
    v128.store(y, y1, 16);
  }
}

/** y = a · v */
export function mulImmediate(y: usize, a: usize, v: f32, end: usize): void {
  const w = f32x4.splat(v);
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.mul(v128.load(a, 16), w);
    v128.store(y, f32x4.mul(v128.load(a), w));
    v128.store(y, y1, 16);
  }
}

/** y = v - a */
export function subtractFromImmediate(y: usize, a: usize, v: f32, end: usize): void {
  const w = f32x4.splat(v);
  for (; y < end; y += 32, a += 32) {
    const y1 = f32x4.sub(w, v128.load(a, 16));
    v128.store(y, f32x4.sub(w, v128.load(a)));
    v128.store(y, y1, 16);
  }
}

/** y = a + b */
export function add(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = f32x4.add(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, f32x4.add(v128.load(a), v128.load(b)));
    v128.store(y, y1, 16);
  }
}

/** y = a - b */
export function sub(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, f32x4.sub(v128.load(a), v128.load(b)));
    v128.store(y, y1, 16);
  }
}

/** y = a · b; the square, when b is a */
export function mul(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = f32x4.mul(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, f32x4.mul(v128.load(a), v128.load(b)));
    v128.store(y, y1, 16);
  }
}

/** y = a / b */
export function div(y: usize, a: usize, b: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32) {
    const y1 = f32x4.div(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, f32x4.div(v128.load(a), v128.load(b)));
    v128.store(y, y1, 16);
  }
}

/** y = a·b + c */
export function multiplyAdd(y: usize, a: usize, b: usize, c: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32, c += 32) {
    const y1 = madd(v128.load(a, 16), v128.load(b, 16), v128.load(c, 16));
    v128.store(y, madd(v128.load(a), v128.load(b), v128.load(c)));
    v128.store(y, y1, 16);
  }
}

/** y = c + a·(b - c) */
export function mix(y: usize, a: usize, b: usize, c: usize, end: usize): void {
  for (; y < end; y += 32, a += 32, b += 32, c += 32) {
    const y1 = between(v128.load(a, 16), v128.load(b, 16), v128.load(c, 16));
    v128.store(y, between(v128.load(a), v128.load(b), v128.load(c)));
    v128.store(y, y1, 16);
  }
}

function between(f: v128, a: v128, b: v128): v128 {
  return madd(f, f32x4.sub(a, b), b);
}
