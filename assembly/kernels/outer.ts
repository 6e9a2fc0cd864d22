// The gradient of a weight matrix: a sum over rows of outer products.

import { OUTER_INNER, OUTER_ROWS, OUTER_STRIDE } from "../isa";
import { gemm } from "./gemm";
import { PANEL, pack, transpose } from "./pack";

/**
 * dW[i][j] (+)= Σr x[r][i] · dY[r][j], for dW [inner × columns], x [rows × inner], dY [rows × columns].
 *
 * It is the product xᵀ · dY, block by block: dY goes to panels, x is transposed, both in `scratch`. Every element is one f32
 * accumulator that adds r = 0, 1, 2 … in turn. With `accumulate` it starts from what dW holds, otherwise from zero.
 * Pads of dW are written as zero, whatever those of dY hold. scratch has `outerScratchBytes(columns)` bytes.
 *
 * Packing and transposing cost about a tenth at 128 × 128 and little beyond: 2048 rows, Node 22, Zen 3 with a peak of 58 GFLOP/s:
 * 128 × 128: 43 to 52, 512 × 512: 52, 256 × 1024: 50. Blocks of 384 or 512 rows were no faster.
 */
export function outer(
  dW: usize,
  dWStride: i32,
  x: usize,
  xStride: i32,
  dY: usize,
  dYStride: i32,
  rows: i32,
  inner: i32,
  columns: i32,
  accumulate: bool,
  scratch: usize,
): void {
  assert((scratch & 15) === 0, "outer: scratch must be aligned to 16 bytes");
  assert(((dWStride | xStride | dYStride) & 3) === 0, "outer: strides must be multiples of 4 bytes");
  assert(rows >= 0 && inner >= 0 && columns >= 0, "outer: counts must not be negative");
  const panels = scratch + OUTER_INNER * OUTER_STRIDE;
  let row = 0;
  do {
    const depth = min(rows - row, OUTER_ROWS);
    pack(panels, dY + row * dYStride, dYStride, depth, columns);
    for (let i = 0; i < inner; i += OUTER_INNER) {
      const height = min(inner - i, OUTER_INNER);
      const target = dW + i * dWStride;
      transpose(scratch, OUTER_STRIDE, x + row * xStride + (i << 2), xStride, depth, height);
      gemm(target, dWStride, scratch, OUTER_STRIDE, panels, accumulate ? target : 0, dWStride, height, depth, columns);
    }
    accumulate = true;
    row += OUTER_ROWS;
  } while (row < rows);
  if (columns % PANEL !== 0) clearPads(dW, dWStride, inner, columns);
}

/** Zeros from column `columns` to the end of the last panel. Needed because 0 · ∞ and 0 · NaN are NaN. */
function clearPads(w: usize, wStride: i32, rows: i32, columns: i32): void {
  const start = columns << 2;
  const bytes = (PANEL - (columns % PANEL)) << 2;
  for (let row = 0; row < rows; row++) {
    memory.fill(w + start, 0, bytes);
    w += wStride;
  }
}
