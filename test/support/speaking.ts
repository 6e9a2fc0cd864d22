// Small models of symbols with weights far from zero, so that their distributions are far from even; and all that they could say.

import { expect } from "vitest";
import { attention } from "../../src/define/attention.ts";
import {
  bidirectional,
  binaryCrossEntropy,
  compile,
  crossEntropy,
  type Definition,
  dense,
  embedding,
  features,
  gaussian,
  gru,
  type Layer,
  lstm,
  meanSquared,
  mixtureDensity,
  model,
  type Network,
  rnn,
  type Sequence,
  seq2seq,
  tokens,
  vector,
} from "../../src/index.ts";

export const speaker = (symbols: number, ...layers: Layer[]): Definition =>
  model({ input: tokens(symbols), layers: [...layers, dense(symbols)], loss: crossEntropy(), seed: 3 });

export const SPEAKERS = {
  lstm: speaker(4, embedding(5), lstm(6)),
  "recurrence from the output": speaker(4, embedding(3), rnn(5, { recurrence: "output" }), lstm(4)),
} satisfies Record<string, Definition>;

/** Models of two numbers a step. */
export const NUMBERS = {
  gaussian: model({ input: features(2), layers: [lstm(5), dense(4)], loss: gaussian(), seed: 4 }),
  mixture: model({ input: features(2), layers: [rnn(4), dense(15)], loss: mixtureDensity(3), seed: 4 }),
  yesOrNo: model({ input: features(2), layers: [rnn(4, { recurrence: "both" }), dense(2)], loss: binaryCrossEntropy(), seed: 4 }),
  certain: model({ input: features(2), layers: [rnn(4, { recurrence: "output" }), dense(2)], loss: meanSquared(), seed: 4 }),
} satisfies Record<string, Definition>;

/** A network whose parameters are `factor` times their first values. */
export async function loud(definition: Definition, factor = 4, options = {}): Promise<Network> {
  const net = await compile(definition, options);
  for (const parameter of net.parameters) parameter.set(parameter.get().map((value) => value * factor));
  return net;
}

/** Every sequence of `length` symbols; or a shorter one that comes to an end with `stop`, which is kept. */
export function everything(symbols: number, length: number, stop = -1): number[][] {
  if (length === 0) return [[]];
  const rests = everything(symbols, length - 1, stop);
  return Array.from({ length: symbols }, (_, first) => (first === stop ? [[first]] : rests.map((rest) => [first, ...rest]))).flat();
}

/** Uses a network, and then once more: programs are kept for the next call, and all else is given back. */
export async function givesBack(net: Network, use: () => void | Promise<void>): Promise<void> {
  await use();
  const [before, { total }] = [frontier(net), net.bytes];
  await use();
  expect(frontier(net)).toBe(before);
  expect(net.bytes.total).toBe(total);
}

/** Where the next large block of a network's memory would lie: the same before and after, if all has been given back. */
export function frontier(net: Network): number {
  const { memory } = net.inside.machine;
  const address = memory.allocate(2 ** 20);
  memory.release(address);
  return address;
}

const encoder = [embedding(4), gru(5)];
const decoder = [embedding(4), gru(5), dense(4)];
/** Decoders of symbols: what they make them from, and how they know of it. */
export const DECODERS = {
  "initial states": seq2seq({ source: tokens(6), encoder, target: tokens(4), decoder, maximum: 9, seed: 1 }),
  "both, another width, both ways": seq2seq({
    source: tokens(6),
    encoder: [embedding(4), bidirectional(lstm(3))],
    target: tokens(4),
    decoder: [embedding(3), lstm(5), gru(4), dense(4)],
    context: "both",
    maximum: 9,
    seed: 2,
  }),
  attention: seq2seq({
    source: tokens(6),
    encoder: [embedding(4), gru(5), gru(4)],
    target: tokens(4),
    decoder: [embedding(4), gru(5), attention({ score: "additive" }), dense(4)],
    maximum: 9,
    seed: 3,
  }),
  "a vector": seq2seq({ source: vector(3), target: tokens(4), decoder, context: "both", maximum: 9, seed: 4 }),
  nothing: seq2seq({ target: tokens(4), decoder, maximum: 9, seed: 5 }),
} satisfies Record<string, Definition>;

/** Sources for these, one of length 0 among those that have one. */
export function sourcesFor({ inputs: { source } }: Definition): Sequence[] {
  if (!source) return [];
  if (source.kind === "vector")
    return [
      [0.5, -1, 2],
      [0, 0, 0],
      [1, 1, -1],
    ];
  return [[1, 2, 3], [], [5], [0, 1, 2, 3, 4, 5, 0]];
}
