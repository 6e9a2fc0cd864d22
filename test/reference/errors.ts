// How far f32 is expected to be from f64 after each operation: running error analysis, one row per operation, in units of 2⁻²⁴.

import type { NodeOf } from "../../src/graph/graph.ts";
import type { Loss, LossKind, OpName } from "../../src/graph/operations.ts";
import { densityErrors } from "./density-errors.ts";
import { isSummed, lives } from "./laws.ts";
import { divisorOf, LOSSES } from "./losses.ts";
import { firsts, make, momentsOf, pick, type Rows, sigmoidOf, softmaxOf } from "./rows.ts";
import { componentOf, normalOf } from "./said.ts";

/** Half the distance from 1 to the next f32: the relative error of one rounding. */
export const UNIT = 2 ** -24;

/**
 * How many times its expected error a number may be off. Of all cases at nine sizes all but one stay below 8; that one, 33 steps through the
 * output, where one error reaches a value on many paths, comes to 8.8 (measured).
 */
export const CONFIDENCE = 16;

/**
 * The error that a value is expected to have: 2⁻²⁴·√(inherited² + terms·magnitude²), to first order.
 *
 * Roundings are taken to be independent and without preference for a sign, so they add like the sides of a right angle, and n of them cost
 * √n, not n (Higham and Mary, A new approach to probabilistic rounding error analysis, 2019). The bound for the worst case grows by Σ|w| a
 * step, threefold at 17 units: after ten steps nothing would be outside. Each rounding counts with its greatest size, and what an assumption
 * misses (errors that reach a value on two paths) CONFIDENCE makes good.
 *
 * A sum is kept open: `terms` counts its additions and `magnitude` is the sum of its terms' absolute values, so that the bound holds for
 * every order of adding. A plan may therefore merge a bias, several products and additions into one accumulation.
 */
export interface Bound {
  readonly inherited: Rows;
  readonly terms: number;
  readonly magnitude: Rows;
}

/** A node at a step with its own and its inputs' reference values and the inputs' bounds. */
export interface Site<K extends OpName> {
  readonly node: NodeOf<K>;
  readonly t: number;
  /** Steps of a row of the node, and of an input. */
  length(row: number): number;
  lengthOf(index: number, row: number): number;
  sourceLength(row: number): number;
  readonly begun: boolean;
  readonly truth: number;
  uniform(row: number, column?: number): number;
  readonly y: Rows;
  x(index: number): Rows;
  every(index: number): readonly Rows[];
  bound(index: number, t?: number): Bound;
  bounds(index: number): readonly Bound[];
}

type Rule<K extends OpName> = (site: Site<K>) => Bound;
/** An error, given the result and, input by input, its number and its error. */
type Formula = (y: number, x: readonly number[], e: readonly number[]) => number;

/** Independent errors together. */
const join = (...errors: number[]): number => Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0));

export const errorAt = (b: Bound, row: number, column: number): number =>
  join(pick(b.inherited, row, column), b.terms > 0 ? Math.sqrt(b.terms) * pick(b.magnitude, row, column) : 0);

/** A finished value: its error is known, and as a term it weighs its absolute value. */
const settled = (y: Rows, error: (r: number, c: number) => number): Bound => ({
  inherited: make(y.rows, y.width, error),
  terms: 0,
  magnitude: make(y.rows, y.width, (r, c) => Math.abs(pick(y, r, c))),
});

const exact: Rule<OpName> = ({ y }) => settled(y, () => 0);

const each =
  (formula: Formula): Rule<OpName> =>
  (site) => {
    const { y, node } = site;
    const xs = node.inputs.map((_, index) => site.x(index));
    const es = node.inputs.map((_, index) => site.bound(index));
    const error = (r: number, c: number): number =>
      formula(
        pick(y, r, c),
        xs.map((x) => pick(x, r, c)),
        es.map((e) => errorAt(e, r, c)),
      );
    return settled(y, error);
  };

