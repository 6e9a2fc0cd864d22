// Scheduled sampling (Bengio, Vinyals, Jaitly and Shazeer 2015): what a model hears at a step is the truth or its own draw, as a coin falls.
//
// Coin and draw are a function of where they fall, as dropout's masks are (random.ts): key seedLow · seedHigh ^ stream, counter 0 · row of the batch ·
// training step · time step. Coins have a stream, and draws another.
import { draw } from "./draw";
import { uniformAt } from "./random";
import { copyRow, fillRow } from "./rows";
import { rowOf } from "./tables";

/**
 * out[r] = i with probability softmax(x[r])[i], x: rows × width; −1 where there is no distribution (draw.ts). Row r is row order[r % batch] of the
 * batch at time step time + r / batch. scratch: 8 bytes × width rounded up to 8.
 */
export function drawRows(
  out: usize,
  x: usize,
  xStride: i32,
  rows: i32,
  width: i32,
  batch: i32,
  order: usize,
  time: i32,
  seedLow: u32,
  seedHigh: u32,
  step: u32,
  scratch: usize,
): void {
  assert(rows <= batch || rows % batch === 0, "rows are of one step, or whole batches");
  for (let r = 0; r < rows; r++, x += xStride) {
    const uniform = uniformAt(rowOf(order, r % batch), time + r / batch, step, seedLow, seedHigh);
    store<i32>(out + (r << 2), draw(x, width, 1, 0, 1, 0, uniform, scratch));
  }
}

/** out[r] = truth[r] with probability ratio, else own[r]: numbers or symbols, rows × width. Rows as in drawRows. */
export function either(
  out: usize,
  outStride: i32,
  truth: usize,
  truthStride: i32,
  own: usize,
  ownStride: i32,
  rows: i32,
  width: i32,
  batch: i32,
  order: usize,
  time: i32,
  ratio: f32,
  seedLow: u32,
  seedHigh: u32,
  step: u32,
): void {
  assert(rows <= batch || rows % batch === 0, "rows are of one step, or whole batches");
  assert(ratio >= 0 && ratio <= 1, "a ratio is from 0 to 1");
  for (let r = 0; r < rows; r++, out += outStride, truth += truthStride, own += ownStride) {
    const isTruth = uniformAt(rowOf(order, r % batch), time + r / batch, step, seedLow, seedHigh) < ratio;
    copyRow(out, isTruth ? truth : own, width);
  }
}

/** The way back to what was its own: dOwn[r] = dY[r] where own was taken, else 0. */
export function eitherGradient(
  dOwn: usize,
  dOwnStride: i32,
  dY: usize,
  dYStride: i32,
  rows: i32,
  width: i32,
  batch: i32,
  order: usize,
  time: i32,
  ratio: f32,
  seedLow: u32,
  seedHigh: u32,
  step: u32,
): void {
  assert(rows <= batch || rows % batch === 0, "rows are of one step, or whole batches");
  for (let r = 0; r < rows; r++, dOwn += dOwnStride, dY += dYStride) {
    const isTruth = uniformAt(rowOf(order, r % batch), time + r / batch, step, seedLow, seedHigh) < ratio;
    if (isTruth) fillRow(dOwn, 0, width);
    else copyRow(dOwn, dY, width);
  }
}
