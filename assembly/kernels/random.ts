// Random numbers that are a function of where they are used, and what is done with them: dropout, and noise.
//
// Philox-4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011): ten rounds of multiplication
// and exclusive or turn a 128-bit counter and a 64-bit key into 128 bits that pass BigCrush. Chosen because there is no state to
// keep, to share among threads or to save; because every counter is as good as every other, so the counter can *be* the place of an element; and
// because its outputs are published, so a test can hold ours against them.
//
// What decides whether dropout keeps an element, or what noise adds to it, is where it stands, whatever the split of the work into batches, rows
// and calls:
//
//    key      seedLow · seedHigh ^ stream        a stream for every use: a layer's dropout, another's, noise
//    counter  column · row · step · time         row of the batch; training step; time step, 0 where one mask serves a whole sequence
//
// Each of these has a word of its own, so no two places share a number. Seeds have 32 bits (seedHigh is 0), which leaves the key's other half to
// the streams. What has no place in time, a random direction, has a number in place of it that no time has, since these are below 2²⁴:
//
//    counter  column · row · step · 2³² − 1
import { addPromoted, firstLanes, isPadded, sumPair } from "./lanes";
import { copyRows } from "./rows";
import { rowOf } from "./tables";

/** Philox-4x32-10 of one counter: four independent 32-bit numbers. */
export function philox(counter: v128, seedLow: u32, seedHigh: u32): v128 {
  const multipliers = i32x4(<i32>0xd2511f53, <i32>0xcd9e8d57, 0, 0);
  const bump = i32x4(<i32>0x9e3779b9, 0, <i32>0xbb67ae85, 0);
  let key = i32x4(seedLow, 0, seedHigh, 0);
  for (let round = 0; round < 10; round++) {
    // Products of words 0 and 2, as low 0, high 0, low 1, high 1. The next counter is high 1 ^ word 1 ^ key, low 1, high 0 ^ word 3 ^ key, low 0.
    const products = i64x2.extmul_low_i32x4_u(v128.shuffle<i32>(counter, counter, 0, 2, 0, 2), multipliers);
    const odd = i64x2.shr_u(counter, 32);
    counter = v128.xor(v128.xor(v128.shuffle<i32>(products, products, 3, 2, 1, 0), odd), key);
    key = i32x4.add(key, bump);
  }
  return counter;
}

/** A number from [0, 1) for a row of the batch at one step, 32 bits: word 0 of column 0. */
export function uniformAt(row: i32, time: i32, step: u32, seedLow: u32, seedHigh: u32): f64 {
  return <f64>(<u32>i32x4.extract_lane(philox(i32x4(0, row, step, time), seedLow, seedHigh), 0)) / 4294967296;
}

/** out = x · factor where mask, else 0: four elements. */
function masked(out: usize, x: usize, mask: v128, factor: v128): void {
  v128.store(out, v128.and(f32x4.mul(v128.load(x), factor), mask));
}

/**
 * out[r][i] = x[r][i] · (scaled ? 1 / keep : 1) with probability keep, else 0 (even where x is NaN), rows × width.
 * Row r is row order[r % batch] of the batch at time step time + r / batch, order: batch × i32, or 0 for rows in their own order. perSequence: the
 * mask is that of time step 0 at every time step.
 * What is kept depends on seed, stream, step, time, row of the batch and i alone: the same call on dY is the gradient, and neither the size
 * of the batch nor how rows and steps are split over calls changes anything. In place allowed.
 * Philox of four counters side by side, one word of each in a vector, which is twice as fast as one after the other (measured):
 * element i is decided by word i / 4 % 4 of the counter with column i / 16 · 4 + i % 4.
 */
