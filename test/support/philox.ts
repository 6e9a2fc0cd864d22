// Philox-4x32-10 (Salmon et al. 2011) in plain JavaScript: an independent account of which elements dropout keeps.

const high = (a: number, b: number): number => Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n);

export function philox(counter: readonly [number, number, number, number], seedLow: number, seedHigh: number): number[] {
  let [a, b, c, d] = counter;
  let [k, l] = [seedLow, seedHigh];
  for (let round = 0; round < 10; round++) {
    const [p, q] = [Math.imul(a, 0xd2511f53), Math.imul(c, 0xcd9e8d57)];
    [a, b, c, d] = [high(c, 0xcd9e8d57) ^ b ^ k, q, high(a, 0xd2511f53) ^ d ^ l, p];
    k = (k + 0x9e3779b9) | 0;
    l = (l + 0xbb67ae85) | 0;
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

/** Whether dropout keeps the element in training step `step`: decided by the seed and the element's place alone. */
export function isKept(
  place: { readonly seed: number; readonly stream: number; readonly step: number; readonly time: number },
  row: number,
  column: number,
  keep: number,
): boolean {
  const { seed, stream, step, time } = place;
  // Sixteen columns share four counters: column 16g + 4w + j is word w of counter 4g + j.
  const counter = ((column >> 4) << 2) + (column & 3);
  return philox([counter, row, step, time], seed, stream)[(column >> 2) & 3] < Math.floor(Math.fround(keep) * 2 ** 32);
}

/** The number from [−1, 1) that noise adds to an element, before it is scaled: 24 bits and their sign. */
export const noiseOf = ({ seed, stream, step, time }: Parameters<typeof isKept>[0], row: number, column: number): number =>
  (philox([column >> 2, row, step, time], seed, stream)[column & 3] >> 8) / 2 ** 23;

/** The number from [0, 1) by which a coin falls, or a symbol is drawn, for a row, 32 bits; those of columns from 4 on make numbers. */
export const uniformOf = ({ seed, stream, step, time }: Parameters<typeof isKept>[0], row: number, column = 0): number =>
  philox([column >> 2, row, step, time], seed, stream)[column & 3] / 2 ** 32;
