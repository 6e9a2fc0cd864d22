// The gates of an LSTM (Hochreiter and Schmidhuber 1997; Gers et al. 2000), forward and backward: what a map would do word by word, a row at a time.
// The same formulas in the same order as the map's words, so the same bits.

import { sigmoidArgument, sigmoidBy } from "../math/sigmoid";
import { tanhArgument, tanhBy } from "../math/tanh";
import { AT_TANH, putConstants, rowsAt } from "./gates-operands";
import { sigmoidSlope, tanhSlope } from "./map-gradients";

/**
 * i, f, o = σ(pᵢ), σ(p_f), σ(pₒ); g = tanh(p_g); c = f·c₋ + i·g; h = o·tanh(c), all rows × width.
 *
 * Operands: c h i f g o tanh(c), pᵢ p_f p_g pₒ c₋ (isa.ts draws the table). i … tanh(c) are for the gradient: all are written, or, if i is
 * absent, none. c and h are none of the inputs. Two passes over a row: in one, tanh(c) would wait for the chain of functions before it, longer
 * than what a processor looks ahead (3.6 ns an element instead of 4.8, H = 128, relaxed, Node 22, Zen 3, measured).
 */
export function lstmGates(program: usize, time: i32, rows: i32, width: i32, scratch: usize): void {
  putConstants(scratch);
  const s = scratch;
  const t = scratch + AT_TANH;
  assert(rows >= 0 && width > 0, "gates: rows >= 0, width > 0");
  const bytes: usize = ((width + 3) & -4) << 2;
  for (let row = 0; row < rows; row++) {
    const at = rowsAt(program, time, row, scratch);
    const c: usize = load<u32>(at);
    const h: usize = load<u32>(at, 4);
    const i: usize = load<u32>(at, 8);
    const f: usize = load<u32>(at, 12);
    const g: usize = load<u32>(at, 16);
    const o: usize = load<u32>(at, 20);
    const tanhC: usize = load<u32>(at, 24);
    const pI: usize = load<u32>(at, 28);
    const pF: usize = load<u32>(at, 32);
    const pG: usize = load<u32>(at, 36);
    const pO: usize = load<u32>(at, 40);
    const before: usize = load<u32>(at, 44);
    for (let x: usize = 0; x < bytes; x += 16) {
      const fAt = sigmoidBy(s, sigmoidArgument(s, v128.load(pF + x)));
      const iAt = sigmoidBy(s, sigmoidArgument(s, v128.load(pI + x)));
      const pGAt = v128.load(pG + x);
      const gAt = tanhBy(t, tanhArgument(t, pGAt), pGAt);
      v128.store(c + x, f32x4.add(f32x4.mul(fAt, v128.load(before + x)), f32x4.mul(iAt, gAt)));
      if (i) {
        v128.store(i + x, iAt);
        v128.store(f + x, fAt);
        v128.store(g + x, gAt);
      }
    }
    for (let x: usize = 0; x < bytes; x += 16) {
      const oAt = sigmoidBy(s, sigmoidArgument(s, v128.load(pO + x)));
      const cAt = v128.load(c + x);
      const tanhCAt = tanhBy(t, tanhArgument(t, cAt), cAt);
      v128.store(h + x, f32x4.mul(oAt, tanhCAt));
      if (i) {
        v128.store(o + x, oAt);
        v128.store(tanhC + x, tanhCAt);
      }
    }
  }
}

/**
 * With dh = dh₁ + dh₂ and dc = dc₊ + dh·o·(1 − tanh²c), what has come from the step after added to what h gives:
 *
 *     dpᵢ = dc·g·i·(1−i)   dp_f = dc·c₋·f·(1−f)   dp_g = dc·i·(1−g²)   dpₒ = dh·tanh(c)·o·(1−o)   dc₋ = dc·f
 *
 * Operands: dc₋ dpᵢ dp_f dp_g dpₒ, dh₁ dh₂ dc₊ i f g o tanh(c) c₋; dh₂ may be absent.
 */
export function lstmGatesGradient(program: usize, time: i32, rows: i32, width: i32, scratch: usize): void {
  assert(rows >= 0 && width > 0, "gates: rows >= 0, width > 0");
  const bytes: usize = ((width + 3) & -4) << 2;
  for (let row = 0; row < rows; row++) {
    const at = rowsAt(program, time, row, scratch);
    const dBefore: usize = load<u32>(at);
    const dI: usize = load<u32>(at, 4);
    const dF: usize = load<u32>(at, 8);
    const dG: usize = load<u32>(at, 12);
    const dO: usize = load<u32>(at, 16);
    const dH: usize = load<u32>(at, 20);
    const more: usize = load<u32>(at, 24);
    const dAfter: usize = load<u32>(at, 28);
    const i: usize = load<u32>(at, 32);
    const f: usize = load<u32>(at, 36);
    const g: usize = load<u32>(at, 40);
    const o: usize = load<u32>(at, 44);
    const tanhC: usize = load<u32>(at, 48);
    const before: usize = load<u32>(at, 52);
    for (let x: usize = 0; x < bytes; x += 16) {
      let dh = v128.load(dH + x);
      if (more) dh = f32x4.add(dh, v128.load(more + x));
      const oAt = v128.load(o + x);
      const tanhCAt = v128.load(tanhC + x);
      const dc = f32x4.add(v128.load(dAfter + x), tanhSlope(tanhCAt, f32x4.mul(dh, oAt)));
      v128.store(dO + x, sigmoidSlope(oAt, f32x4.mul(dh, tanhCAt)));
      const iAt = v128.load(i + x);
      const gAt = v128.load(g + x);
      v128.store(dG + x, tanhSlope(gAt, f32x4.mul(dc, iAt)));
      v128.store(dI + x, sigmoidSlope(iAt, f32x4.mul(dc, gAt)));
      const fAt = v128.load(f + x);
      const dF0 = sigmoidSlope(fAt, f32x4.mul(dc, v128.load(before + x)));
      v128.store(dBefore + x, f32x4.mul(dc, fAt));
      v128.store(dF + x, dF0);
    }
  }
}
