// Graphs that are as deep as they are long: planned without a call within a call for each step of their depth.

import { expect, test } from "vitest";
import { add, cell, compile, dense, examples, features, meanSquared, model, scale, sgd } from "../../src/index.ts";

/** Halves the distance to its input so many times: deeper than calls can be nested. */
const DEPTH = 5000;

const halving = cell({
  name: "halving",
  state: { h: 1 },
  step({ x, h }) {
    let value = h;
    for (let i = 0; i < DEPTH; i++) value = scale(add(value, x), 0.5);
    return { h: value };
  },
});

test("a cell of thousands of operations is trained and predicts", async () => {
  using net = await compile(model({ input: features(1), layers: [halving, dense(1)], loss: meanSquared(), seed: 1 }));
  const [[weight], [bias]] = ["layer 2/dense/w", "layer 2/dense/b"].map((path) => net.parameters.get(path).get());
  // The distance is below the smallest number long before the end: what is left is the input, to the bit.
  expect(net.predict([[3], [-7]])).toEqual([Float32Array.of(3 * weight + bias), Float32Array.of(-7 * weight + bias)]);
  const losses: number[] = [];
  for await (const { loss } of net.train(examples([{ input: [[3], [-7]], target: [[1], [1]] }], { batch: 1 }), {
    optimizer: sgd(0.01),
    epochs: 2,
  }))
    losses.push(loss);
  expect(losses[1]).toBeLessThan(losses[0]);
});
