// Pictures of networks and of what happens in them, as the SVG files of docs/pictures: `node examples/pictures.ts [folder]`.

import { mkdirSync, writeFileSync } from "node:fs";
import {
  adam,
  bidirectional,
  compile,
  crossEntropy,
  dense,
  embedding,
  features,
  lstm,
  meanSquared,
  model,
  rnn,
  tokens,
  windows,
} from "unrolled";
import { eigenvalues, setSpectralRadius } from "unrolled/inspect";
import { curves, folded, spectrum, unfolded } from "unrolled/pictures";

const folder = process.argv[2] ?? "docs/pictures";
mkdirSync(folder, { recursive: true });
const save = (name: string, svg: string): void => {
  writeFileSync(`${folder}/${name}.svg`, svg);
  console.log(`${folder}/${name}.svg, ${svg.length} bytes`);
};

// Graphs need a definition only.
const stacked = model({
  input: tokens(65),
  layers: [embedding(64), lstm(128), rnn(64, { delays: [1, 8] }), dense(65)],
  loss: crossEntropy(),
});
save("folded", folded(stacked));
save("bidirectional", unfolded(model({ input: features(8), layers: [bidirectional(rnn(32)), dense(4)], loss: meanSquared() }), 3));

// h(t) = h(t−1)·W, and nothing else: the spectral radius of W says whether it shrinks, holds or explodes (Goodfellow et al. 2016, section 10.7).
const UNITS = 64;
const STEPS = 60;
using linear = await compile(
  model({ input: features(1), layers: [rnn(UNITS, { activation: "identity" }), dense(1)], loss: meanSquared(), seed: 3 }),
);
const weight = linear.parameters.get("layer 1/rnn/wh");
const growth = [0.9, 1, 1.1].map((radius) => {
  setSpectralRadius(weight, radius);
  const w = weight.get();
  let h = Float64Array.from({ length: UNITS }, () => 1 / Math.sqrt(UNITS));
  const norms = [1];
  for (let t = 0; t < STEPS; t++) {
    h = h.map((_, column) => h.reduce((sum, value, row) => sum + value * w[row * UNITS + column], 0));
    norms.push(Math.hypot(...h));
  }
  return { label: `ρ = ${radius}`, norms, eigenvalues: eigenvalues(weight) };
});
save(
  "growth",
  curves({
    title: "h(t) = h(t−1)·W shrinks, holds or explodes",
    x: "time step t",
    charts: [
      {
        y: "‖h(t)‖ / ‖h(0)‖",
        scale: "log",
        series: growth.map(({ label, norms }) => ({ label, values: norms, at: norms.map((_, t) => t) })),
      },
    ],
  }),
);
save(
  "spectrum",
  spectrum({
    title: `Eigenvalues of W, ${UNITS} × ${UNITS}`,
    sets: [growth[0], growth[2]].map(({ label, eigenvalues }) => ({ label: `scaled to ${label}`, eigenvalues })),
  }),
);

// A network that learns to say what was heard five steps ago.
const SYMBOLS = 6;
const LAG = 5;
const heard = Int32Array.from({ length: 20_000 }, (_, t) => (t * t * 7 + (t >> 3) * 5 + (t >> 1)) % SYMBOLS);
const said = heard.map((_, t) => (t < LAG ? 0 : heard[t - LAG]));
const echo = model({ input: tokens(SYMBOLS), layers: [rnn(48), dense(SYMBOLS)], loss: crossEntropy(), seed: 1 });
using net = await compile(echo, { strict: true });
const data = windows(heard, { targets: said, batch: 16, steps: 25 });
const history: { loss: number[]; norm: number[] } = { loss: [], norm: [] };
for await (const { loss, gradientNorm } of net.train(data, { optimizer: adam(4e-3), clip: { norm: 1 }, epochs: 12 })) {
  history.loss.push(loss);
  history.norm.push(gradientNorm);
}
save(
  "curves",
  curves({
    title: `rnn(48) learns to repeat what it heard ${LAG} steps ago`,
    charts: [
      { y: "loss / nats a symbol", series: [{ label: "training", values: history.loss }] },
      {
        y: "gradient norm",
        scale: "log",
        series: [{ label: "before clipping", values: history.norm }],
        thresholds: [{ label: "clipped to 1", value: 1 }],
      },
    ],
  }),
);
save("unfolded", unfolded(echo, 4, { gradient: true }));
