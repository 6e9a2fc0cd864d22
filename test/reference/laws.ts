// What each operation means, forward and backward alike: one table of naive formulas in f64.

import type { NodeOf } from "../../src/graph/graph.ts";
import type { OpName } from "../../src/graph/operations.ts";
import { type Alive, divisorOf, LOSSES, lossOf } from "./losses.ts";
import {
  argmaxOf,
  firsts,
  logSumOfExponentials,
  make,
  momentsOf,
  oneHot,
  pick,
  product,
  type Rows,
  sigmoidOf,
  softmaxOf,
  softplusOf,
  zeros,
} from "./rows.ts";
import { saidOf } from "./said.ts";

/** One node at one step, and the means to look at its inputs. */
export interface Call<K extends OpName> {
  readonly node: NodeOf<K>;
  /** The time step; 0 for what is no sequence. */
  readonly t: number;
  /** Rows of this node: B for sequences and vectors. */
  readonly rows: number;
  /** Steps of one of its rows; 1 for what is no sequence. */
  length(row: number): number;
  /** Steps of a row of an input. */
  lengthOf(index: number, row: number): number;
  /** Steps of a row of the source. */
  sourceLength(row: number): number;
  readonly count: number;
  /** An input at this step. */
  input(index: number): Rows;
  /** An input at another step. */
  at(index: number, t: number): Rows;
  /** An input at all steps; what is no sequence has one. */
  every(index: number): readonly Rows[];
  /** What the user gives for this node: an input, a target, a parameter. */
  given(): Rows;
  /** What a delay reads before the first step, the carried state, what is given, zeros, or "nothing"; and past the last. */
  beyond(): Rows;
  /** Whether the rows begin anew, and do not go on from what was carried. */
  readonly begun: boolean;
  /** How often the truth is heard where either is, and a number from [0, 1) for a row of this step. */
  readonly truth: number;
  uniform(row: number, column?: number): number;
  /** Whether there is dropout, and whether it keeps an element of this step. */
  readonly drops: boolean;
  keeps(row: number, column: number): boolean;
  /** A number from [−1, 1) for an element of this step; 0 where there is no noise. */
  noise(row: number, column: number): number;
}

export type Law<K extends OpName> = (call: Call<K>) => Rows;

/** The same formula for every element of up to three inputs. */
const each =
  (formula: (x: number, y: number, z: number) => number): Law<OpName> =>
  (call) => {
    const [x, y, z] = call.node.inputs.map((_, index) => call.input(index));
    const of = (input: Rows | undefined, r: number, c: number): number => (input ? pick(input, r, c) : Number.NaN);
    return make(call.rows, call.node.shape.width, (r, c) => formula(of(x, r, c), of(y, r, c), of(z, r, c)));
  };

/** What is added to a sum, if the node has such an input. */
function startFrom(call: Call<OpName>, place: number, sum: Rows): Rows {
  if (call.count <= place) return sum;
  const start = call.input(place);
  return make(sum.rows, sum.width, (r, c) => pick(sum, r, c) + pick(start, r, c));
}

/** Whether a row of an input has not ended before a step. */
export const lives = (call: Pick<Call<OpName>, "lengthOf">, index: number, t: number, row: number): boolean =>
  t < call.lengthOf(index, row);

/** Whether the row of a target counts. */
const aliveIn =
  (call: Pick<Call<OpName>, "lengthOf">): Alive =>
  (t, row) =>
    lives(call, 1, t, row);

/** Whether a sum over time takes a step of a row in. */
export function isSummed(call: Pick<Call<"sumOverTime">, "node" | "lengthOf" | "begun">, t: number, row: number): boolean {
  const { most, reversed, begun } = call.node.attributes;
  const length = call.lengthOf(0, row);
  if (t >= length || (begun && !call.begun)) return false;
  return most === 0 || (reversed ? t >= length - most : t < most);
}

