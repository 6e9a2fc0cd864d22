// Entry of bench/gemm.ts: the kernels of products behind one dispatching function, as the executor calls them, and the peak.

import { gemm } from "../kernels/gemm";
import { outer } from "../kernels/outer";
import { pack, packTransposed } from "../kernels/pack";

export { PEAK_OPERATIONS, peak } from "./peak";

/** Kernel `op` on its arguments in their order. */
export function run(op: i32, a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, h: i32, i: i32, j: i32, k: i32): void {
  switch (op) {
    case 0:
      pack(a, b, c, d, e);
      break;
    case 1:
      packTransposed(a, b, c, d, e);
      break;
    case 2:
      gemm(a, b, c, d, e, f, g, h, i, j);
      break;
    default:
      outer(a, b, c, d, e, f, g, h, i, j !== 0, k);
  }
}
