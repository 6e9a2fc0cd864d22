// Sensors of three axes read one step at a time: the network says at each step whether one is being shaken. First one, then many over the same weights.

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

// A thousand sensors, each with a state of its own; those that have a reading are pushed together, and the others wait.
using streams = net.streams(1000);
for (let t = 150; t < 210; t++) {
  const which = Array.from({ length: 500 }, (_, i) => 2 * i + (t % 2));
  streams.push(
    which.map((i) => readings[(t >> 1) + i]),
    which,
  );
}
// A state is plain arrays: as JSON it can wait in a file, and go on in another process, or in a page.
const json = JSON.stringify(Object.fromEntries(Object.entries(streams.state(17)).map(([name, values]) => [name, Array.from(values)])));
using elsewhere = net.stream();
elsewhere.restore(JSON.parse(json));
const [here] = streams.push([readings[300]], [17]).subarray(17 * streams.width);
const [there] = elsewhere.push(readings[300]);
console.log(`stream 17 here: ${here.toFixed(4)}; taken up elsewhere from ${json.length} characters: ${there.toFixed(4)}`);
