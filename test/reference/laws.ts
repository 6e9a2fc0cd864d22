// What each operation means, forward and backward alike: one table of naive formulas in f64.

import type { NodeOf } from "../../src/graph/graph.ts";
import type { LossKind, OpName } from "../../src/graph/operations.ts";
import {
  argmaxOf,
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

/** One node at one step, and the means to look at its inputs. */
export interface Call<K extends OpName> {
  readonly node: NodeOf<K>;
  /** The time step; 0 for what is no sequence. */
  readonly t: number;
  readonly steps: number;
  /** Rows of this node: B for sequences and vectors. */
  readonly rows: number;
  readonly count: number;
  /** An input at this step. */
  input(index: number): Rows;
  /** An input at another step. */
  at(index: number, t: number): Rows;
  /** An input at all steps; what is no sequence has one. */
  every(index: number): readonly Rows[];
  /** What the user gives for this node: an input, a target, a parameter. */
  given(): Rows;
  /** What a delay reads before the first step, the carried state, zeros, or "nothing"; and past the last. */
  beyond(): Rows;
  /** Whether dropout keeps an element of this step; undefined: there is no dropout. */
  readonly keeps: ((row: number, column: number) => boolean) | undefined;
  /** A number from [−1, 1) for an element of this step; undefined: there is no noise. */
  readonly noise: ((row: number, column: number) => number) | undefined;
}

export type Law<K extends OpName> = (call: Call<K>) => Rows;

/** The same formula for every element. */
const each =
  (formula: (...x: number[]) => number): Law<OpName> =>
  (call) => {
    const inputs = call.node.inputs.map((_, index) => call.input(index));
    return make(call.rows, call.node.shape.width, (r, c) => formula(...inputs.map((x) => pick(x, r, c))));
  };

/** What is added to a sum, if the node has such an input. */
function startFrom(call: Call<OpName>, place: number, sum: Rows): Rows {
  if (call.count <= place) return sum;
  const start = call.input(place);
  return make(sum.rows, sum.width, (r, c) => pick(sum, r, c) + pick(start, r, c));
}

/** Rows that count in a loss: all, or those whose symbol is not ignored. */
const counts = (kind: LossKind, ignore: number, target: Rows, row: number): boolean =>
  kind !== "crossEntropy" || pick(target, row, 0) !== ignore;

/** How many numbers a loss is the mean of. */
function countOf(kind: LossKind, ignore: number, targets: readonly Rows[], width: number): number {
  let count = 0;
  for (const target of targets)
    for (let r = 0; r < target.rows; r++) if (counts(kind, ignore, target, r)) count += kind === "crossEntropy" ? 1 : width;
  return count;
}

/** The mean loss of all rows of all steps; 0 if none counts. */
export function lossOf(kind: LossKind, ignore: number, outputs: readonly Rows[], targets: readonly Rows[]): number {
  let sum = 0;
  outputs.forEach((x, t) => {
    for (let r = 0; r < x.rows; r++) {
      if (!counts(kind, ignore, targets[t], r)) continue;
      if (kind === "crossEntropy") sum += logSumOfExponentials(x, r) - pick(x, r, pick(targets[t], r, 0));
      else
        for (let c = 0; c < x.width; c++) {
          const logit = pick(x, r, c);
          const y = pick(targets[t], r, c);
          sum += kind === "meanSquared" ? (logit - y) ** 2 : y * softplusOf(-logit) + (1 - y) * softplusOf(logit);
        }
    }
  });
  const count = countOf(kind, ignore, targets, outputs[0].width);
  return count === 0 ? 0 : sum / count;
}

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
        for (let i = 0; i < sum.rows; i++)
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
        if (id >= 0) for (let c = 0; c < dY.width; c++) sum.values[id * sum.width + c] += pick(dY, r, c);
      }
    });
    return startFrom(call, 2, sum);
  },
  columnSum(call) {
    const sum = zeros(1, call.node.shape.width);
    for (const dY of call.every(0)) for (let r = 0; r < dY.rows; r++) for (let c = 0; c < dY.width; c++) sum.values[c] += pick(dY, r, c);
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
    return then >= 0 && then < call.steps ? call.at(0, then) : call.beyond();
  },
  last: (call) => call.at(0, call.node.attributes.reversed ? 0 : call.steps - 1),
  atLast: (call) =>
    call.t === (call.node.attributes.reversed ? 0 : call.steps - 1) ? call.input(0) : zeros(call.rows, call.node.shape.width),

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
  argmax: (call) => argmaxOf(call.input(0)),
  dropout(call) {
    const { keeps } = call;
    const x = call.input(0);
    const { keep, scaled } = call.node.attributes;
    const factor = scaled ? 1 / keep : 1;
    return make(call.rows, x.width, (r, c) => (keeps === undefined ? keep : keeps(r, c) ? 1 : 0) * factor * pick(x, r, c));
  },

  noise(call) {
    const x = call.input(0);
    return make(call.rows, x.width, (r, c) => pick(x, r, c) + call.node.attributes.limit * (call.noise?.(r, c) ?? 0));
  },

  loss: (call) => make(1, 1, () => lossOf(call.node.attributes.kind, call.node.attributes.ignore, call.every(0), call.every(1))),
  lossGradient(call) {
    const { kind, ignore } = call.node.attributes;
    const x = call.input(0);
    const target = call.input(1);
    const count = countOf(kind, ignore, call.every(1), x.width);
    const p = kind === "crossEntropy" ? softmaxOf(x) : x;
    return make(call.rows, x.width, (r, c) => {
      if (!counts(kind, ignore, target, r)) return 0;
      if (kind === "crossEntropy") return (pick(p, r, c) - (pick(target, r, 0) === c ? 1 : 0)) / count;
      if (kind === "meanSquared") return (2 * (pick(x, r, c) - pick(target, r, c))) / count;
      return (sigmoidOf(pick(x, r, c)) - pick(target, r, c)) / count;
    });
  },
};
