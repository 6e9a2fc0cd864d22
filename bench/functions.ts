// exp, tanh, sigmoid and log, four lanes at a time: worst error over a sample of all f32, and speed against Math.tanh in a loop.

import { execFileSync } from "node:child_process";
import { atLeast, atMost, type Figure, reported } from "./figure.ts";

interface Record {
  readonly binary: "simd" | "relaxed";
  readonly name: string;
  /** ULP, at the argument `where`; `wrong` counts results that no error measures (NaN for a number, the wrong zero). */
  readonly worst: number;
  readonly where: number;
  readonly wrong: number;
  /** Nanoseconds an element: ours, the function's own name in Math, and Math.tanh. */
  readonly wasm: number;
  readonly js: number;
  readonly tanh: number;
}

/** One in 10,007 bit patterns of f32; math-ulp.mjs with stride 1 visits all, which takes minutes. */
const STRIDE = 10_007;
const NAMES = ["exp", "tanh", "sigmoid", "log"];

export function measureFunctions(root: string): Figure[] {
  const options = [`${root}/bench/math-ulp.mjs`, "--json", "--stride", `${STRIDE}`];
  const lines = execFileSync(process.execPath, options, { encoding: "utf8" }).trim().split("\n");
  const records = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record);
  return (["relaxed", "simd"] as const).flatMap((binary) =>
    NAMES.flatMap((name) => {
      const found = records.find((record) => record.binary === binary && record.name === name);
      const error = `${binary}: ${name}, worst error`;
      const speed = `${binary}: ${name}, Math.tanh's time / its own`;
      if (!found) return [reported(error, null, "ULP", "this engine cannot run it"), reported(speed, null, "×")];
      const { worst, where, wrong, wasm, js, tanh } = found;
      return [
        atMost(error, wrong > 0 ? Number.MAX_VALUE : worst, "ULP", 2, wrong > 0 ? `${wrong} wrong` : `at ${where}, sampled`),
        atLeast(speed, tanh / wasm, "×", 4, `${wasm.toFixed(2)} ns; Math.tanh ${tanh.toFixed(1)}, in JavaScript ${js.toFixed(1)}`),
      ];
    }),
  );
}
