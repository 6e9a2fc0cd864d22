// Strokes of a pen, drawn from a description: from one vector a sequence of numbers, whose next step is a mixture of Gaussians, until the pen is lifted.

import { adam, compile, dense, examples, features, gru, mixtureDensity, seq2seq, stopOutput, vector } from "unrolled";

let seed = 1;
const chance = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** A wave of a height and a number of swings. It may begin upwards or downwards: a single Gaussian would draw the mean of the two, which is flat. */
function wave(): { source: number[]; target: number[][] } {
  const [height, swings, sign] = [0.5 + chance(), 1 + Math.floor(3 * chance()), chance() < 0.5 ? 1 : -1];
  const at = (t: number): number => sign * height * Math.sin((t * Math.PI) / 6);
  const steps = Array.from({ length: 6 * swings }, (_, t) => [0.5 + (chance() - 0.5) / 20, at(t + 1) - at(t) + (chance() - 0.5) / 20]);
  return { source: [height, swings], target: steps };
}

// 3 Gaussians of 2 numbers: 3 weights, 3 · 2 means, 3 · 2 deviations.
using net = await compile(
  seq2seq({
    source: vector(2),
    context: "both",
    target: features(2),
    decoder: [gru(48), dense(3 * (1 + 2 * 2))],
    loss: mixtureDensity(3),
    // Narrow densities have steep gradients, beside which an end that counts 1 would hardly be learned.
    stop: stopOutput({ weight: 10 }),
    maximum: 30,
    seed: 1,
  }),
);
const data = examples(Array.from({ length: 600 }, wave), { batch: 16 });
for await (const { step, losses } of net.train(data, { optimizer: adam(5e-3), clip: { norm: 10 }, epochs: 16 }))
  if (step % 152 === 0) console.log(`step ${step}: ${losses.target.toFixed(2)} nats a step, ${losses.stop.toFixed(3)} for its end`);

/** Points on the way as lines of text. */
function picture(steps: readonly ArrayLike<number>[]): string {
  const rows = Array.from({ length: 7 }, () => new Array<string>(20).fill(" "));
  let [x, y] = [0, 0];
  for (const [dx, dy] of Array.from(steps, (step) => [step[0], step[1]])) {
    [x, y] = [x + dx, y + dy];
    const row = rows[Math.round(3 - 2 * y)];
    if (row) row[Math.round(2 * x)] = "●";
  }
  return rows
    .map((row) => row.join("").trimEnd())
    .filter(Boolean)
    .join("\n");
}
const sources = [
  [1.2, 1],
  [0.8, 2],
  [1.4, 3],
];
for (const [i, { steps, ended }] of net.generateAll({ sources, temperature: 0.3, seed: 2 }).entries())
  console.log(
    `${sources[i][1]} swings as high as ${sources[i][0]}, ${steps.length} steps, ${ended ? "lifted" : "cut off"}:\n${picture(steps)}`,
  );
