// Networks that bad data and bad options are tried on, and that must be as they were afterwards.

import { afterAll, beforeAll, expect } from "vitest";
import {
  binaryCrossEntropy,
  compile,
  crossEntropy,
  type Definition,
  dense,
  features,
  last,
  meanSquared,
  model,
  type Network,
  rnn,
  type TrainOptions,
  tokens,
  windows,
} from "../../src/index.ts";
import type { Anything } from "./bad-models.ts";

export const DEFINITIONS = {
  symbols: model({ input: tokens(5), layers: [rnn(4), dense(5)], loss: crossEntropy({ ignore: 4 }) }),
  numbers: model({ input: features(2), layers: [rnn(3), dense(2)], loss: meanSquared() }),
  single: model({ input: features(1), layers: [rnn(3), dense(1)], loss: binaryCrossEntropy() }),
  vector: model({ input: features(2), layers: [rnn(3), last(), dense(3)], loss: crossEntropy() }),
};
export type Networks = { [K in keyof typeof DEFINITIONS]: Network };
export const nets = {} as Networks;
export const given = (): Networks => nets;
const SYMBOLS = Int32Array.from({ length: 40 }, (_, i) => (i * 3) % 5);
export const GOOD = windows(SYMBOLS, { batch: 2, steps: 4 });
/** One batch of one row of two steps, as the data of one's own below has. */
const TINY = windows([0, 1, 2], { batch: 1, steps: 2 });
/** Parameters of all networks, number by number. */
const photograph = () => Object.values(nets).map((net) => [...net.parameters].map((parameter) => Array.from(parameter.get()).join()));
const allocated = () => Object.values(nets).map((net) => net.bytes.total);
let before: ReturnType<typeof photograph>;
let bytes: readonly number[];

export async function drain(steps: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of steps);
}
export const train = (net: Network, data: Anything, options?: Anything) => drain(net.train(data, options));
export const training =
  (options: Anything) =>
  ({ symbols }: Networks) =>
    train(symbols, GOOD, options as TrainOptions);

/** Call it once in a file: networks are made before its tests, and must be as they were after them. */
export function staysAsItWas(): void {
  beforeAll(async () => {
    // Programs and the optimizer's memory are made once; from then on nothing may grow.
    for (const [name, definition] of Object.entries(DEFINITIONS)) nets[name as keyof Networks] = await compile(definition as Definition);
    await drain(nets.symbols.train(GOOD));
    nets.numbers.predict([[0, 1]]);
    await nets.symbols.evaluate(TINY);
    await drain(nets.symbols.train(TINY));
    before = photograph();
    bytes = allocated();
  });

  afterAll(() => {
    expect(photograph()).toEqual(before);
    // Less is possible: sgd, tried last, remembers less than adam.
    for (const [index, now] of allocated().entries()) expect(now).toBeLessThanOrEqual(bytes[index]);
    for (const net of Object.values(nets)) net.close();
  });
}
