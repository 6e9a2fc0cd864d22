// Drawn as often as it is likely, whatever the choices; searches as a naive one finds; every cell's state follows its row; the same on every machine.

import { describe, expect, test } from "vitest";
import {
  adam,
  compile,
  type Definition,
  dense,
  embedding,
  examples,
  features,
  gru,
  type Layer,
  layerNorm,
  lstm,
  mixtureDensity,
  model,
  type Network,
  open,
  rnn,
  windows,
} from "../../src/index.ts";
import { normalShare } from "../reference/said.ts";
import { judgeDecoder } from "../support/decoding.ts";
import { DECODERS, frontier, loud, NUMBERS, SPEAKERS, speaker } from "../support/speaking.ts";

/**
 * The value that χ² of this many degrees of freedom exceeds once in 10,000 times (Wilson and Hilferty 1931). Seeds are fixed: what has been
 * within it once always is.
 */
const limit = (freedom: number): number => freedom * (1 - 2 / (9 * freedom) + 3.719 * Math.sqrt(2 / (9 * freedom))) ** 3;

/** χ² of counts against probabilities; what is expected less than 5 times is counted together. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): { value: number; freedom: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let [value, cells, rest, restExpected] = [0, 0, 0, 0];
  counts.forEach((count, i) => {
    const expected = total * probabilities[i];
    if (expected === 0) expect(count, `symbol ${i} has been left out`).toBe(0);
    else if (expected < 5) {
      rest += count;
      restExpected += expected;
    } else {
      value += (count - expected) ** 2 / expected;
      cells++;
    }
  });
  if (restExpected > 0) {
    value += (rest - restExpected) ** 2 / restExpected;
    cells++;
  }
  return { value, freedom: cells - 1 };
}

interface Choices {
  readonly repetitionPenalty?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
}

/** What the choices make of logits, in words: the penalty, the temperature, the K largest, the fewest that reach P, and those not too small. */
function chosen(logits: readonly number[], drawn: readonly number[], choices: Choices): number[] {
  const { repetitionPenalty = 1, temperature = 1, topK = 0, topP = 1, minP = 0 } = choices;
  const penalized = logits.map((x, i) => (drawn.includes(i) ? (x > 0 ? x / repetitionPenalty : x * repetitionPenalty) : x));
  const weights = penalized.map((x) => Math.exp(x / temperature));
  const order = [...weights.keys()].toSorted((a, b) => weights[b] - weights[a]);
  const among = order.slice(0, topK || order.length);
  const mass = among.reduce((sum, i) => sum + weights[i], 0);
  let reached = 0;
  const kept = among.filter((i) => {
    const wanted = reached < topP * mass;
    reached += weights[i];
    return wanted;
  });
  const last = kept.filter((i) => weights[i] >= minP * weights[order[0]]);
  const total = last.reduce((sum, i) => sum + weights[i], 0);
  return weights.map((weight, i) => (last.includes(i) ? weight / total : 0));
}

