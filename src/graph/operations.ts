// The closed union of operations: every node of every graph is one of these, forward and backward alike.

import type { Initializer } from "./initializer.ts";

/** What each operation carries besides its inputs. A new operation starts with a row here; the compiler then lists the tables to fill. */
export interface Operations {
  /** The sequence that the user gives, found by its name: features, or symbols. */
  input: Named;
  /** The sequence (or vector, after `last`) that the output of the head of this name is compared with. */
  target: Named;
  /** The model's own previous output, or the truth in its place: resolved when a plan is made. */
  feedback: Empty;
  /** `trained` false: frozen, no gradient ever reaches it. */
  parameter: { readonly path: string; readonly initial: Initializer; readonly trained: boolean };

  /** x · W, or x · Wᵀ. A third input, if present, is what the sum starts from (a bias row or rows). */
  matmul: { readonly transposed: boolean };
  /** The same with a weight that is kept as the few numbers of each column that are not zero, and is never trained. */
  sparse: { readonly transposed: boolean };
  /** Σ xᵀ · dY over all rows of all time steps. */
  outer: Empty;
  /** W[id], rows of a table. A third input is what is added. */
  gather: Empty;
  /** Σ of the rows of dY into the rows of a table that the ids name. */
  scatter: { readonly rows: number };
  /** Σ of all rows into one. */
  columnSum: Empty;
  /** A weight in the panel order that matmul reads. */
  pack: { readonly transposed: boolean };

  add: Empty;
  sub: Empty;
  mul: Empty;
  div: Empty;
  /** f·a + (1−f)·b */
  mix: Empty;
  /** scale·x + shift */
  affine: { readonly scale: number; readonly shift: number };
  tanh: Empty;
  sigmoid: Empty;
  relu: Empty;
  softplus: Empty;
  exp: Empty;
  log: Empty;
  sqrt: Empty;
  abs: Empty;
  sign: Empty;
  /** 1 where x > 0, else 0; no gradient passes. */
  unitStep: Empty;
  /** x within [low, high], else the nearer of the two. */
  clamp: Interval;
  copy: Empty;
  /** dY·(1−y²) */
  tanhGradient: Empty;
  /** dY·y·(1−y) */
  sigmoidGradient: Empty;
  /** dY where y > 0 */
  reluGradient: Empty;
  /** dY where low ≤ x ≤ high, told by y = x. */
  clampGradient: Interval;
  /** dY·sigmoid(x) */
  softplusGradient: Empty;

  concat: Empty;
  slice: { readonly from: number; readonly width: number };
  /** x put at columns from…from+x.width of an otherwise zero row. */
  pad: { readonly from: number; readonly width: number };
  /**
   * x(t − steps). Negative steps look ahead: time reversal. Before the beginning, or past the end, is nothing: zero, or no symbol; what is
   * `carried` finds before the beginning what the window before has left there. A second input, a vector, stands at every step before the
   * beginning (in reversed time: past the end), and `before`, if given, is the symbol that stands there.
   */
  delay: { readonly steps: number; readonly carried: boolean; readonly before?: number };
  /** The last step of a sequence, as a vector; if time is `reversed`, the first. */
  last: { readonly reversed: boolean };
  /** A vector at that step of an otherwise zero sequence of this timeline. */
  atLast: { readonly reversed: boolean; readonly timeline: number };
  /** A vector at every step of timeline 0. */
  repeat: Empty;
  /** A parameter's one row as a vector: the same for every row of the batch. */
  everyRow: Empty;
  /**
   * Σ of a sequence's steps, as a vector; if `most` is not 0, of the first so many, or with `reversed` the last. With `begun` it is zero for rows
   * that go on from what was carried: what stands before a beginning is not heard there.
   */
  sumOverTime: { readonly most: number; readonly reversed: boolean; readonly begun: boolean };

