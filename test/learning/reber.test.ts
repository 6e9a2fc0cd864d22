// The embedded Reber grammar, string by string: at every step of 256 other strings the lawful symbols are the likeliest.

import { describe, expect, test } from "vitest";
import { atMost } from "../../bench/figure.ts";
import { adam, compile, crossEntropy, dense, lstm, model, tokens } from "../../src/index.ts";
import { Random } from "../reference/random.ts";
import { judge } from "./judge.ts";
import { iterationsOf } from "./solve.ts";
import { embeddedReber, REBER_SYMBOLS, type Reber, reberSymbols } from "./tasks/reber.ts";

/** PyTorch needed 1500 to 3500. */
const MOST = 3500;

/** The grammar as a regular expression: what follows X at first, or P later, is (XT*VP)* and then S or XT*VV. */
const REST = "(?:XT*VP)*(?:S|XT*VV)";
const GRAMMAR = new RegExp(`^B([TP])B(?:TS*X${REST}|PT*V(?:V|P${REST}))E\\1E$`);

test("strings are of the grammar", () => {
  const random = new Random(1);
  for (let i = 0; i < 500; i++) {
    const { letters, symbols, lawful } = embeddedReber(random);
    expect(letters).toMatch(GRAMMAR);
    expect(lawful.length).toBe(symbols.length);
    const next = reberSymbols({ letters, symbols, lawful }).subarray(1);
    for (const [t, symbol] of next.entries()) expect(lawful[t]).toContain(symbol);
    // The symbol that was said at first is the only one that may come at last but one.
    expect(lawful[lawful.length - 2]).toEqual([symbols[1]]);
  }
});

describe.each([0, 1, 2, 3, 4])("seed %i", (seed) => {
  test("lstm(16)", async () => {
    const start = performance.now();
    using net = await compile(
      model({ input: tokens(REBER_SYMBOLS), layers: [lstm(16), dense(REBER_SYMBOLS)], loss: crossEntropy(), seed }),
    );
    const random = new Random(300 + seed);
    const held = Array.from({ length: 256 }, () => embeddedReber(random));
    const isRight = ({ symbols, lawful }: Reber): boolean =>
      net.predict(symbols).every((said, t) => {
        const least = Math.min(...lawful[t].map((symbol) => said[symbol]));
        return said.every((probability, symbol) => lawful[t].includes(symbol) || probability < least);
      });
    const fresh = () => {
      const symbols = reberSymbols(embeddedReber(random));
      return { input: symbols.subarray(0, -1), target: symbols.subarray(1) };
    };
    const { iterations, measured } = await iterationsOf(net, {
      fresh,
      batch: 1,
      every: 250,
      most: MOST,
      options: { optimizer: adam(1e-2), clip: { norm: 5 } },
      measure: () => held.filter(isRight).length / held.length,
      isSolved: (share) => share === 1,
    });
    const note = `${measured} of 256 others foretold`;
    judge(atMost(`embedded Reber grammar, lstm(16), seed ${seed}`, iterations ?? Infinity, "strings", MOST, note), start);
  });
});
