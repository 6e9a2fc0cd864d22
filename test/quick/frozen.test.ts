// Frozen parameters: saved, read and set like all others, but without gradient, optimizer state, update or random step.

import { expect, test } from "vitest";
import {
  adam,
  add,
  bytesOf,
  cell,
  compile,
  dense,
  examples,
  features,
  meanSquared,
  model,
  open,
  type Plan,
  plan,
  tanh,
} from "../../src/index.ts";
import { layoutParameters } from "../../src/plan/parameters.ts";

const frozen = (units: number) =>
  cell({
    name: "frozen",
    state: { h: units },
    step: ({ x, h, linear, bias }) => ({
      h: tanh(add(linear("wx", x, units), bias("b", units, undefined, false), linear("wh", h, units, undefined, false))),
    }),
  });
/** wx and the dense layer are trained, wh and b are not. */
const definition = model({ input: features(3), layers: [frozen(5), dense(2)], loss: meanSquared(), seed: 4 });
const FROZEN = ["layer 1/frozen/b", "layer 1/frozen/wh"];
const rows = (count: number, width: number, k: number): number[][] =>
  Array.from({ length: count }, (_, t) => Array.from({ length: width }, (_, i) => Math.sin(k + t * (i + 1))));
const data = examples([{ input: rows(6, 3, 0), target: rows(6, 2, 1) }]);

test("lie behind the trained ones, which alone are counted as learned", () => {
  const layout = layoutParameters(definition);
  expect(layout.places.map(({ path }) => path)).toEqual(
    ["wx", "b", "wh"].map((name) => `layer 1/frozen/${name}`).concat("layer 2/dense/w", "layer 2/dense/b"),
  );
  for (const { path, trained, offset } of layout.places) {
    expect(trained).toBe(!FROZEN.includes(path));
    expect(offset < layout.trainedBytes).toBe(trained);
  }
  expect(layout.count).toBe(3 * 5 + 5 * 2 + 2);
});

test("are not among the parameters whose gradient is shortened", async () => {
  using net = await compile(definition);
  const before = FROZEN.map((path) => net.parameters.get(path).get());
  const clip = { parameterNorm: 1e-6 };
  for await (const { clipped } of net.train(data, { clip, steps: 1 })) expect(clipped).toEqual({ value: 0, parameters: 3, norm: false });
  expect(FROZEN.map((path) => net.parameters.get(path).get())).toEqual(before);
});

test.each(["updated", "randomStep"] as const)("stay as they are when the others are changed: %s", async (action) => {
  using net = await compile(definition);
  if (action === "randomStep") net.parameters.get("layer 2/dense/w").set(new Float32Array(10).fill(3.4e38));
  const before = new Map([...net.parameters].map((parameter) => [parameter.path, parameter.get()]));
  for await (const progress of net.train(data, { optimizer: adam(1e-2), onNonFinite: "randomStep", steps: 1 }))
    expect(progress.action).toBe(action);
  for (const { path, get } of net.parameters) {
    if (path === "layer 2/dense/w" && action === "randomStep") continue; // 0.01 is nothing to 3.4e38
    if (FROZEN.includes(path)) expect(get()).toEqual(before.get(path));
    else expect(get()).not.toEqual(before.get(path));
  }
});

test("can be set, and what was packed of them is packed anew", async () => {
  using net = await compile(definition);
  using other = await compile({ ...definition, seed: 9 });
  const input = rows(6, 3, 0);
  for await (const _ of net.train(data, { steps: 1 }));
  net.predict(input);
  for (const { path, get } of other.parameters) net.parameters.get(path).set(get());
  expect(net.predict(input)).toEqual(other.predict(input));
  for await (const { loss } of net.train(data, { steps: 1 })) expect(loss).toBe((await other.evaluate(data)).loss);
});

test("are saved, and the optimizer's memory of the others is too", async () => {
  using net = await compile(definition);
  net.parameters.get(FROZEN[1]).set(Float32Array.from({ length: 25 }, (_, i) => i / 25));
  for await (const _ of net.train(data, { epochs: 3 }));
  using copy = await open(net.save({ optimizer: true }));
  for (const { path, get } of net.parameters) expect(copy.parameters.get(path).get()).toEqual(get());
  for (const trained of [net, copy]) for await (const _ of trained.train(data, { epochs: 2 }));
  for (const { path, get } of net.parameters) expect(copy.parameters.get(path).get()).toEqual(get());
});

test("cost no gradient and no optimizer state, as bytesOf says beforehand", async () => {
  using net = await compile(definition);
  const expected = bytesOf(definition, { batch: 1, steps: 6, optimizer: adam(1e-3) });
  const { bytes, trainedBytes } = layoutParameters(definition);
  expect(expected).toMatchObject({ parameters: bytes, gradients: trainedBytes, optimizer: 2 * trainedBytes });
  for await (const _ of net.train(data));
  expect(net.bytes).toMatchObject({ parameters: bytes, gradients: trainedBytes, panels: expected.panels, optimizer: 2 * trainedBytes });
});

const backwards = ({ stages }: Plan): number => stages.filter(({ direction }) => direction === -1).length;

test("ask for no way back through time unless something below does", () => {
  const still = cell({
    name: "still",
    state: { h: 4 },
    step: ({ x, h, linear }) => ({ h: tanh(add(linear("wx", x, 4, undefined, false), linear("wh", h, 4, undefined, false))) }),
  });
  const alone = model({ input: features(3), layers: [still, dense(2)], loss: meanSquared() });
  const above = model({ input: features(3), layers: [dense(3), still, dense(2)], loss: meanSquared() });
  expect(backwards(plan(alone, { batch: 2, steps: 8 }))).toBe(0);
  expect(backwards(plan(above, { batch: 2, steps: 8 }))).toBe(1);
});

test("are all there is: then there is nothing to train", async () => {
  const still = model({
    input: features(3),
    layers: [cell({ name: "still", state: { h: 2 }, step: ({ x, h, linear }) => ({ h: add(h, linear("w", x, 2, undefined, false)) }) })],
    loss: meanSquared(),
  });
  using net = await compile(still);
  const training = net.train.bind(net, examples([{ input: rows(4, 3, 0), target: rows(4, 2, 0) }]));
  expect(training).toThrow("no parameter that is trained");
});