describe("how often", () => {
  const CHOICES: readonly Choices[] = [
    {},
    { temperature: 0.5 },
    { temperature: 3, topK: 5 },
    { topP: 0.7 },
    { minP: 0.2 },
    { repetitionPenalty: 1.8 },
    { repetitionPenalty: 0.6, temperature: 1.5, topK: 7, topP: 0.95, minP: 0.1 },
  ];
  test.each(CHOICES)("%o", async (choices) => {
    using net = await loud(speaker(9, embedding(4), lstm(7)), 2.5);
    const rawAfter = (symbols: readonly number[]): number[] => Array.from(net.predict(symbols, { raw: true })[symbols.length - 1]);
    const samples = 20_000;
    const drawn = net.generateAll({ prompt: [4, 1], length: 2, samples, seed: 11, ...choices });
    const first = chosen(rawAfter([4, 1]), [], choices);
    const pairs = first.flatMap((share, i) => chosen(rawAfter([4, 1, i]), [i], choices).map((next) => share * next));
    const counts = new Array<number>(81).fill(0);
    for (const { symbols } of drawn) counts[symbols[0] * 9 + symbols[1]]++;
    const { value, freedom } = chiSquare(counts, pairs);
    expect(freedom).toBeGreaterThan(3);
    expect(value).toBeLessThan(limit(freedom));
  });

  test("whole sequences come as often as their score says", async () => {
    using net = await loud(SPEAKERS["recurrence from the output"]);
    const counts = new Map<string, number>();
    for (const { symbols, ended } of net.generateAll({ prompt: [0], length: 4, stop: 2, samples: 30_000 }))
      counts.set([...symbols, ...(ended ? [2] : [])].join(), (counts.get([...symbols, ...(ended ? [2] : [])].join()) ?? 0) + 1);
    const found = [...counts.keys()];
    const probabilities = found.map((key) => Math.exp(net.score(key.split(",").map(Number), { prompt: [0] }).logProbability));
    const { value, freedom } = chiSquare(
      found.map((key) => counts.get(key) as number),
      probabilities,
    );
    expect(freedom).toBeGreaterThan(20);
    expect(value).toBeLessThan(limit(freedom));
    // Streams of neighbouring seeds have nothing to do with each other.
    const firsts = net.generateAll({ prompt: [0], length: 1, samples: 30_001 }).map(({ symbols }) => symbols[0]);
    const shares = [0, 1, 2, 3].map((symbol) => firsts.filter((one) => one === symbol).length / firsts.length);
    const pairs = new Array<number>(16).fill(0);
    for (let i = 0; i < 30_000; i++) pairs[firsts[i] * 4 + firsts[i + 1]]++;
    const neighbours = chiSquare(
      pairs,
      shares.flatMap((a) => shares.map((b) => a * b)),
    );
    expect(neighbours.value).toBeLessThan(limit(neighbours.freedom));
  });
});

