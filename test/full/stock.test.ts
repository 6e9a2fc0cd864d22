// Every stock cell with every option, as a user has it: a definition that is data, saved and opened, streamed step by step to the same bits.

import { describe, expect, test } from "vitest";
import { compile, features, meanSquared, model, open } from "../../src/index.ts";
import { STOCK } from "../reference/stock.ts";

const WIDTHS = { input: 3, hidden: 5, output: 2 };
const input = Array.from({ length: 11 }, (_, t) => Float32Array.from({ length: WIDTHS.input }, (_, i) => Math.sin(1 + t * 3 + i)));

const patterns = STOCK.filter(({ pattern }) => pattern === "hidden" || pattern === "heard");

describe.each(patterns)("$name", ({ layers }) => {
  const definition = model({ input: features(WIDTHS.input), layers: layers(WIDTHS), loss: meanSquared(), seed: 4 });

  test("is data, is opened as it was saved, and streams what it predicts", async () => {
    using net = await compile(JSON.parse(JSON.stringify(definition)));
    using again = await open(net.save());
    expect(again.definition).toEqual(definition);
    const predicted = net.predict(input);
    expect(again.predict(input)).toEqual(predicted);
    using stream = again.stream();
    const streamed = input.map((step) => [...stream.push(step)]);
    expect(streamed.flat()).toEqual([...(predicted as Iterable<Float32Array>)].flatMap((row) => [...row]));
    expect(streamed.flat().every(Number.isFinite)).toBe(true);
  });
});

test("a layer's text says what it is, defaults left out", () => {
  const texts = STOCK.filter(({ pattern }) => pattern === "hidden").map(({ layers }) => layers(WIDTHS)[0].text);
  for (const expected of [
    "lstm(5)",
    "lstm(5, coupled: true, peepholes: true)",
    "lstm(6, projection: 3)",
    "lstm(5, activation: softsign, outputActivation: identity, gate: hardSigmoid)",
    "lstm(5, transition: [dense(7, activation: sigmoid), dense(5, activation: tanh)], transitionSkip: concat)",
    "gru(5, reset: before, delays: [1, 3])",
    "rnn(5, leak: learned)",
    'rnn(5, recurrentDropout: 0.4, zoneout: {"h":0.3})',
  ])
    expect(texts).toContain(expected);
  expect(texts.some((text) => text.startsWith("lstm(6, activation: a function, clip: 2, cellClip: 1.5"))).toBe(true);
});
