// What the charts and the unfolded graph are given: plain lists of numbers with their names.

export interface Series {
  readonly label: string;
  readonly values: ArrayLike<number>;
  /** Where each value stands on the horizontal axis. Default: 1, 2, 3, … */
  readonly at?: ArrayLike<number>;
}

export interface Chart {
  /** The name of the vertical axis, with its unit: `loss / nats`. */
  readonly y: string;
  /** "log" for what spans powers of ten; values of 0 or less are then left out. Default: "linear". */
  readonly scale?: "linear" | "log";
  readonly series: readonly Series[];
  /** Values marked by a dashed line, as that to which a gradient is clipped. */
  readonly thresholds?: readonly { readonly label: string; readonly value: number }[];
}

export interface CurvesOptions {
  readonly title: string;
  /** The name of the horizontal axis. Default: "training step". */
  readonly x?: string;
  readonly charts: readonly Chart[];
}

export interface HeatMapOptions {
  readonly title: string;
  /** A row for each state or layer, the lowest first; all of one length. */
  readonly rows: readonly { readonly label: string; readonly values: ArrayLike<number> }[];
  /** The name of the horizontal axis. Default: "time step". */
  readonly x?: string;
  /** What the colours mean. Default: "‖∂L/∂h(t)‖". */
  readonly value?: string;
  /** "linear" for shares, from 0 to the greatest: what a decoder attends to. Default: "log", for what spans powers of ten. */
  readonly scale?: "linear" | "log";
  /** The number of the first column. Default: 1. */
  readonly first?: number;
  /** Names of the columns instead of their numbers, up to 60 of them: the symbols of a source. */
  readonly columns?: readonly string[];
}

export interface Eigenvalue {
  readonly re: number;
  readonly im: number;
}

export interface SpectrumOptions {
  readonly title: string;
  /** One set of eigenvalues, or several to be compared. */
  readonly sets: readonly { readonly label: string; readonly eigenvalues: readonly Eigenvalue[] }[];
}

/** How long the gradient with respect to a state is at each step. */
export interface Flow {
  /** The state's label: `layer 1/rnn/h`. */
  readonly label: string;
  /** ‖∂L/∂h(t)‖ for each step. */
  readonly norms: ArrayLike<number>;
}
