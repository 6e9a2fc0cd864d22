// What a layer is: a record with a function that writes the layer into a graph, given the place where it stands.

import type { Graph } from "../graph/graph.ts";
import { checkFit, INITIALIZERS, type Initializer, isInitializer, uniform } from "../graph/initializer.ts";
import { matrix } from "../graph/shape.ts";
import { Value } from "../graph/value.ts";
import { add, sideBySide } from "../graph/words.ts";
import { checkFlag, checkName, checkSize, describe } from "./check.ts";

export type Units = number | ((width: number) => number) | undefined;

/** How wide a layer's output is, if its input has that width (NaN: symbols). */
export const widthAfter = (units: Units, width: number): number => (typeof units === "function" ? units(width) : (units ?? width));

/** A recurrent cell that stands in a model; of a bidirectional layer, the cells of both directions. */
export interface Cell {
  readonly path: string;
  /** Of its states, by name. */
  readonly widths: Readonly<Record<string, number>>;
  /** Its states at every step, and whether time is reversed there. */
  readonly directions: readonly { readonly reversed: boolean; readonly states: Record<string, Value> }[];
}

/** What a layer hears besides its input, and what is noted of it for the layers after it. */
export interface Surroundings {
  /** The model's output one step earlier, or the truth in its place. */
  readonly feedback: () => Value;
  /** The recurrent cells so far, in their order. */
  readonly cells: Cell[];
  /** What stands before the beginning of the states of the cell of this number; zeros where a state is left out. */
  readonly beginnings: (cell: Cell, index: number) => Readonly<Record<string, Value>>;
  /** What an encoder gives at each step of a source; null where there is none. */
  readonly source: Value | null;
}

/** A layer as the user writes it down: `lstm(256)`, `dense(10)`. The same record may stand in several models. */
export interface Layer {
  readonly kind: string;
  /** The user's own name for it, instead of `layer 1/<kind>`. */
  readonly name?: string | undefined;
  /** The width of its output, as a number or as a function of its input's; absent if it passes on what it gets, as wide. */
  readonly units?: Units;
  /** The layer as text. */
  readonly text: string;
  /** The same layer with another number of units, if it is one that can put out any. */
  readonly resized?: (units: number) => Layer;
  build(site: Site): Value;
}

/** A layer with its path in the model. */
export interface Placed {
  readonly path: string;
  readonly layer: Layer;
}

/** Where a layer is being built: its input, its name, and the means to make parameters. */
export class Site {
  readonly path: string;
  readonly x: Value;
  readonly surroundings: Surroundings;
  readonly #graph: Graph;
  readonly #made = new Set<string>();

  constructor(path: string, x: Value, surroundings: Surroundings) {
    this.path = path;
    this.x = x;
    this.surroundings = surroundings;
    this.#graph = x.graph;
  }

  /** In a decoder: what the encoder puts out at each of its steps; null elsewhere. */
  get source(): Value | null {
    return this.surroundings.source;
  }

