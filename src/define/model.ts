// model(): layers become one graph, and a definition is that graph with a few facts beside it: frozen data, no functions.

import type { Graph, Node, NodeId } from "../graph/graph.ts";
import { SCALAR, symbolsOf } from "../graph/shape.ts";
import type { Value } from "../graph/value.ts";
import { checkChoice, checkOptions, checkSize, describe } from "./check.ts";
import { checkDirections } from "./direction.ts";
import type { Layer } from "./layer.ts";
import { type Input, type Loss, shapeOfInput } from "./layers.ts";
import { pathsOf, type Skips, stack } from "./stack.ts";

/** What the output recurrence feeds back: the output as it is, its softmax, or one symbol (the most likely, or the one drawn). */
export type Feedback = "output" | "softmax" | "symbol";

/** A model as data: can be frozen, printed, saved and posted to a worker. */
export interface Definition {
  readonly format: 1;
  readonly seed: number;
  /** What is given at each step, by name: a model has one, "input". */
  readonly inputs: Readonly<Record<string, Input>>;
  /** Each layer's path and its text. */
  readonly layers: readonly { readonly path: string; readonly text: string }[];
  /** null: no layer listens to the output. */
  readonly feedback: Feedback | null;
  readonly nodes: readonly Node[];
  /** What is put out; the first is the main one, which layers with recurrence from the output hear. */
  readonly heads: readonly [Head, ...Head[]];
}

/** One output and what it is taught by. */
export interface Head {
  /** Of its target: "target" for the main one. */
  readonly name: string;
  /** The last layer's node, before any softmax or sigmoid of the loss. */
  readonly output: NodeId;
  readonly loss: Loss;
  /** By which its loss counts in the whole. */
  readonly weight: number;
  /** The loss node. */
  readonly total: NodeId;
}

export interface ModelOptions {
  readonly input: Input;
  readonly layers: readonly Layer[];
  readonly loss: Loss;
  /**
   * Paths around the layers (Graves 2013): the input beside what the layer below gives, for every layer; what every layer gives, side by side,
   * for the output layer; or both. The input is the embedding's result where symbols are embedded first. Default: none.
   */
  readonly skips?: Skips;
  /** What layers with recurrence from the output are fed. Default: "softmax" with crossEntropy, else "output". */
  readonly feedback?: Feedback;
  /** Decides initial weights, shuffling, dropout and sampling. A whole number of 0 or more, below 2³². Default: 0. */
  readonly seed?: number;
}

/**
 * Puts layers together. Steps, batch size and data come later.
 *
 * @throws TypeError or RangeError with the layer's path, if shapes do not fit, two layers have one name, or an option is unknown.
 */
export function model(options: ModelOptions): Definition {
  checkOptions("model", options, ["input", "layers", "loss", "skips", "feedback", "seed"]);
  const { input, layers, loss, seed = 0 } = options;
  if (input?.kind !== "tokens" && input?.kind !== "features")
    throw new TypeError(`model: input must be tokens(n) or features(n) but is ${describe(input)}.`);
  checkSize(`model: the n of input ${input.kind}(n)`, input.kind === "tokens" ? input.symbols : input.width);
  if (!Array.isArray(layers) || layers.length === 0)
    throw new TypeError(`model: layers must be a list of at least one layer but are ${describe(layers)}.`);
  if (!["crossEntropy", "meanSquared", "binaryCrossEntropy"].includes(loss?.kind))
    throw new TypeError(
      `model: loss must be crossEntropy(), meanSquared() or binaryCrossEntropy() but is ${describe(loss?.kind ?? loss)}.`,
    );
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new RangeError(`model: seed must be a whole number from 0 to ${2 ** 32 - 1} but is ${describe(seed)}.`);
  if (options.skips !== undefined) checkChoice("model: skips", options.skips, ["input", "output", "both"]);
  if (options.feedback !== undefined) checkChoice("model: feedback", options.feedback, ["output", "softmax", "symbol"]);
  const feedback = options.feedback ?? (loss.kind === "crossEntropy" ? "softmax" : "output");
  if (feedback !== "output" && loss.kind !== "crossEntropy")
    throw new TypeError(`model: feedback "${feedback}" needs crossEntropy() but the loss is ${loss.kind}. Use feedback: "output".`);

  const paths = pathsOf(layers);
  const { graph, output, listens } = stack(layers, paths, shapeOfInput(input), options.skips ?? null);
  if (!listens && options.feedback !== undefined)
    throw new TypeError(
      `model: feedback is "${feedback}" but no layer listens to the output. Use rnn(…, { recurrence: "output" }), or leave feedback out.`,
    );
  return close(graph, output, {
    loss,
    seed,
    inputs: { input },
    feedback: listens ? feedback : null,
    layers: layers.map((layer, index) => ({ path: paths[index], text: layer.text })),
  });
}

