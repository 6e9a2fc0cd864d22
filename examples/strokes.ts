// Handwriting in small (Graves 2013, §4): where the pen moves is drawn from a mixture of Gaussians, whether it is lifted behind a point from a Bernoulli
// output, both in one step and heard together, until the drawing is done.

import {
  adam,
  binaryCrossEntropy,
  blockwise,
  compile,
  cosineDecay,
  dense,
  examples,
  features,
  gru,
  mixtureDensity,
  seq2seq,
  stopOutput,
  vector,
} from "unrolled";

let seed = 1;
const chance = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const trembling = (): number => (chance() - 0.5) / 8;

/**
 * A wave of a height and a number of swings; then the pen is lifted, and the wave is underlined, from where it ends to where it began. It may begin
 * upwards or downwards: a single Gaussian would draw the mean of the two, which is flat. Steps are [dx, dy, lifted].
 */
function drawing(): { source: number[]; target: number[][] } {
  const [height, swings, sign] = [0.5 + chance(), 1 + Math.floor(3 * chance()), chance() < 0.5 ? 1 : -1];
  const at = (t: number): number => sign * height * Math.sin((t * Math.PI) / 6);
  const wave = Array.from({ length: 6 * swings }, (_, t) => [0.5 + trembling(), at(t + 1) - at(t) + trembling(), 0]);
  const line = Array.from({ length: 3 * swings }, () => [-1 + trembling(), trembling(), 0]);
  wave[wave.length - 1][2] = line[line.length - 1][2] = 1;
  return { source: [height, swings], target: [...wave, [trembling(), -2 + trembling(), 0], ...line] };
}

const COMPONENTS = 5;
using net = await compile(
  seq2seq({
    source: vector(2),
    context: "both",
    target: features(3),
    // Of each of 5 Gaussians a weight, 2 means and 2 deviations; and the chance that the pen is lifted.
    decoder: [gru(64), dense(COMPONENTS * (1 + 2 * 2) + 1)],
    // Narrow densities have steep gradients, beside which what counts 1 would hardly be learned.
    loss: blockwise({
      offset: { width: 2, loss: mixtureDensity(COMPONENTS) },
      lifted: { width: 1, loss: binaryCrossEntropy(), weight: 10 },
    }),
    stop: stopOutput({ weight: 10 }),
    maximum: 40,
    seed: 1,
  }),
);
const data = examples(Array.from({ length: 600 }, drawing), { batch: 8 });
for await (const { step, losses } of net.train(data, {
  optimizer: adam(cosineDecay(3e-3, { steps: 3000 })),
  clip: { norm: 10 },
  epochs: 40,
}))
  if (step % 600 === 0)
    console.log(
      `step ${step}: ${losses["target/offset"].toFixed(2)} nats a step, ${losses["target/lifted"].toFixed(3)} for the pen, ${losses.stop.toFixed(3)} for the end`,
    );

/** What the pen leaves, as lines of text. */
function picture(steps: readonly ArrayLike<number>[]): string {
  const rows = Array.from({ length: 12 }, () => new Array<string>(20).fill(" "));
  let [x, y, above] = [0, 0, false];
  for (const [dx, dy, lifted] of Array.from(steps, (step) => Array.from(step))) {
    [x, y] = [x + dx, y + dy];
    const row = rows[Math.round(4 - 2 * y)];
    if (row && !above) row[Math.round(2 * x)] = "●";
    above = lifted === 1;
  }
  const lines = rows.map((row) => row.join("").trimEnd());
  return lines.slice(lines.findIndex(Boolean), lines.findLastIndex(Boolean) + 1).join("\n");
}
const sources = [
  [1.2, 1],
  [0.8, 2],
  [1.4, 3],
];
const strokesIn = (steps: readonly ArrayLike<number>[]): number => steps.filter((step) => step[2] === 1).length;
for (const [i, { steps, ended }] of net.generateAll({ sources, temperature: 0.3, seed: 2 }).entries())
  console.log(
    `${sources[i][1]} swings as high as ${sources[i][0]}, ${steps.length} steps in ${strokesIn(steps)} strokes, ${ended ? "done" : "cut off"}:\n${picture(steps)}`,
  );
const many = net.generateAll({ source: [1, 2], samples: 100, seed: 3 });
const good = many.filter(({ steps, ended }) => ended && strokesIn(steps) === 2 && steps.at(-1)?.[2] === 1);
console.log(`${good.length} of 100 drawings are two strokes, and end where the pen is lifted`);
