// Sizes in bytes: rows padded to the vector tile, buffers to the cache line.

/** Floats that a row is padded to a multiple of. */
export const TILE = 8;

/** Bytes of a row of `width` floats with its pad. */
export const rowBytes = (width: number): number => Math.ceil(width / TILE) * TILE * 4;

/** The next multiple of 64. */
export const alignBuffer = (bytes: number): number => Math.ceil(bytes / 64) * 64;
