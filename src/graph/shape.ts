// The shape of a value, and for each operation the law that gives its result's shape or a sentence on why there is none.

import type { Operations, OpName } from "./operations.ts";

/** A sequence is [T, B, width], a vector [B, width], a parameter [rows, width], a scalar one number. */
export type Extent = "sequence" | "vector" | "parameter" | "scalar";

export interface Shape {
  readonly extent: Extent;
  /** Rows of a parameter; 0 for the others, whose rows are decided by batch and steps. */
  readonly rows: number;
  /** 0: as wide as the source is long, `ALONG_SOURCE`. */
  readonly width: number;
  /** If not 0, the values are symbols: whole numbers from 0 to symbols − 1 (and width is 1). */
  readonly symbols: number;
  /** Which steps a sequence runs over: 0 those of the model's output, 1 those of a source that it is made from. 0 for all that is no sequence. */
  readonly timeline: number;
}

/** The width of what has a number for each step of the source: decided by the number of steps. */
export const ALONG_SOURCE = 0;

export const sequence = (width: number, timeline = 0): Shape => ({ extent: "sequence", rows: 0, width, symbols: 0, timeline });
export const vector = (width: number): Shape => ({ extent: "vector", rows: 0, width, symbols: 0, timeline: 0 });
export const matrix = (rows: number, width: number): Shape => ({ extent: "parameter", rows, width, symbols: 0, timeline: 0 });
export const symbolsOf = (extent: "sequence" | "vector", symbols: number, timeline = 0): Shape => ({
  extent,
  rows: 0,
  width: 1,
  symbols,
  timeline,
});
export const SCALAR: Shape = { extent: "scalar", rows: 0, width: 1, symbols: 0, timeline: 0 };

export function describeShape(shape: Shape): string {
  const extent = shape.timeline > 0 ? `source ${shape.extent}` : shape.extent;
  if (shape.symbols > 0) return `${extent} of symbols below ${shape.symbols}`;
  if (shape.extent === "scalar") return "scalar";
  if (shape.extent === "parameter") return `parameter [${shape.rows} × ${shape.width}]`;
  if (shape.width === ALONG_SOURCE) return `${extent} of a number for each step of the source`;
  return `${extent} of width ${shape.width}`;
}

type Law<K extends OpName> = (inputs: readonly Shape[], attributes: Operations[K]) => Shape;

const given = (): Shape => {
  throw new Error("internal: the shape of this operation is given, not derived");
};

function dense(shape: Shape, what: string): Shape {
  if (shape.symbols > 0)
    throw new TypeError(`${what} needs numbers but got a ${describeShape(shape)}. Put an embedding or a linear map in between.`);
  return shape;
}

/** Equal shapes, or a parameter of one row that is used for every row of the other. */
function together(what: string, shapes: readonly Shape[]): Shape {
  const rows = shapes.filter((shape) => !(shape.extent === "parameter" && shape.rows === 1));
  const first = rows[0] ?? shapes[0];
  for (const shape of shapes) {
    dense(shape, what);
    const row = shape.extent === "parameter" && shape.rows === 1;
    if (!row && shape.timeline !== first.timeline)
      throw new TypeError(
        `${what} got a ${describeShape(first)} and a ${describeShape(shape)}, which run over different steps. Let only the last step of one, or attention, meet the other.`,
      );
    if (shape.width !== first.width || (!row && (shape.extent !== first.extent || shape.rows !== first.rows)))
      throw new RangeError(
        `${what} got a ${describeShape(first)} and a ${describeShape(shape)}. Bring both to one width with linear(), slice() or concat().`,
      );
  }
  return first;
}

const elementwise =
  <K extends OpName>(what: K): Law<K> =>
  (inputs) =>
    together(what, inputs);

function product([x, weight, initial]: readonly Shape[], { transposed }: { transposed: boolean }): Shape {
  dense(x, "linear");
  const [inner, width] = transposed ? [weight.width, weight.rows] : [weight.rows, weight.width];
  if (x.width !== inner) throw new RangeError(`linear got ${x.width} columns for a weight of ${inner} rows. The two must agree.`);
  if (initial && initial.width !== width) throw new Error(`internal: a product of width ${width} starts from width ${initial.width}`);
  return { ...x, width };
}

/** What stands before the beginning of a delayed sequence is a vector as wide. */
export function checkBeginning(x: Shape, beginning: Shape): void {
  if (beginning.extent !== "vector" || beginning.width !== x.width || beginning.symbols > 0)
    throw new RangeError(
      `before the beginning of a ${describeShape(x)} cannot stand a ${describeShape(beginning)}. Give a vector of width ${x.width}.`,
    );
}

/** What looks is a sequence of timeline 0, what is looked at one of timeline 1; products of the two want one width. */
function looking(what: string, queries: Shape, keys: Shape, product: boolean): void {
  dense(queries, what);
  dense(keys, what);
  if (queries.extent !== "sequence" || queries.timeline !== 0 || keys.extent !== "sequence" || keys.timeline !== 1)
    throw new TypeError(
      `${what} got a ${describeShape(queries)} that looks at a ${describeShape(keys)}. A sequence of the decoder looks at one of the source.`,
    );
  if (product && queries.width !== keys.width)
    throw new RangeError(`${what} got queries of width ${queries.width} for keys of width ${keys.width}. The two must agree.`);
}

