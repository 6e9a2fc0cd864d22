// What a training is told on the command line, with the defaults filled in.

/** What a file holds: a text, a sequence a line, or a source, a tab and a target a line. */
export type Kind = "text" | "lines" | "pairs";

export interface TrainArguments {
  readonly output?: string;
  readonly resume?: string;
  readonly as: Kind;
  readonly cell: "rnn" | "lstm" | "gru";
  readonly hidden: number;
  readonly layers: number;
  readonly embedding: number;
  readonly dropout: number;
  readonly attention?: boolean;
  readonly seed: number;
  readonly minCount: number;
  /** Undefined: as the text allows. */
  readonly batch?: number;
  readonly steps: number;
  readonly epochs: number;
  readonly rate: number;
  readonly clip: number;
  readonly heldOut: number;
  readonly maxSteps?: number;
  readonly time?: number;
  /** Seconds; 0 for never. */
  readonly sampleEvery: number;
  readonly evaluateEvery: number;
  readonly saveEvery: number;
  readonly strict?: boolean;
  /** A folder for curves; undefined: none. */
  readonly plots?: string;
}
