// What every decoder must do: together as alone, as likely as reported, as the whole graph says, and searched as exhaustively as is asked.

import { expect, test } from "vitest";
import type { Definition, Sequence } from "../../src/index.ts";
import { everything, givesBack, loud, sourcesFor } from "./speaking.ts";
import { wholeLogits } from "./whole.ts";

const of = (source: Sequence | undefined) => (source === undefined ? {} : { source });

/** Writes the tests. `length`: of all the sequences that a search is compared with. */
export function judgeDecoder(definition: Definition, length: number): void {
  const sources = sourcesFor(definition);
  const alone = sources.length === 0 ? [undefined] : sources;
  const several = sources.length === 0 ? {} : { sources };

  test("sources and samples at once are each what they are alone, and as likely as reported, to the bit", async () => {
    using net = await loud(definition, 3);
    const all = net.generateAll({ ...several, samples: 3, seed: 5, temperature: 1.2 });
    expect(all).toHaveLength(3 * alone.length);
    expect(new Set(all.map(({ symbols }) => symbols.join())).size).toBeGreaterThan(2);
    for (const [row, one] of all.entries()) {
      const source = of(alone[Math.floor(row / 3)]);
      if (row % 3 !== 1) expect(net.generateAll({ ...source, seed: 5 + row, temperature: 1.2 })).toEqual([one]);
      const { symbols, ended, logProbability, logProbabilities } = one;
      for (const symbol of symbols) expect(symbol).toBeLessThan(4);
      // What is said is never longer than what is learned.
      expect(symbols.length).toBeLessThanOrEqual(9);
      if (!ended) expect(symbols).toHaveLength(9);
      expect(net.score({ ...source, target: symbols }, { ended })).toEqual({ logProbability, logProbabilities });
    }
    const drawing = [...net.sample({ ...of(alone[0]), seed: 5, temperature: 1.2 })];
    expect(drawing.map(({ symbol }) => symbol)).toEqual(all[0].symbols);
  });

  test("a score is that of the whole graph, which has not been cut", async () => {
    using net = await loud(definition, 2);
    for (const source of alone) {
      const target = [3, 0, 1, 1];
      const { logProbabilities } = net.score({ ...of(source), target });
      const logits = wholeLogits(net, source, target);
      // Sums of exponentials are of f32 here and of f64 there, their logarithm to 0.84 ULP of less than 8: 2^-21.
      for (const [t, row] of logits.entries()) {
        const chosen = t < target.length ? target[t] : 4;
        const largest = Math.max(...row);
        const normalizer = largest + Math.log(row.reduce((sum, x) => sum + Math.exp(x - largest), 0));
        expect(Math.abs(logProbabilities[t] - (row[chosen] - normalizer))).toBeLessThan(1e-6);
      }
    }
  });

  test("beams of several sources at once are exhaustive where they are wide enough, and one of 1 is greedy", async () => {
    using net = await loud(definition, 3);
    const greedy = net.generateAll({ ...several, greedy: true });
    expect(net.generateAll({ ...several, beam: { width: 1 } })).toEqual(greedy);
    const sequences = everything(5, length, 4);
    const found = net.generateAll({ ...several, maximum: length - 1, samples: 4, beam: { width: sequences.length, lengthPenalty: 0.7 } });
    for (const [i, source] of alone.entries()) {
      const all = sequences
        .filter((sequence) => !sequence.slice(0, -1).includes(4))
        .map((sequence) => {
          // A last symbol that is not the end says that it goes on; which one it would be is not said.
          const ended = sequence.at(-1) === 4;
          const symbols = sequence.slice(0, -1);
          const whole = net.score({ ...of(source), target: ended ? symbols : sequence }, { ended }).logProbability;
          const { logProbability } = net.score({ ...of(source), target: symbols }, { ended });
          return { symbols, ended, logProbability, score: whole / ((5 + sequence.length) / 6) ** 0.7 };
        })
        .toSorted((a, b) => b.score - a.score)
        .filter(
          (one, i, list) => one.ended || list.findIndex(({ ended, symbols }) => !ended && symbols.join() === one.symbols.join()) === i,
        );
      for (let k = 0; k < 4; k++) {
        const { symbols, ended, logProbability } = all[k];
        expect(found[i * 4 + k]).toMatchObject({ symbols, ended, logProbability });
      }
    }
  });

  test("memory is given back", async () => {
    using net = await loud(definition);
    await givesBack(net, () => {
      net.generateAll({ ...several, samples: 2 });
      net.generateAll({ ...several, beam: { width: 3 } });
      for (const _ of net.sample(of(alone[0]))) break;
      net.score({ ...of(alone[0]), target: [1, 2] });
    });
  });
}