const scores =
  (what: string) =>
  ([queries, keys, weights]: readonly Shape[]): Shape => {
    looking(what, queries, keys, true);
    if (weights && (weights.extent !== "parameter" || weights.rows !== 1 || weights.width !== keys.width))
      throw new RangeError(`${what} got a ${describeShape(weights)} for keys of width ${keys.width}. Give it a row of that width.`);
    return sequence(ALONG_SOURCE);
  };

export const SHAPE: { readonly [K in OpName]: Law<K> } = {
  input: given,
  target: given,
  feedback: given,
  parameter: given,
  matmul: product,
  sparse: product,
  outer: ([x, dY]) => matrix(x.width, dY.width),
  gather: ([ids, table]) => ({ ...ids, width: table.width, symbols: 0 }),
  scatter: ([, dY], { rows }) => matrix(rows, dY.width),
  columnSum: ([dY]) => matrix(1, dY.width),
  pack: ([weight]) => weight,
  add: elementwise("add"),
  sub: elementwise("sub"),
  mul: elementwise("mul"),
  div: elementwise("div"),
  mix: elementwise("mix"),
  affine: elementwise("affine"),
  tanh: elementwise("tanh"),
  sigmoid: elementwise("sigmoid"),
  relu: elementwise("relu"),
  softplus: elementwise("softplus"),
  exp: elementwise("exp"),
  log: elementwise("log"),
  sqrt: elementwise("sqrt"),
  abs: elementwise("abs"),
  sign: elementwise("sign"),
  unitStep: elementwise("unitStep"),
  clamp: elementwise("clamp"),
  clampGradient: elementwise("clampGradient"),
  copy: elementwise("copy"),
  tanhGradient: elementwise("tanhGradient"),
  sigmoidGradient: elementwise("sigmoidGradient"),
  reluGradient: elementwise("reluGradient"),
  softplusGradient: elementwise("softplusGradient"),
  concat(inputs) {
    let width = 0;
    for (const shape of inputs) {
      dense(shape, "concat");
      if (shape.extent !== inputs[0].extent || shape.timeline !== inputs[0].timeline || shape.extent === "parameter")
        throw new TypeError(
          `concat got a ${describeShape(inputs[0])} and a ${describeShape(shape)}. Both must be sequences of the same steps, or both vectors.`,
        );
      width += shape.width;
    }
    return { ...inputs[0], width };
  },
  slice([x], { from, width }) {
    dense(x, "slice");
    if (!(Number.isInteger(from) && Number.isInteger(width) && from >= 0 && width >= 1 && from + width <= x.width))
      throw new RangeError(`slice from ${from} of width ${width} does not fit into ${x.width} columns. Keep from + width ≤ ${x.width}.`);
    return { ...x, width };
  },
  pad: ([x], { width }) => ({ ...x, width }),
  delay: given,
  last([x]) {
    if (x.extent !== "sequence") throw new TypeError(`last() needs a sequence but got a ${describeShape(x)}. Use it once, before vectors.`);
    return { ...x, extent: "vector", timeline: 0 };
  },
  atLast: ([x], { timeline }) => ({ ...x, extent: "sequence", timeline }),
  everyRow([row]) {
    if (row.extent !== "parameter" || row.rows !== 1)
      throw new TypeError(`everyRow() needs a parameter of one row but got a ${describeShape(row)}.`);
    return vector(row.width);
  },
  repeat([x]) {
    if (x.extent !== "vector") throw new TypeError(`repeat() needs a vector but got a ${describeShape(x)}. Use last() first.`);
    return { ...x, extent: "sequence" };
  },
  sumOverTime: ([x]) => ({ ...x, extent: "vector", timeline: 0 }),
  dotScore: scores("dotScore"),
  additiveScore: scores("additiveScore"),
  align([x]) {
    if (x.width !== ALONG_SOURCE) throw new TypeError(`align needs scores but got a ${describeShape(x)}.`);
    return x;
  },
  alignGradient: ([x]) => x,
  attend([weights, values]) {
    looking("attend", weights, values, false);
    if (weights.width !== ALONG_SOURCE) throw new TypeError(`attend needs weights but got a ${describeShape(weights)}.`);
    return sequence(values.width);
  },
  spread: ([, x]) => sequence(x.width, 1),
  additiveToQuery: ([, queries]) => queries,
  additiveToKey: ([, , keys]) => ({ ...keys, width: 2 * keys.width }),
  softmax: elementwise("softmax"),
  softmaxGradient: elementwise("softmaxGradient"),
  normalize: elementwise("normalize"),
  normalizeGradient: ([x]) => x,
  argmax: ([x]) => ({ ...x, width: 1, symbols: x.width }),
  draw: given,
  either: given,
  eitherGradient: ([dY]) => dY,
  dropout: elementwise("dropout"),
  noise: elementwise("noise"),
  loss: () => SCALAR,
  lossGradient: ([x]) => x,
};
