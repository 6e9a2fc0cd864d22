// Heads: an output with the target that it is compared with and the loss that it is judged by.

import { MOST_HEADS } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import { type Block, type Blockwise, isDensity, TARGET, targetOf, toldBy } from "../graph/losses.ts";
import type { Loss } from "../graph/operations.ts";
import { SCALAR, type Shape } from "../graph/shape.ts";
import type { Value } from "../graph/value.ts";
import { checkName, checkNumber, checkOptions, checkStack, describe, LARGEST } from "./check.ts";
import { buildLayer, type Layer, Site } from "./layer.ts";
import { pathsOf } from "./stack.ts";

export { MOST_HEADS };

/** One output and what it is taught by. */
export interface Head {
  /** Of its target: "target" for the main one. */
  readonly name: string;
  /** The last layer's node, before any softmax or sigmoid of a loss. */
  readonly output: NodeId;
  readonly target: NodeId;
  /** By which its loss, Σ weight · loss over its terms, counts in the whole. */
  readonly weight: number;
  /** One, or of blockwise() one a block. */
  readonly terms: readonly [Term, ...Term[]];
}

/** A loss on output and target, or on neighbouring columns of both. */
export interface Term {
  /** By which its loss is told: that of its head, with that of its block behind a "/". */
  readonly name: string;
  readonly loss: Loss;
  readonly weight: number;
  /** The loss node. */
  readonly total: NodeId;
}

/** What the terms of a head judge (0), or are compared with (1). */
export const shapesOf = (nodes: readonly Node[], { terms }: Head, input: 0 | 1): Shape[] =>
  terms.map(({ total }) => nodes[nodes[total].inputs[input]].shape);

/** A head besides the model's own output, as the user writes it down. */
export interface HeadOptions {
  /** On what enters the model's output layer. */
  readonly layers: readonly Layer[];
  readonly loss: Loss | Blockwise;
  /** By which its loss counts in the whole, above 0; the model's own counts 1. Default: 1. */
  readonly weight?: number;
}

/** What a head cannot be called: the names of what is given besides. */
const TAKEN = ["target", "input", "source", "steps left"];

/** @throws TypeError or RangeError for heads that could not be. */
export function checkHeads(place: string, heads: Readonly<Record<string, HeadOptions>>): [name: string, HeadOptions][] {
  if (heads === null || typeof heads !== "object" || Array.isArray(heads))
    throw new TypeError(`${place}: heads must be an object of { layers, loss, weight } by name but are ${describe(heads)}.`);
  const named = Object.entries(heads);
  for (const [name, head] of named) {
    const where = `${place}: head "${checkName(place, name)}"`;
    if (TAKEN.includes(name)) throw new TypeError(`${where} has a name that is taken. Name it after what it tells.`);
    checkOptions(where, head, ["layers", "loss", "weight"]);
    checkStack(`${where}: layers`, head.layers);
    checkLoss(where, head.loss);
    checkWeight(where, head.weight ?? 1);
  }
  return named;
}

export function checkWeight(place: string, weight: number): number {
  if (checkNumber(`${place}: weight`, weight, 0, LARGEST) === 0)
    throw new RangeError(`${place}: weight is 0, so that nothing would be learned. Use a greater one, or leave the head out.`);
  return weight;
}

export function checkLoss(place: string, loss: Loss | Blockwise): void {
  if (loss?.kind !== "blockwise" && !Object.hasOwn(TARGET, String(loss?.kind)))
    throw new TypeError(
      `${place}: loss must be crossEntropy(), meanSquared(), binaryCrossEntropy(), gaussian(), mixtureDensity(k) or blockwise({ … }) but is ${describe(loss?.kind ?? loss)}.`,
    );
}

/** The layers of a head, one after the other, on what enters the output layer. */
export function buildHead(name: string, layers: readonly Layer[], entering: Value): { output: Value; paths: string[] } {
  const paths = pathsOf(layers).map((path) => `${name}/${path}`);
  const heard = (): never => {
    throw new TypeError("it listens to the model's output, which only layers below the output layer can. Give it hidden recurrence.");
  };
  const output = layers.reduce((value, layer, index) => {
    value.graph.label = paths[index];
    return buildLayer(layer, new Site(paths[index], value, { feedback: heard, cells: [], beginnings: () => ({}), source: null }));
  }, entering);
  return { output, paths };
}

/** What an output is to be judged by. */
export interface Facts {
  readonly name: string;
  readonly loss: Loss | Blockwise;
  readonly weight: number;
  readonly mean: Loss["mean"];
}

/** Writes target and losses of an output into the graph. `path` is the layer that gives the output, for what is thrown. */
export function addHead(output: Value, { name, loss, weight, mean }: Facts, path: string): Head {
  const { shape, graph } = output;
  if (shape.extent !== "sequence" && shape.extent !== "vector")
    throw new TypeError(`${path}: the output must be a sequence or a vector but is a ${String(output)}.`);
  if (shape.symbols > 0) throw new TypeError(`${path}: the output must be numbers but is a ${String(output)}. End with dense(n).`);
  const wanted = targetOf(shape, loss);
  if (typeof wanted === "string") throw new RangeError(`${path}: ${wanted}`);
  const blocks: readonly Block[] = loss.kind === "blockwise" ? loss.blocks : [{ name: "", width: wanted.width, loss, weight: 1 }];
  graph.label = path;
  const told = graph.columns(output.id, blocks.map(toldBy));
  graph.label = name;
  const target = graph.addShaped("target", [], { name }, wanted);
  const targets = graph.columns(
    target,
    blocks.map(({ width }) => width),
  );
  graph.label = "loss";
  const [first, ...others] = blocks.map((block, index): Term => {
    const own = { ...block.loss, mean };
    const total = graph.addShaped("loss", [told[index], targets[index]], { ...own, weight: weight * block.weight }, SCALAR);
    return { name: block.name ? `${name}/${block.name}` : name, loss: own, weight: block.weight, total };
  });
  return { name, output: output.id, target, weight, terms: [first, ...others] };
}

/**
 * What is heard is the output, so it is as wide. With crossEntropy it may be a symbol, the truth or the one that was drawn, and a symbol
 * has no columns to reckon with.
 */
export function checkHeard(nodes: readonly Node[], output: Value, loss: Loss | Blockwise, path: string): void {
  const isHeard = (id: NodeId): boolean => nodes[id].op === "feedback" || (nodes[id].op === "delay" && isDelayHeard(id));
  const isDelayHeard = (id: NodeId): boolean => nodes[id].inputs[0] < id && isHeard(nodes[id].inputs[0]);
  const heard = nodes.find(({ op }) => op === "feedback");
  if (heard && output.shape.extent !== "sequence")
    throw new TypeError(`${path}: the output is a ${String(output)}, but a layer listens to the output at every step. Leave last() out.`);
  if (heard && heard.shape.width !== output.width)
    throw new RangeError(
      `${path}: the output is ${output.width} wide, but the layers that listen to it were told ${heard.shape.width}, as its first state is. End with dense(${output.width}).`,
    );
  if (heard && (loss.kind === "blockwise" || isDensity(loss)))
    throw new TypeError(
      `${path}: a layer listens to the output, but with ${loss.kind} the output describes the target and is not like it. Give what was drawn as the next input instead.`,
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
