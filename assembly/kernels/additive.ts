// Additive attention (Bahdanau, Cho and Bengio 2015): the scores, and what they give back to queries, keys and the weights of the sum.
//
// With x = e^2q and y = e^2k, tanh(q + k) = 1 − 2/(1 + x·y): one division for every pair of steps and unit, in place of a whole tanh (the
// exponentials are as few as queries and keys). q and k within ±43 are exact; beyond it count as ±43, so that x·y is never 0·∞.
// Rows, tables and panels are those of attention.ts.

import { held } from "../math/held";
import { madd } from "../math/madd";
import { stepsOf } from "./attention";
import { PANEL, PANEL_ROW, pack } from "./pack";
import { numberOf } from "./tables";

/** e[r][t][s] = Σd v[d] · tanh(q[r][t][d] + k[b][s][d]); x is e^2q, `panels` are those of (e^2k)ᵀ. */
export function additiveScore(
  e: usize,
  eTimeStride: i32,
  eStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  panels: usize,
  panelBytes: i32,
  v: usize,
  order: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
  width: i32,
): void {
  for (let r = 0; r < rows; r++, e += eStride, x += xStride) {
    const b = numberOf(order, r);
    const count = stepsOf(steps, b);
    const end = numberOf(lengths, b) << 2;
    let panel = panels + b * panelBytes;
    for (let s = 0; s < end; s += PANEL_ROW, panel += width * PANEL_ROW) {
      let to = e + s;
      let from = x;
      for (let t = count; t > 0; t--, to += eTimeStride, from += xTimeStride) scores(to, from, panel, v, width);
    }
  }
}

/** One step that looks at eight: Σd v·(½ − 1/(1 + x·y)), twice. */
function scores(e: usize, x: usize, y: usize, v: usize, width: i32): void {
  const one = held(e, 1);
  const half = held(e, 0.5);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (let d = width; d > 0; d--, x += 4, v += 4, y += PANEL_ROW) {
    const q = v128.load_splat<f32>(x);
    const weight = v128.load_splat<f32>(v);
    a = madd(weight, f32x4.sub(half, f32x4.div(one, madd(q, v128.load(y), one))), a);
    b = madd(weight, f32x4.sub(half, f32x4.div(one, madd(q, v128.load(y, 16), one))), b);
  }
  v128.store(e, f32x4.add(a, a));
  v128.store(e, f32x4.add(b, b), 16);
}

/** g[r][t] = Σs dE[r][t][s] · (1 − u²), u = tanh(q[r][t] + k[b][s]), `width` wide: dQ = v ⊙ g. `panels` are those of e^2k. */
export function additiveToQuery(
  g: usize,
  gTimeStride: i32,
  gStride: i32,
  dE: usize,
  dETimeStride: i32,
  dEStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  panels: usize,
  panelBytes: i32,
  order: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
  width: i32,
): void {
  for (let r = 0; r < rows; r++, g += gStride, dE += dEStride, x += xStride) {
    const b = numberOf(order, r);
    const count = stepsOf(steps, b);
    const sourceSteps = numberOf(lengths, b);
    let panel = panels + b * panelBytes;
    for (let i = 0; i < width << 2; i += PANEL_ROW, panel += sourceSteps * PANEL_ROW) {
      let to = g + i;
      let from = x + i;
      let given = dE;
      for (let t = count; t > 0; t--, to += gTimeStride, from += xTimeStride, given += dETimeStride) {
        slopes(to, from, panel, given, sourceSteps);
      }
    }
  }
}

/** Eight units of one step: with p = 1/(1 + x·y), 1 − u² = 4·p·(1 − p). */
function slopes(g: usize, x: usize, y: usize, dE: usize, steps: i32): void {
  const one = held(g, 1);
  const x0 = v128.load(x);
  const x1 = v128.load(x, 16);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (let s = steps; s > 0; s--, y += PANEL_ROW, dE += 4) {
    const given = v128.load_splat<f32>(dE);
    const p0 = f32x4.div(one, madd(x0, v128.load(y), one));
    const p1 = f32x4.div(one, madd(x1, v128.load(y, 16), one));
    a = madd(given, f32x4.mul(p0, f32x4.sub(one, p0)), a);
    b = madd(given, f32x4.mul(p1, f32x4.sub(one, p1)), b);
  }
  const four = f32x4.splat(4);
  v128.store(g, f32x4.mul(a, four));
  v128.store(g, f32x4.mul(b, four), 16);
}

