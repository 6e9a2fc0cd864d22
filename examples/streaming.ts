// A sensor of three axes read one step at a time: the network says at each step whether it is being shaken.

import { adam, binaryCrossEntropy, compile, dense, features, model, rnn, windows } from "unrolled";

const readings: number[][] = [];
const shaken: number[][] = [];
for (let t = 0; t < 20_000; t++) {
  const shakes = Math.floor(t / 200) % 3 === 0;
  const noise = () => (Math.random() - 0.5) / 5;
  const swing = shakes ? Math.sin(t) : 0;
  readings.push([swing + noise(), noise(), 1 + noise()]);
  shaken.push([shakes ? 1 : 0]);
}

using net = await compile(model({ input: features(3), layers: [rnn(16), dense(1)], loss: binaryCrossEntropy(), seed: 1 }));
for await (const { step, loss } of net.train(windows(readings, { targets: shaken, batch: 8, steps: 32 }), {
  optimizer: adam(1e-2),
  epochs: 4,
}))
  if (step % 100 === 0) console.log(`step ${step}: ${loss.toFixed(4)} nats`);

using stream = net.stream();
for (let t = 150; t < 260; t += 1) {
  const [probability] = stream.push(readings[t]);
  if (t % 10 === 0) console.log(`t ${t}: shaken with probability ${probability.toFixed(2)}${t === 200 ? "   ← it stops here" : ""}`);
}
