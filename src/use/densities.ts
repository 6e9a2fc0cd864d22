// Numbers drawn from what a model says of them, and how likely they were: a table with a row for each loss.

import type { Random } from "../engine/random.ts";
import { normals } from "../engine/random.ts";
import type { Loss, LossKind } from "../graph/operations.ts";

/** A row's own chances. */
export interface Chances {
  uniform(): number;
  normal(): number;
}

export function chancesOf(random: Random): Chances {
  return { uniform: () => random.uniform(), normal: normals(random) };
}

/** `said` is a row of the raw output, `width` how many numbers are drawn. */
interface Law {
  draw(said: Float32Array, width: number, loss: Loss, temperature: number, chances: Chances): Float32Array;
  /** Natural logarithm of the probability, or density, of a step. */
  logProbability(said: Float32Array, step: ArrayLike<number>, loss: Loss): number;
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** log σ(x): of a coin with this logit. */
export const logChance = (logit: number, yes: boolean): number => -softplus(yes ? -logit : logit);

/** Whether a coin with this logit, divided by the temperature, comes out yes; at temperature 0 whether that is more likely. */
export function coin(logit: number, temperature: number, chances: Chances): boolean {
  const uniform = chances.uniform();
  return temperature === 0 ? logit > 0 : uniform < 1 / (1 + Math.exp(-logit / temperature));
}

function logSum(logarithms: ArrayLike<number>): number {
  const list = Array.from(logarithms);
  const largest = Math.max(...list);
  return largest + Math.log(list.reduce((sum, x) => sum + Math.exp(x - largest), 0));
}

/** log softmax(logits)[place]. */
export const logShare = (logits: ArrayLike<number>, place: number): number => logits[place] - logSum(logits);

/** A place, with probability softmax(logits / temperature); at temperature 0 the first of the largest. */
export function pick(logits: ArrayLike<number>, temperature: number, chances: Chances): number {
  const list = Array.from(logits);
  const largest = Math.max(...list);
  if (temperature === 0) return list.indexOf(largest);
  const shares = list.map((logit) => Math.exp((logit - largest) / temperature));
  let left = chances.uniform() * shares.reduce((sum, share) => sum + share, 0);
  let place = 0;
  while (place < shares.length - 1 && left >= shares[place]) left -= shares[place++];
  return place;
}

/** A Gaussian is a mixture of one whose weight is not said. Logits of weights, then all means, then all log deviations. */
const mixture: Law = {
  draw(said, width, { components, floor }, temperature, chances) {
    const chosen = components > 1 ? pick(said.subarray(0, components), temperature, chances) : 0;
    const many = Math.max(1, components) * width;
    return Float32Array.from({ length: width }, (_, i) => {
      const at = components + chosen * width + i;
      return temperature === 0 ? said[at] : said[at] + (floor + Math.exp(said[at + many])) * Math.sqrt(temperature) * chances.normal();
    });
  },
  logProbability(said, step, { components, floor }) {
    const { length: width } = step;
    const many = Math.max(1, components);
    const each = Array.from({ length: many }, (_, k) => {
      let log = components > 0 ? said[k] : 0;
      for (let i = 0; i < width; i++) {
        const at = components + k * width + i;
        const deviation = floor + Math.exp(said[at + many * width]);
        log -= 0.5 * ((step[i] - said[at]) / deviation) ** 2 + Math.log(deviation) + HALF_LOG_TWO_PI;
      }
      return log;
    });
    return components > 0 ? logSum(each) - logSum(said.subarray(0, components)) : each[0];
  },
};

export const DENSITIES: { readonly [K in Exclude<LossKind, "crossEntropy">]: Law } = {
  /** Nothing is said of chances, so nothing is drawn: the output itself, for certain. */
  meanSquared: { draw: (said) => said.slice(), logProbability: () => 0 },
  binaryCrossEntropy: {
    draw: (said, _width, _loss, temperature, chances) => said.map((logit) => Number(coin(logit, temperature, chances))),
    logProbability: (said, step) =>
      said.reduce((sum, logit, i) => sum + step[i] * logChance(logit, true) + (1 - step[i]) * logChance(logit, false), 0),
  },
  gaussian: mixture,
  mixtureDensity: mixture,
};