export function dropout(
  out: usize,
  outStride: i32,
  x: usize,
  xStride: i32,
  rows: i32,
  width: i32,
  batch: i32,
  order: usize,
  time: i32,
  keep: f32,
  scaled: bool,
  perSequence: bool,
  seedLow: u32,
  seedHigh: u32,
  stream: u32,
  step: u32,
): void {
  assert(keep > 0 && keep <= 1, "what is kept is more than 0 and at most 1");
  assert(rows <= batch || rows % batch === 0, "rows are of one step, or whole batches");
  assert(isPadded(outStride, width) && isPadded(xStride, width), "rows are padded to 8 floats");
  if (keep === 1) {
    copyRows(out, outStride, x, xStride, rows, width);
    return;
  }
  const threshold = i32x4.splat(<u32>(<f64>keep * 4294967296));
  const factor = f32x4.splat(scaled ? 1 / keep : 1);
  const first = i32x4.splat(<i32>0xd2511f53);
  const second = i32x4.splat(<i32>0xcd9e8d57);
  // A mask serves one row, or the same row of every time step.
  const uses = perSequence && rows > batch ? rows / batch : 1;
  const outJump = outStride * batch;
  const xJump = xStride * batch;
  if (perSequence) {
    rows = min(rows, batch);
    time = 0;
  }
  for (let r = 0, row = 0; r < rows; r++, row++, out += outStride, x += xStride) {
    if (row === batch) {
      row = 0;
      time++;
    }
    const number = i32x4.splat(rowOf(order, row));
    for (let i = 0; i < width; i += 16) {
      let a = i32x4.add(i32x4.splat(i >> 2), i32x4(0, 1, 2, 3));
      let b = number;
      let c = i32x4.splat(step);
      let d = i32x4.splat(time);
      let keyLow = seedLow;
      let keyHigh = seedHigh ^ stream;
      for (let round = 0; round < 10; round++) {
        const left0 = i64x2.extmul_low_i32x4_u(a, first);
        const right0 = i64x2.extmul_high_i32x4_u(a, first);
        const left1 = i64x2.extmul_low_i32x4_u(c, second);
        const right1 = i64x2.extmul_high_i32x4_u(c, second);
        a = v128.xor(v128.xor(v128.shuffle<i32>(left1, right1, 1, 3, 5, 7), b), i32x4.splat(keyLow));
        b = v128.shuffle<i32>(left1, right1, 0, 2, 4, 6);
        c = v128.xor(v128.xor(v128.shuffle<i32>(left0, right0, 1, 3, 5, 7), d), i32x4.splat(keyHigh));
        d = v128.shuffle<i32>(left0, right0, 0, 2, 4, 6);
        keyLow += 0x9e3779b9;
        keyHigh += 0xbb67ae85;
      }
      a = i32x4.lt_u(a, threshold);
      b = i32x4.lt_u(b, threshold);
      c = i32x4.lt_u(c, threshold);
      d = i32x4.lt_u(d, threshold);
      let to = out + (i << 2);
      let from = x + (i << 2);
      for (let use = 0; use < uses; use++, to += outJump, from += xJump) {
        masked(to, from, a, factor);
        if (i + 4 < width) masked(to + 16, from + 16, b, factor);
        if (i + 8 < width) masked(to + 32, from + 32, c, factor);
        if (i + 12 < width) masked(to + 48, from + 48, d, factor);
      }
    }
  }
}

/**
 * out[r][i] = a number from [−1, 1), uniform; returns Σ out². Exactly rows × width are written, so that zero pads stay zero. For a random
 * direction of a given length: fill every tensor, sum what is returned, then scaleBlock by length / √sum.
 */
export function uniformRows(
  out: usize,
  outStride: i32,
  rows: i32,
  width: i32,
  seedLow: u32,
  seedHigh: u32,
  stream: u32,
  step: u32,
  firstRow: u32,
): f64 {
  assert(isPadded(outStride, width), "rows are padded to 8 floats");
  let squares = f64x2.splat(0);
  for (let r = 0; r < rows; r++, out += outStride) {
    const place = i32x4(0, firstRow + r, step, stream);
    for (let i = 0; i < width; i += 4) {
      const at = out + (i << 2);
      const bits = philox(i32x4.replace_lane(place, 0, i >> 2), seedLow, seedHigh);
      const lanes = firstLanes(width - i);
      // 24 bits and their sign: every value is exact in f32.
      const number = v128.and(f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 8)), f32x4.splat(1.1920928955078125e-7)), lanes);
      squares = addPromoted(squares, f32x4.mul(number, number));
      v128.store(at, v128.bitselect(number, v128.load(at), lanes));
    }
  }
  return sumPair(squares);
}
