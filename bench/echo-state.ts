// Echo state networks: state updates a second by density, and a long series driven, solved and run on freely.

import { compile, dense, features, meanSquared, model, type Network, reservoir, windows } from "../src/index.ts";
import { atLeast, atMost, type Figure, reported } from "./figure.ts";

const UNITS = 1000;
/** A smooth series that never repeats. */
const series = Float64Array.from({ length: 5001 }, (_, t) => 0.4 * Math.sin(t / 3.7) + 0.3 * Math.sin(t / 11.3));

/** Seconds of processor time: neighbours on the machine do not count. */
function seconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

const network = (density: number): Promise<Network> =>
  compile(
    model({
      input: features(1),
      layers: [reservoir(UNITS, { density, leak: 0.3, radius: 1.25, bias: 0.5, inputScale: 1.5 }), dense(1)],
      loss: meanSquared(),
    }),
  );

/** One stream, one row, read-out included. */
async function updatesPerSecond(density: number): Promise<number> {
  using net = await network(density);
  const steps = Math.round(5000 * Math.min(1, 0.02 / density));
  const input = series.subarray(0, Math.max(256, steps));
  for (let i = 0; i < 5; i++) net.predict(input);
  return median(Array.from({ length: 9 }, () => input.length / seconds(() => net.predict(input))));
}

export async function measureEchoState(): Promise<Figure[]> {
  const [thin, thick, full] = [await updatesPerSecond(0.01), await updatesPerSecond(0.1), await updatesPerSecond(1)];
  using net = await network(0.01);
  const times: number[] = [];
  const parts: number[][] = [];
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    await net.solve(windows(series, { batch: 1, steps: 100 }), { ridge: 1e-8, washout: 100 });
    const { user, system } = process.cpuUsage(before);
    const solved = (user + system) / 1e6;
    const ran = seconds(() => net.forecast(series.subarray(4000), 1000));
    parts.push([solved, ran]);
    times.push(solved + ran);
  }
  return [
    atLeast("reservoir of 1000, density 0.01: state updates", thin, "a second", 100_000),
    reported("reservoir of 1000, density 0.1: state updates", thick, "a second", `${(thin / thick).toFixed(1)} × the time of 0.01`),
    reported("reservoir of 1000, density 1: state updates", full, "a second", `${(thick / full).toFixed(1)} × the time of 0.1`),
    atMost(
      "5000 steps driven, 1000 weights solved, 1000 steps free",
      median(times),
      "s",
      2,
      parts.map((part) => part.map((time) => time.toFixed(2)).join(" + ")).join(", "),
    ),
  ];
}
