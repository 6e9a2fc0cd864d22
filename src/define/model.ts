// model(): layers become one graph, and a definition is that graph with a few facts beside it: frozen data, no functions.

import { type Node, type NodeId, reachable } from "../graph/graph.ts";
import type { Blockwise } from "../graph/losses.ts";
import type { LossKind } from "../graph/operations.ts";
import type { Value } from "../graph/value.ts";
import { checkChoice, checkOptions, checkSeed, checkSize, checkStack, describe } from "./check.ts";
import { checkDirections } from "./direction.ts";
import { deepFreeze } from "./freeze.ts";
import { addHead, buildHead, checkHeads, checkHeard, checkLoss, type Facts, type Head, type HeadOptions, MOST_HEADS } from "./heads.ts";
import type { Layer } from "./layer.ts";
import { type Input, type Loss, type Source, shapeOfInput } from "./layers.ts";
import { pathsOf, type Skips, stack } from "./stack.ts";
import type { Stop } from "./stops.ts";

/**
 * What is heard of the model's own output where it is left to itself: the output as it is, its softmax or sigmoid, the most likely symbol, or what is
 * drawn from it, as decoders do.
 */
export type Feedback = "output" | "softmax" | "sigmoid" | "symbol" | "draw";

/** One of a definition's layers. */
export interface Part {
  readonly path: string;
  readonly text: string;
  /** Where it stands in a sequence-to-sequence model. */
  readonly part?: "encoder" | "bridge" | "decoder";
  /** Of which head besides the model's own it is. */
  readonly head?: string;
}

/** What a sequence-to-sequence model knows of the sequences that it makes. */
export interface Decoding {
  readonly target: Input;
  /** The symbol that is heard before the first step, and is said behind the last if `stop` is an end symbol; −1 where zeros are heard. */
  readonly boundary: number;
  readonly stop: Stop | null;
  /** Steps of the longest target, which predictedLength() names, too; null: no limit. */
  readonly maximum: number | null;
}

/** A model as data: can be frozen, printed, saved and posted to a worker. */
export interface Definition {
  readonly format: 1;
  readonly seed: number;
  /** What is given, by name: a model has one, "input"; a sequence-to-sequence model "source", or none. */
  readonly inputs: Readonly<Record<string, Source>>;
  /** Each layer's path and its text. */
  readonly layers: readonly Part[];
  /** null: no layer listens to the output. */
  readonly feedback: Feedback | null;
  /** null: this is no sequence-to-sequence model. */
  readonly decoding: Decoding | null;
  readonly nodes: readonly Node[];
  /** What is put out; the first is the main one, which layers with recurrence from the output hear. */
  readonly heads: readonly [Head, ...Head[]];
}

/** The loss nodes, head by head and term by term. */
export const totalsOf = ({ heads }: Pick<Definition, "heads">): NodeId[] => heads.flatMap(({ terms }) => terms.map(({ total }) => total));

/** How many timelines a model has: that of its output, and that of a source sequence. */
export const timelinesOf = ({ inputs: { source } }: Pick<Definition, "inputs">): number => (source && source.kind !== "vector" ? 2 : 1);

export interface ModelOptions {
  readonly input: Input;
  readonly layers: readonly Layer[];
  /** What the output of the last layer is judged by. */
  readonly loss: Loss | Blockwise;
  /**
   * More outputs, by name: each with layers of its own on what enters the output layer (the last of `layers` that has units), a loss, and a
   * weight. What is learned from is the loss of the output plus Σ weight · loss of these (Caruana 1997). Default: none.
   */
  readonly heads?: Readonly<Record<string, HeadOptions>>;
  /**
   * What the sum of a batch's losses over all steps is divided by: the number of steps, so that each step counts the same, or of sequences, so that
   * each sequence does as much as it is long. Default: "steps".
   */
  readonly mean?: "steps" | "sequences";
  /**
   * Paths around the layers (Graves 2013): the input beside what the layer below gives, for every layer; what every layer gives, side by side,
   * for the output layer; or both. The input is the embedding's result where symbols are embedded first. Default: none.
   */
  readonly skips?: Skips;
  /**
   * What layers with recurrence from the output are fed where the model is left to itself. Default: what `predict` shows, "softmax" with crossEntropy,
   * "sigmoid" with binaryCrossEntropy, else "output".
   */
  readonly feedback?: Feedback;
  /** Decides initial weights, shuffling, dropout and sampling. A whole number of 0 or more, below 2³². Default: 0. */
  readonly seed?: number;
}