/** The same sum with one more sum among its terms. */
const together = (y: Rows, a: Bound, b: Bound): Bound => ({
  inherited: make(y.rows, y.width, (r, c) => join(pick(a.inherited, r, c), pick(b.inherited, r, c))),
  terms: a.terms + b.terms + 1,
  magnitude: make(y.rows, y.width, (r, c) => pick(a.magnitude, r, c) + pick(b.magnitude, r, c)),
});

const withStart = (site: Site<OpName>, place: number, sum: Bound): Bound =>
  site.node.inputs.length > place ? together(site.y, sum, site.bound(place)) : sum;

/** Every element where it lies: another place of the same numbers. */
const moved = (site: Site<OpName>, from: (r: number, c: number) => [number, number] | null): Bound => {
  const b = site.bound(0);
  const take = (x: Rows) =>
    make(site.y.rows, site.y.width, (r, c) => {
      const place = from(r, c);
      return place ? pick(x, place[0], place[1]) : 0;
    });
  return { inherited: take(b.inherited), terms: b.terms, magnitude: take(b.magnitude) };
};

/** Every row as it is at a time of its own; `null`: nothing, which is exact. */
const atTimes = (site: Site<OpName>, timeOf: (row: number) => number | null, beyond?: Bound): Bound =>
  eachRow(site, (r) => {
    const t = timeOf(r);
    return t === null ? beyond : site.bound(0, t);
  });

/** Every row from a bound of its own; none is exact. Sums that are still open at one row are taken to be so at all. */
function eachRow({ y }: Site<OpName>, boundOf: (row: number) => Bound | undefined): Bound {
  const bounds = Array.from({ length: y.rows }, (_, r) => boundOf(r));
  const take = (what: "inherited" | "magnitude"): Rows => make(y.rows, y.width, (r, c) => (bounds[r] ? pick(bounds[r][what], r, c) : 0));
  return { inherited: take("inherited"), terms: Math.max(...bounds.map((b) => b?.terms ?? 0)), magnitude: take("magnitude") };
}

const total = (count: number, term: (k: number) => number): number => {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += term(k);
  return sum;
};

/** Sums over all rows of all steps, as far as they have not ended. */
function overRows(
  site: Site<OpName>,
  index: number,
  rows: number,
  term: (step: number, row: number, r: number, c: number) => [number, number],
): Bound {
  const { y } = site;
  const inherited = make(y.rows, y.width, () => 0);
  const magnitude = make(y.rows, y.width, () => 0);
  const values = site.every(index);
  values.forEach((x, step) => {
    for (let row = 0; row < x.rows; row++)
      for (let i = 0, count = lives(site, index, step, row) ? y.values.length : 0; i < count; i++) {
        const [error, weight] = term(step, row, Math.floor(i / y.width), i % y.width);
        inherited.values[i] = join(inherited.values[i], error);
        magnitude.values[i] += weight;
      }
  });
  return { inherited, terms: values.length * rows + 1, magnitude };
}

/** The relative error of softmax's element: its exponent's, the exponential's (1.18 ULP) and the mean of these from the divisor; 4 roundings. */
function softmaxError(x: Rows, e: Bound, p: Rows, r: number, c: number): number {
  const top = Math.max(...x.values.subarray(r * x.width, (r + 1) * x.width));
  const one = (k: number): number => join(errorAt(e, r, k), pick(x, r, k) - top, 3);
  return (
    pick(p, r, c) *
    join(
      one(c),
      total(x.width, (k) => pick(p, r, k) * one(k)),
      4,
    )
  );
}

function gradientOfSoftmax(site: Site<OpName>): Bound {
  const [y, d, ey, ed] = [site.x(0), site.x(1), site.bound(0), site.bound(1)];
  return settled(site.y, (r, c) => {
    const [p, g] = [pick(y, r, c), pick(d, r, c)];
    const mean = total(y.width, (k) => pick(y, r, k) * pick(d, r, k));
    const meanError = total(y.width, (k) => {
      const [q, h] = [pick(y, r, k), Math.abs(pick(d, r, k))];
      return q * errorAt(ed, r, k) + h * errorAt(ey, r, k) + 2 * q * h;
    });
    return join((g - mean) * errorAt(ey, r, c), 2 * p * (g - mean), p * errorAt(ed, r, c), p * meanError);
  });
}

