// A gradient that explodes by itself, and what can be done: clip it, skip the step, or take a random one.

import { compile, dense, examples, features, meanSquared, model, NonFiniteError, rnn, sgd, type TrainOptions } from "unrolled";

// To be learned: a sum that forgets a tenth of itself at each step. The recurrence h(t) = h(t−1)·W + … solves it with the radius 0.9.
const sequences = (...lengths: readonly number[]) =>
  examples(
    lengths.flatMap((length) =>
      Array.from({ length: 32 }, () => {
        const input = Float32Array.from({ length }, () => 2 * Math.random() - 1);
        let sum = 0;
        return { input, target: input.map((x) => (sum = 0.9 * sum + x)) };
      }),
    ),
    { batch: 8 },
  );
const definition = model({ input: features(1), layers: [rnn(2, { activation: "identity" }), dense(1)], loss: meanSquared(), seed: 2 });

/** Trains and tells; `radius` is that of the recurrence at the beginning. */
async function tell(title: string, data: ReturnType<typeof sequences>, options: TrainOptions, radius?: number): Promise<void> {
  console.log(`\n${title}`);
  using net = await compile(definition);
  if (radius !== undefined) net.parameters.get("layer 1/rnn/wh").set([radius, 0, 0, radius]);
  try {
    for await (const { step, loss, gradientNorm, action, counts } of net.train(data, { epochs: 40, ...options })) {
      if (step > 5 && step % 40 !== 0) continue;
      const done = `${counts.clippedByNorm} clipped, ${counts.skipped} skipped, ${counts.randomSteps} at random`;
      console.log(`  step ${step}: loss ${loss.toPrecision(3)}, gradient ${gradientNorm.toPrecision(3)}, ${action} (so far ${done})`);
    }
    console.log(`  mean squared error at the end: ${(await net.evaluate(data)).loss.toPrecision(3)}; an answer of 0 has 1.75`);
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    console.log(`  ${error.message}`);
  }
}

const clip = { norm: 1 };
await tell("300 steps, nothing clipped: a cliff", sequences(300), { optimizer: sgd(0.3) });
await tell("The same, clipped by norm", sequences(300), { optimizer: sgd(0.3), clip });
const slow = sgd(0.05);
await tell("Radius 1.5: 300 steps are beyond f32", sequences(300), { optimizer: slow, clip }, 1.5);
await tell("… skipped, where 20 steps are not", sequences(20, 300), { optimizer: slow, clip, onNonFinite: "skip" }, 1.5);
await tell("Radius 1.2: the loss is finite, its gradient is not", sequences(300), { optimizer: slow, clip }, 1.2);
await tell("… by chance, until it is", sequences(300), { optimizer: slow, clip, onNonFinite: { randomStep: 0.3 } }, 1.2);
