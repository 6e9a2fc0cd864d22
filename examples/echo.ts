// The smallest task that needs a memory: say what was heard three steps ago.

import { adam, compile, crossEntropy, dense, model, rnn, tokens, windows } from "unrolled";

const SYMBOLS = 6;
const heard = Int32Array.from({ length: 20_000 }, () => Math.floor(Math.random() * SYMBOLS));
const said = heard.map((_, t) => (t < 3 ? 0 : heard[t - 3]));

using net = await compile(model({ input: tokens(SYMBOLS), layers: [rnn(48), dense(SYMBOLS)], loss: crossEntropy(), seed: 1 }));
const data = windows(heard, { targets: said, batch: 16, steps: 20 });
for await (const { step, loss } of net.train(data, { optimizer: adam(5e-3), clip: { norm: 1 }, epochs: 6 }))
  if (step % 50 === 0) console.log(`step ${step}: ${loss.toFixed(4)} nats a symbol`);

const question = [3, 1, 4, 1, 5, 2, 0, 5];
const answer = net.predict(question).map((chances) => chances.indexOf(Math.max(...chances)));
console.log("heard", question.join(" "), "→ said", answer.slice(3).join(" "));