/** What normalisation passes on to column c of the errors e of all columns, before the factor: each lessened by its mean and by its part along y. */
const passed = (y: Rows, e: Bound, r: number, c: number): number =>
  Math.sqrt(total(y.width, (k) => (((k === c ? 1 : 0) - (1 + pick(y, r, c) * pick(y, r, k)) / y.width) * errorAt(e, r, k)) ** 2));

/** Whether rounding can decide a number's sign. */
const unsure = (x: number, e: number): boolean => e > 0 && Math.abs(x) <= CONFIDENCE * e * UNIT;

/** Whether rounding can decide on which side of an edge a number lies. */
const edges = ({ low, high }: { readonly low: number; readonly high: number }, x: number, e: number): boolean =>
  [low, high].some((edge) => unsure(x - edge, join(e, edge)));

/** A product of `terms` terms, and what it starts from. */
function productError(site: Site<"matmul"> | Site<"sparse">, terms: number): Bound {
  const [x, w, ex, ew] = [site.x(0), site.x(1), site.bound(0), site.bound(1)];
  const { transposed } = site.node.attributes;
  const at = (k: number, c: number): [number, number] => (transposed ? [c, k] : [k, c]);
  const sum = (term: (x: number, w: number, ex: number, ew: number) => number): Rows =>
    make(site.y.rows, site.y.width, (r, c) =>
      total(x.width, (k) => {
        const [i, j] = at(k, c);
        return term(Math.abs(pick(x, r, k)), Math.abs(w.values[i * w.width + j]), errorAt(ex, r, k), errorAt(ew, i, j));
      }),
    );
  const squares = sum((a, b, ea, eb) => (a * eb) ** 2 + (b * ea) ** 2);
  const inherited = make(squares.rows, squares.width, (r, c) => Math.sqrt(pick(squares, r, c)));
  const magnitude = sum((a, b) => a * b);
  return withStart(site as Site<OpName>, 2, { inherited, terms, magnitude });
}

/** A sum of products over k = 0 … count(row, column) − 1; each factor as its number and its error. */
function sumOfProducts(
  { y }: Site<OpName>,
  count: (r: number, c: number) => number,
  factors: (k: number, r: number, c: number) => readonly [a: number, eA: number, b: number, eB: number],
): Bound {
  let terms = 0;
  const each = (take: (a: number, eA: number, b: number, eB: number) => number): Rows =>
    make(y.rows, y.width, (r, c) => {
      terms = Math.max(terms, count(r, c));
      return total(count(r, c), (k) => take(...factors(k, r, c)));
    });
  const squares = each((a, eA, b, eB) => (a * eB) ** 2 + (b * eA) ** 2);
  const inherited = make(y.rows, y.width, (r, c) => Math.sqrt(pick(squares, r, c)));
  const magnitude = each((a, _, b) => Math.abs(a * b));
  return { inherited, terms, magnitude };
}

/**
 * u = tanh(q + k) and 1 − u² by way of p = 1/(1 + e^2q·e^2k), and their errors: an exponential errs by 3, e^2q·e^2k by 7 with its own rounding and
 * that of 1 + …, p by 2 more; u = 1 − 2p, 1 − u² = 4·p·(1 − p).
 */
function compared(q: Rows, eQ: Bound, k: Rows, eK: Bound, r: number, c: number): { u: number; eU: number; slope: number; eSlope: number } {
  const u = Math.tanh(pick(q, r, c) + pick(k, r, c));
  const slope = 1 - u * u;
  const e = join(errorAt(eQ, r, c), errorAt(eK, r, c));
  const p = (1 - u) / 2;
  const eP = join(p * (1 - p) * 7, 2 * p);
  return { u, eU: join(slope * e, 2 * eP, u), slope, eSlope: join(2 * u * slope * e, 4 * u * eP, 4 * p * (1 - p), 2 * slope) };
}