describe("numbers", () => {
  const prompt = [[0.3, -0.2]];
  const samples = 20_000;

  test.each([1, 0.25])("a Gaussian and a mixture have their distribution, temperature %f", async (temperature) => {
    for (const [definition, components] of [
      [NUMBERS.gaussian, 1],
      [NUMBERS.mixture, 3],
    ] as const) {
      using net = await loud(definition, 2);
      const [said] = net.predict(prompt, { raw: true });
      const named = said.length === 4 ? [0] : Array.from(said.subarray(0, 3));
      const at = said.length === 4 ? 0 : 3;
      const heavy = named.map((logit) => Math.exp(logit / temperature));
      const total = heavy.reduce((sum, one) => sum + one, 0);
      const drawn = net.generateAll({ prompt, length: 1, samples, temperature, seed: 2 }).map(({ steps }) => steps[0]);
      for (const i of [0, 1]) {
        // The share of what is below x is even from 0 to 1, whatever the distribution: 40 equal parts of it.
        const counts = new Array<number>(40).fill(0);
        for (const step of drawn) {
          let share = 0;
          for (let k = 0; k < components; k++) {
            const deviation = (1e-3 + Math.exp(said[at + (components + k) * 2 + i])) * Math.sqrt(temperature);
            share += (heavy[k] / total) * normalShare((step[i] - said[at + k * 2 + i]) / deviation);
          }
          counts[Math.min(39, Math.floor(share * 40))]++;
        }
        const { value, freedom } = chiSquare(counts, new Array<number>(40).fill(1 / 40));
        expect(value).toBeLessThan(limit(freedom));
      }
    }
  });

  test("of a mixture each component comes by its weight, and then its Gaussian, whatever number, step and seed", async () => {
    const [weights, means, deviation] = [[0.5, 0.3, 0.2], [-40, 0, 40], 2];
    using net = await compile(
      model({ input: features(2), layers: [dense(15, { bias: true })], loss: mixtureDensity(3, { floor: 1e-12 }) }),
    );
    const bias = [...weights.map(Math.log), ...means.flatMap((mean) => [mean, -mean]), ...new Array<number>(6).fill(Math.log(deviation))];
    for (const parameter of net.parameters) parameter.set(parameter.path.endsWith("b") ? bias : parameter.get().fill(0));
    const drawn = net.generateAll({ prompt, length: 2, samples, seed: 5 }).map(({ steps }) => steps);
    const chosen = drawn.map((steps) => steps.map(([x]) => means.findIndex((mean) => Math.abs(x - mean) < 20)));
    // Components of one step and of the next, all nine pairs.
    const pairs = new Array<number>(9).fill(0);
    for (const [first, second] of chosen) pairs[first * 3 + second]++;
    const independent = weights.flatMap((a) => weights.map((b) => a * b));
    const { value, freedom } = chiSquare(pairs, independent);
    expect(value).toBeLessThan(limit(freedom));
    // What the two numbers of two steps are within their components: normal numbers.
    const z = drawn.map((steps, s) =>
      steps.flatMap(([x, y], t) => [x - means[chosen[s][t]], y + means[chosen[s][t]]].map((off) => off / deviation)),
    );
    const meanOf = (of: (row: number[], s: number) => number): number => z.reduce((sum, row, s) => sum + of(row, s), 0) / samples;
    for (const i of [0, 1, 2, 3]) {
      // Four deviations of the mean of x, x², x³ and x⁴: 1, 2, 15 and 96 are their variances.
      const near = [0, 1, 0, 3].map(
        (moment, k) => Math.abs(meanOf((row) => row[i] ** (k + 1)) - moment) / Math.sqrt([1, 2, 15, 96][k] / samples),
      );
      expect(Math.max(...near)).toBeLessThan(4);
      // The Kolmogorov–Smirnov distance, which exceeds 1.95/√n once in a thousand times.
      const sorted = z.map((row) => row[i]).toSorted((a, b) => a - b);
      const apart = sorted.map((x, k) => Math.max(normalShare(x) - k / samples, (k + 1) / samples - normalShare(x)));
      expect(Math.max(...apart)).toBeLessThan(1.95 / Math.sqrt(samples));
      // No number knows of another of its step, of the next step, or of the next seed's.
      for (const j of [0, 1, 2, 3]) {
        if (j !== i) expect(Math.abs(meanOf((row) => row[i] * row[j]))).toBeLessThan(4 / Math.sqrt(samples));
        expect(Math.abs(meanOf((row, s) => row[i] * z[(s + 1) % samples][j]))).toBeLessThan(4 / Math.sqrt(samples));
      }
    }
  });

  test("yes and no are as often as their probabilities, each on its own", async () => {
    using net = await loud(NUMBERS.yesOrNo, 3);
    const [[a, b]] = net.predict(prompt);
    const counts = [0, 0, 0, 0];
    for (const { steps } of net.generateAll({ prompt, length: 1, samples })) counts[steps[0][0] * 2 + steps[0][1]]++;
    const { value, freedom } = chiSquare(counts, [(1 - a) * (1 - b), (1 - a) * b, a * (1 - b), a * b]);
    expect(value).toBeLessThan(limit(freedom));
  });

  test("the density of what is given is the loss", async () => {
    const sequence = [
      [0.1, 0.4],
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    for (const definition of [NUMBERS.gaussian, NUMBERS.mixture, NUMBERS.yesOrNo]) {
      using net = await loud(definition, 2);
      const { logProbability } = net.score(sequence);
      const { loss } = await net.evaluate(windows(sequence, { batch: 1, steps: 3 }));
      // The loss of yes or no is a mean over numbers, that of a density over steps; its logarithms are of f32.
      expect(-logProbability).toBeCloseTo(loss * (definition === NUMBERS.yesOrNo ? 6 : 3), 4);
    }
  });

  test("greedy is the mean of the likeliest, and what is more likely than not", async () => {
    for (const definition of [NUMBERS.gaussian, NUMBERS.yesOrNo]) {
      using net = await loud(definition, 2);
      const [said] = net.predict(prompt);
      const [{ steps }] = net.generateAll({ prompt, length: 1, greedy: true });
      expect([...steps[0]]).toEqual(
        Array.from(said.subarray(0, 2), (value) => (definition === NUMBERS.yesOrNo ? Number(value > 0.5) : value)),
      );
    }
  });
});

/** Every beginning is scored from its first symbol: no states, no rows, nothing shared. */
function naiveSearch(net: Network, symbols: number, prompt: number[], length: number, stop: number, width: number, lengthPenalty: number) {
  const scoreOf = (sequence: readonly number[], total: number): number => total / ((5 + sequence.length) / 6) ** lengthPenalty;
  const found: { sequence: number[]; total: number }[] = [];
  let live: { sequence: number[]; total: number }[] = [{ sequence: [], total: 0 }];
  while (live.length > 0) {
    const longer = live.flatMap(({ sequence }) =>
      Array.from({ length: symbols }, (_, symbol) => {
        const next = [...sequence, symbol];
        return { sequence: next, total: net.score(next, { prompt }).logProbability };
      }),
    );
    longer.sort((a, b) => b.total - a.total);
    const best = longer.slice(0, width - found.length);
    const isDone = ({ sequence }: { sequence: number[] }): boolean => sequence.at(-1) === stop || sequence.length === length;
    live = best.filter((one) => !isDone(one));
    found.push(...best.filter(isDone));
  }
  return found.toSorted((a, b) => scoreOf(b.sequence, b.total) - scoreOf(a.sequence, a.total));
}

const LAYERS: Readonly<Record<string, readonly Layer[]>> = {
  lstm: [embedding(4), lstm(6), lstm(3)],
  gru: [gru(6)],
  "delays of 1 and 3 steps": [embedding(3), rnn(5, { delays: [1, 3] })],
  "recurrence from the output": [embedding(3), rnn(5, { recurrence: "output" })],
  "both recurrences, normalised": [rnn(6, { recurrence: "both" }), layerNorm(), lstm(5)],
};

describe.each(Object.entries(LAYERS))("%s", (_, layers) => {
  test("a search is the naive one", async () => {
    using net = await loud(speaker(5, ...layers), 3);
    for (const [width, lengthPenalty] of [
      [1, 0],
      [2, 0.6],
      [3, 0],
      [4, 1.5],
      [7, 0.6],
    ]) {
      const wanted = naiveSearch(net, 5, [1, 3], 7, 0, width, lengthPenalty);
      const found = net.generateAll({ prompt: [1, 3], length: 7, stop: 0, samples: width, beam: { width, lengthPenalty } });
      expect(found.map(({ symbols, ended }) => (ended ? [...symbols, 0] : symbols))).toEqual(wanted.map(({ sequence }) => sequence));
      expect(found.map(({ logProbability }) => logProbability)).toEqual(wanted.map(({ total }) => total));
      // What is asked for less than all of it ends earlier, and is the same.
      expect(net.generateAll({ prompt: [1, 3], length: 7, stop: 0, beam: { width, lengthPenalty } })).toEqual(found.slice(0, 1));
    }
  });

  test.each([{ strict: true }, {}])("samples at once are each alone, and their score is the sum, %o", async (options) => {
    using net = await loud(speaker(5, ...layers), 3, options);
    const common = { prompt: [1, 3], length: 20, stop: [0, 2], temperature: 1.3 };
    for (const samples of [2, 5, 33]) {
      const all = net.generateAll({ ...common, samples, seed: 5 });
      for (const i of [0, 1, samples - 1]) {
        expect(net.generateAll({ ...common, seed: 5 + i })).toEqual([all[i]]);
        const drawing = [...net.sample({ ...common, seed: 5 + i })];
        expect(drawing.map(({ symbol }) => symbol)).toEqual(all[i].symbols);
      }
      for (const { symbols, logProbability, logProbabilities, ended } of all) {
        expect(logProbabilities).toHaveLength(symbols.length + Number(ended));
        if (symbols.length === 0) continue;
        const scored = net.score(symbols, { prompt: common.prompt });
        expect(scored.logProbabilities).toEqual(logProbabilities.slice(0, symbols.length));
        if (!ended) expect(scored.logProbability).toBe(logProbability);
      }
    }
  });
});

test("the last seed is followed by the first", async () => {
  using net = await loud(SPEAKERS.lstm);
  const common = { prompt: [0], length: 15 };
  const [last, first] = net.generateAll({ ...common, samples: 2, seed: 2 ** 32 - 1 });
  expect(net.generate({ ...common, seed: 2 ** 32 - 1 })).toEqual(last.symbols);
  expect(net.generate({ ...common, seed: 0 })).toEqual(first.symbols);
});

test("hundreds of loops that are left keep nothing, and others have their turn", async () => {
  using net = await loud(SPEAKERS.lstm);
  net.generate({ prompt: [0], length: 1 });
  const before = frontier(net);
  for (let i = 0; i < 300; i++) for (const _ of net.sample({ prompt: [0], length: 5, seed: i })) if (i % 3 === 0) break;
  expect(frontier(net)).toBe(before);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  // Until timers have had their turn, however busy the machine is: without turns this would take minutes.
  for await (const _ of net.sample({ prompt: [0], length: 2 ** 24 })) if (turns === 5) break;
  clearInterval(timer);
  expect(turns).toBe(5);
  expect(frontier(net)).toBe(before);
});

test("strict numbers are the same on every machine, and so is how likely they are", async () => {
  const found: number[] = [];
  for (const definition of [NUMBERS.gaussian, NUMBERS.mixture, NUMBERS.yesOrNo]) {
    using net = await loud(definition, 2, { strict: true });
    const [{ steps, logProbability }] = net.generateAll({ prompt: [[0.3, -0.2]], length: 3, seed: 1, temperature: 0.7 });
    found.push(...steps.flatMap((step) => [...step]), logProbability);
  }
  expect(found).toEqual([
    0.31929686665534973, -1.0423139333724976, -0.37547802925109863, -0.8146913647651672, 0.016775228083133698, -0.6713204979896545,
    -5.502401283836867, -1.6953078508377075, 0.09838758409023285, -2.905729055404663, 0.8627553582191467, -2.1234803199768066,
    1.3711142539978027, -10.888329592200186, 1, 0, 1, 0, 1, 0, -0.9746928811073303,
  ]);
});

test("strict draws are the same on every machine", async () => {
  using net = await loud(speaker(6, embedding(4), lstm(8)), 3, { strict: true });
  const [{ symbols, logProbability }] = net.generateAll({ prompt: [0], length: 24, seed: 1, minP: 0.01 });
  const [found] = net.generateAll({ prompt: [0], length: 8, beam: { width: 4 } });
  expect([symbols.join(""), logProbability, found.symbols.join(""), found.logProbability]).toEqual([
    "055041504503105032233323",
    -36.42837430164218,
    "00000000",
    -8.606468319892883,
  ]);
});

describe.each(Object.entries<Definition>(DECODERS))("a decoder, %s", (_, definition) => judgeDecoder(definition, 3));

test("programs are kept from call to call: of every size, with fresh weights, for several at once, and not without end", async () => {
  using net = await loud(DECODERS.attention, 2);
  const sources = [[1, 2, 3], [], [5], [0, 1, 2, 3, 4, 5, 0], [4], [4, 4], [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]];
  /** What a network says that has never said anything. */
  const anew = async (use: (fresh: Network) => unknown): Promise<unknown> => {
    using fresh = await open(net.save());
    return use(fresh);
  };
  const data = examples([
    { input: [1, 2, 3], target: [3, 2, 1] },
    { input: [5, 4], target: [0] },
  ]);
  let calls = 0;
  for await (const _ of net.train(data, { epochs: 6, optimizer: adam(3e-2) })) {
    // More rows and longer sources than the call before, and fewer.
    const some = sources.slice(calls % 4, 2 + ((calls * 5) % 6)).reverse();
    const [one, other] = [1, 2].map((seed) => net.sample({ source: sources[3], seed }));
    const [first] = [one.next().value, other.next().value];
    const use = (from: Network) => [
      from.generateAll({ sources: some, samples: 1 + (calls % 3), seed: calls }),
      from.generate({ source: sources[calls % 7], beam: { width: 2 + (calls % 4) } }),
      from.score({ source: sources[(calls * 3) % 7], target: [1, 2, 3, 0].slice(calls % 4) }),
    ];
    expect(use(net)).toEqual(await anew(use));
    expect([first, ...one]).toEqual(await anew((fresh) => [...fresh.sample({ source: sources[3], seed: 1 })]));
    other.return({ ended: false, logProbability: 0 });
    calls++;
  }
  expect(calls).toBeGreaterThan(5);
  for (let samples = 1; samples < 200; samples += 3) net.generateAll({ source: [1, 2], samples, maximum: 2 });
  const { total } = net.bytes;
  // A program of 200 rows takes 200 kB, and 24 are kept.
  expect(total).toBeLessThan(24 * 250_000);
  for (let samples = 1; samples < 200; samples += 3) net.generateAll({ source: [1, 2], samples, maximum: 2 });
  expect(net.bytes.total).toBe(total);
});
