// Recurrence from the output only: taught with the truth it is parallel over time, left to itself it is not.

import { adam, compile, crossEntropy, dense, model, plan, rnn, tokens, windows } from "unrolled";

const SYMBOLS = 8;
const definition = model({
  input: tokens(SYMBOLS),
  layers: [rnn(128, { recurrence: "output" }), dense(SYMBOLS)],
  loss: crossEntropy(),
  seed: 1,
});

// Say the last symbol that was not 0: without hearing what one has said, a 0 cannot be answered.
const heard = Int32Array.from({ length: 40_000 }, () => (Math.random() < 0.5 ? 0 : 1 + Math.floor(Math.random() * (SYMBOLS - 1))));
const said = new Int32Array(heard.length);
for (let t = 0; t < heard.length; t++) said[t] = heard[t] === 0 ? (said[t - 1] ?? 0) : heard[t];
const data = windows(heard, { targets: said, batch: 32, steps: 64 });

for (const teacherForcing of [true, false]) {
  const loops = plan(definition, { batch: 32, steps: 64, teacherForcing }).stages.filter(({ direction }) => direction !== 0).length;
  using net = await compile(definition);
  const start = performance.now();
  let steps = 0;
  for await (const { step } of net.train(data, { optimizer: adam(3e-3), clip: { norm: 1 }, epochs: 10, teacherForcing })) steps = step;
  const milliseconds = (performance.now() - start) / steps;
  const { loss } = await net.evaluate(data, { teacherForcing: false });
  const name = teacherForcing ? "teacher forced" : "free running";
  console.log(
    `${name}: ${loops} loops over time, ${milliseconds.toFixed(2)} ms a step; left to itself afterwards ${loss.toFixed(3)} nats a symbol`,
  );
}
