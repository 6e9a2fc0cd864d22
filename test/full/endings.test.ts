// The three ways to stop, when generating: as likely as reported, together as alone, searched exhaustively, and as the training's own losses say.

import { describe, expect, test } from "vitest";
import {
  attention,
  binaryCrossEntropy,
  compile,
  type Definition,
  dense,
  embedding,
  examples,
  features,
  gaussian,
  gru,
  predictedLength,
  type Sequence,
  seq2seq,
  stopOutput,
  tokens,
} from "../../src/index.ts";
import { givesBack, loud } from "../support/speaking.ts";

const encoder = [embedding(4), gru(5)];
const decoder = [embedding(4), gru(5), dense(3)];
const numbers = [gru(5), dense(2)];
const SYMBOLS: Readonly<Record<string, Definition>> = {
  "a coin": seq2seq({ source: tokens(6), encoder, target: tokens(3), decoder, stop: stopOutput(), maximum: 8, seed: 1 }),
  "a length": seq2seq({ source: tokens(6), encoder, target: tokens(3), decoder, stop: predictedLength({ maximum: 4 }), seed: 2 }),
  // Rows whose length is 0 are in no step: what the others look at is found by their own numbers.
  "a length, looking at the source": seq2seq({
    source: tokens(6),
    encoder,
    target: tokens(3),
    decoder: [embedding(4), gru(5), attention({ score: "additive" }), dense(3)],
    stop: predictedLength({ maximum: 4 }),
    seed: 7,
  }),
  "a coin, from nothing": seq2seq({ target: tokens(3), decoder, stop: stopOutput(), maximum: 8, seed: 3 }),
  "a length, from nothing": seq2seq({ target: tokens(3), decoder, stop: predictedLength({ maximum: 4 }), seed: 4 }),
};
const NUMBERS: Readonly<Record<string, Definition>> = {
  "a coin, numbers": seq2seq({ source: tokens(6), encoder, target: features(1), decoder: numbers, loss: gaussian(), maximum: 8, seed: 5 }),
  "a length, numbers": seq2seq({
    source: tokens(6),
    encoder,
    target: features(1),
    decoder: numbers,
    loss: gaussian(),
    stop: predictedLength({ maximum: 4 }),
    seed: 6,
  }),
};
const sourcesOf = ({ inputs }: Definition): Sequence[] | undefined => (inputs.source ? [[1, 2, 3], [], [5, 0]] : undefined);
const given = (source: Sequence | undefined) => (source ? { source } : {});

describe.each(Object.entries({ ...SYMBOLS, ...NUMBERS }))("%s", (_, definition) => {
  const sources = sourcesOf(definition);
  const isLength = definition.decoding?.stop?.kind === "predictedLength";

  test("together as alone, as likely as reported, and as the losses of training say", async () => {
    using net = await loud(definition, 2);
    const all = net.generateAll({ ...(sources ? { sources } : {}), samples: 12, seed: 3 });
    const lengths = new Set<number>();
    for (const [row, one] of all.entries()) {
      const source = given(sources?.[Math.floor(row / 12)]);
      const target = one.symbols.length > 0 ? one.symbols : one.steps;
      lengths.add(target.length);
      if (row % 5 === 0) expect(net.generateAll({ ...source, seed: 3 + row })).toEqual([one]);
      expect(one.logProbabilities).toHaveLength(target.length + Number(isLength));
      const { logProbability, logProbabilities } = one;
      expect(net.score({ ...source, target }, { ended: one.ended })).toEqual({ logProbability, logProbabilities });
      if (row % 3 > 0 || !one.ended || target.length === 0) continue;
      const data = examples([{ ...(sources ? { input: source.source as Sequence } : {}), target }] as never);
      const { losses } = await net.evaluate(data);
      const { target: steps, stop = 0, length = 0 } = losses as Record<string, number>;
      // The losses' logarithms are of f32, and their means are divided and multiplied again.
      expect(-logProbability).toBeCloseTo(target.length * (steps + stop) + length, 4);
    }
    expect(lengths.size).toBeGreaterThan(2);
  });

  test("greedy says when it is more likely than not", async () => {
    using net = await loud(definition, 2);
    const [{ ended, logProbabilities }] = net.generateAll({ ...given(sources?.[0]), greedy: true });
    expect(net.generateAll({ ...given(sources?.[0]), temperature: 0 })[0]).toMatchObject({ ended, logProbabilities });
    if (!isLength) return;
    // No length is likelier than the one that was taken, so that of the five shares e^(x − largest) none is above 1: e^r is rounded from 1 + r·(…), where
    // r is not above 0. Their sum, of f64, is then at most 5, and stays so as f32. Its logarithm is of f32, as in the loss, and at most 0.84 ULP off,
    // of 2⁻²³ where it is from 1 to 2. Adding and subtracting the largest logit is of f64. More digits would be none of the logits', which are of f32.
    expect(logProbabilities.at(-1) as number).toBeGreaterThanOrEqual(-Math.log(5) - 2 ** -23);
  });

  test("memory is given back", async () => {
    using net = await loud(definition, 2);
    await givesBack(net, () => {
      for (const _ of net.sample(given(sources?.[0]))) break;
      net.generateAll({ ...given(sources?.[0]), samples: 3 });
    });
  });
});