export const ERRORS: { readonly [K in OpName]: Rule<K> } = {
  input: exact,
  target: exact,
  feedback: exact,
  parameter: exact,
  pack: (site) => site.bound(0),

  matmul: (site) => productError(site, site.x(0).width),
  sparse: (site) => productError(site, site.x(0).width),
  outer(site) {
    const [xs, ds, exs, eds] = [site.every(0), site.every(1), site.bounds(0), site.bounds(1)];
    const sum = overRows(site, 1, xs[0].rows, (t, row, i, j) => {
      const [x, d] = [Math.abs(pick(xs[t], row, i)), Math.abs(pick(ds[t], row, j))];
      return [join(x * errorAt(eds[t], row, j), d * errorAt(exs[t], row, i)), x * d];
    });
    return withStart(site, 2, sum);
  },
  gather(site) {
    const [ids, table, eId, e] = [site.x(0), site.x(1), site.bound(0), site.bound(1)];
    const row = (r: number): number => pick(ids, r, 0);
    const error = (r: number, c: number): number =>
      errorAt(eId, r, 0) + (row(r) >= 0 && table.rows > row(r) ? e.inherited.values[row(r) * table.width + c] : 0);
    const weight = make(site.y.rows, site.y.width, (r, c) => (row(r) >= 0 ? Math.abs(table.values[row(r) * table.width + c]) : 0));
    return withStart(site, 2, { inherited: make(site.y.rows, site.y.width, error), terms: 0, magnitude: weight });
  },
  scatter(site) {
    const [ids, ds, eIds, eds] = [site.every(0), site.every(1), site.bounds(0), site.bounds(1)];
    const sum = overRows(site, 1, ds[0].rows, (t, row, i, j) => {
      if (errorAt(eIds[t], row, 0) > 0) return [Infinity, 0];
      return pick(ids[t], row, 0) === i ? [errorAt(eds[t], row, j), Math.abs(pick(ds[t], row, j))] : [0, 0];
    });
    return withStart(site, 2, sum);
  },
  columnSum(site) {
    const [ds, eds] = [site.every(0), site.bounds(0)];
    return withStart(
      site,
      1,
      overRows(site, 0, ds[0].rows, (t, row, _, j) => [errorAt(eds[t], row, j), Math.abs(pick(ds[t], row, j))]),
    );
  },

  add: (site) => together(site.y, site.bound(0), site.bound(1)),
  sub: (site) => together(site.y, site.bound(0), site.bound(1)),
  mul: each((y, [a, b], [ea, eb]) => join(a * eb, b * ea, y)),
  div: each((y, [, b], [ea, eb]) => join(ea / b, (y * eb) / b, y)),
  // In whichever of its forms: f·a + (1−f)·b or b + f·(a−b), four roundings of numbers no greater than these.
  mix: each((_, [f, a, b], [ef, ea, eb]) => join(ef * (a - b), f * ea, (1 - f) * eb, 2 * (Math.abs(f * a) + Math.abs((1 - f) * b)), b)),
  // The numbers scale and shift are rounded to f32 too.
  affine: (site) => {
    const { scale, shift } = site.node.attributes;
    return each((y, [x], [e]) => join(scale * e, 2 * scale * x, shift, y))(site);
  },
  // 1 ULP is at most 2 units of the value. The ULP of each function stand beside its code in assembly/math.
  tanh: each((y, _, [e]) => join((1 - y * y) * e, 4 * y)),
  sigmoid: each((y, _, [e]) => join(y * (1 - y) * e, 4 * y)),
  relu: each((_, [x], [e]) => (x > 0 || unsure(x, e) ? e : 0)),
  softplus: each((y, [x], [e]) => join(sigmoidOf(x) * e, 6 * y)),
  exp: each((y, _, [e]) => y * join(e, 3)),
  log: each((y, [x], [e]) => join(e / x, 2 * y)),
  sqrt: each((y, _, [e]) => join(e / (2 * y), y)),
  abs: each((_, __, [e]) => e),
  sign: each((_, [x], [e]) => (unsure(x, e) ? 2 / UNIT : 0)),
  unitStep: each((_, [x], [e]) => (unsure(x, e) ? 1 / UNIT : 0)),
  // The numbers low and high are rounded to f32 too.
  clamp: (site) => each((y, [x], [e]) => join(x === y || edges(site.node.attributes, x, e) ? e : 0, y))(site),
  copy: (site) => site.bound(0),
  tanhGradient: each((g, [y, d], [ey, ed]) => join((1 - y * y) * ed, 2 * d * y * ey, 2 * d, g)),
  sigmoidGradient: each((g, [y, d], [ey, ed]) => join(y * (1 - y) * ed, d * (1 - 2 * y) * ey, 2 * d * y, 3 * g)),
  // Where rounding decides on which side of the kink x lies, all of dY may come or go.
  reluGradient: each((_, [y, d], [ey, ed]) => (y > 0 ? ed : 0) + (unsure(y, ey) ? Math.abs(d) / UNIT + ed : 0)),
  clampGradient: (site) =>
    each((_, [x, y, d], [ex, , ed]) => (x === y ? ed : 0) + (edges(site.node.attributes, x, ex) ? Math.abs(d) / UNIT + ed : 0))(site),
  softplusGradient: each((g, [x, d], [ex, ed]) => {
    const s = sigmoidOf(x);
    return join(s * ed, d * s * (1 - s) * ex, 5 * g);
  }),

  concat(site) {
    const parts = site.node.inputs.flatMap((_, index) => {
      const b = site.bound(index);
      return Array.from({ length: b.inherited.width }, (_, c) => (r: number) => errorAt(b, r, c));
    });
    return settled(site.y, (r, c) => parts[c](r));
  },
  slice: (site) => moved(site, (r, c) => [r, c + site.node.attributes.from]),
  pad(site) {
    const { from } = site.node.attributes;
    const { width } = site.x(0);
    return moved(site, (r, c) => (c >= from && c < from + width ? [r, c - from] : null));
  },
  delay(site) {
    const then = site.t - site.node.attributes.steps;
    return atTimes(
      site,
      (r) => (then >= 0 && then < site.length(r) ? then : null),
      site.node.inputs.length > 1 ? site.bound(1, 0) : undefined,
    );
  },
  last: (site) => atTimes(site, (r) => (site.lengthOf(0, r) === 0 ? null : site.node.attributes.reversed ? 0 : site.lengthOf(0, r) - 1)),
  atLast: (site) => atTimes(site, (r) => (site.t === (site.node.attributes.reversed ? 0 : site.length(r) - 1) ? 0 : null)),
  repeat: (site) => site.bound(0),
  sumOverTime(site) {
    const es = site.bounds(0);
    return site.every(0).reduce<Bound>(
      (sum, x, t) => {
        const e = es[t];
        const alive = (r: number, number: number): number => (isSummed(site, t, r) ? number : 0);
        const inherited = make(x.rows, x.width, (r, c) => alive(r, errorAt(e, r, c)));
        const magnitude = make(x.rows, x.width, (r, c) => alive(r, Math.abs(pick(x, r, c))));
        return together(site.y, sum, { inherited, terms: 0, magnitude });
      },
      settled(
        make(site.y.rows, site.y.width, () => 0),
        () => 0,
      ),
    );
  },

  everyRow: each((_, __, [e]) => e),
  softmax: (site) => settled(site.y, (r, c) => softmaxError(site.x(0), site.bound(0), site.y, r, c)),
  softmaxGradient: (site) => gradientOfSoftmax(site),
  // How much of each column's error, and of the rounded mean's, reaches a column; then y's own three roundings.
  normalize(site) {
    const [x, e, y] = [site.x(0), site.bound(0), site.y];
    const rows = momentsOf(x, site.node.attributes.epsilon);
    return settled(y, (r, c) => {
      const { mean, factor } = rows[r];
      return join(factor * passed(y, e, r, c), factor * mean, 3 * pick(y, r, c));
    });
  },
  normalizeGradient(site) {
    const [x, y, d, ex, ey, ed] = [site.x(0), site.x(1), site.x(2), site.bound(0), site.bound(1), site.bound(2)];
    const rows = momentsOf(x, site.node.attributes.epsilon);
    const { width } = x;
    return settled(site.y, (r, c) => {
      const { factor } = rows[r];
      const mean = total(width, (k) => pick(d, r, k)) / width;
      const along = total(width, (k) => pick(y, r, k) * pick(d, r, k)) / width;
      const product = pick(y, r, c) * along;
      // What dY and y pass on, and x through the factor: dFactor = −factor²·(y · dx)/width.
      const fromY = total(width, (k) => ((pick(y, r, c) * pick(d, r, k) * errorAt(ey, r, k)) / width) ** 2);
      const fromX = total(width, (k) => ((factor * pick(y, r, k) * errorAt(ex, r, k)) / width) ** 2);
      const roundings = join(mean, 2 * product, pick(d, r, c) - mean, along * errorAt(ey, r, c));
      return join(factor * join(passed(y, ed, r, c), Math.sqrt(fromY), roundings), pick(site.y, r, c) * join(Math.sqrt(fromX), 3));
    });
  },
  dotScore(site) {
    const [q, eQ, ks, eKs] = [site.x(0), site.bound(0), site.every(1), site.bounds(1)];
    return sumOfProducts(
      site,
      (r, s) => (lives(site, 1, s, r) ? q.width : 0),
      (c, r, s) => [pick(q, r, c), errorAt(eQ, r, c), pick(ks[s], r, c), errorAt(eKs[s], r, c)],
    );
  },
  additiveScore(site) {
    const [q, eQ, ks, eKs, v, eV] = [site.x(0), site.bound(0), site.every(1), site.bounds(1), site.x(2), site.bound(2)];
    return sumOfProducts(
      site,
      (r, s) => (lives(site, 1, s, r) ? q.width : 0),
      (c, r, s) => {
        const { u, eU } = compared(q, eQ, ks[s], eKs[s], r, c);
        return [pick(v, r, c), errorAt(eV, r, c), u, eU];
      },
    );
  },
  align(site) {
    const [x, e] = [site.x(0), site.bound(0)];
    return settled(site.y, (r, s) => {
      const width = site.sourceLength(r);
      const errors = make(1, width, (_, c) => errorAt(e, r, c));
      return s < width
        ? softmaxError(
            firsts(x, r, width),
            settled(errors, (_, c) => pick(errors, 0, c)),
            firsts(site.y, r, width),
            0,
            s,
          )
        : 0;
    });
  },
  // Behind the source's end the weights are zero.
  alignGradient: (site) => gradientOfSoftmax(site),
  attend(site) {
    const [a, eA, xs, eXs] = [site.x(0), site.bound(0), site.every(1), site.bounds(1)];
    return sumOfProducts(
      site,
      (r) => site.lengthOf(1, r),
      (s, r, c) => [pick(a, r, s), errorAt(eA, r, s), pick(xs[s], r, c), errorAt(eXs[s], r, c)],
    );
  },
  spread(site) {
    const [as, eAs, xs, eXs] = [site.every(0), site.bounds(0), site.every(1), site.bounds(1)];
    const { t: s } = site;
    return sumOfProducts(
      site,
      (r) => site.lengthOf(1, r),
      (t, r, c) => [pick(as[t], r, s), errorAt(eAs[t], r, s), pick(xs[t], r, c), errorAt(eXs[t], r, c)],
    );
  },
  additiveToQuery(site) {
    const [d, eD, q, eQ, ks, eKs] = [site.x(0), site.bound(0), site.x(1), site.bound(1), site.every(2), site.bounds(2)];
    return sumOfProducts(
      site,
      (r) => site.lengthOf(2, r),
      (s, r, c) => {
        const { slope, eSlope } = compared(q, eQ, ks[s], eKs[s], r, c);
        return [pick(d, r, s), errorAt(eD, r, s), slope, eSlope];
      },
    );
  },
  additiveToKey(site) {
    const [ds, eDs, qs, eQs, k, eK] = [site.every(0), site.bounds(0), site.every(1), site.bounds(1), site.x(2), site.bound(2)];
    const { t: s } = site;
    return sumOfProducts(
      site,
      (r) => site.lengthOf(1, r),
      (t, r, c) => {
        const { u, eU, slope, eSlope } = compared(qs[t], eQs[t], k, eK, r, c % k.width);
        return [pick(ds[t], r, s), errorAt(eDs[t], r, s), ...(c < k.width ? ([slope, eSlope] as const) : ([u, eU] as const))];
      },
    );
  },

  // The symbol is certain if the lead is greater than the errors; if not, nothing can be said.
  argmax(site) {
    const [x, e] = [site.x(0), site.bound(0)];
    return settled(site.y, (r) => {
      const best = pick(site.y, r, 0);
      const near = (k: number): boolean => pick(x, r, best) - pick(x, r, k) <= CONFIDENCE * (errorAt(e, r, k) + errorAt(e, r, best)) * UNIT;
      return total(x.width, (k) => (k !== best && near(k) ? 1 : 0)) > 0 ? Infinity : 0;
    });
  },
  draw(site) {
    const { kind, components, floor } = site.node.attributes;
    const [x, e] = [site.x(0), site.bound(0)];
    if (kind === "crossEntropy") return settled(site.y, (r) => (isUncertain(site, x.width, r) ? Infinity : 0));
    if (kind === "binaryCrossEntropy")
      return settled(site.y, (r, c) => {
        const p = sigmoidOf(pick(x, r, c));
        const error = p * (1 - p) * errorAt(e, r, c) + 4 * p;
        return Math.abs(p - site.uniform(r, 4 + c)) <= CONFIDENCE * error * UNIT + 2 ** -32 ? Infinity : 0;
      });
    const many = Math.max(1, components) * site.y.width;
    return settled(site.y, (r, c) => {
      if (components > 1 && isUncertain(site, components, r)) return Infinity;
      const at = components + componentOf(site.node.attributes, x, r, site.uniform) * site.y.width + c;
      const power = Math.exp(pick(x, r, at + many));
      const off = (floor + power) * normalOf(site.uniform(r, 4 + c));
      // The mean; the deviation's exponential, floor and the normal number (2 units, and 2 of a logarithm's in the tails); the sum.
      const spread = join(power * errorAt(e, r, at + many), 3 * power, floor) * Math.abs(normalOf(site.uniform(r, 4 + c)));
      return join(errorAt(e, r, at), spread, 4 * off, pick(site.y, r, c));
    });
  },
  either: (site) => eachRow(site, (r) => site.bound(site.uniform(r) < site.truth ? 0 : 1)),
  eitherGradient: (site) => eachRow(site, (r) => (site.uniform(r) < site.truth ? undefined : site.bound(0))),
  dropout(site) {
    const { keep, scaled } = site.node.attributes;
    return each((y, [x], [e]) => (y === 0 && x !== 0 ? 0 : scaled ? join(e / keep, 2 * y) : e))(site);
  },

  noise: each((y, _, [e]) => join(e, y)),

  loss(site) {
    const loss = site.node.attributes;
    const [xs, targets, es] = [site.every(0), site.every(1), site.bounds(0)];
    let sum = 0;
    xs.forEach((x, t) => {
      const error = LOSS_ERRORS[loss.kind].sum(loss, x, targets[t], es[t]);
      for (let r = 0; r < x.rows; r++) if (lives(site, 1, t, r) && LOSSES[loss.kind].count(loss, x, targets[t], r) > 0) sum += error(r);
    });
    const count = divisorOf(loss, xs, targets, (t, r) => lives(site, 1, t, r));
    // The mean may be handed on as f32: one rounding.
    return settled(site.y, () => (count === 0 ? 0 : sum / count) + Math.abs(site.y.values[0]));
  },
  lossGradient(site) {
    const loss = site.node.attributes;
    const [x, target, e] = [site.x(0), site.x(1), site.bound(0)];
    const divisor = divisorOf(loss, site.every(0), site.every(1), (t, r) => lives(site, 1, t, r));
    const { gradient, roundings } = LOSS_ERRORS[loss.kind];
    const error = gradient(loss, x, target, e);
    return settled(site.y, (r, c) =>
      lives(site, 1, site.t, r) && LOSSES[loss.kind].count(loss, x, target, r) > 0
        ? (loss.weight * error(r, c)) / divisor + roundings * Math.abs(pick(site.y, r, c))
        : 0,
    );
  },
};

