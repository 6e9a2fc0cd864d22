// A network that goes on learning while it is used: a forecast of a signal whose law changes, made one step at a time as the readings come.

import { adam, compile, dense, features, gru, meanSquared, model, windows } from "unrolled";

/** Readings of a machine: a swing that is swift at first, and slow and lopsided after step 6000. A little noise of its own, the same at every run. */
function* readings(steps: number): Generator<number, void, void> {
  let [phase, seed] = [0, 1];
  for (let t = 0; t < steps; t++) {
    const changed = t >= 6000;
    phase += changed ? 0.11 : 0.31;
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    yield Math.sin(phase) * (changed && Math.sin(phase) < 0 ? 0.4 : 1) + (seed / 2 ** 32 - 0.5) / 10;
  }
}

const [WINDOW, EVERY] = [512, 256];
const definition = model({ input: features(1), layers: [gru(16), dense(1)], loss: meanSquared(), seed: 1 });
using net = await compile(definition);
/** As it was learned before the change: what happens without going on. */
using frozen = await compile(definition);
using stream = net.stream();
using still = frozen.stream();

const past: number[] = [];
let [forecast, stale] = [0, 0];
let [errors, others, counted] = [0, 0, 0];
for (const reading of readings(12_000)) {
  const t = past.push(reading) - 1;
  errors += (reading - forecast) ** 2;
  others += (reading - stale) ** 2;
  counted++;
  // One step of the stream: what the next reading will be, from all that has been.
  [forecast] = stream.push(reading);
  [stale] = still.push(reading);
  if ((t + 1) % EVERY !== 0 || t < WINDOW) continue;
  // Every 256 readings the network learns from the last 512; the stream keeps its state and sees the new weights at its next push.
  const window = windows(Float64Array.from(past.slice(-WINDOW - 1)), { batch: 4, steps: 32 });
  const { loss: before } = await net.evaluate(window);
  for await (const _ of net.train(window, { optimizer: adam(5e-3), clip: { norm: 1 }, epochs: 6 }));
  const { loss: after } = await net.evaluate(window);
  if (t < 6000) for (const parameter of net.parameters) frozen.parameters.get(parameter.path).set(parameter.get());
  if ((t + 1) % 768 === 0) {
    const line = `step ${String(t + 1).padStart(5)}: forecasts err by ${(errors / counted).toFixed(4)}, without going on by ${(others / counted).toFixed(4)}`;
    console.log(
      `${line}; on the last window ${before.toFixed(4)} before learning, ${after.toFixed(4)} after${t > 6000 && t < 6800 ? "   ← the law has changed" : ""}`,
    );
    errors = others = counted = 0;
  }
}
