// Numbers in words → digits: two sequences of different lengths, and where attention looks. A part of the numbers is never seen in training.

import { adam, attention, compile, dense, embedding, examples, gru, seq2seq, tokens } from "unrolled";
import { attentionWeights } from "unrolled/inspect";

const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const WORDS = [...SMALL, ...TENS, "hundred", "and"];

function inWords(n: number): string[] {
  if (n < 20) return [SMALL[n]];
  if (n < 100) return [TENS[Math.floor(n / 10) - 2], ...(n % 10 > 0 ? inWords(n % 10) : [])];
  return [SMALL[Math.floor(n / 100)], "hundred", ...(n % 100 > 0 ? ["and", ...inWords(n % 100)] : [])];
}

const read = (n: number): number[] => inWords(n).map((word) => WORDS.indexOf(word));
const numbers = Array.from({ length: 1000 }, (_, n) => n);
const held = numbers.filter((n) => n % 9 === 4);
const seen = numbers.filter((n) => n % 9 !== 4);

// The state in which the encoder ends is the one in which the decoder begins, and each step of the decoder looks at all states of the encoder. Start and
// end of what is said are the library's business.
using net = await compile(
  seq2seq({
    source: tokens(WORDS.length),
    encoder: [embedding(16), gru(64)],
    target: tokens(10),
    decoder: [embedding(16), gru(64), attention({ score: "general" }), dense(64, { activation: "tanh" }), dense(10)],
    maximum: 3,
    seed: 1,
  }),
);
const data = examples(
  seen.map((n) => ({ source: read(n), target: [...String(n)].map(Number) })),
  { batch: 32 },
);
for await (const { step, loss } of net.train(data, { optimizer: adam(5e-3), clip: { norm: 1 }, epochs: 12 }))
  if (step % 100 === 0) console.log(`step ${step}: ${loss.toFixed(4)} nats a digit`);

const said = net.generateAll({ sources: held.map(read), greedy: true }).map(({ symbols }) => [...symbols].join(""));
for (const [i, n] of held.entries()) if (i % 20 === 0) console.log(`${inWords(n).join(" ")} → ${said[i]}`);
console.log(`${said.filter((digits, i) => digits === String(held[i])).length} of ${held.length} numbers that it had never read`);

// The likeliest three that a beam finds for one of them, and which words are looked at when each digit of the first, and then its end, is said.
const asked = held[40];
const found = net.generateAll({ source: read(asked), beam: { width: 3 }, samples: 3 });
console.log(
  found.map(({ symbols, logProbability }) => `${symbols.join("")} (${(100 * Math.exp(logProbability)).toFixed(1)} %)`).join(", "),
);
const weights = attentionWeights(net, { source: read(asked), target: found[0].symbols });
for (const [t, row] of weights.entries())
  console.log(
    `${found[0].symbols[t] ?? "end"}`.padStart(3),
    inWords(asked)
      .map((word, s) => `${word} ${row[s].toFixed(2)}`)
      .join("  "),
  );
