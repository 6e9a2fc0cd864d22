// The products as shares of the peak that was measured beside them: those of the goals first, with a goal; the others reported.

import { atLeast, type Figure, reported } from "./figure.ts";
import { measureGemm } from "./gemm.ts";

/** Share of the peak that the products of a training step reach; two roundings a multiply-add keep a second port busy. */
const SHARE = { relaxed: 0.8, simd: 0.6 };

/** 32 and 64 rows × 1024 × 256, and the transposed forms of the backward pass: dX = dY · wᵀ and dW = xᵀ · dY. */
const WITH_GOAL = [
  "gemm 32 × 1024 × 256",
  "gemm 32 × 256 × 1024",
  "gemm 64 × 1024 × 256",
  "gemm 64 × 256 × 1024",
  "packTransposed + gemm 2048 × 1024 × 256",
  "outer 2048 × 1024 × 256",
];

export function measureProducts(): Figure[] {
  const measured = measureGemm();
  return (["relaxed", "simd"] as const).flatMap((binary) => {
    const own = measured.filter(({ name }) => name.startsWith(`${binary}: `));
    const title = (name: string) => `${binary}: ${name}`;
    const peak = own.find(({ name }) => name === title("peak"));
    if (!peak) {
      const note = "this engine has no relaxed SIMD";
      return [
        reported(title("peak"), null, "GFLOP/s", note),
        ...WITH_GOAL.map((name) => atLeast(title(name), null, "of peak", SHARE[binary], note)),
      ];
    }
    return own.map(({ name, value, unit, share }) => {
      if (share === undefined) return reported(name, value, unit);
      const note = `${value.toFixed(1)} GFLOP/s`;
      const hasGoal = WITH_GOAL.some((product) => name === title(product));
      return hasGoal ? atLeast(name, share, "of peak", SHARE[binary], note) : reported(name, share, "of peak", note);
    });
  });
}
