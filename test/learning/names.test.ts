// Given names, letter by letter, without any source: better than a trigram model, and as long as names are, however they are ended.

import { expect } from "vitest";
import { atMost } from "../../bench/figure.ts";
import {
  adam,
  compile,
  cosineDecay,
  dense,
  embedding,
  endSymbol,
  examples,
  lstm,
  predictedLength,
  seq2seq,
  stopOutput,
  tokens,
} from "../../src/index.ts";
import { Random } from "../reference/random.ts";
import { judge, testOver } from "./judge.ts";
import { bestTrigram, distance, LETTERS, namesOf, shuffled } from "./tasks/names.ts";

/** Adam moves the bias that says the lengths by about the rate a step: 3 passes are too few for it (Kolmogorov–Smirnov 0.12). */
const EPOCHS = 8;
const BATCH = 64;
const LONGEST = 20;
const STOPS = { "end symbol": endSymbol(), "stop output": stopOutput(), "predicted length": predictedLength({ maximum: LONGEST }) };

for (const [ending, stop] of Object.entries(STOPS))
  testOver(["makemore_names.txt"], `names, ended by ${ending}`, async ([file]) => {
    const start = performance.now();
    const names = namesOf(file);
    expect(names).toHaveLength(32_033);
    const all = shuffled(names, new Random(1100));
    const cut = Math.floor(all.length / 10);
    const train = all.slice(cut);
    // Some names stand in the file twice: only those are judged that no model has seen.
    const seen = new Set(train.map(String));
    const held = all.slice(0, cut).filter((name) => !seen.has(String(name)));
    const { trigram, weight } = bestTrigram(train);
    const goal = trigram.nats(held);
    using net = await compile(
      seq2seq({ target: tokens(LETTERS), decoder: [embedding(32), lstm(128), dense(LETTERS)], stop, maximum: LONGEST, seed: 0 }),
    );
    // Batches of about one length teach the ends worse, as each pulls towards its own: with pools of 64 the distance below is 0.065.
    const data = (list: readonly Int32Array[]) =>
      examples(
        list.map((target) => ({ target })),
        { batch: BATCH, pool: 1 },
      );
    const rate = cosineDecay(3e-3, { steps: EPOCHS * Math.ceil(train.length / BATCH) });
    for await (const _ of net.train(data(train), { optimizer: adam(rate), clip: { norm: 1 }, epochs: EPOCHS }));

    // What the whole model says of a name, its letters and where it ends, on as many characters as the trigram model has: one more than letters.
    const characters = held.reduce((sum, { length }) => sum + length + 1, 0);
    const nats = -held.reduce((sum, target) => sum + net.score({ target }).logProbability, 0) / characters;
    const note = `seed 0, ${EPOCHS} epochs; the goal is a trigram model's, its weight ${weight} chosen on a tenth of the training names`;
    judge(atMost(`names ended by ${ending}: held out`, nats, "nats a character", goal, note), start);

    const samples = net.generateAll({ samples: 2000, seed: 1 });
    const lengths = samples.map(({ symbols }) => symbols.length);
    const apart = distance(
      lengths,
      names.map(({ length }) => length),
    );
    const drawn = samples.slice(0, 8).map(({ symbols }) => String.fromCharCode(...symbols.map((symbol) => 97 + symbol)));
    judge(atMost(`names ended by ${ending}: lengths of 2000 samples`, apart, "Kolmogorov–Smirnov", 0.05, drawn.join(" ")), start);
  });
