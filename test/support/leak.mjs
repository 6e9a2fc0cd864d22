// Works for a long time and reports memory as it goes: bundled and run by the leak test in a process of its own, with --expose-gc.

import {
  compile,
  crossEntropy,
  dense,
  dropout,
  embedding,
  examples,
  features,
  last,
  meanSquared,
  model,
  rnn,
  tokens,
  windows,
} from "../../src/index.ts";
import { gradientFlow, stepJacobian } from "../../src/inspect/index.ts";

const memories = [];
/** Every memory that an engine makes is seen here, because each is made with `new WebAssembly.Memory`. */
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor) {
    super(descriptor);
    memories.push(this);
  }
};
const wasmBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

/** Bytes of heap that are in use after collecting. A turn of the event loop lets finished promises and closed ports go. */
async function heapBytes() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { heapUsed, outside: external + arrayBuffers };
}

const report = {};
/**
 * Does a piece of work `count` times, then three times as often again, and reports the flattest of the three: what leaks grows each time
 * alike, while what compilers and caches keep comes once, though late (measured: up to 360 kB in one of them, on a busy machine).
 */
async function measure(name, count, work) {
  await work(count);
  const growths = [];
  for (let round = 0; round < 3; round++) {
    const before = { ...(await heapBytes()), wasm: wasmBytes() };
    await work(count);
    const after = { ...(await heapBytes()), wasm: wasmBytes() };
    growths.push({ heap: after.heapUsed - before.heapUsed, outside: after.outside - before.outside, wasm: after.wasm - before.wasm });
  }
  const least = (what) => Math.min(...growths.map((growth) => growth[what]));
  report[name] = { heap: least("heap"), outside: least("outside"), wasm: least("wasm") };
}

const text = Int32Array.from({ length: 400 }, (_, i) => (i * i) % 5);
const letters = await compile(model({ input: tokens(5), layers: [embedding(4), dropout(0.2), rnn(8), dense(5)], loss: crossEntropy() }));
const vector = await compile(model({ input: features(3), layers: [rnn(8), last(), dense(2)], loss: meanSquared() }));
const rows = (length) => Array.from({ length }, (_, i) => [i / length, 1, -1]);

async function train(net, data, steps) {
  let made = 0;
  for await (const _ of net.train(data, { steps, epochs: 2 ** 24, clip: { norm: 1 } })) made++;
  if (made !== steps) throw new Error(`${made} steps instead of ${steps}`);
}

await measure("training over windows", 20_000, (count) => train(letters, windows(text, { batch: 2, steps: 6 }), count));
await measure("training over sequences of 40 lengths", 4_000, (count) =>
  train(
    vector,
    examples(
      Array.from({ length: 80 }, (_, i) => ({ input: rows(1 + (i % 40)), target: [0, 1] })),
      { batch: 2 },
    ),
    count,
  ),
);
await measure("trainings that are inspected", 200, async (count) => {
  for (let i = 0; i < count; i++) {
    let seen = 0;
    for await (const { inspection } of letters.train(windows(text, { batch: 2, steps: 6 }), { steps: 4, inspect: { every: 2 } }))
      if (inspection !== null) seen++;
    if (seen !== 2) throw new Error(`${seen} inspections instead of 2`);
  }
});
await measure("flows and Jacobians", 200, (count) => {
  for (let i = 0; i < count; i++) {
    gradientFlow(letters, windows(text, { batch: 2, steps: 6 }));
    stepJacobian(letters, text.subarray(0, 1 + (i % 9)));
  }
});
await measure("trainings that are left after a step", 1_000, async (count) => {
  for (let i = 0; i < count; i++) for await (const _ of letters.train(windows(text, { batch: 2, steps: 6 }))) break;
});
const stream = letters.stream();
await measure("pushes", 20_000, (count) => {
  for (let i = 0; i < count; i++) stream.push(i % 5);
});
const several = vector.streams(4);
const flat = new Float32Array(12);
const some = [[0], [3, 1], [0, 1, 2, 3], [2, 3, 0]].map((which) => ({ which, steps: flat.subarray(0, 3 * which.length) }));
await measure("pushes of several streams", 20_000, (count) => {
  for (let i = 0; i < count; i++) {
    several.push(flat);
    const { steps, which } = some[i % 4];
    several.push(steps, which);
  }
});
await measure("states", 4_000, (count) => {
  for (let i = 0; i < count; i++) several.restore(i % 4, several.state((i + 1) % 4));
});
await measure("streams", 2_000, (count) => {
  for (let i = 0; i < count; i++) {
    const one = letters.stream();
    one.push(1);
    one.close();
  }
});
await measure("predictions", 2_000, (count) => {
  for (let i = 0; i < count; i++) letters.predict(text.subarray(0, 1 + (i % 100)));
});
await measure("generations", 1_000, (count) => {
  for (let i = 0; i < count; i++) letters.generate({ prompt: [1, 2], length: 10 });
});
await measure("evaluations", 300, async (count) => {
  for (let i = 0; i < count; i++) await letters.evaluate(windows(text, { batch: 2, steps: 7 }));
});
await measure("saves", 500, (count) => {
  for (let i = 0; i < count; i++) letters.save({ optimizer: true });
});
console.log(JSON.stringify(report));
