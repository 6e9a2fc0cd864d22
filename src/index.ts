// Every public name, in the order in which a user meets them.

export { type CompileOptions, compile, open } from "./compile.ts";
export { type Alphabet, alphabet } from "./define/alphabet.ts";
export { type AttentionOptions, attention } from "./define/attention.ts";
export { type BlockOptions, blockwise } from "./define/blockwise.ts";
export { type CellOptions, cell, type State, type StepInput } from "./define/cell.ts";
export { type GruOptions, gru } from "./define/gru.ts";
export type { Head, HeadOptions, Term } from "./define/heads.ts";
export type { Layer } from "./define/layer.ts";
export {
  binaryCrossEntropy,
  crossEntropy,
  type DenseOptions,
  type DensityOptions,
  dense,
  embedding,
  features,
  gaussian,
  type Input,
  type Loss,
  last,
  meanSquared,
  mixtureDensity,
  tokens,
  type Vector,
  vector,
} from "./define/layers.ts";
export { type LstmOptions, lstm } from "./define/lstm.ts";
export { type Decoding, type Definition, type Feedback, type ModelOptions, model, type Part } from "./define/model.ts";
export { type DropoutOptions, dropout, type LayerNormOptions, layerNorm } from "./define/regularization.ts";
export { type ReservoirOptions, reservoir } from "./define/reservoir.ts";
export { type RnnOptions, rnn } from "./define/rnn.ts";
export { seq2seq } from "./define/seq2seq.ts";
export type { Context, Seq2seqOptions } from "./define/seq2seq-options.ts";
export type { Skips } from "./define/stack.ts";
export { endSymbol, predictedLength, type Stop, stopOutput } from "./define/stops.ts";
export type { LayerOptions } from "./define/text.ts";
export { type BidirectionalOptions, bidirectional, type Inner, type Merge, residual, reverse, skip } from "./define/wrappers.ts";
export type { Parameter, Parameters } from "./engine/parameters.ts";
export type { SaveOptions } from "./file/restore.ts";
export {
  type Activation,
  type ActivationName,
  elu,
  hardSigmoid,
  leakyRelu,
  scaledTanh,
  selu,
  silu,
  softsign,
  thresholdedRelu,
} from "./graph/activations.ts";
export { blocks, constant, glorot, type Initializer, identity, normal, orthogonal, spectral, uniform } from "./graph/initializer.ts";
export type { Block, Blockwise } from "./graph/losses.ts";
export { printGraph } from "./graph/print.ts";
export type { Value } from "./graph/value.ts";
export type { DropOptions } from "./graph/words.ts";
export {
  abs,
  add,
  clamp,
  complement,
  concat,
  delay,
  div,
  drop,
  exp,
  log,
  mix,
  mul,
  neg,
  noise,
  normalize,
  relu,
  scale,
  shift,
  sigmoid,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  unitStep,
  zoneout,
} from "./graph/words.ts";
export type { Network } from "./network.ts";
export type { Plan } from "./plan/plan.ts";
export { type Bytes, bytesOf, type PlanOptions, plan } from "./planning.ts";
export type { Batch, Data, HeldData, Sequence, Slots } from "./train/data.ts";
export type { Evaluation } from "./train/evaluate.ts";
export { type ExampleOptions, examples } from "./train/examples.ts";
export type { Answer, Example } from "./train/form.ts";
export type { Targets } from "./train/held-windows.ts";
export type { Inspection, Saturation, StateFlow } from "./train/inspection.ts";
export type { Solution, Trial } from "./train/judgement.ts";
export type { Losses } from "./train/losses.ts";
export { NonFiniteError } from "./train/non-finite.ts";
export { type AdamOptions, adam, adamw, type Optimizer, type RmspropOptions, rmsprop, type SgdOptions, sgd } from "./train/optimizer.ts";
export type { Clip, TrainOptions } from "./train/options.ts";
export type { Clipped, Counts, Position, Progress } from "./train/progress.ts";
export type { Chunk } from "./train/read-windows.ts";
export { cosineDecay, exponentialDecay, type Schedule, stepDecay, warmUp } from "./train/schedule.ts";
export type { SolveOptions } from "./train/solve.ts";
export type { Flow, Source } from "./train/source.ts";
export { type ReadOptions, type WindowOptions, windows } from "./train/windows.ts";
export type { Beam, DrawOptions } from "./use/choices.ts";
export type { Drawn } from "./use/draws.ts";
export type { Drawing, Ending } from "./use/generate.ts";
export type { Generated } from "./use/generated.ts";
export type { PredictAllOptions, PredictOptions } from "./use/predict.ts";
export type { GenerateAllOptions, GenerateOptions, PromptOptions, SampleOptions, SourceOptions } from "./use/request.ts";
export type { Pair, Score, ScoreOptions } from "./use/score.ts";
export type { GivenState, StreamState } from "./use/state.ts";
export type { Steps } from "./use/steps.ts";
export type { Stream } from "./use/stream.ts";
export type { Streams } from "./use/streams.ts";
