// Every figure with a goal: runs the groups one after the other, prints a table, and writes the records as JSON.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measureAttention } from "./attention.ts";
import { measureEchoState } from "./echo-state.ts";
import { atMost, type Figure } from "./figure.ts";
import { measureFunctions } from "./functions.ts";
import { measureLearning } from "./learning.ts";
import { measurePredictionPeer, measurePredictionShare, measureStreamingPeer, measureStreamingShare } from "./onnxruntime.ts";
import { measureProducts } from "./products.ts";
import { measureRagged } from "./ragged.ts";
import { measureStartup } from "./startup.ts";
import { measureStreaming, measureStreamsTogether } from "./streaming.ts";
import { measureForcing, measureOwnCell, measurePytorch, measureTfjs } from "./training.ts";

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
  atMost("everything a browser loads, gzip", (await browserBytes()) / 1000, "kB", 75),
];

const GROUPS: readonly Group[] = [
  { name: "products", measure: measureProducts },
  { name: "training pytorch rnn 32", measure: ({ root }) => measurePytorch(root, "rnn", 32, null) },
  { name: "training pytorch rnn 128", measure: ({ root }) => measurePytorch(root, "rnn", 128, 1.5) },
  { name: "training pytorch rnn 512", measure: ({ root }) => measurePytorch(root, "rnn", 512, 1.1) },
  { name: "training pytorch rnn 1024", measure: ({ root }) => measurePytorch(root, "rnn", 1024, null) },
  ...(["lstm", "gru"] as const).flatMap((cell) =>
    [128, 512, 1024].map((hidden) => ({
      name: `training pytorch ${cell} ${hidden}`,
      measure: ({ root }: Surroundings) => measurePytorch(root, cell, hidden, hidden === 128 ? 1.5 : 1),
    })),
  ),
  { name: "training tfjs rnn", measure: ({ root }) => measureTfjs(root, "rnn", 20) },
  { name: "training tfjs lstm", measure: ({ root }) => measureTfjs(root, "lstm", 25) },
  { name: "training tfjs gru", measure: ({ root }) => measureTfjs(root, "gru", 25) },
  { name: "training own cell 128", measure: () => measureOwnCell(128) },
  { name: "training own cell 512", measure: () => measureOwnCell(512) },
  { name: "forcing", measure: measureForcing },
  { name: "ragged", measure: ({ root }) => measureRagged(root) },
  { name: "attention", measure: measureAttention },
  { name: "streaming rnn", measure: () => measureStreaming("rnn", 10) },
  { name: "streaming lstm", measure: () => measureStreaming("lstm", 12) },
  { name: "streaming together", measure: measureStreamsTogether },
  { name: "streaming peak", measure: measureStreamingShare },
  { name: "streaming onnxruntime-node", measure: ({ root }) => measureStreamingPeer(root, "node", 8) },
  { name: "streaming onnxruntime-web", measure: ({ root }) => measureStreamingPeer(root, "web", 8) },
  { name: "prediction peak", measure: measurePredictionShare },
  { name: "prediction onnxruntime-node", measure: ({ root }) => measurePredictionPeer(root, "node", 1, 1) },
  { name: "prediction onnxruntime-node, all its threads", measure: ({ root }) => measurePredictionPeer(root, "node", 1, 0) },
  { name: "prediction onnxruntime-web", measure: ({ root }) => measurePredictionPeer(root, "web", 3, 1) },
  { name: "echo state", measure: measureEchoState },
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
