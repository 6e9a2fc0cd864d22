// A cell of one's own, the minimal gated unit (Zhou et al. 2016), and the plan that it becomes.

import { adam, add, cell, compile, dense, features, meanSquared, mix, model, mul, plan, sigmoid, tanh, windows } from "unrolled";

const mgu = (units: number) =>
  cell({
    name: "mgu",
    state: { h: units },
    step({ x, h, linear, bias }) {
      const forget = sigmoid(add(linear("wf", x, units), linear("uf", h, units), bias("bf", units)));
      const fresh = tanh(add(linear("wn", x, units), linear("un", mul(forget, h), units), bias("bn", units)));
      return { h: mix(forget, fresh, h) };
    },
  });

const definition = model({ input: features(1), layers: [mgu(24), dense(1)], loss: meanSquared(), seed: 1 });
console.log(String(plan(definition, { batch: 8, steps: 25 })));

// Two sines that beat against each other: the next value depends on more than the last.
const wave = Float32Array.from({ length: 6000 }, (_, t) => (Math.sin(t / 3) + Math.sin(t / 3.7)) / 2);
using net = await compile(definition);
for await (const { step, loss } of net.train(windows(wave, { batch: 8, steps: 25 }), {
  optimizer: adam(5e-3),
  clip: { norm: 1 },
  epochs: 10,
}))
  if (step % 60 === 0) console.log(`step ${step}: mean squared error ${loss.toExponential(2)}`);
