// Random strings said again, as they are and from their end: through a context of one state until it is full, and with attention.

import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { atLeast } from "../../bench/figure.ts";
import {
  adam,
  attention,
  bidirectional,
  compile,
  cosineDecay,
  type Definition,
  dense,
  type Example,
  embedding,
  examples,
  gru,
  lstm,
  type Network,
  seq2seq,
  tokens,
} from "../../src/index.ts";
import { curves } from "../../src/picture/index.ts";
import { Random } from "../reference/random.ts";
import { judge } from "./judge.ts";
import { ORDERS, type Order, randomString, STRING_SYMBOLS as SYMBOLS } from "./tasks/strings.ts";

const BATCH = 64;
/** Strings of every length that are said again to judge a network. */
const COUNT = 200;
const upTo = (longest: number): number[] => Array.from({ length: longest }, (_, index) => index + 1);

test("strings are as described", () => {
  const random = new Random(1);
  const lengths = new Set<number>();
  for (let i = 0; i < 500; i++) {
    const { input, target } = randomString(random, ORDERS[i % 2], 1, 20);
    const [heard, said] = [[...(input as Int32Array)], [...(target as Int32Array)]];
    expect(said).toEqual(i % 2 === 0 ? heard : heard.reverse());
    expect(said.every((symbol) => symbol >= 0 && symbol < SYMBOLS)).toBe(true);
    lengths.add(said.length);
  }
  expect([...lengths].sort((a, b) => a - b)).toEqual(upTo(20));
});

/** How a network is taught: strings of 1 up to `longest`, which grows from `first` over a share `growth` of the iterations; a rate that falls to 0. */
interface Lesson {
  readonly longest: number;
  readonly first: number;
  readonly growth: number;
  readonly iterations: number;
  readonly rate: number;
}

/** Strings that are drawn as they are needed: none is likely to come twice, beyond the shortest. */
function* lesson(order: Order, { longest, first, growth, iterations }: Lesson): Generator<Example> {
  const random = new Random(800);
  for (let i = 0; i < iterations; i++) {
    const top = Math.min(longest, Math.round(first + ((longest - first) * i) / (iterations * growth)));
    for (let b = 0; b < BATCH; b++) yield randomString(random, order, 1, top);
  }
}

async function learn(definition: Definition, order: Order, plan: Lesson): Promise<Network> {
  const net = await compile(definition);
  const optimizer = adam(cosineDecay(plan.rate, { steps: plan.iterations }));
  // A pool of one batch: lengths are mixed in each, and they grow as they are drawn.
  const data = examples(() => lesson(order, plan), { batch: BATCH, pool: 1 });
  for await (const _ of net.train(data, { optimizer, clip: { norm: 1 } }));
  return net;
}

/** By length, the share of strings that come back whole and end where they should: most likely symbol by most likely symbol. */
function shares(net: Network, order: Order, longest: number): number[] {
  const random = new Random(901);
  return upTo(longest).map((length) => {
    const list = Array.from({ length: COUNT }, () => randomString(random, order, length, length));
    const said = net.generateAll({ sources: list.map(({ input }) => input as Int32Array), greedy: true });
    return said.filter(({ symbols }, b) => [...symbols].join() === [...(list[b].target as Int32Array)].join()).length / COUNT;
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const described = (values: readonly number[]): string => `by length ${values.map((value, i) => `${i + 1}: ${value}`).join(", ")}`;
const series: { label: string; values: number[]; at: number[] }[] = [];

/** Draws what is there so far, so that one test may be run alone. */
function draw(label: string, values: number[]): void {
  series.push({ label, values, at: upTo(values.length) });
  mkdirSync("build", { recursive: true });
  const title = "Random strings of eight symbols, said again";
  const charts = [{ y: "strings without a fault", series }];
  writeFileSync("build/strings.svg", curves({ title, x: "length", charts }));
}

/** Lengths up to which a context alone must hold ≥ .99 of the strings. */
const HELD: Record<Order, number> = { copied: 5, reversed: 5 };

for (const order of ORDERS)
  test(`strings ${order}, through the state of lstm(128)`, async () => {
    const start = performance.now();
    const definition = seq2seq({
      source: tokens(SYMBOLS),
      encoder: [embedding(16), lstm(128)],
      context: "both",
      target: tokens(SYMBOLS),
      decoder: [embedding(16), lstm(128), dense(SYMBOLS)],
      maximum: 40,
      seed: 0,
    });
    using net = await learn(definition, order, { longest: 20, first: 4, growth: 0.7, iterations: 3000, rate: 8e-3 });
    // Five lengths more than it has learned on, so that the fall is seen to its end.
    const values = shares(net, order, 25);
    draw(`${order}, context alone`, values);
    const fails = values.findIndex((value) => value < 0.99) + 1;
    const half = values.findIndex((value) => value < 0.5) + 1;
    const note = `seed 0, learned on 1–20; below .99 first at length ${fails || "over 25"}, below .5 at ${half || "over 25"}; ${described(values)}`;
    const held = (fails || 26) - 1;
    judge(atLeast(`strings ${order}, context alone`, held, "symbols are held at ≥ .99", HELD[order], note), start);
  });

for (const order of ORDERS)
  test(`strings ${order}, with attention`, async () => {
    const start = performance.now();
    const definition = seq2seq({
      source: tokens(SYMBOLS),
      encoder: [bidirectional(gru(64))],
      context: "initial",
      target: tokens(SYMBOLS),
      decoder: [gru(64), attention({ score: "dot", units: 64 }), dense(SYMBOLS)],
      maximum: 40,
      seed: 0,
    });
    using net = await learn(definition, order, { longest: 40, first: 5, growth: 0.5, iterations: 3000, rate: 5e-3 });
    const values = shares(net, order, 40);
    draw(`${order}, with attention`, values);
    const [short, long] = [values.slice(0, 20), values.slice(20)];
    const note = `seed 0, ${COUNT} of each length, worst ${Math.min(...short)}; ${described(values)}`;
    judge(atLeast(`strings of 1–20 ${order}, with attention`, mean(short), "without a fault", 1, note), start);
    judge(atLeast(`strings of 21–40 ${order}, with attention`, mean(long), "without a fault", 0.99, `worst ${Math.min(...long)}`), start);
  });
