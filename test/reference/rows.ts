// Rows of f64 numbers, and the naive loops over them that the reference is made of.

/** rows × width numbers, row-major, no padding. */
export interface Rows {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;
}

export const zeros = (rows: number, width: number): Rows => ({ rows, width, values: new Float64Array(rows * width) });

/** Rows whose numbers are a function of row and column. */
export function make(rows: number, width: number, number: (row: number, column: number) => number): Rows {
  const result = zeros(rows, width);
  for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) result.values[r * width + c] = number(r, c);
  return result;
}

/** One number; rows that are a single one serve every row. */
export const pick = (x: Rows, row: number, column: number): number => x.values[(x.rows === 1 ? 0 : row) * x.width + column];

/** The first numbers of one row, as a row of its own. */
export const firsts = (x: Rows, row: number, width: number): Rows => make(1, width, (_, c) => pick(x, row, c));

/** x · W, or x · Wᵀ. */
export function product(x: Rows, w: Rows, transposed: boolean): Rows {
  return make(x.rows, transposed ? w.rows : w.width, (r, c) => {
    let sum = 0;
    for (let k = 0; k < x.width; k++) sum += pick(x, r, k) * (transposed ? w.values[c * w.width + k] : w.values[k * w.width + c]);
    return sum;
  });
}

export const sigmoidOf = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** log(1 + eˣ) without overflow. */
export const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

function largestOf(x: Rows, row: number): number {
  let largest = -Infinity;
  for (let c = 0; c < x.width; c++) largest = Math.max(largest, pick(x, row, c));
  return largest;
}

/** log Σ eˣ over a row. */
export function logSumOfExponentials(x: Rows, row: number): number {
  const largest = largestOf(x, row);
  let sum = 0;
  for (let c = 0; c < x.width; c++) sum += Math.exp(pick(x, row, c) - largest);
  return largest + Math.log(sum);
}

export const softmaxOf = (x: Rows): Rows => make(x.rows, x.width, (r, c) => Math.exp(pick(x, r, c) - logSumOfExponentials(x, r)));

/** Each row's mean, and 1/√(variance + epsilon). */
export const momentsOf = (x: Rows, epsilon: number): { mean: number; factor: number }[] =>
  Array.from({ length: x.rows }, (_, r) => {
    let [mean, variance] = [0, 0];
    for (let c = 0; c < x.width; c++) mean += pick(x, r, c) / x.width;
    for (let c = 0; c < x.width; c++) variance += (pick(x, r, c) - mean) ** 2 / x.width;
    return { mean, factor: 1 / Math.sqrt(variance + epsilon) };
  });

/** The column of each row's greatest number; the first of equals. */
export const argmaxOf = (x: Rows): Rows =>
  make(x.rows, 1, (r) => {
    let best = 0;
    for (let c = 1; c < x.width; c++) if (pick(x, r, c) > pick(x, r, best)) best = c;
    return best;
  });

/** A symbol for each row, with the chances that softmax gives: they divide [0, 1) in the order of the symbols. */
export function drawnOf(x: Rows, uniform: (row: number) => number): Rows {
  const p = softmaxOf(x);
  return make(x.rows, 1, (r) => {
    let [symbol, share] = [0, pick(p, r, 0)];
    while (share <= uniform(r) && symbol < p.width - 1) share += pick(p, r, ++symbol);
    return symbol;
  });
}

/** 1 in the column of each row's symbol; a row of zeros where the symbol is −1, nothing. */
export const oneHot = (symbols: Rows, width: number): Rows => make(symbols.rows, width, (r, c) => (pick(symbols, r, 0) === c ? 1 : 0));
