// The eigenvalues of an upper Hessenberg matrix by Francis's double-shift QR iteration, real arithmetic throughout.

import type { Rows } from "./rows.ts";
import { Sweeps } from "./sweep.ts";
import { eigenvaluesOfTwo } from "./two.ts";

/** Real and imaginary parts, pair by pair of conjugates where they are complex. */
export interface Eigenvalues {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

const ULP = Number.EPSILON;
/** Below this, a subdiagonal entry is zero whatever its neighbours. */
const TINY = 2 ** -1022 / ULP;

/**
 * The eigenvalues; the matrix is overwritten. A sweep chases a bulge of two implicit shifts down the active block (Francis 1961; Golub and
 * Van Loan, Matrix Computations, §7.5). A subdiagonal entry is taken for zero by the test of Ahues and Tisseur (1997).
 */
export function francis(work: Rows): Eigenvalues {
  const { width: n, stride, values: h } = work;
  const real = new Float64Array(n);
  const imaginary = new Float64Array(n);
  const sweeps = new Sweeps(work);
  // Ordinarily 2 to 4 sweeps an eigenvalue.
  let left = 30 * Math.max(10, n);
  let idle = 0;
  for (let high = n - 1; high >= 0; ) {
    const low = startOfBlock(h, stride, high);
    const at = high * stride + high;
    if (low === high) {
      real[high] = h[at];
      high -= 1;
      idle = 0;
    } else if (low === high - 1) {
      const [first, second] = eigenvaluesOfTwo(h[at - stride - 1], h[at - stride], h[at - 1], h[at]);
      [real[low], imaginary[low]] = first;
      [real[high], imaginary[high]] = second;
      high -= 2;
      idle = 0;
    } else {
      if (left-- === 0) throw new Error(`internal: the eigenvalues of a matrix of order ${n} did not converge`);
      idle++;
      sweeps.run(low, high, idle);
    }
  }
  return { real, imaginary };
}

/** The first row of the block that ends at `high` and has no negligible subdiagonal entry; that before it is made zero. */
function startOfBlock(h: Float64Array, stride: number, high: number): number {
  for (let k = high; k > 0; k--) {
    const at = k * stride + k;
    const below = Math.abs(h[at - 1]);
    if (below <= TINY || isNegligible(h, stride, k, high, below)) {
      h[at - 1] = 0;
      return k;
    }
  }
  return 0;
}

function isNegligible(h: Float64Array, stride: number, k: number, high: number, below: number): boolean {
  const at = k * stride + k;
  const [upper, lower] = [h[at - stride - 1], h[at]];
  let size = Math.abs(upper) + Math.abs(lower);
  if (size === 0) {
    if (k >= 2) size += Math.abs(h[at - stride - 2]);
    if (k < high) size += Math.abs(h[at + stride]);
  }
  if (below > ULP * size) return false;
  const above = Math.abs(h[at - stride]);
  const distance = Math.abs(upper - lower);
  const [most, least] = [Math.max(below, above), Math.min(below, above)];
  const [far, near] = [Math.max(Math.abs(lower), distance), Math.min(Math.abs(lower), distance)];
  const sum = far + most;
  return least * (most / sum) <= Math.max(TINY, ULP * (near * (far / sum)));
}
