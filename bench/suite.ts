// Every figure with a goal: runs the groups one after the other, prints a table, and writes the records as JSON.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { atMost, type Figure } from "./figure.ts";
import { measureFunctions } from "./functions.ts";
import { measureLearning } from "./learning.ts";
import { measureProducts } from "./products.ts";
import { measureStartup } from "./startup.ts";
import { measureStreaming } from "./streaming.ts";
import { measureForcing, measurePytorch, measureTfjs } from "./training.ts";

/** What the bench is run with: the project's folder, and the size of what a page loads, which only a bundler can tell. */
export interface Surroundings {
  readonly root: string;
  browserBytes(): Promise<number>;
}

interface Group {
  readonly name: string;
  measure(surroundings: Surroundings): Figure[] | Promise<Figure[]>;
}

const measureSize = async ({ browserBytes }: Surroundings): Promise<Figure[]> => [
  atMost("everything a browser loads, gzip", (await browserBytes()) / 1000, "kB", 60),
];

const GROUPS: readonly Group[] = [
  { name: "products", measure: measureProducts },
  { name: "training pytorch 32", measure: ({ root }) => measurePytorch(root, 32, null) },
  { name: "training pytorch 128", measure: ({ root }) => measurePytorch(root, 128, 1.5) },
  { name: "training pytorch 512", measure: ({ root }) => measurePytorch(root, 512, 1.1) },
  { name: "training pytorch 1024", measure: ({ root }) => measurePytorch(root, 1024, null) },
  { name: "training tfjs", measure: ({ root }) => measureTfjs(root) },
  { name: "forcing", measure: measureForcing },
  { name: "streaming", measure: measureStreaming },
  { name: "functions", measure: ({ root }) => measureFunctions(root) },
  { name: "startup", measure: ({ root }) => measureStartup(root) },
  { name: "size", measure: measureSize },
  { name: "learning", measure: ({ root }) => measureLearning(root) },
];

const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1));

function line({ name, value, unit, goal, met, note }: Figure): string {
  const measured = value === null ? "absent" : number(value);
  const verdict = goal === null ? "" : `goal ${number(goal)}${met === null ? "" : met ? "  met" : "  NOT MET"}`;
  return `  ${name.padEnd(52)} ${measured.padStart(8)} ${unit.padEnd(8)} ${verdict.padEnd(20)} ${note ?? ""}`.trimEnd();
}

/** Runs the bench with the command line's arguments. */
export async function main(surroundings: Surroundings, args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { json: { type: "string" }, only: { type: "string" }, "skip-learning": { type: "boolean", default: false } },
  });
  const [cpu] = cpus();
  console.log(`${cpu?.model.trim() ?? "unknown processor"}, ${cpus().length} cores; Node ${process.version}; ${new Date().toISOString()}`);
  const figures: Figure[] = [];
  for (const { name, measure } of GROUPS) {
    if (values.only !== undefined && !name.includes(values.only)) continue;
    if (values["skip-learning"] && name === "learning") continue;
    console.log(name);
    for (const figure of await measure(surroundings)) {
      figures.push(figure);
      console.log(line(figure));
    }
  }
  const missed = figures.filter(({ met }) => met === false);
  const judged = figures.filter(({ met }) => met !== null);
  console.log(`${judged.length - missed.length} of ${judged.length} goals met${missed.map(({ name }) => `\n  not met: ${name}`).join("")}`);
  const records = figures.map(({ name, value, unit, goal, met }) => ({ name, value, unit, goal, met }));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(records, null, 2)}\n`);
}