/** Whether the errors of the first `width` logits could choose another symbol: of the shares that the symbols up to each have of the whole. */
function isUncertain(site: Site<"draw">, width: number, r: number): boolean {
  const x = firsts(site.x(0), r, width);
  const e = settled(x, (_, c) => errorAt(site.bound(0), r, c));
  const p = softmaxOf(x);
  const near = (k: number): boolean => {
    const share = total(k + 1, (i) => pick(p, 0, i));
    const error = total(k + 1, (i) => softmaxError(x, e, p, 0, i)) + width * share;
    return Math.abs(share - site.uniform(r)) <= CONFIDENCE * error * UNIT;
  };
  return total(width - 1, (k) => (near(k) ? 1 : 0)) > 0;
}

interface LossError {
  /** Of what row r adds to the sum. */
  sum(loss: Loss, x: Rows, target: Rows, e: Bound): (r: number) => number;
  /** Of the derivative of that by column c. */
  gradient(loss: Loss, x: Rows, target: Rows, e: Bound): (r: number, c: number) => number;
  /** Units of the gradient itself, for bringing it to its share of the mean. */
  readonly roundings: number;
}

const DENSITY: LossError = {
  sum: (loss, x, target, e) => (r) => densityErrors(loss, x, target, r, (c) => errorAt(e, r, c)).sum(),
  gradient(loss, x, target, e) {
    const rows = Array.from({ length: x.rows }, (_, r) => densityErrors(loss, x, target, r, (c) => errorAt(e, r, c)));
    return (r, c) => rows[r].gradient(c);
  },
  roundings: 2,
};