  /** Notes a recurrent cell that begins here: a place for its states, to be filled, and what stands before their beginning. */
  enter(
    widths: Readonly<Record<string, number>>,
  ): Pick<Cell["directions"][0], "states"> & { readonly beginnings: Readonly<Record<string, Value>> } {
    const { cells, beginnings } = this.surroundings;
    const states: Record<string, Value> = {};
    const cell = { path: this.path, widths, directions: [{ reversed: this.#graph.direction < 0, states }] };
    return { states, beginnings: beginnings(cell, cells.push(cell) - 1) };
  }

  /** A parameter of this layer; frozen if it is not `trained`. */
  parameter(name: string, rows: number, width: number, initial: Initializer, trained = true): Value {
    checkSize(`${this.path}/${name}: the number of columns`, width);
    if (!isInitializer(initial))
      throw new TypeError(
        `${this.path}/${name}: the first values must be ${INITIALIZERS} but are ${describe(initial)}. For one number everywhere use constant(0.1).`,
      );
    checkFit(`${this.path}/${name}`, initial, rows, width);
    checkFlag(`${this.path}/${name}: trained`, trained);
    if (trained && initial.kind === "sparse")
      throw new TypeError(
        `${this.path}/${name}: a sparse weight is never trained. Say so: linear("${name}", x, ${width}, initial, false).`,
      );
    this.#take(name, "parameter");
    const path = `${this.path}/${name}`;
    const before = this.#graph.label;
    this.#graph.label = path;
    const id = this.#graph.addShaped("parameter", [], { path, initial, trained }, matrix(rows, width));
    this.#graph.label = before;
    return new Value(this.#graph, id);
  }

  /** A layer within this one, on x: its parameters are called `<path>/<name>/…`. A name of its own takes the place of `name`. */
  layer(name: string, layer: Layer, x: Value): Value {
    if (typeof layer?.build !== "function")
      throw new TypeError(`${this.path}: ${name} is ${describe(layer)}. Use a layer such as rnn(64) or dense(10).`);
    const own = layer.name ?? name;
    this.#take(own, "layer");
    const before = this.#graph.label;
    const value = buildLayer(layer, new Site(`${this.path}/${own}`, x, this.surroundings));
    this.#graph.label = before;
    return value;
  }

  /** A parameter's or inner layer's name is given once. */
  #take(name: string, what: string): void {
    checkName(this.path, name);
    if (this.#made.has(name))
      throw new TypeError(`${this.path}: two ${what}s are called "${name}". Give each linear(), bias() and layer() its own name.`);
    this.#made.add(name);
  }

  /**
   * x·W with a new weight [x.width × units]; for symbols, the symbol's row of W. A sparse one is kept as its entries. What of x is the same at every
   * step has a weight of its own, `<name> context`, so that its product is made once.
   */
  linear(name: string, x: Value, units: number, initial?: Initializer, trained = true): Value {
    if (!(x instanceof Value))
      throw new TypeError(`${this.path}: linear("${name}", …) got ${String(x)} as its input. Give it a symbolic value.`);
    if (x.graph !== this.#graph)
      throw new TypeError(`${this.path}: linear("${name}", …) got a value of another model. Use the values that step() was given.`);
    const kept = initial?.kind === "sparse";
    const parts = kept ? [] : partsOf(x);
    const repeats = parts.filter(({ id }) => this.#graph.nodes[id].op === "repeat");
    if (repeats.length > 0 && repeats.length < parts.length) {
      const rest = parts.filter((part) => !repeats.includes(part));
      const product = this.linear(name, sideBySide(rest), units, initial, trained);
      return add(product, this.linear(`${name} context`, sideBySide(repeats), units, initial, trained));
    }
    const { symbols, width } = x.shape;
    const rows = symbols || width;
    const weight = this.parameter(name, rows, units, initial ?? uniform(1 / Math.sqrt(rows)), trained);
    if (kept && symbols > 0) throw new TypeError(`${this.path}/${name}: a sparse weight needs numbers but got a ${String(x)}.`);
    const inputs = [x.id, weight.id];
    const id =
      symbols > 0 ? this.#graph.add("gather", inputs, {}) : this.#graph.add(kept ? "sparse" : "matmul", inputs, { transposed: false });
    return new Value(this.#graph, id);
  }
}

/** The values that stand side by side in one. */
function partsOf(x: Value): Value[] {
  const { op, inputs } = x.graph.nodes[x.id];
  return op === "concat" ? inputs.flatMap((id) => partsOf(new Value(x.graph, id))) : [x];
}

/** Writes a layer into the graph. What it throws begins with its path. */
export function buildLayer(layer: Layer, site: Site): Value {
  const { graph } = site.x;
  graph.label = site.path;
  try {
    const value = layer.build(site);
    if (!(value instanceof Value) || value.graph !== graph)
      throw new TypeError(
        `build() returned ${value instanceof Value ? "a value of another model" : describe(value)}. Return a value made from its input.`,
      );
    return value;
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith(site.path) && !error.message.startsWith("internal"))
      error.message = `${site.path}: ${error.message}`;
    throw error;
  }
}
