// Decoders: begun and ended by the library, several sources as one batch, each as alone; judged by the whole graph, searched against all there is.

import { describe, expect, test } from "vitest";
import { compile, dense, embedding, features, gaussian, gru, plan, seq2seq, tokens } from "../../src/index.ts";
import { judgeDecoder } from "../support/decoding.ts";
import { DECODERS, loud } from "../support/speaking.ts";

describe("attention", () => judgeDecoder(DECODERS.attention, 2));

test("what attention looks at is packed once for all steps, before the first", () => {
  const { before, nodes } = plan(DECODERS.attention, { purpose: "generate" });
  const made = [...before].map((id) => nodes[id].op);
  expect(made.toSorted()).toEqual(["affine", "clamp", "exp", "pack", "pack"]);
  // The same graph, where nothing is given beforehand.
  expect(plan(DECODERS.attention, { purpose: "predict" }).before.size).toBe(0);
});

test("numbers are made from a source, heard as they were drawn", async () => {
  using net = await loud(
    seq2seq({
      source: tokens(5),
      encoder: [embedding(3), gru(4)],
      target: features(2),
      decoder: [gru(4), dense(4)],
      loss: gaussian(),
      stop: null,
      maximum: 6,
    }),
    2,
  );
  const sources = [[1, 2], [4, 3, 2, 1], []];
  for (const [row, { steps, symbols, ended, logProbability, logProbabilities }] of net.generateAll({ sources, seed: 2 }).entries()) {
    expect([steps.length, symbols, ended]).toEqual([6, [], false]);
    expect(net.generateAll({ source: sources[row], seed: 2 + row })[0].steps).toEqual(steps);
    expect(net.score({ source: sources[row], target: steps })).toEqual({ logProbability, logProbabilities });
  }
  expect(() => net.generate({ source: [1] })).toThrow(/numbers, no symbols/);
});

test("a decoder without an end or a maximum is told how much to say", async () => {
  using net = await compile(seq2seq({ target: tokens(3), decoder: [embedding(2), gru(3), dense(3)], stop: null }));
  expect(() => net.generate({})).toThrow(/no greatest length.*maximum/);
  expect(net.generate({ maximum: 4 })).toHaveLength(4);
});

test("nothing that is said is longer than the maximum, drawn, searched or symbol by symbol, and all of it can be judged", async () => {
  using net = await loud(seq2seq({ target: tokens(3), decoder: [embedding(2), gru(3), dense(3)], maximum: 3, seed: 1 }), 1);
  for (const maximum of [undefined, 2]) {
    const longest = maximum ?? 3;
    const options = maximum === undefined ? {} : { maximum };
    const drawn = net.generateAll({ ...options, samples: 60 });
    const found = net.generateAll({ ...options, samples: 8, beam: { width: 8 } });
    for (const all of [drawn, found]) {
      const full = all.filter(({ symbols }) => symbols.length === longest);
      // Whether the end comes right behind the last that may be said is still told.
      expect(new Set(full.map(({ ended }) => ended))).toEqual(new Set([true, false]));
      for (const { symbols, ended, logProbability, logProbabilities } of all) {
        expect(symbols.length).toBeLessThanOrEqual(longest);
        expect(net.score({ target: symbols }, { ended })).toEqual({ logProbability, logProbabilities });
      }
    }
    expect(new Set(found.map(({ symbols, ended }) => `${symbols} ${ended}`)).size).toBe(8);
    for (const [row, { symbols, ended, logProbabilities }] of drawn.entries()) {
      const drawing = net.sample({ ...options, seed: 1 + row });
      const said: number[] = [];
      for (let one = drawing.next(); ; one = drawing.next()) {
        if (!one.done) {
          said.push(one.value.symbol);
          continue;
        }
        expect([said, one.value]).toEqual([symbols, { ended, logProbability: ended ? logProbabilities.at(-1) : 0 }]);
        break;
      }
    }
  }
});