/** Adds target and loss, and freezes the whole. */
function close(
  graph: Graph,
  output: Value,
  { loss, ...facts }: Pick<Definition, "seed" | "inputs" | "feedback" | "layers"> & { readonly loss: Loss },
): Definition {
  const { layers } = facts;
  const { shape } = output;
  const path = layers[layers.length - 1].path;
  if (shape.extent !== "sequence" && shape.extent !== "vector")
    throw new TypeError(`${path}: the output must be a sequence or a vector but is a ${String(output)}.`);
  if (shape.symbols > 0) throw new TypeError(`${path}: the output must be numbers but is a ${String(output)}. End with dense(n).`);
  if (facts.feedback !== null && shape.extent !== "sequence")
    throw new TypeError(`${path}: the output is a ${String(output)}, but a layer listens to the output at every step. Leave last() out.`);
  if (loss.kind === "crossEntropy") {
    if (shape.width < 2)
      throw new RangeError(
        `${path}: crossEntropy() needs an output of at least 2 symbols but this one is ${shape.width} wide. Use binaryCrossEntropy().`,
      );
    if (loss.ignore >= shape.width)
      throw new RangeError(
        `crossEntropy: ignore is ${loss.ignore} but the output has the symbols 0 to ${shape.width - 1}. Name one of these.`,
      );
  }
  checkHeard(graph.nodes, output, loss, path);
  checkDirections(graph.nodes, output.id);
  graph.label = "target";
  const target = graph.addShaped(
    "target",
    [],
    { name: "target" },
    loss.kind === "crossEntropy" ? symbolsOf(shape.extent, shape.width) : shape,
  );
  graph.label = "loss";
  const total = graph.addShaped("loss", [output.id, target], { kind: loss.kind, ignore: loss.ignore }, SCALAR);
  const head: Head = { name: "target", output: output.id, loss, weight: 1, total };
  return deepFreeze({ format: 1, ...facts, nodes: graph.nodes, heads: [head] });
}

/**
 * What is heard is the output, so it is as wide. With crossEntropy it may be a symbol, the truth or the one that was drawn, and a symbol
 * has no columns to reckon with.
 */
function checkHeard(nodes: readonly Node[], output: Value, loss: Loss, path: string): void {
  const isHeard = (id: NodeId): boolean => nodes[id].op === "feedback" || (nodes[id].op === "delay" && isDelayHeard(id));
  const isDelayHeard = (id: NodeId): boolean => nodes[id].inputs[0] < id && isHeard(nodes[id].inputs[0]);
  const heard = nodes.find(({ op }) => op === "feedback");
  if (heard && heard.shape.width !== output.width)
    throw new RangeError(
      `${path}: the output is ${output.width} wide, but the layers that listen to it were told ${heard.shape.width}, as its first state is. End with dense(${output.width}).`,
    );
  const refuse = (what: string): never => {
    throw new TypeError(
      `${what} was given the model's output y, which under teacher forcing is a symbol. Use linear(name, y, units) first, and its result here.`,
    );
  };
  if (isHeard(output.id)) refuse(`${path}: the output`);
  if (loss.kind !== "crossEntropy") return;
  for (const { op, inputs, label } of nodes) if (op !== "matmul" && op !== "delay" && inputs.some(isHeard)) refuse(`${label}: ${op}()`);
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