/**
 * g[places[b]][s] = (Σt dE[r][t][s] · (1 − u²), Σt dE[r][t][s] · u) side by side, u = tanh(q[r][t] + k[b][s]), each `width` wide: dK is
 * v ⊙ the first half, dV the sum of the second over all steps and rows. `panels` are those of e^2k. scratch takes e^2q and dE of one row as
 * panels: `panelBytes(steps, width)` and `panelBytes(steps, source's steps)`.
 */
export function additiveToKey(
  g: usize,
  gTimeStride: i32,
  gStride: i32,
  dE: usize,
  dETimeStride: i32,
  dEStride: i32,
  x: usize,
  xTimeStride: i32,
  xStride: i32,
  panels: usize,
  panelBytes: i32,
  order: usize,
  places: usize,
  lengths: usize,
  steps: usize,
  rows: i32,
  width: i32,
  scratch: usize,
): void {
  for (let r = 0; r < rows; r++, dE += dEStride, x += xStride) {
    const b = numberOf(order, r);
    const count = stepsOf(steps, b);
    const sourceSteps = numberOf(lengths, b);
    const given = scratch + ((width + PANEL - 1) / PANEL) * count * PANEL_ROW;
    pack(scratch, x, xTimeStride, count, width);
    pack(given, dE, dETimeStride, count, sourceSteps);
    let y = panels + b * panelBytes;
    for (let i = 0; i < width; i += PANEL) {
      const from = scratch + i * count * 4;
      let to = g + numberOf(places, b) * gStride + (i << 2);
      for (let s = 0; s < sourceSteps; s++, to += gTimeStride, y += PANEL_ROW) {
        slopesAndValues(to, width, min(width - i, PANEL), from, y, given + (s / PANEL) * count * PANEL_ROW + ((s % PANEL) << 2), count);
      }
    }
  }
}

/** Eight units of one step that was looked at, of which `count` exist. */
function slopesAndValues(g: usize, width: i32, count: i32, x: usize, y: usize, dE: usize, steps: i32): void {
  const one = held(g, 1);
  const half = held(g, 0.5);
  const y0 = v128.load(y);
  const y1 = v128.load(y, 16);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  for (let t = steps; t > 0; t--, x += PANEL_ROW, dE += PANEL_ROW) {
    const given = v128.load_splat<f32>(dE);
    const p0 = f32x4.div(one, madd(y0, v128.load(x), one));
    const p1 = f32x4.div(one, madd(y1, v128.load(x, 16), one));
    a = madd(given, f32x4.mul(p0, f32x4.sub(one, p0)), a);
    b = madd(given, f32x4.mul(p1, f32x4.sub(one, p1)), b);
    c = madd(given, f32x4.sub(half, p0), c);
    d = madd(given, f32x4.sub(half, p1), d);
  }
  const four = f32x4.splat(4);
  put(g, f32x4.mul(a, four), f32x4.mul(b, four), count);
  put(g + (width << 2), f32x4.add(c, c), f32x4.add(d, d), count);
}

/** The first `count` of eight floats: what stands behind them belongs to another half, or another row. */
function put(to: usize, low: v128, high: v128, count: i32): void {
  if (count >= PANEL) {
    v128.store(to, low);
    v128.store(to, high, 16);
    return;
  }
  if (count >= 4) {
    v128.store(to, low);
    to += 16;
    low = high;
    count -= 4;
  }
  if (count >= 2) {
    v128.store64_lane(to, low, 0);
    to += 8;
    low = v128.shuffle<f32>(low, low, 2, 3, 2, 3);
    count -= 2;
  }
  if (count > 0) v128.store32_lane(to, low, 0);
}
