// The gates of a GRU whose reset comes after the product (Cho et al. 2014, in the form of cuDNN and PyTorch) a row at a time, forward and backward.
// The same formulas in the same order as the map's words, so the same bits.

import { madd } from "../math/madd";
import { sigmoidArgument, sigmoidBy } from "../math/sigmoid";
import { tanhArgument, tanhBy } from "../math/tanh";
import { AT_TANH, putConstants, rowsAt } from "./gates-operands";
import { sigmoidSlope, tanhSlope } from "./map-gradients";

/**
 * r = σ(r₁ + r₂); z = σ(z₁ + z₂); m = m₁ + m₂; n = tanh(n₁ + r·m); h = z·h₋ + (1−z)·n, all rows × width.
 *
 * Operands: m r z n h, r₁ r₂ z₁ z₂ m₁ m₂ n₁ h₋. r₂, z₂ and m₂ may be absent. m, r, z, n are for the gradient: r, z and n are all written or,
 * if r is absent, none; m may be absent alone. h holds r·m in between, so it is none of the inputs. Two passes over a row, because a chain of
 * two functions is longer than what a processor looks ahead (as in gates-lstm.ts).
 */
export function gruGates(program: usize, time: i32, rows: i32, width: i32, scratch: usize): void {
  putConstants(scratch);
  const s = scratch;
  const t = scratch + AT_TANH;
  assert(rows >= 0 && width > 0, "gates: rows >= 0, width > 0");
  const bytes: usize = ((width + 3) & -4) << 2;
  for (let row = 0; row < rows; row++) {
    const at = rowsAt(program, time, row, scratch);
    const m: usize = load<u32>(at);
    const r: usize = load<u32>(at, 4);
    const z: usize = load<u32>(at, 8);
    const n: usize = load<u32>(at, 12);
    const h: usize = load<u32>(at, 16);
    const r1: usize = load<u32>(at, 20);
    const r2: usize = load<u32>(at, 24);
    const z1: usize = load<u32>(at, 28);
    const z2: usize = load<u32>(at, 32);
    const m1: usize = load<u32>(at, 36);
    const m2: usize = load<u32>(at, 40);
    const n1: usize = load<u32>(at, 44);
    const before: usize = load<u32>(at, 48);
    for (let x: usize = 0; x < bytes; x += 16) {
      const rAt = sigmoidBy(s, sigmoidArgument(s, sum(r1, r2, x)));
      const mAt = sum(m1, m2, x);
      v128.store(h + x, f32x4.mul(rAt, mAt));
      if (m) v128.store(m + x, mAt);
      if (r) v128.store(r + x, rAt);
    }
    for (let x: usize = 0; x < bytes; x += 16) {
      const zAt = sigmoidBy(s, sigmoidArgument(s, sum(z1, z2, x)));
      const pNAt = f32x4.add(v128.load(n1 + x), v128.load(h + x));
      const nAt = tanhBy(t, tanhArgument(t, pNAt), pNAt);
      v128.store(h + x, madd(zAt, f32x4.sub(v128.load(before + x), nAt), nAt));
      if (r) {
        v128.store(z + x, zAt);
        v128.store(n + x, nAt);
      }
    }
  }
}

/**
 * With dh = dh₁ + dh₂:
 *
 *     dh₋ = dh·z   dpz = dh·(h₋ − n)·z·(1−z)   dn = (dh − dh·z)·(1−n²)   dm = dn·r   dpr = dn·m·r·(1−r)
 *
 * dh₋ is what reaches h₋ directly; dn is the gradient of tanh's argument. Operands: dh₋ dpr dpz dn dm, dh₁ dh₂ r z n m h₋; dh₂ may be absent.
 */
export function gruGatesGradient(program: usize, time: i32, rows: i32, width: i32, scratch: usize): void {
  assert(rows >= 0 && width > 0, "gates: rows >= 0, width > 0");
  const bytes: usize = ((width + 3) & -4) << 2;
  for (let row = 0; row < rows; row++) {
    const at = rowsAt(program, time, row, scratch);
    const dBefore: usize = load<u32>(at);
    const dR: usize = load<u32>(at, 4);
    const dZ: usize = load<u32>(at, 8);
    const dN: usize = load<u32>(at, 12);
    const dM: usize = load<u32>(at, 16);
    const dH1: usize = load<u32>(at, 20);
    const dH2: usize = load<u32>(at, 24);
    const r: usize = load<u32>(at, 28);
    const z: usize = load<u32>(at, 32);
    const n: usize = load<u32>(at, 36);
    const m: usize = load<u32>(at, 40);
    const before: usize = load<u32>(at, 44);
    for (let x: usize = 0; x < bytes; x += 16) {
      const dh = sum(dH1, dH2, x);
      const zAt = v128.load(z + x);
      const nAt = v128.load(n + x);
      const direct = f32x4.mul(dh, zAt);
      const dn = tanhSlope(nAt, f32x4.sub(dh, direct));
      const dz = sigmoidSlope(zAt, f32x4.mul(dh, f32x4.sub(v128.load(before + x), nAt)));
      const rAt = v128.load(r + x);
      const dr = sigmoidSlope(rAt, f32x4.mul(dn, v128.load(m + x)));
      v128.store(dBefore + x, direct);
      v128.store(dZ + x, dz);
      v128.store(dN + x, dn);
      v128.store(dM + x, f32x4.mul(dn, rAt));
      v128.store(dR + x, dr);
    }
  }
}

/** a + b, or a where b is absent. */
function sum(a: usize, b: usize, x: usize): v128 {
  const term = v128.load(a + x);
  return b ? f32x4.add(term, v128.load(b + x)) : term;
}
