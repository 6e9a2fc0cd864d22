// Words made from nothing, letter by letter, and three ways to know when one is done: a symbol of its own, a chance at each step, a length said first.

import {
  adam,
  alphabet,
  compile,
  dense,
  embedding,
  endSymbol,
  examples,
  gru,
  predictedLength,
  seq2seq,
  stopOutput,
  tokens,
} from "unrolled";

let seed = 1;
const below = (n: number): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((n * seed) / 2 ** 32);
};
const SYLLABLES = "ka ra mi to shi na no ha ri ku tsu ya ma sa".split(" ");
/** Two syllables, or three, or four; rarely a letter n behind. */
const word = (): string =>
  Array.from({ length: 2 + Math.max(0, below(4) - 1) }, () => SYLLABLES[below(SYLLABLES.length)]).join("") + (below(6) === 0 ? "n" : "");

const words = Array.from({ length: 3000 }, word);
const letters = alphabet(words.join(""));
const list = words.map((text) => ({ target: letters.encode(text) }));
const longest = Math.max(...words.map(({ length }) => length));
// Batches of about one length would bias what is learned of ends: a pool of one batch does not look at the length.
const data = examples(list, { batch: 32, pool: 1 });

const bars = (lengths: readonly number[]): string =>
  Array.from(
    { length: longest },
    (_, i) => " ▁▂▃▄▅▆▇█"[Math.round((16 * lengths.filter((length) => length === i + 1).length) / lengths.length)],
  ).join("");
console.log(`lengths 1 … ${longest} of the words       ${bars(words.map(({ length }) => length))}`);

for (const stop of [endSymbol(), stopOutput(), predictedLength({ maximum: longest })]) {
  using net = await compile(
    seq2seq({ target: tokens(letters.size), decoder: [embedding(12), gru(48), dense(letters.size)], stop, maximum: longest, seed: 1 }),
  );
  for await (const _ of net.train(data, { optimizer: adam(1e-2), clip: { norm: 1 }, epochs: 2 }));
  const made = net.generateAll({ samples: 500, seed: 7 });
  console.log(`${stop.kind.padEnd(15)} of 500 that are made ${bars(made.map(({ symbols }) => symbols.length))}`);
  console.log(
    `  ${made
      .slice(0, 8)
      .map(({ symbols }) => letters.decode(symbols))
      .join(" ")}`,
  );
  // Letter by letter, as it is drawn; then how likely it was.
  const drawn: number[] = [];
  for (const { symbol } of net.sample({ temperature: 0.7, topP: 0.9, seed: 3 })) drawn.push(symbol);
  const { logProbability } = net.score({ target: drawn });
  console.log(`  ${letters.decode(drawn)}, which has a chance of ${Math.exp(logProbability).toExponential(1)}`);
}
