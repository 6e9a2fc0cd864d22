// Features of a picture → a sentence: one vector goes in, and words come out until the end is said. There is no encoder; the vector is the context.

import { adam, compile, dense, embedding, examples, gru, seq2seq, tokens, vector } from "unrolled";

const [COLOURS, SHAPES, PLACES] = [
  ["red", "green", "blue"],
  ["circle", "square"],
  [[], ["on", "the", "left"], ["on", "the", "right"]],
];
const WORDS = ["a", ...COLOURS, ...SHAPES, "on", "the", "left", "right"];

let seed = 1;
const chance = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
/** What a network that looks at pictures might say of one: eight numbers, none of them clean. And what a person said. */
function picture() {
  const [colour, shape, place] = [COLOURS, SHAPES, PLACES].map(({ length }) => Math.floor(length * chance()));
  const seen = [0, 1, 2]
    .map((i) => Number(i === colour))
    .concat(
      [0, 1].map((i) => Number(i === shape)),
      [0, 1, 2].map((i) => Number(i === place)),
    );
  const said = ["a", COLOURS[colour], SHAPES[shape], ...PLACES[place]];
  return { source: seen.map((x) => x + (chance() - 0.5) / 2), target: said.map((word) => WORDS.indexOf(word)) };
}

using net = await compile(
  seq2seq({
    source: vector(8),
    context: "input", // beside the word before, at every step
    target: tokens(WORDS.length),
    decoder: [embedding(8), gru(32), dense(WORDS.length)],
    maximum: 6,
    seed: 1,
  }),
);
for await (const { step, loss } of net.train(examples(Array.from({ length: 400 }, picture)), { optimizer: adam(1e-2), epochs: 12 }))
  if (step % 39 === 0) console.log(`step ${step}: ${loss.toFixed(4)} nats a word`);

const unseen = Array.from({ length: 100 }, picture);
const captions = net.generateAll({ sources: unseen.map(({ source }) => source), beam: { width: 3 } });
const text = (symbols: readonly number[]): string => symbols.map((symbol) => WORDS[symbol]).join(" ");
for (const [i, { target }] of unseen.slice(0, 4).entries()) {
  const { symbols, logProbability } = captions[i];
  console.log(`${text(symbols)} (${(100 * Math.exp(logProbability)).toFixed(0)} %); a person: ${text(target)}`);
}
console.log(`${captions.filter(({ symbols }, i) => text(symbols) === text(unseen[i].target)).length} of 100 as a person said`);
