// How the layers of a model stand on each other, and what goes around them: layers become one graph.

import { Graph } from "../graph/graph.ts";
import { type Shape, sequence } from "../graph/shape.ts";
import { Value } from "../graph/value.ts";
import { concat, lastOf } from "../graph/words.ts";
import { checkName, describe } from "./check.ts";
import { buildLayer, type Cell, type Layer, type Placed, Site, widthAfter } from "./layer.ts";

/** What goes around the layers: the input to every layer, every layer to the output, or both. */
export type Skips = "input" | "output" | "both";

export interface Stack {
  readonly graph: Graph;
  readonly output: Value;
  /** What enters the output layer, the last that makes numbers of its own. */
  readonly entering: Value;
  /** Whether some layer listens to the output. */
  readonly listens: boolean;
}

/** The layers on an input of the given shape. */
export function stack(layers: readonly Layer[], paths: readonly string[], input: Shape, skips: Skips | null): Stack {
  let told = 0;
  const build = (): Stack => {
    const graph = new Graph();
    graph.label = "input";
    const x = new Value(graph, graph.addShaped("input", [], { name: "input" }, input));
    const cells: Cell[] = [];
    let listens = false;
    const feedback = (): Value => {
      listens = true;
      if (told === 0) told = outputWidth(layers, paths, input);
      return new Value(graph, graph.addShaped("feedback", [], {}, sequence(told)));
    };
    const last = Math.max(0, outputLayer(layers));
    let entering = x;
    const output = through(layers, paths, skips, x, (index, value) => {
      graph.label = paths[index];
      if (index === last) entering = value;
      return buildLayer(layers[index], new Site(paths[index], value, { feedback, cells, beginnings: () => ({}), source: null }));
    });
    return { graph, output, entering, listens };
  };
  const made = build();
  // A layer whose width is not known beforehand (a cell with an output of its own) has turned out to be the last: it is heard as wide as it is.
  if (!made.listens || made.output.width === told) return made;
  told = made.output.width;
  return build();
}

/** Layers that make numbers of their own, an embedding of the input aside. */
const ownLayers = (layers: readonly Layer[]): number[] =>
  layers.flatMap(({ units, kind }, index) => (units === undefined || (index === 0 && kind === "embedding") ? [] : [index]));

/** The last of these; −1 if there is none. */
const outputLayer = (layers: readonly Layer[]): number => Math.max(-1, ...ownLayers(layers));

/**
 * x through the layers. Where skips are wanted, only layers that make numbers of their own get more than the layer before gives (not
 * dropout, layerNorm or last, which pass on what they get); the output layer is the last of these. What a layer gives to the output is
 * what the layer after it gets of it.
 */
function through(
  layers: readonly Layer[],
  paths: readonly string[],
  skips: Skips | null,
  x: Value,
  build: (index: number, value: Value) => Value,
): Value {
  const own = ownLayers(layers);
  if (skips !== null && own.length < 2)
    throw new TypeError(
      `model: skips is "${skips}" but of ${layers.length} layers ${own.length} ${own.length === 1 ? "has" : "have"} units of ${own.length === 1 ? "its" : "their"} own, so that there is nothing to go around. Add a layer, or leave skips out.`,
    );
  const [first] = own;
  const hidden: Value[] = [];
  let source = x;
  return layers.reduce((value, _, index) => {
    if (index === first) source = value;
    if (skips === null || index <= first || !own.includes(index)) return build(index, value);
    hidden.push(value);
    const below = skips !== "input" && index === outputLayer(layers) ? hidden : [value];
    const beside = skips === "output" ? [] : [source];
    const given = [...below, ...beside].map((part) =>
      value.shape.extent === "vector" && part.shape.extent === "sequence" ? lastOf(part) : part,
    );
    if (source.shape.symbols > 0 && beside.length > 0)
      throw new TypeError(
        `model: skips is "${skips}" but the input is a ${String(source)}, which cannot stand beside what ${paths[index]} gets. Begin with embedding(n).`,
      );
    value.graph.label = paths[index];
    return build(index, given.length === 1 ? value : concat(...given));
  }, x);
}

/** A layer's path is its part's name with its number there, and its kind; or the user's own name. One list a part, in which they stand. */
export function placed<P extends string>(place: string, parts: Readonly<Record<P, readonly Layer[]>>): Record<P, Placed[]> {
  const known = new Map<string, string>();
  const pathOf = (layer: Layer, part: string, index: number): string => {
    const where = `${part} ${index + 1}`;
    if (typeof layer?.build !== "function")
      throw new TypeError(`${place}: ${where} is ${describe(layer)}. Use a layer such as rnn(64) or dense(10).`);
    const path = layer.name === undefined ? `${where}/${checkName(place, layer.kind)}` : checkName(place, layer.name);
    const first = known.get(path);
    if (first !== undefined) throw new TypeError(`${place}: ${first} and ${where} are both called "${path}". Give each its own name.`);
    known.set(path, where);
    return path;
  };
  const list = (part: P): Placed[] => parts[part].map((layer, index) => ({ layer, path: pathOf(layer, part, index) }));
  return Object.fromEntries((Object.keys(parts) as P[]).map((part) => [part, list(part)])) as Record<P, Placed[]>;
}

export const pathsOf = (layers: readonly Layer[]): string[] => placed("model", { layer: layers }).layer.map(({ path }) => path);

/** The width of what the last layer will put out, needed before it is built by the layers that listen to it. */
function outputWidth(layers: readonly Layer[], paths: readonly string[], { width, symbols }: Shape): number {
  const wide = layers.reduce((given, { units }) => widthAfter(units, given), symbols > 0 ? Number.NaN : width);
  if (Number.isNaN(wide)) throw new TypeError(`${paths[0]}: no layer says how wide the output is. End with dense(n).`);
  return wide;
}
