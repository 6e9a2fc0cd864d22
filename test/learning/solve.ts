// Training on tasks whose examples are generated: always fresh ones, until a test on others is passed.

import { type Example, examples, type Network, type Sequence, type TrainOptions } from "../../src/index.ts";

export interface Trial {
  /** One more example. */
  readonly fresh: () => Example;
  /** Examples of one iteration. */
  readonly batch: number;
  /** Iterations from test to test, and the most that are made. */
  readonly every: number;
  readonly most: number;
  readonly options: TrainOptions;
  /** How good the network is now. */
  readonly measure: () => number | Promise<number>;
  readonly isSolved: (measured: number) => boolean;
}

/** The iterations that it took, and what was measured last; null if the most were made in vain. */
export async function iterationsOf(net: Network, trial: Trial): Promise<{ iterations: number | null; measured: number }> {
  const { fresh, batch, every, most, options, measure, isSolved } = trial;
  let measured = Number.NaN;
  for (let made = 0; made < most; made += every) {
    const list = Array.from({ length: batch * every }, fresh);
    for await (const _ of net.train(examples(list, { batch }), options));
    measured = await measure();
    if (isSolved(measured)) return { iterations: made + every, measured };
  }
  return { iterations: null, measured };
}

/** The share of examples whose class is the likeliest. */
export function accuracy(net: Network, list: readonly Example[]): number {
  const right = list.filter(({ input, target }) => {
    const [said] = net.predict(input as Sequence);
    return said.indexOf(Math.max(...said)) === target;
  });
  return right.length / list.length;
}
