// Outputs that are not finite are told: of what sequence or stream, at which step, and where they began.

import { expect, test } from "vitest";
import { compile, dense, features, meanSquared, model, rnn } from "../../src/index.ts";

/** A state that doubles at each step: from 1, it is 2^t after t more, which f32 has up to t = 127. The output is half of it. */
async function doubling() {
  const net = await compile(
    model({ input: features(1), layers: [rnn(1, { activation: "identity" }), dense(1)], loss: meanSquared(), seed: 1 }),
  );
  for (const [path, value] of [
    ["layer 1/rnn/wx", 1],
    ["layer 1/rnn/wh", 2],
    ["layer 1/rnn/b", 0],
    ["layer 2/dense/w", 0.5],
    ["layer 2/dense/b", 0],
  ] as const)
    net.parameters.get(path).set([value]);
  return net;
}
const steps = (length: number, first = 1): number[][] => Array.from({ length }, (_, t) => [t === 0 ? first : 0]);

test("predict and score say at which step, and where it began", async () => {
  using net = await doubling();
  expect(net.predict(steps(128)).at(-1)).toEqual(Float32Array.of(2 ** 126));
  for (let again = 0; again < 2; again++)
    expect(() => net.predict(steps(200))).toThrow(
      "predict: sequence: at step 128 the output is not finite. The first such value is Infinity in layer 1/rnn/h at step 128.",
    );
  expect(() => net.predictAll([steps(140, 0), steps(2), steps(130), steps(129, 2 ** 64)])).toThrow(
    /^predictAll: sequences\[3\]: at step 64 .* Infinity in layer 1\/rnn\/h at step 64\./,
  );
  expect(() => net.score(steps(150))).toThrow(/^score: sequence: at step 128 .*net\.parameters/);
  // Nothing is left of it.
  expect(net.predict(steps(3))).toEqual([0.5, 1, 2].map((value) => Float32Array.of(value)));
});

test("a state that is infinite makes an output of a weight of 0 NaN: where it began is told", async () => {
  using net = await doubling();
  net.parameters.get("layer 2/dense/w").set([0]);
  expect(() => net.predict(steps(129))).toThrow(/at step 128 the output is not finite\. .* Infinity in layer 1\/rnn\/h at step 128/);
});

test("a push says so for its stream; the others have taken their step, and it begins anew", async () => {
  using net = await doubling();
  using stream = net.stream();
  for (const step of steps(128)) stream.push(step);
  expect(() => stream.push(0)).toThrow(/^push: the output is not finite\. Reset it\./);
  expect(() => stream.push(0)).toThrow(/^push: /);
  stream.reset();
  expect(stream.push(1)).toEqual(Float32Array.of(0.5));
  using streams = net.streams(3);
  const outputs = streams.push([2 ** 127, 1], [2, 0]);
  expect(() => streams.push([4, 0, 6], [0, 2, 1])).toThrow(/^push: stream 2: the output is not finite/);
  expect([...outputs]).toEqual([3, 3, Infinity]);
  streams.reset(2);
  expect([...streams.push([0, 0, 1])]).toEqual([6, 6, 0.5]);
});
