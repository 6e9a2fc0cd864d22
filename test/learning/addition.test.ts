// Sums of two numbers as text: an LSTM reads the question from its end, another writes the answer.

import { expect, test } from "vitest";
import { atLeast } from "../../bench/figure.ts";
import { adam, alphabet, compile, cosineDecay, dense, embedding, examples, lstm, seq2seq, tokens } from "../../src/index.ts";
import { Random } from "../reference/random.ts";
import { judge } from "./judge.ts";
import { ANSWER, rightCharacters, SUM_SYMBOLS, sums } from "./tasks/addition.ts";
import { shuffled } from "./tasks/names.ts";

const signs = alphabet(SUM_SYMBOLS);
const read = (question: string): Int32Array => signs.encode(question).reverse();

test("sums are as described", () => {
  const all = sums(new Random(1), 5000);
  expect(
    new Set(
      all.map(({ question }) =>
        question
          .split("+")
          .map(Number)
          .sort((a, b) => a - b)
          .join(),
      ),
    ).size,
  ).toBe(5000);
  for (const { question, answer } of all) {
    const [a, b] = question.split("+").map(Number);
    expect(answer).toBe(String(a + b));
    expect(Math.max(question.length / 5, answer.length / ANSWER)).toBeLessThanOrEqual(1);
  }
  expect([rightCharacters("12", "12"), rightCharacters("102", "12"), rightCharacters("", "7")]).toEqual([3, 1, 2]);
});

/**
 * Keras's example: 5000 sums, a tenth held out, LSTM-128 twice with the context as input at every step, Adam (there 1e-3, here 3e-3, falling to 0), batches of 32. There questions and
 * answers are padded with spaces, and the answer is not fed back; here they have their own lengths, and the decoder hears what it said.
 */
test("two-digit addition, lstm(128)", async () => {
  const start = performance.now();
  const random = new Random(600);
  // The first that are drawn have fewer digits than the last: they are mixed before some are held out.
  const all = shuffled(sums(random, 5000), random).map((sum) => ({ ...sum, input: read(sum.question), target: signs.encode(sum.answer) }));
  const [train, held] = [all.slice(500), all.slice(0, 500)];
  using net = await compile(
    seq2seq({
      source: tokens(signs.size),
      encoder: [lstm(128)],
      context: "input",
      target: tokens(signs.size),
      decoder: [embedding(16), lstm(128), dense(signs.size)],
      maximum: ANSWER,
      seed: 0,
    }),
  );
  const share = (): number => {
    const said = net.generateAll({ sources: held.map(({ input }) => input), greedy: true });
    return said.reduce((sum, { symbols }, b) => sum + rightCharacters(signs.decode(symbols), held[b].answer), 0) / (held.length * ANSWER);
  };
  const rate = cosineDecay(3e-3, { steps: 44 * Math.ceil(train.length / 32) });
  const data = examples(train, { batch: 32, pool: 1 });
  let [reached, first] = [0, Infinity];
  for (let epochs = 4; epochs <= 44; epochs += 4) {
    for await (const _ of net.train(data, { optimizer: adam(rate), clip: { norm: 5 }, epochs: 4 }));
    reached = share();
    if (reached > 0.99) first = Math.min(first, epochs);
  }
  const note = `seed 0, after 44 epochs, > .99 first seen after ${first}; PyTorch's at epoch 44`;
  judge(atLeast("two-digit addition, lstm(128)", reached, "of the characters of 500 other answers", 0.99, note), start);
});