/**
 * What looks and what is looked at: a number for each step of the source that a row has, zero behind its end. `index` is the input that is of the
 * source.
 */
const alongSource = (call: Call<OpName>, index: number, number: (r: number, s: number) => number): Rows =>
  make(call.rows, call.every(index).length, (r, s) => (lives(call, index, s, r) ? number(r, s) : 0));

/** Σ over the steps of a row of an input; nothing of what lies behind its end. */
const overSteps = (call: Call<OpName>, index: number, width: number, term: (t: number, r: number, c: number) => number): Rows =>
  make(call.rows, width, (r, c) => {
    let sum = 0;
    for (let t = 0; t < call.lengthOf(index, r); t++) sum += term(t, r, c);
    return sum;
  });

/** tanh(q + k) of a step that looks and one that is looked at. */
const compared = (q: Rows, k: Rows, r: number, c: number): number => Math.tanh(pick(q, r, c) + pick(k, r, c));

export const LAWS: { readonly [K in OpName]: Law<K> } = {
  input: (call) => call.given(),
  target: (call) => call.given(),
  feedback() {
    throw new Error("feedback is resolved before the laws are asked");
  },
  parameter: (call) => call.given(),

  matmul: (call) => startFrom(call, 2, product(call.input(0), call.input(1), call.node.attributes.transposed)),
  sparse: (call) => startFrom(call, 2, product(call.input(0), call.input(1), call.node.attributes.transposed)),
  outer(call) {
    const dYs = call.every(1);
    const sum = zeros(call.node.shape.rows, call.node.shape.width);
    call.every(0).forEach((x, t) => {
      for (let r = 0; r < x.rows; r++)
        for (let i = 0, rows = lives(call, 1, t, r) ? sum.rows : 0; i < rows; i++)
          for (let j = 0; j < sum.width; j++) sum.values[i * sum.width + j] += pick(x, r, i) * pick(dYs[t], r, j);
    });
    return startFrom(call, 2, sum);
  },
  gather: (call) => startFrom(call, 2, product(oneHot(call.input(0), call.input(1).rows), call.input(1), false)),
  scatter(call) {
    const ids = call.every(0);
    const sum = zeros(call.node.attributes.rows, call.node.shape.width);
    call.every(1).forEach((dY, t) => {
      for (let r = 0; r < dY.rows; r++) {
        const id = pick(ids[t], r, 0);
        if (id >= 0 && lives(call, 1, t, r)) for (let c = 0; c < dY.width; c++) sum.values[id * sum.width + c] += pick(dY, r, c);
      }
    });
    return startFrom(call, 2, sum);
  },
  columnSum(call) {
    const sum = zeros(1, call.node.shape.width);
    call.every(0).forEach((dY, t) => {
      for (let r = 0; r < dY.rows; r++) if (lives(call, 0, t, r)) for (let c = 0; c < dY.width; c++) sum.values[c] += pick(dY, r, c);
    });
    return startFrom(call, 1, sum);
  },
  pack: (call) => call.input(0),

  add: each((a, b) => a + b),
  sub: each((a, b) => a - b),
  mul: each((a, b) => a * b),
  div: each((a, b) => a / b),
  mix: each((f, a, b) => f * a + (1 - f) * b),
  affine: (call) => each((x) => call.node.attributes.scale * x + call.node.attributes.shift)(call),
  tanh: each(Math.tanh),
  sigmoid: each(sigmoidOf),
  relu: each((x) => Math.max(x, 0)),
  softplus: each(softplusOf),
  exp: each(Math.exp),
  log: each(Math.log),
  sqrt: each(Math.sqrt),
  abs: each(Math.abs),
  sign: each(Math.sign),
  unitStep: each((x) => (x > 0 ? 1 : 0)),
  clamp: (call) => each((x) => Math.min(Math.max(x, call.node.attributes.low), call.node.attributes.high))(call),
  clampGradient: (call) => each((x, _, dY) => (x >= call.node.attributes.low && x <= call.node.attributes.high ? dY : 0))(call),
  copy: each((x) => x),
  tanhGradient: each((y, dY) => dY * (1 - y * y)),
  sigmoidGradient: each((y, dY) => dY * y * (1 - y)),
  reluGradient: each((y, dY) => (y > 0 ? dY : 0)),
  softplusGradient: each((x, dY) => dY * sigmoidOf(x)),

  concat(call) {
    const columns = call.node.inputs.flatMap((_, index) => {
      const x = call.input(index);
      return Array.from({ length: x.width }, (_, c) => (r: number) => pick(x, r, c));
    });
    return make(call.rows, columns.length, (r, c) => columns[c](r));
  },
  slice: (call) => make(call.rows, call.node.attributes.width, (r, c) => pick(call.input(0), r, call.node.attributes.from + c)),
  pad(call) {
    const { from, width } = call.node.attributes;
    const x = call.input(0);
    return make(call.rows, width, (r, c) => (c >= from && c < from + x.width ? pick(x, r, c - from) : 0));
  },
  delay(call) {
    const then = call.t - call.node.attributes.steps;
    const ended = (r: number): boolean => then < 0 || then >= call.length(r);
    const rows = Array.from({ length: call.rows }, (_, r) => (ended(r) ? call.beyond() : call.at(0, then)));
    return make(call.rows, call.node.shape.width, (r, c) => pick(rows[r], r, c));
  },
  last(call) {
    const steps = Array.from({ length: call.rows }, (_, r) => call.lengthOf(0, r));
    const rows = steps.map((length) => (length === 0 ? null : call.at(0, call.node.attributes.reversed ? 0 : length - 1)));
    return make(call.rows, call.node.shape.width, (r, c) => (rows[r] ? pick(rows[r], r, c) : 0));
  },
  atLast(call) {
    const x = call.input(0);
    const isThere = (r: number): boolean => call.t === (call.node.attributes.reversed ? 0 : call.length(r) - 1);
    return make(call.rows, call.node.shape.width, (r, c) => (isThere(r) ? pick(x, r, c) : 0));
  },
  repeat: (call) => call.input(0),
  sumOverTime(call) {
    const sum = zeros(call.rows, call.node.shape.width);
    call.every(0).forEach((x, t) => {
      for (let r = 0; r < x.rows; r++)
        if (isSummed(call, t, r)) for (let c = 0; c < x.width; c++) sum.values[r * sum.width + c] += pick(x, r, c);
    });
    return sum;
  },

  everyRow: each((x) => x),

  softmax: (call) => softmaxOf(call.input(0)),
  softmaxGradient(call) {
    const y = call.input(0);
    const dY = call.input(1);
    return make(call.rows, y.width, (r, c) => {
      let mean = 0;
      for (let k = 0; k < y.width; k++) mean += pick(y, r, k) * pick(dY, r, k);
      return pick(y, r, c) * (pick(dY, r, c) - mean);
    });
  },
  normalize(call) {
    const x = call.input(0);
    const rows = momentsOf(x, call.node.attributes.epsilon);
    return make(call.rows, x.width, (r, c) => (pick(x, r, c) - rows[r].mean) * rows[r].factor);
  },
  normalizeGradient(call) {
    const [x, y, dY] = [call.input(0), call.input(1), call.input(2)];
    const rows = momentsOf(x, call.node.attributes.epsilon);
    return make(call.rows, x.width, (r, c) => {
      let [mean, along] = [0, 0];
      for (let k = 0; k < x.width; k++) {
        mean += pick(dY, r, k) / x.width;
        along += (pick(y, r, k) * pick(dY, r, k)) / x.width;
      }
      return rows[r].factor * (pick(dY, r, c) - mean - pick(y, r, c) * along);
    });
  },
  dotScore(call) {
    const [q, keys] = [call.input(0), call.every(1)];
    return alongSource(call, 1, (r, s) =>
      keys[s].values.subarray(r * q.width, (r + 1) * q.width).reduce((sum, k, c) => sum + k * pick(q, r, c), 0),
    );
  },
  additiveScore(call) {
    const [q, keys, v] = [call.input(0), call.every(1), call.input(2)];
    return alongSource(call, 1, (r, s) => v.values.reduce((sum, weight, c) => sum + weight * compared(q, keys[s], r, c), 0));
  },
  align(call) {
    const scores = call.input(0);
    const steps = Array.from({ length: call.rows }, (_, r) => call.sourceLength(r));
    return make(call.rows, scores.width, (r, s) =>
      s < steps[r] ? Math.exp(pick(scores, r, s) - logSumOfExponentials(firsts(scores, r, steps[r]), 0)) : 0,
    );
  },
  alignGradient(call) {
    const [y, dY] = [call.input(0), call.input(1)];
    return make(call.rows, y.width, (r, s) => {
      let mean = 0;
      for (let k = 0; k < call.sourceLength(r); k++) mean += pick(y, r, k) * pick(dY, r, k);
      return s < call.sourceLength(r) ? pick(y, r, s) * (pick(dY, r, s) - mean) : 0;
    });
  },
  attend(call) {
    const [weights, values] = [call.input(0), call.every(1)];
    return overSteps(call, 1, call.node.shape.width, (s, r, c) => pick(weights, r, s) * pick(values[s], r, c));
  },
  spread(call) {
    const [weights, xs] = [call.every(0), call.every(1)];
    return overSteps(call, 1, call.node.shape.width, (t, r, c) => pick(weights[t], r, call.t) * pick(xs[t], r, c));
  },
  additiveToQuery(call) {
    const [dE, q, keys] = [call.input(0), call.input(1), call.every(2)];
    return overSteps(call, 2, q.width, (s, r, c) => pick(dE, r, s) * (1 - compared(q, keys[s], r, c) ** 2));
  },
  additiveToKey(call) {
    const [dEs, qs, k] = [call.every(0), call.every(1), call.input(2)];
    return overSteps(call, 1, 2 * k.width, (t, r, c) => {
      const u = compared(qs[t], k, r, c % k.width);
      return pick(dEs[t], r, call.t) * (c < k.width ? 1 - u * u : u);
    });
  },

  argmax: (call) => argmaxOf(call.input(0)),
  draw: (call) => saidOf(call.node.attributes, call.input(0), (row, column) => call.uniform(row, column)),
  either: (call) => make(call.rows, call.node.shape.width, (r, c) => pick(call.input(call.uniform(r) < call.truth ? 0 : 1), r, c)),
  eitherGradient: (call) =>
    make(call.rows, call.node.shape.width, (r, c) => (call.uniform(r) < call.truth ? 0 : pick(call.input(0), r, c))),
  dropout(call) {
    const x = call.input(0);
    const { keep, scaled } = call.node.attributes;
    const factor = scaled ? 1 / keep : 1;
    const share = (r: number, c: number): number => (call.drops ? Number(call.keeps(r, c)) : keep);
    return make(call.rows, x.width, (r, c) => share(r, c) * factor * pick(x, r, c));
  },

  noise(call) {
    const x = call.input(0);
    return make(call.rows, x.width, (r, c) => pick(x, r, c) + call.node.attributes.limit * call.noise(r, c));
  },

  loss: (call) => make(1, 1, () => lossOf(call.node.attributes, call.every(0), call.every(1), aliveIn(call))),
  lossGradient(call) {
    const loss = call.node.attributes;
    const [x, target] = [call.input(0), call.input(1)];
    const alive = aliveIn(call);
    const divisor = divisorOf(loss, call.every(0), call.every(1), alive);
    const { count, gradient } = LOSSES[loss.kind];
    return make(call.rows, x.width, (r, c) =>
      alive(call.t, r) && count(loss, x, target, r) > 0 ? (loss.weight * gradient(loss, x, target, r, c)) / divisor : 0,
    );
  },
};
