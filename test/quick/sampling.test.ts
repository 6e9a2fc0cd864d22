// What is drawn: many at once as each alone, with its probability; searches against all there is; an iterator that gives its memory back.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, type Drawn, type Network } from "../../src/index.ts";
import { everything, givesBack, loud, NUMBERS, SPEAKERS } from "../support/speaking.ts";

const OPTIONS = { prompt: [1, 2], length: 12, stop: 3, seed: 7 };
const nets = {} as Record<keyof typeof SPEAKERS, Network>;

beforeAll(async () => {
  for (const [name, definition] of Object.entries(SPEAKERS)) nets[name as keyof typeof nets] = await loud(definition);
});
afterAll(() => {
  for (const net of Object.values(nets)) net.close();
});

describe.each(Object.keys(SPEAKERS) as (keyof typeof SPEAKERS)[])("%s", (name) => {
  const net = (): Network => nets[name];

  test("samples at once are each what it is alone, to the bit", () => {
    for (const choice of [{}, { temperature: 1.7, topP: 0.9 }, { topK: 3, minP: 0.05, repetitionPenalty: 1.4 }]) {
      const options = { ...OPTIONS, ...choice };
      const together = net().generateAll({ ...options, samples: 4 });
      expect(new Set(together.map(({ symbols }) => symbols.join())).size).toBeGreaterThan(2);
      together.forEach((one, i) => {
        const seed = OPTIONS.seed + i;
        expect(net().generateAll({ ...options, seed })).toEqual([one]);
      });
    }
  });

  test("the score of what was drawn is what the draw reported, to the bit", () => {
    for (const { symbols, logProbability, logProbabilities, ended } of net().generateAll({ ...OPTIONS, samples: 6, temperature: 1.5 })) {
      const whole = ended ? [...symbols, OPTIONS.stop] : symbols;
      expect(net().score(whole, { prompt: OPTIONS.prompt })).toEqual({ logProbability, logProbabilities });
      expect(logProbability).toBe(logProbabilities.reduce((total, one) => total + one, 0));
    }
  });

  test("a symbol's probability is the one that predict gives where the model does not listen to itself", () => {
    const sequence = [0, 1, 1, 3, 2];
    const { logProbabilities } = net().score(sequence);
    expect(logProbabilities).toHaveLength(4);
    if (name !== "lstm") return;
    const outputs = net().predict(sequence);
    // A share of f32 and a sum of exponentials in f32: a few units of 2^-24, and of the logarithm, at most 8, as many.
    for (const [t, one] of logProbabilities.entries()) expect(one).toBeCloseTo(Math.log(outputs[t][sequence[t + 1]]), 5);
  });

  test("all there is adds up to 1, and a beam that is wide enough finds the best of it", () => {
    for (const { length, stop } of [
      { length: 3, stop: -1 },
      { length: 4, stop: 2 },
    ]) {
      const all = everything(4, length, stop).map((sequence) => {
        const { logProbability } = net().score(sequence, { prompt: [0] });
        return {
          sequence,
          logProbability,
          score: (lengthPenalty: number) => logProbability / ((5 + sequence.length) / 6) ** lengthPenalty,
        };
      });
      // Probabilities of f32 logarithms: each is right to a few 1e-7 of itself.
      expect(all.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0)).toBeCloseTo(1, 5);
      for (const lengthPenalty of [0, 0.6, 2]) {
        const best = all.toSorted((a, b) => b.score(lengthPenalty) - a.score(lengthPenalty)).slice(0, 7);
        const found = net().generateAll({
          prompt: [0],
          length,
          ...(stop < 0 ? {} : { stop }),
          samples: 7,
          beam: { width: all.length, lengthPenalty },
        });
        expect(found.map(({ symbols, ended }) => (ended ? [...symbols, stop] : symbols))).toEqual(best.map(({ sequence }) => sequence));
        expect(found.map(({ logProbability }) => logProbability)).toEqual(best.map(({ logProbability }) => logProbability));
      }
    }
  });

  test("a beam of 1 is greedy, and a wider one is no worse", () => {
    const greedy = net().generateAll({ ...OPTIONS, seed: 0, greedy: true })[0];
    for (const lengthPenalty of [0, 1]) {
      const { seed: _, ...rest } = OPTIONS;
      expect(net().generateAll({ ...rest, beam: { width: 1, lengthPenalty } })).toEqual([greedy]);
    }
    const { logProbability } = net().generateAll({ prompt: [1, 2], length: 12, stop: 3, beam: { width: 6, lengthPenalty: 0 } })[0];
    expect(logProbability).toBeGreaterThanOrEqual(greedy.logProbability);
  });
});

