// Short English sentences → French, word by word, learned by heart.

import { expect } from "vitest";
import { atLeast, atMost } from "../../bench/figure.ts";
import { adam, compile, dense, embedding, examples, gru, seq2seq, tokens } from "../../src/index.ts";
import { judge, testOver } from "./judge.ts";
import { pairsOf, wordsOf } from "./tasks/translation.ts";

/** The different words of sentences, and sentences as their numbers. */
function vocabulary(sentences: readonly string[]) {
  const words = [...new Set(sentences.flatMap(wordsOf))];
  const places = new Map(words.map((word, place) => [word, place]));
  return {
    size: words.length,
    encode: (sentence: string): number[] => wordsOf(sentence).map((word) => places.get(word) as number),
    decode: (symbols: ArrayLike<number>): string => Array.from(symbols, (symbol) => words[symbol]).join(""),
  };
}

testOver(["eng-fra-5000.txt"], "English → French", async ([file]) => {
  const start = performance.now();
  const pairs = pairsOf(file);
  expect(pairs).toHaveLength(2597);
  const [english, french] = [vocabulary(pairs.map((pair) => pair.english)), vocabulary(pairs.map((pair) => pair.french))];
  for (const pair of pairs) expect(french.decode(french.encode(pair.french))).toBe(pair.french);
  using net = await compile(
    seq2seq({
      source: tokens(english.size),
      encoder: [embedding(64), gru(128)],
      context: "initial",
      target: tokens(french.size),
      decoder: [embedding(64), gru(128), dense(french.size)],
      maximum: Math.max(...pairs.map((pair) => wordsOf(pair.french).length)),
      seed: 0,
    }),
  );
  const list = pairs.map((pair) => ({ input: english.encode(pair.english), target: french.encode(pair.french) }));
  const data = examples(list, { batch: 32 });
  let [epochs, loss] = [0, Infinity];
  while (loss >= 0.1 && epochs < 40) {
    for await (const _ of net.train(data, { optimizer: adam(4e-3), clip: { norm: 5 }, epochs: 4 }));
    epochs += 4;
    ({ loss } = await net.evaluate(data));
  }
  judge(atMost("English → French, gru(128), by heart", loss, "nats a word", 0.1, `seed 0, after ${epochs} epochs`), start);
  const said = net.generateAll({ sources: list.map(({ input }) => input), greedy: true });
  const right = said.filter(({ symbols }, b) => french.decode(symbols) === pairs[b].french).length / pairs.length;
  judge(atLeast("English → French, come back exactly", right, "of 2597 sentences", 0.95), start);
});
