// Runs the echo task of the installed package in a Node of choice.

import { type Consumer, run } from "./consumer.ts";

/** What one training gave. */
export interface Result {
  readonly binary: "simd" | "relaxed";
  /** SHA-256 of all parameters after training. */
  readonly digest: string;
  readonly steps: number;
  readonly loss: number;
  readonly right: number;
  readonly asked: number;
}

export interface Echo extends Result {
  readonly major: number;
  readonly strict: boolean;
}

const PROGRAM = `
  import { echo } from "./echo.mjs";
  const results = [];
  for (const strict of [true, false]) results.push({ strict, ...(await echo({ strict })) });
  console.log(JSON.stringify(results));
`;

/** Strict, then as the engine likes it best. */
export function echoIn({ folder }: Consumer, major: number, program: string): Echo[] {
  const results = JSON.parse(run(program, ["--input-type=module", "--eval", PROGRAM], folder)) as Omit<Echo, "major">[];
  return results.map((result) => ({ major, ...result }));
}
