// What assembly/ and src/ agree on. The one file compiled by both asc and tsc: plain constants, no types of either, no imports.

/** Rows of a sequence that `outer` takes in at a time. */
export const OUTER_ROWS = 256;
/** Rows of the gradient that `outer` computes at a time. */
export const OUTER_INNER = 64;
/** Bytes from one row to the next of the transposed block: 64 more than needed, or all rows would fall on the same cache sets. */
export const OUTER_STRIDE = OUTER_ROWS * 4 + 64;
/** What `outer` needs for each 8 columns of the gradient, in bytes. */
export const OUTER_PANEL_BYTES = OUTER_ROWS * 32;
/** Scratch of `outer` in bytes, for a gradient that is `columns` wide. */
export function outerScratchBytes(columns: number): number {
  return OUTER_INNER * OUTER_STRIDE + Math.ceil(columns / 8) * OUTER_PANEL_BYTES;
}