const LOSS_ERRORS: { readonly [K in LossKind]: LossError } = {
  crossEntropy: {
    // −log p: what each logit passes on, the exponentials' arguments and their own 3 units, the logarithm of a number up to `width`.
    sum(_, x, target, e) {
      const p = softmaxOf(x);
      return (r) => {
        const top = Math.max(...x.values.subarray(r * x.width, (r + 1) * x.width));
        const passed = total(x.width, (k) => pick(p, r, k) * (errorAt(e, r, k) + Math.abs(pick(x, r, k) - top) + 3));
        return passed + errorAt(e, r, pick(target, r, 0)) + 2 + 2 * Math.log(x.width);
      };
    },
    gradient(_, x, target, e) {
      const p = softmaxOf(x);
      return (r, c) => softmaxError(x, e, p, r, c) + 2 * pick(p, r, c) + (pick(target, r, 0) === c ? 2 : 0);
    },
    roundings: 1,
  },
  meanSquared: {
    sum: (_, x, target, e) => (r) =>
      total(x.width, (c) => {
        const off = Math.abs(pick(x, r, c) - pick(target, r, c));
        return 2 * off * (errorAt(e, r, c) + off) + off ** 2;
      }),
    gradient: (_, __, ___, e) => (r, c) => 2 * errorAt(e, r, c),
    roundings: 4,
  },
  binaryCrossEntropy: {
    sum: (_, x, target, e) => (r) =>
      total(x.width, (c) => {
        const [v, y] = [pick(x, r, c), pick(target, r, c)];
        return Math.abs(sigmoidOf(v) - y) * errorAt(e, r, c) + 3 * Math.abs(v) * (1 + y) + 8 * Math.log1p(Math.exp(-Math.abs(v)));
      }),
    gradient: (_, x, __, e) => (r, c) => {
      const s = sigmoidOf(pick(x, r, c));
      return s * (1 - s) * errorAt(e, r, c) + 4 * s;
    },
    roundings: 4,
  },
  gaussian: DENSITY,
  mixtureDensity: DENSITY,
};
