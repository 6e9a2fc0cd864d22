// Times an LSTM in ONNX Runtime, by the peers' protocol (bench/README.md).
//
//   node onnxruntime.mjs RUNTIME THREADS MODEL STEPS BATCH
//       RUNTIME: node or web. THREADS: how many work within an operation, 0 for the runtime's own choice. MODEL: a file of bench/onnx.ts.
//       Reads counts of runs, answers the milliseconds of one: of processor time on one thread, by the clock on several.
//
// A run takes STEPS steps of BATCH sequences from a state, which the next run goes on from, as a stream must. The first answer holds what a few
// runs from zeros gave at their last step, in the order of the batch, so that it can be compared.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [runtime, file] = [process.argv[2], process.argv[4]];
const [threads, steps, batch] = [3, 5, 6].map((place) => Number(process.argv[place]));

const name = `onnxruntime-${runtime}`;
const main = createRequire(import.meta.url).resolve(name);
// Runtimes warn on the console; the answers must stay alone on standard output.
console.log = console.info = console.warn = console.error;
const { default: ort } = await import(runtime === "web" ? pathToFileURL(join(dirname(main), "ort.wasm.min.mjs")).href : name);
if (runtime === "web" && threads > 0) ort.env.wasm.numThreads = threads;
const session = await ort.InferenceSession.create(readFileSync(file), {
  executionProviders: [runtime === "web" ? "wasm" : "cpu"],
  graphOptimizationLevel: "all",
  ...(threads > 0 ? { intraOpNumThreads: threads, interOpNumThreads: 1 } : {}),
});

const [units, width] = [128, 64];
/** The bench feeds the same numbers. */
const x = Float32Array.from({ length: steps * batch * width }, (_, index) => Math.fround(Math.sin(index * 0.37) / 2));
const X = new ort.Tensor("float32", x, [steps, batch, width]);
const zeros = () => new ort.Tensor("float32", new Float32Array(batch * units), [1, batch, units]);
let [h, c] = [zeros(), zeros()];

/** Runs on from the state of the run before; the last step of Y is its Y_h. */
async function run() {
  const results = await session.run({ X, h, c });
  [h, c] = [results.Yh, results.Yc];
  return results;
}

for (let n = 0; n < 3; n++) await run();
const last = [...h.data];
const { version } = JSON.parse(readFileSync(join(dirname(main), "../package.json"), "utf8"));
process.stdout.write(`${JSON.stringify({ ready: `${name} ${version}`, last })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const [processor, clock] = [process.cpuUsage(), performance.now()];
  for (let n = Number(line); n > 0; n--) await run();
  const passed = performance.now() - clock;
  const { user, system } = process.cpuUsage(processor);
  process.stdout.write(`${JSON.stringify({ milliseconds: (threads === 1 ? (user + system) / 1000 : passed) / Number(line) })}\n`);
}
