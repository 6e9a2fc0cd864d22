// Matrices for the specs of products: of values whose sums are exact, in rows with pads of NaN.

let seed: u32 = 1;

/** Bytes from row to row. */
export function padded(columns: i32): i32 {
  return ((columns + 7) & -8) << 2;
}

/** Values in -1 … 1 that are multiples of 1/64: products and short sums are exact, so fused or not is the same. */
export function fill(at: usize, rows: i32, columns: i32): void {
  const stride = padded(columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < stride >> 2; c++) {
      seed = seed * 1664525 + 1013904223;
      store<f32>(at + r * stride + (c << 2), c < columns ? f32(i32(seed >> 25) - 64) / 64 : f32.NaN);
    }
  }
}