describe("the iterator", () => {
  test("gives what generate gives, with its probabilities, and says how it ended", async () => {
    const net = nets.lstm;
    for (const seed of [7, 8, 9]) {
      const [{ symbols, logProbabilities, ended }] = net.generateAll({ ...OPTIONS, seed });
      const drawing = net.sample({ ...OPTIONS, seed });
      const drawn: Drawn[] = [];
      let next = drawing.next();
      for (; !next.done; next = drawing.next()) drawn.push(next.value);
      expect(drawn.map(({ symbol }) => symbol)).toEqual(symbols);
      expect([...drawn.map(({ logProbability }) => logProbability), ...(ended ? [next.value.logProbability] : [])]).toEqual(
        logProbabilities,
      );
      expect(next.value.ended).toBe(ended);
      const awaited: Drawn[] = [];
      for await (const one of net.sample({ ...OPTIONS, seed })) awaited.push(one);
      expect(awaited).toEqual(drawn);
    }
  });

  test("gives its memory back, however the loop is left", async () => {
    const net = nets.lstm;
    const untouched = net.sample(OPTIONS);
    await givesBack(net, async () => {
      for (const _ of net.sample(OPTIONS)) break;
      for await (const _ of net.sample(OPTIONS)) break;
      expect(() => {
        for (const _ of net.sample(OPTIONS)) throw new Error("left");
      }).toThrow("left");
      const { total } = net.bytes;
      const [open, other] = [net.sample(OPTIONS), net.sample(OPTIONS)];
      open.next();
      expect(net.bytes.total).toBe(total);
      other.next();
      expect(net.bytes.total).toBeGreaterThan(total);
      open.return({ ended: false, logProbability: 0 });
      other.return({ ended: false, logProbability: 0 });
      expect(net.bytes.total).toBe(total);
      net.generateAll({ prompt: [0], length: 3, samples: 3, beam: { width: 5 } });
    });
    expect([...untouched].length).toBeGreaterThan(0);
  });

  test("several go side by side, and end when the network is closed", async () => {
    using net = await loud(SPEAKERS.lstm);
    const alone = [1, 2].map((seed) => [...net.sample({ prompt: [0], length: 9, seed })]);
    const [one, other] = [1, 2].map((seed) => net.sample({ prompt: [0], length: 9, seed }));
    const mixed: Drawn[][] = [[], []];
    for (let i = 0; i < 8; i++) {
      mixed[0].push(one.next().value as Drawn);
      mixed[1].push(other.next().value as Drawn);
    }
    expect(mixed).toEqual(alone.map((drawn) => drawn.slice(0, 8)));
    net.close();
    expect(() => one.next()).toThrow(/sample: the network is closed/);
  });
});

test("outputs that are not finite are told, and memory given back", async () => {
  using net = await compile(SPEAKERS.lstm);
  // All gates are open, so that all states are positive, and their sum is beyond any number.
  for (const [path, value] of [
    ["layer 2/lstm/b", 1e3],
    ["layer 3/dense/w", 3e38],
  ] as const)
    net.parameters.get(path).set(net.parameters.get(path).get().fill(value));
  await givesBack(net, () => {
    expect(() => net.generate({ prompt: [0], length: 3 })).toThrow(/generate: after 0 steps .* not finite/);
    expect(() => net.generate({ prompt: [0], length: 3, beam: { width: 2 } })).toThrow(/not finite/);
    expect(() => [...net.sample({ prompt: [0], length: 3 })]).toThrow(/sample: after 0 steps/);
  });
});

describe("numbers", () => {
  test.each(Object.entries(NUMBERS))("%s: together as alone, and as likely as reported, to the bit", async (name, definition) => {
    using net = await loud(definition, 2);
    const options = { prompt: [[0.5, -1]], length: 6, seed: 3 };
    const all = net.generateAll({ ...options, samples: 3 });
    for (const [i, one] of all.entries()) {
      expect(net.generateAll({ ...options, seed: 3 + i })).toEqual([one]);
      expect(one.steps).toHaveLength(6);
      const { logProbability, logProbabilities } = one;
      expect(net.score(one.steps, { prompt: options.prompt })).toEqual({ logProbability, logProbabilities });
    }
    const certain = name === "certain";
    expect(all[0].steps.some((step, t) => step.some((value, i) => value !== all[1].steps[t][i]))).toBe(!certain);
    expect([...net.sample(options)].map(({ step }) => step)).toEqual(all[0].steps);
    // What hears itself, and is told nothing else, goes on as a forecast does.
    if (certain) expect(net.forecast(options.prompt, 6)).toEqual(all[0].steps);
  });
});
