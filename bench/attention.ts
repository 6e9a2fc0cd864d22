// What attention adds to a training step of an encoder and a decoder.

import {
  type AttentionOptions,
  attention,
  compile,
  dense,
  embedding,
  examples,
  gru,
  type Layer,
  type Network,
  seq2seq,
  sgd,
  tokens,
} from "../src/index.ts";
import { atMost, type Figure, interleave, median } from "./figure.ts";

const [UNITS, BATCH, STEPS, SYMBOLS, COUNT] = [128, 32, 40, 64, 6];

const SCORES: Readonly<Record<string, AttentionOptions>> = {
  dot: {},
  general: { score: "general" },
  additive: { score: "additive" },
};

/** GRUs of 128 units on both sides, the decoder's output from its states alone or with what it looks at. */
const translator = (look: readonly Layer[]): Promise<Network> =>
  compile(
    seq2seq({
      source: tokens(SYMBOLS),
      target: tokens(SYMBOLS),
      encoder: [embedding(UNITS), gru(UNITS)],
      decoder: [embedding(UNITS), gru(UNITS), ...look, dense(UNITS, { activation: "tanh" }), dense(SYMBOLS)],
      stop: null,
    }),
  );

/** Milliseconds of processor time of a training step of 32 pairs of 40 symbols. */
function block(net: Network): () => Promise<number> {
  const symbols = (row: number): Int32Array => Int32Array.from({ length: STEPS }, (_, t) => (row * 7 + t * t) % SYMBOLS);
  const pairs = Array.from({ length: BATCH * COUNT }, (_, row) => ({ source: symbols(row), target: symbols(row + 1) }));
  const data = examples(pairs, { batch: BATCH, bucket: false });
  return async () => {
    const before = process.cpuUsage();
    for await (const _ of net.train(data, { optimizer: sgd(1e-3), epochs: 1 }));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / COUNT;
  };
}

/** Of the whole step, with the wider layer that gets what was found. */
export async function measureAttention(): Promise<Figure[]> {
  using plain = await translator([]);
  const figures: Figure[] = [];
  for (const [score, options] of Object.entries(SCORES)) {
    using looking = await translator([attention(options)]);
    const blocks = [block(plain), block(looking)];
    for (let start = performance.now(); performance.now() - start < 1000; ) for (const one of blocks) await one();
    const [without, withIt] = await interleave(blocks, 9);
    const share = 1 - median(without) / median(withIt);
    const note = `${median(withIt).toFixed(1)} ms, without ${median(without).toFixed(1)} ms`;
    figures.push(
      atMost(
        `attention, ${score}: share of a training step, H = 128, B = 32, 40 steps`,
        share,
        "",
        score === "additive" ? 0.4 : 0.25,
        note,
      ),
    );
  }
  return figures;
}
