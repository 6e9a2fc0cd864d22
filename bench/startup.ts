// How long a program waits for its first training step: import, compile, plan, and one step of the character network, in a fresh process.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { atMost, type Figure, median, reported } from "./figure.ts";

/** Processes; the first also warms the disk's cache and does not count. */
const RUNS = 9;
const GOAL = 100;

/** What a user's program does, timed from before the import; starting Node itself is not ours. Last comes the processor's time, of all threads. */
const program = (library: string, cell: string): string => `
  const began = process.cpuUsage();
  const start = performance.now();
  const { adam, compile, crossEntropy, dense, lstm, model, rnn, tokens, windows } = await import(${JSON.stringify(library)});
  const imported = performance.now();
  const text = Uint8Array.from({ length: 32 * 65 }, (_, index) => (index * 37) % 64);
  const net = await compile(model({ input: tokens(64), layers: [${cell}, dense(64)], loss: crossEntropy(), seed: 1 }));
  const compiled = performance.now();
  for await (const _ of net.train(windows(text, { batch: 32, steps: 64 }), { optimizer: adam(2e-3), clip: { norm: 5 } })) break;
  const trained = performance.now();
  const { user, system } = process.cpuUsage(began);
  console.log(JSON.stringify([trained - start, imported - start, compiled - imported, trained - compiled, (user + system) / 1000]));
`;

/** The median over fresh processes, of the package as it is built in dist/, which is built now. */
export function measureStartup(root: string): Figure[] {
  execFileSync(process.execPath, [join(root, "scripts/build.mjs"), "js"], { stdio: "ignore" });
  const library = pathToFileURL(join(root, "dist/src/index.js")).href;
  const measure = (cell: string): [whole: number, note: string] => {
    const source = program(library, cell);
    const run = (): number[] => JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", source], { encoding: "utf8" }));
    const times = Array.from({ length: RUNS + 1 }, run).slice(1);
    const [whole, imported, compiled, trained, processor] = [0, 1, 2, 3, 4].map((part) => median(times.map((parts) => parts[part])));
    const note = `import ${imported.toFixed(0)}, compile ${compiled.toFixed(0)}, plan and step ${trained.toFixed(0)}; processor ${processor.toFixed(0)}`;
    return [whole, note];
  };
  const title = (cell: string): string => `import to first finished training step, ${cell}`;
  const [whole, note] = measure("rnn(128)");
  return [
    atMost(title("rnn(128)"), whole, "ms", GOAL, note),
    ...["lstm(128)", "lstm(8)"].map((cell) => {
      const [time, parts] = measure(cell);
      return reported(title(cell), time, "ms", parts);
    }),
  ];
}
