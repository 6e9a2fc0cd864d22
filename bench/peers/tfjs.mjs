// Times whole training steps of the character network in TensorFlow.js, on one thread, by the peers' protocol (bench/README.md).
//
//   node tfjs.mjs BACKEND CELL HIDDEN   BACKEND: wasm or cpu. CELL: rnn, lstm or gru.
//                                       Reads counts of steps, answers milliseconds of processor time a step.
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { createInterface } from "node:readline";

const [backend, cell, hidden] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const [symbols, batch, steps] = [64, 32, 64];

// The library greets and warns on the console; the answers must stay alone on standard output.
console.log = console.info = console.warn = console.error;
const tf = await import("@tensorflow/tfjs");
if (backend === "wasm") {
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(dirname(main) + sep);
}
if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend} here`);
await tf.ready();

const model = tf.sequential();
const layer = { rnn: tf.layers.simpleRNN, lstm: tf.layers.lstm, gru: tf.layers.gru }[cell];
model.add(layer({ units: hidden, returnSequences: true, inputShape: [steps, symbols] }));
model.add(tf.layers.dense({ units: symbols }));
// Without clipping, which tfjs does not offer: its step does a little less than the others'.
model.compile({ optimizer: tf.train.adam(1e-3), loss: (y, p) => tf.losses.softmaxCrossEntropy(y, p) });

const draw = () =>
  tf.tensor2d(
    Int32Array.from({ length: batch * steps }, () => Math.floor(Math.random() * symbols)),
    [batch, steps],
    "int32",
  );
const [x, y] = [draw(), draw()];

/** One step: rows of ones and zeros, forward, backward, Adam. */
async function step() {
  const oneHot = tf.tidy(() => [tf.oneHot(x, symbols).toFloat(), tf.oneHot(y, symbols).toFloat()]);
  const loss = await model.trainOnBatch(oneHot[0], oneHot[1]);
  tf.dispose(oneHot);
  return loss;
}

process.stdout.write(`${JSON.stringify({ ready: `tfjs ${tf.version.tfjs} ${backend}` })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const start = process.cpuUsage();
  for (let n = Number(line); n > 0; n--) await step();
  const { user, system } = process.cpuUsage(start);
  process.stdout.write(`${JSON.stringify({ milliseconds: (user + system) / 1000 / Number(line) })}\n`);
}