describe.each(Object.entries(SYMBOLS))("%s", (_, definition) => {
  test("a beam that is wide enough finds the best of all there is; one of 1 is greedy", async () => {
    using net = await loud(definition, 2);
    const isLength = definition.decoding?.stop?.kind === "predictedLength";
    const source = given(sourcesOf(definition)?.[0]);
    expect(net.generateAll({ ...source, beam: { width: 1 } })).toEqual(net.generateAll({ ...source, greedy: true }));
    const longest = isLength ? 4 : 3;
    const sequences: number[][] = [[]];
    for (let i = 0; i < sequences.length; i++)
      if (sequences[i].length < longest) for (const symbol of [0, 1, 2]) sequences.push([...sequences[i], symbol]);
    const all = sequences
      .flatMap((target) => {
        const endings = isLength ? [true] : target.length === 0 ? [] : target.length === longest ? [true, false] : [true];
        return endings.map((ended) => ({ target, ended, ...net.score({ ...source, target }, { ended }) }));
      })
      .toSorted((a, b) => b.logProbability - a.logProbability)
      .slice(0, 6);
    const found = net.generateAll({ ...source, maximum: longest, samples: 6, beam: { width: sequences.length * 2, lengthPenalty: 0 } });
    expect(found.map(({ symbols, ended, logProbability }) => ({ symbols, ended, logProbability }))).toEqual(
      all.map(({ target, ended, logProbability }) => ({ symbols: target, ended, logProbability })),
    );
  });
});

test("what is not finite is said, of numbers, bits and lengths", async () => {
  const bits = seq2seq({ target: features(3), decoder: [gru(4), dense(3)], loss: binaryCrossEntropy(), maximum: 4 });
  for (const definition of [NUMBERS["a coin, numbers"], SYMBOLS["a length, from nothing"], bits]) {
    using net = await compile(definition);
    // What a user sets is checked, so behind its back.
    const { memory, parameters, layout } = net.inside.machine;
    memory.floats(parameters, layout.trainedBytes / 4).fill(Number.NaN);
    net.inside.machine.changed();
    expect(() => net.generateAll(given(sourcesOf(definition)?.[0]))).toThrow(/not finite/);
  }
});

test("a length that is not finite is said by a search, too, and lengths to 30,000 are searched for as fast as they are drawn", async () => {
  using net = await loud(SYMBOLS["a length, from nothing"], 2);
  const { memory, parameters, layout } = net.inside.machine;
  const bias = net.parameters.get("length/b");
  const all = memory.floats(parameters, layout.trainedBytes / 4);
  const before = all.slice();
  bias.set(bias.get().fill(0.25));
  const at = all.findIndex((value, i) => value !== before[i]);
  all.fill(Number.NaN, at, at + 5);
  net.inside.machine.changed();
  expect(() => net.generateAll({ beam: { width: 2 } })).toThrow(/not finite/);
  using long = await compile(seq2seq({ target: tokens(3), decoder, stop: predictedLength({ maximum: 30_000 }) }));
  const [greedy, begun] = [long.generateAll({ greedy: true, maximum: 3 }), performance.now()];
  expect(long.generateAll({ beam: { width: 1 }, maximum: 3 })).toEqual(greedy);
  // Measured: 6 ms; each of the lengths on its own would be 5 s.
  expect(performance.now() - begun).toBeLessThan(1000);
});

test("lengths are as often as they are told, and coins fall as often", async () => {
  const count = 20_000;
  for (const name of ["a length, from nothing", "a coin, from nothing"]) {
    using net = await loud(SYMBOLS[name], 2);
    const counts = new Map<number, number>();
    for (const { symbols } of net.generateAll({ samples: count, temperature: 0.5 }))
      counts.set(symbols.length, (counts.get(symbols.length) ?? 0) + 1);
    const first = Math.exp(net.generateAll({ greedy: true, maximum: 1 })[0].logProbability);
    expect(first).toBeGreaterThan(0);
    expect(counts.size).toBeGreaterThan(3);
    // Ends are drawn as likely as they are told, whatever the temperature of the steps: nothing makes the lengths of the bias alone other than even.
    if (name.startsWith("a length")) for (const share of counts.values()) expect(Math.abs(share / count - 1 / 5)).toBeLessThan(0.012);
  }
});