/** What can be heard of an output with each loss where a model is left to itself; the first is the default. */
const FEEDBACK: { readonly [K in LossKind | "blockwise"]: readonly Feedback[] } = {
  crossEntropy: ["softmax", "output", "symbol"],
  binaryCrossEntropy: ["sigmoid", "output"],
  meanSquared: ["output"],
  gaussian: ["output"],
  mixtureDensity: ["output"],
  blockwise: ["output"],
};

/**
 * Puts layers together. Steps, batch size and data come later.
 *
 * @throws TypeError or RangeError with the layer's path, if shapes do not fit, two layers have one name, or an option is unknown.
 */
export function model(options: ModelOptions): Definition {
  checkOptions("model", options, ["input", "layers", "loss", "heads", "mean", "skips", "feedback", "seed"]);
  const { input, layers, loss, seed = 0 } = options;
  if (input?.kind !== "tokens" && input?.kind !== "features")
    throw new TypeError(`model: input must be tokens(n) or features(n) but is ${describe(input)}.`);
  checkSize(`model: the n of input ${input.kind}(n)`, input.kind === "tokens" ? input.symbols : input.width);
  checkStack("model: layers", layers);
  checkLoss("model", loss);
  const more = checkHeads("model", options.heads ?? {});
  const mean = checkChoice("model: mean", options.mean ?? "steps", ["steps", "sequences"]);
  checkSeed("model", seed);
  if (options.skips !== undefined) checkChoice("model: skips", options.skips, ["input", "output", "both"]);
  const [usual, ...others] = FEEDBACK[loss.kind];
  const feedback = checkChoice("model: feedback", options.feedback ?? usual, ["output", "softmax", "sigmoid", "symbol"]);
  if (feedback !== usual && !others.includes(feedback))
    throw new TypeError(
      `model: feedback "${feedback}" needs ${feedback === "sigmoid" ? "binaryCrossEntropy()" : "crossEntropy()"} but the loss is ${loss.kind}. Use feedback: "${usual}".`,
    );

  const paths = pathsOf(layers);
  const { output, entering, listens } = stack(layers, paths, shapeOfInput(input), options.skips ?? null);
  if (!listens && options.feedback !== undefined)
    throw new TypeError(
      `model: feedback is "${feedback}" but no layer listens to the output. Use rnn(…, { recurrence: "output" }), or leave feedback out.`,
    );
  const own = { name: "target", loss, mean, weight: 1, output, path: paths[paths.length - 1] };
  const made = more.map(([name, head]) => {
    const { output, paths } = buildHead(name, head.layers, entering);
    return {
      name,
      loss: head.loss,
      mean,
      weight: head.weight ?? 1,
      output,
      path: paths[paths.length - 1],
      layers: head.layers,
      paths,
    };
  });
  return close([own, ...made], {
    seed,
    inputs: { input },
    feedback: listens ? feedback : null,
    decoding: null,
    layers: [
      ...layers.map((layer, index) => ({ path: paths[index], text: layer.text })),
      ...made.flatMap((head) => head.layers.map((layer, index) => ({ path: head.paths[index], text: layer.text, head: head.name }))),
    ],
  });
}

/** An output that is to become a head. */
export interface Ending extends Facts {
  readonly output: Value;
  /** The layer that gives it. */
  readonly path: string;
}

/** Adds targets and losses, and finishes the whole. The first output is the model's own. */
export function close(
  endings: readonly [Ending, ...Ending[]],
  facts: Pick<Definition, "seed" | "inputs" | "feedback" | "decoding" | "layers">,
): Definition {
  const [{ output, loss, path }] = endings;
  const { nodes } = output.graph;
  const [own, ...others] = endings.map((ending) => addHead(ending.output, ending, ending.path));
  checkHeard(nodes, output, loss, path);
  checkDirections(nodes, output.id);
  return finish({ format: 1, ...facts, nodes, heads: [own, ...others] });
}

/**
 * A definition as it is handed out: frozen, and without what nothing depends on, such as the input of a product that was made part by part, or what a
 * cell reckons and does not use. What is given and every parameter stays, since data and weights know them by name.
 */
export function finish(definition: Definition): Definition {
  const { nodes, heads } = definition;
  const totals = totalsOf(definition);
  if (totals.length > MOST_HEADS)
    throw new RangeError(`There are ${totals.length} losses of heads and blocks, but there can be ${MOST_HEADS}. Leave some out.`);
  const leaves = [...nodes.keys()].filter((id) => nodes[id].inputs.length === 0);
  const { nodes: kept, place } = reachable(nodes, [...totals, ...leaves]);
  const [own, ...others] = heads.map((head) => {
    const [first, ...more] = head.terms.map((term) => ({ ...term, total: place[term.total] }));
    return { ...head, output: place[head.output], target: place[head.target], terms: [first, ...more] as const };
  });
  return deepFreeze({ ...definition, nodes: kept, heads: [own, ...others] });
}