  /*
   * Attention. The source is a sequence of timeline 1 that every step of timeline 0 looks at: queries [T, B, n], keys [S, B, n] and values
   * [S, B, m] give scores and weights [T, B, S] over the source's own steps, and contexts [T, B, m]. Their gradients are the same products.
   */
  /** Σd q·k, for every step of the source. */
  dotScore: Empty;
  /** Σd v·tanh(q + k), for every step of the source, with a row v. */
  additiveScore: Empty;
  /** The softmax of scores over the source's own steps. */
  align: Empty;
  /** Of the weights and dY. */
  alignGradient: Empty;
  /** Σs weights·values, or scores' gradients and keys. */
  attend: Empty;
  /** Σt weights·x: what the steps that look give back to each step of the source. */
  spread: Empty;
  /** Σs dE·(1 − u²) with u = tanh(q + k), of dE, queries and keys. */
  additiveToQuery: Empty;
  /** Σt dE·(1 − u²) and beside it Σt dE·u, for each step of the source. */
  additiveToKey: Empty;

  softmax: Empty;
  softmaxGradient: Empty;
  /** (x − mean) / √(variance + epsilon) along the columns. */
  normalize: { readonly epsilon: number };
  /** Of x, y and dY. */
  normalizeGradient: { readonly epsilon: number };
  /** The symbol with the greatest value; no gradient passes. */
  argmax: Empty;
  /**
   * What this loss takes a row for, drawn: a symbol from its softmax, bits, or numbers from a density. By the seed, the training step, `stream`, the row
   * and time. A draw is data: no gradient passes.
   */
  draw: Stream & Pick<Loss, "kind" | "components" | "floor">;
  /** The truth, or what the model has said itself: for each row and time as a coin falls, which is decided as what is drawn. */
  either: Stream;
  /** dY where it was what the model has said itself, else 0. */
  eitherGradient: Stream;
  /**
   * x with probability keep, divided by keep if `scaled`; else 0. The mask is decided by the seed, the training step, `stream` and the
   * element's row, column and, unless one mask serves `perSequence`, time. Outside training: x, or keep·x if not scaled, the mean of it.
   */
  dropout: Dropout;

  /** x + a number from [−limit, limit), decided by the seed, the training step, `stream` and the element's place. */
  noise: { readonly limit: number; readonly stream: number };

  loss: Weighed;
  lossGradient: Weighed;
}

/** How an output is judged by its target: a loss as data. */
export interface Loss {
  readonly kind: LossKind;
  /** Targets of this number do not count: a symbol, or one below 0, which stands for none at all. null: all count. */
  readonly ignore: number | null;
  /** Gaussians of a mixture; 0 where there is none. */
  readonly components: number;
  /** The least deviation of a density; 0 where there is none. */
  readonly floor: number;
  /** What the sum over all steps is divided by. */
  readonly mean: "steps" | "sequences";
}

/** A loss with the weight by which it, and so its gradient, counts in the whole. */
export type Weighed = Loss & { readonly weight: number };

export interface Dropout {
  readonly keep: number;
  readonly stream: number;
  readonly scaled: boolean;
  readonly perSequence: boolean;
}

/** A stream of random numbers. */
export type Stream = { readonly stream: number };
export type Named = { readonly name: string };
/** Two numbers, the lower first. */
export type Interval = { readonly low: number; readonly high: number };
export type Empty = Readonly<Record<string, never>>;
export type OpName = keyof Operations;
export type LossKind = "crossEntropy" | "meanSquared" | "binaryCrossEntropy" | "gaussian" | "mixtureDensity";

/** Operations that act on each element alone, and so can be run in one pass over memory with their neighbours. */
export const ELEMENTWISE: ReadonlySet<OpName> = new Set<OpName>([
  "add",
  "sub",
  "mul",
  "div",
  "mix",
  "affine",
  "tanh",
  "sigmoid",
  "relu",
  "softplus",
  "exp",
  "log",
  "sqrt",
  "abs",
  "sign",
  "unitStep",
  "clamp",
  "clampGradient",
  "copy",
  "tanhGradient",
  "sigmoidGradient",
  "reluGradient",
  "softplusGradient",
]);

/** Operations that make of each row a row of its own, whatever its step: of a repeated vector they make a repeated vector. */
export const ROWWISE: ReadonlySet<OpName> = new Set<OpName>([
  ...ELEMENTWISE,
  "matmul",
  "sparse",
  "gather",
  "concat",
  "slice",
  "softmax",
  "normalize",
]);

/** Operations that are another place or another time of a buffer, and so cost nothing. */
export const VIEWS: ReadonlySet<OpName> = new Set<OpName>(["slice", "delay"]);
