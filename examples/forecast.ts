// Chaos forecast by an echo state network: its read-out is solved in a fraction of a second, then it runs on by itself.

import { compile, dense, features, meanSquared, model, reservoir, windows } from "unrolled";

/** The Mackey-Glass equation (1977), dx/dt = 0.2·x(t−17)/(1 + x(t−17)¹⁰) − 0.1·x, by Euler's method in steps of 0.1. */
function mackeyGlass(count: number): number[] {
  const delay = 170;
  const x = new Array<number>(delay + 1).fill(1.2);
  while (x.length < delay + 10 * (1000 + count)) {
    const [now, then] = [x[x.length - 1], x[x.length - 1 - delay]];
    x.push(now + 0.1 * ((0.2 * then) / (1 + then ** 10) - 0.1 * now));
  }
  return Array.from({ length: count }, (_, t) => Math.tanh(x[10 * (1000 + t)] - 1));
}

const series = mackeyGlass(2600);
const past = series.slice(0, 2000);

using net = await compile(
  model({
    input: features(1),
    layers: [reservoir(500, { radius: 1.25, leak: 0.3, inputScale: 1.5, bias: 1 }), dense(1)],
    loss: meanSquared(),
    seed: 1,
  }),
);
const before = performance.now();
const { rows, trainingError } = await net.solve(windows(past, { batch: 1, steps: 100 }), { ridge: 1e-8, washout: 100 });
console.log(`${rows} steps learned in ${(performance.now() - before).toFixed(0)} ms; mean squared error ${trainingError.toExponential(1)}`);

const future = net.forecast(past, 600);
const mark = (y: number): number => Math.round(30 * (y + 0.6));
for (let t = 0; t < 600; t += 12) {
  const line = new Array<string>(32).fill(" ");
  line[mark(series[2000 + t])] = "·";
  line[mark(future[t][0])] = "●";
  console.log(
    `${String(t + 1).padStart(4)} steps on  ${line.join("")}  truth ${series[2000 + t].toFixed(3)}, forecast ${future[t][0].toFixed(3)}`,
  );
}
