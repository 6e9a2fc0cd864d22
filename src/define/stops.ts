// How the sequences that a decoder makes come to their end: a stop as data, and the head that it is told by.

import { constant } from "../graph/initializer.ts";
import type { Loss } from "../graph/operations.ts";
import { matrix } from "../graph/shape.ts";
import { Value } from "../graph/value.ts";
import { checkOptions, checkSize, describe } from "./check.ts";
import { buildHead, checkWeight } from "./heads.ts";
import type { Layer } from "./layer.ts";
import { binaryCrossEntropy, crossEntropy, dense, type Input, inputText } from "./layers.ts";

/** What ends a sequence. */
export type Stop =
  | { readonly kind: "endSymbol" }
  | { readonly kind: "stopOutput"; readonly weight: number }
  | { readonly kind: "predictedLength"; readonly maximum: number; readonly weight: number };

/**
 * A symbol of the library's own behind the last one: the decoder says it when it has done, and is taught so. The output has one symbol more than
 * the targets; a user neither gives it nor sees it. For targets of tokens(n).
 */
export function endSymbol(...given: readonly never[]): Stop {
  if (given.length > 0)
    throw new TypeError(
      `endSymbol: ${describe(given[0])} was given, but the end is a symbol of the library's own behind those of tokens(n). Leave it out here and in the targets.`,
    );
  return { kind: "endSymbol" };
}

/**
 * A Bernoulli output besides (Goodfellow et al. 2016, §10.4): at each step the chance that it is the last, from what enters the output layer.
 * The head "stop", dense(1), is taught 1 at the last step and 0 before; its loss is a binary cross-entropy that counts `weight` in the whole. For
 * symbols and numbers alike. Every sequence has a step at least, which says that it is the last. `weight` is 1 by default; beside a density, whose
 * gradient is the steeper the narrower it becomes, 10 lets ends be learned in a fraction of the steps (examples/strokes.ts).
 */
export function stopOutput(options: { readonly weight?: number } = {}): Stop {
  checkOptions("stopOutput", options, ["weight"]);
  return { kind: "stopOutput", weight: checkWeight("stopOutput", options.weight ?? 1) };
}

/**
 * The length is said before the first step (Goodfellow et al. 2016, §10.4): the head "length" is a softmax over 0 … maximum steps, dense on the
 * context, or where there is no source a bias alone. Its cross-entropy counts `weight` in the whole. The decoder hears at each step, beside its
 * input, how many are to come behind it, as a share of the maximum: of the truth in training, else of what was drawn. For symbols and numbers alike.
 */
export function predictedLength(options: { readonly maximum: number; readonly weight?: number }): Stop {
  checkOptions("predictedLength", options, ["maximum", "weight"]);
  const { maximum, weight = 1 } = options;
  return {
    kind: "predictedLength",
    maximum: checkSize("predictedLength: maximum", maximum),
    weight: checkWeight("predictedLength", weight),
  };
}

/** @throws TypeError or RangeError for what is no stop, or contradicts what else is said of the targets. */
export function checkStop(stop: Stop | null, target: Input, maximum: number | null): Stop | null {
  if (stop === null) return stop;
  if (Array.isArray(stop))
    throw new TypeError(
      `seq2seq: stop is a list of ${stop.length}, but two stops would contradict each other. Choose one of endSymbol(), stopOutput() and predictedLength({ maximum }).`,
    );
  switch (stop?.kind) {
    case "endSymbol":
      if (target.kind !== "tokens")
        throw new TypeError(
          `seq2seq: the stop is endSymbol() but the target is ${inputText(target)}, which has no symbols. Use stopOutput() or predictedLength({ maximum }).`,
        );
      return stop;
    case "stopOutput":
      return stopOutput({ weight: stop.weight });
    case "predictedLength": {
      const made = predictedLength({ maximum: stop.maximum, weight: stop.weight });
      if (maximum !== null && maximum !== stop.maximum)
        throw new RangeError(
          `seq2seq: maximum is ${maximum} but predictedLength() says lengths to ${stop.maximum}. Leave maximum out, or make the two equal.`,
        );
      return made;
    }
    default:
      throw new TypeError(
        `seq2seq: stop must be endSymbol(), stopOutput(), predictedLength({ maximum }) or null but is ${describe((stop as Stop)?.kind ?? stop)}.`,
      );
  }
}

/** What a decoder tells besides its steps. */
export interface Stopping {
  /** Behind each step an output says how likely it was the last. */
  readonly coin: boolean;
  /** Before the first step an output tells of 0 … maximum steps, and the decoder hears how many are left; 0: nothing of the kind. */
  readonly longest: number;
}

export const stoppingOf = (stop: Stop | null): Stopping => ({
  coin: stop?.kind === "stopOutput",
  longest: stop?.kind === "predictedLength" ? stop.maximum : 0,
});

/** The head by which a stop is told. */
export interface StopHead {
  readonly name: "stop" | "length";
  readonly output: Value;
  readonly loss: Loss;
  readonly weight: number;
  readonly parts: readonly { readonly path: string; readonly text: string }[];
}

/** The head of a stop that has one: on what enters the output layer, or on the context; null: there is no context. */
export function stopHead(stop: Stop | null, entering: Value, context: Value | null): StopHead | null {
  if (stop?.kind === "stopOutput") return { ...on("stop", dense(1), entering), loss: binaryCrossEntropy(), weight: stop.weight };
  if (stop?.kind !== "predictedLength") return null;
  const facts = { loss: crossEntropy(), weight: stop.weight };
  const lengths = stop.maximum + 1;
  if (context) return { ...on("length", dense(lengths), context), ...facts };
  const { graph } = entering;
  graph.label = "length/b";
  const b = graph.addShaped("parameter", [], { path: "length/b", initial: constant(0), trained: true }, matrix(1, lengths));
  graph.label = "length";
  const output = new Value(graph, graph.add("everyRow", [b], {}));
  return { name: "length", output, parts: [{ path: "length", text: `bias(${lengths})` }], ...facts };
}

function on<K extends "stop" | "length">(name: K, layer: Layer, x: Value) {
  const { output, paths } = buildHead(name, [layer], x);
  return { name, output, parts: [{ path: paths[0], text: layer.text }] };
}
