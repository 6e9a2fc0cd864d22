// Pictures of networks and of what happens in them, as the SVG files of docs/pictures: `node examples/pictures.ts [folder]`.

import { mkdirSync, writeFileSync } from "node:fs";
import {
  adam,
  alphabet,
  attention,
  bidirectional,
  compile,
  crossEntropy,
  dense,
  embedding,
  examples,
  features,
  gru,
  last,
  lstm,
  meanSquared,
  model,
  rnn,
  seq2seq,
  tokens,
  windows,
} from "unrolled";
import { attentionWeights, eigenvalues, gradientFlow, setSpectralRadius } from "unrolled/inspect";
import { curves, folded, heatMap, spectrum, unfolded } from "unrolled/pictures";

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
using net = await compile(model({ input: tokens(SYMBOLS), layers: [rnn(48), dense(SYMBOLS)], loss: crossEntropy(), seed: 1 }), {
  strict: true,
});
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

// How far the loss at the end of a sequence is heard, before any training: not far with tanh units, further with a memory cell.
const LONG = 100;
const readings = Array.from({ length: 32 }, (_, row) => ({
  input: Float32Array.from({ length: LONG }, (_, t) => Math.sin(row + t / 3)),
  target: [row % 2],
}));
const rows = [];
for (const layer of [rnn(64), lstm(64)]) {
  const definition = model({ input: features(1), layers: [layer, last(), dense(1)], loss: meanSquared(), seed: 1 });
  using fresh = await compile(definition, { strict: true });
  const { states } = gradientFlow(fresh, examples(readings, { batch: 32 }));
  for (const { layer: path, state, norms } of states) rows.push({ label: `${path.split("/")[1]}, ${state}`, values: norms });
  if (layer.kind === "rnn")
    save(
      "unfolded",
      unfolded(definition, 5, { flow: states.map(({ layer: path, state, norms }) => ({ label: `${path}/${state}`, norms })) }),
    );
}
save("gradient-flow", heatMap({ title: `How far back the loss after ${LONG} steps is felt`, rows, value: "‖∂L/∂s(t)‖" }));

// An encoder and a decoder: the loss of what is said goes back into what was heard, through the first state and through attention.
const translation = seq2seq({
  source: tokens(9),
  target: tokens(7),
  encoder: [embedding(16), gru(32)],
  decoder: [embedding(16), gru(32), attention(), dense(7)],
  seed: 1,
});
using translator = await compile(translation, { strict: true });
const pairs = Array.from({ length: 8 }, (_, row) => ({
  source: Array.from({ length: 4 }, (_, t) => (row + 3 * t) % 9),
  target: Array.from({ length: 3 }, (_, t) => (row + 2 * t) % 7),
}));
const felt = gradientFlow(translator, examples(pairs, { batch: 8 })).states;
save(
  "translation",
  unfolded(translation, 4, {
    teacherForcing: true,
    flow: felt.map(({ layer, state, norms }) => ({ label: `${layer}/${state}`, norms })),
  }),
);

// Where a decoder looks while it says a word backwards. What it says third from the end, it finds third from the beginning.
const letters = alphabet("abcdefghijklmnopqrstuvwxyz");
let drawn = 1;
/** The same words every time (Knuth's constants of a linear congruential generator). */
const below = (n: number): number => {
  drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
  return Math.floor((drawn / 2 ** 32) * n);
};
const words = Array.from({ length: 2000 }, () => {
  const source = Array.from({ length: 3 + below(8) }, () => below(letters.size));
  return { source, target: [...source].reverse() };
});
using backwards = await compile(
  seq2seq({
    source: tokens(letters.size),
    target: tokens(letters.size),
    encoder: [embedding(16), bidirectional(gru(24))],
    decoder: [embedding(16), gru(48), attention({ score: "general" }), dense(48, { activation: "tanh" }), dense(letters.size)],
    seed: 1,
  }),
  { strict: true },
);
for await (const _ of backwards.train(examples(words), { optimizer: adam(5e-3), clip: { norm: 1 }, epochs: 12 }));
const [word, drow] = ["attention", "noitnetta"];
const looks = attentionWeights(backwards, { source: letters.encode(word), target: letters.encode(drow) });
save(
  "attention",
  heatMap({
    title: `Where the decoder looks while it says ${drow}`,
    rows: looks.map((values, t) => ({ label: drow[t] ?? "end", values })).reverse(),
    columns: [...word],
    scale: "linear",
    x: "what the encoder has read",
    value: "attention",
  }),
);
