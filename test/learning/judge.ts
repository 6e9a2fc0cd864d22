// A figure, printed with its goal and judged; and data that may be absent.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Figure } from "../../bench/figure.ts";

const short = (number: number | null): string => (number === null ? "never" : String(Number(number.toPrecision(4))));

/** Says what was reached and what should have been, and fails if it was not. */
export function judge({ name, value, unit, goal, met, note = "" }: Figure, start: number): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const judged = goal === null ? "" : ` (goal ${short(goal)}: ${met ? "met" : "MISSED"})`;
  console.log(`${name}: ${short(value)} ${unit}${judged}; ${note}${note && ", "}${seconds} s`);
  if (goal !== null) expect(met, `${name}: ${short(value)} ${unit}, goal ${short(goal)}`).toBe(true);
}

/** A test over files of ../shared/data; where one is absent it is skipped, and its name says so. */
export function testOver(files: readonly string[], name: string, run: (contents: string[]) => Promise<void>): void {
  const places = files.map((file) => fileURLToPath(new URL(`../../../shared/data/${file}`, import.meta.url)));
  const absent = files.filter((_, index) => !existsSync(places[index]));
  if (absent.length === 0) test(name, () => run(places.map((place) => readFileSync(place, "utf8"))));
  else {
    const why = `${name}: skipped, ../shared/data/${absent[0]} is absent`;
    console.log(why);
    test.skip(why, () => undefined);
  }
}
