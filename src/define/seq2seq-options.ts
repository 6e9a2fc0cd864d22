// What seq2seq() is told, with defaults, checked before the layers are built.

import type { Blockwise } from "../graph/losses.ts";
import { checkChoice, checkOptions, checkSeed, checkSize, checkStack, describe } from "./check.ts";
import { checkLoss } from "./heads.ts";
import type { Layer, Placed } from "./layer.ts";
import { crossEntropy, type Input, inputText, type Loss, meanSquared, type Source } from "./layers.ts";
import { placed } from "./stack.ts";
import { checkStop, endSymbol, type Stop, stopOutput } from "./stops.ts";

/** What a decoder makes of the source: its states begin with it, it stands beside its input at every step, or both. */
export type Context = "initial" | "input" | "both";

export interface Seq2seqOptions {
  /** What a sequence is made from: `tokens(n)` or `features(n)`, a sequence of a length of its own; `vector(n)`, one vector. Absent: nothing. */
  readonly source?: Source;
  /** Layers that read a source sequence. They may look ahead. */
  readonly encoder?: readonly Layer[];
  /** Layers that the context passes on its way to the decoder. Default: none. */
  readonly bridge?: readonly Layer[];
  /** Default: "initial" where there is a source. */
  readonly context?: Context;
  /** What is made: `tokens(n)` or `features(n)`. */
  readonly target: Input;
  /** Layers that make the target. The first of them hears at each step what was said at the step before. */
  readonly decoder: readonly Layer[];
  /** Default: crossEntropy() for tokens, meanSquared() for features. */
  readonly loss?: Loss | Blockwise;
  /** What ends a sequence; null: nothing but its greatest length. Default: endSymbol() for tokens, stopOutput() for features. */
  readonly stop?: Stop | null;
  /** Steps of the longest target. Default: no limit. */
  readonly maximum?: number;
  /** What the sum of a batch's losses over all steps is divided by, as in model(). Default: "steps". */
  readonly mean?: "steps" | "sequences";
  /** Decides initial weights, shuffling, dropout and sampling. A whole number of 0 or more, below 2³². Default: 0. */
  readonly seed?: number;
}

/** The options with defaults. */
export interface Checked {
  readonly source: Source | null;
  readonly encoder: readonly Placed[];
  readonly bridge: readonly Placed[];
  readonly context: Context;
  readonly target: Input;
  readonly decoder: readonly Placed[];
  readonly loss: Loss | Blockwise;
  readonly stop: Stop | null;
  readonly maximum: number | null;
  readonly mean: "steps" | "sequences";
  readonly seed: number;
}

const OPTIONS = ["source", "encoder", "bridge", "context", "target", "decoder", "loss", "stop", "maximum", "mean", "seed"];

export function checkSeq2seq(options: Seq2seqOptions): Checked {
  checkOptions("seq2seq", options, OPTIONS);
  const { source = null, target, seed = 0, maximum = null } = options;
  if (source !== null) checkInput("source", source, ["tokens", "features", "vector"]);
  checkInput("target", target, ["tokens", "features"]);
  const isTokens = target.kind === "tokens";
  const { loss = isTokens ? crossEntropy() : meanSquared(), stop = isTokens ? endSymbol() : stopOutput() } = options;
  if ((loss?.kind === "crossEntropy") !== isTokens)
    throw new TypeError(
      `seq2seq: the target is ${inputText(target)} but the loss is ${describe(loss?.kind ?? loss)}. Use ${isTokens ? "crossEntropy()" : "meanSquared(), or binaryCrossEntropy() for numbers from 0 to 1"}.`,
    );
  checkLoss("seq2seq", loss);
  if (maximum !== null) checkSize("seq2seq: maximum", maximum);
  const ending = checkStop(stop, target, maximum);
  if (isTokens && target.symbols === 1 && ending?.kind !== "endSymbol")
    throw new RangeError(
      "seq2seq: the target is tokens(1) and no symbol ends it, so that there is nothing to choose. Use tokens(2) or more, or stop: endSymbol().",
    );
  const { encoder = [], bridge = [], decoder } = options;
  checkLayers("encoder", encoder);
  checkLayers("bridge", bridge);
  checkStack("seq2seq: decoder", decoder);
  checkSource(source, encoder, options);
  const context = checkChoice("seq2seq: context", options.context ?? "initial", ["initial", "input", "both"]);
  const layers = { encoder, bridge, decoder: isTokens && ending?.kind === "endSymbol" ? withEnd(decoder, target) : decoder };
  return {
    ...placed("seq2seq", layers),
    source,
    context,
    target,
    loss,
    stop: ending,
    maximum: ending?.kind === "predictedLength" ? ending.maximum : maximum,
    mean: checkChoice("seq2seq: mean", options.mean ?? "steps", ["steps", "sequences"]),
    seed: checkSeed("seq2seq", seed),
  };
}

function checkInput(name: string, input: Source, kinds: readonly Source["kind"][]): void {
  if (!kinds.includes(input?.kind))
    throw new TypeError(`seq2seq: ${name} must be ${kinds.map((kind) => `${kind}(n)`).join(" or ")} but is ${describe(input)}.`);
  checkSize(`seq2seq: the n of ${name} ${input.kind}(n)`, input.kind === "tokens" ? input.symbols : input.width);
}

function checkLayers(name: string, layers: readonly Layer[]): void {
  if (!Array.isArray(layers)) throw new TypeError(`seq2seq: ${name} must be a list of layers but is ${describe(layers)}.`);
}

/** An encoder reads a sequence, and a context comes from a source. */
function checkSource(source: Source | null, encoder: readonly Layer[], { context, bridge }: Seq2seqOptions): void {
  if (source === null) {
    for (const [name, given] of Object.entries({ encoder: encoder.length > 0 ? encoder : undefined, bridge, context }))
      if (given !== undefined)
        throw new TypeError(
          `seq2seq: there is no source, so there is nothing for the ${name}. Give source: tokens(n), or leave ${name} out.`,
        );
    return;
  }
  if (source.kind === "vector" && encoder.length > 0)
    throw new TypeError(
      `seq2seq: the source is ${inputText(source)}, one vector, which no encoder of ${encoder.length} layers can read step by step. Put these layers into bridge.`,
    );
  if (source.kind !== "vector" && encoder.length === 0)
    throw new TypeError(
      `seq2seq: the source is ${inputText(source)}, but there is no encoder that reads it. Give encoder: [${source.kind === "tokens" ? "embedding(64), " : ""}gru(128)].`,
    );
}

/** With a symbol behind the last one, the output has one more than the target. */
function withEnd(decoder: readonly Layer[], { symbols }: Input & { readonly kind: "tokens" }): readonly Layer[] {
  const last = decoder[decoder.length - 1];
  return last?.resized && last.units === symbols ? [...decoder.slice(0, -1), last.resized(symbols + 1)] : decoder;
}
