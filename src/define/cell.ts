// cell(): a recurrent cell of one's own. The built-in cells are written with it, in the same words.

import { isIdle } from "../graph/graph.ts";
import { type Initializer, uniform } from "../graph/initializer.ts";
import { Value } from "../graph/value.ts";
import { checkName, checkOptions, checkSize, describe } from "./check.ts";
import type { Layer, Site } from "./layer.ts";

/** What a step function is given besides the state. */
export interface StepInput {
  /** This step's input to the layer. */
  readonly x: Value;
  /** The whole model's output one step earlier (or the truth in its place, under teacher forcing): recurrence from the output. */
  readonly y: Value;
  /**
   * A new weight [x.width × units] and its product with x. For symbols: the symbol's row of the weight. `trained` false freezes it: it stays
   * as it began, or as it is set, and the gradient passes by. Default: true.
   */
  linear(name: string, x: Value, units: number, initial?: Initializer, trained?: boolean): Value;
  /** A new parameter row of `units` numbers, to be added to (or multiplied with) every row. `trained` as in `linear`. */
  bias(name: string, units: number, initial?: Initializer, trained?: boolean): Value;
  /** A whole layer within the step; its parameters are called `layer 1/<cell>/<name>/…`. */
  layer(name: string, layer: Layer, x: Value): Value;
}

const RESERVED = ["x", "y", "linear", "bias", "layer", "output"];

/** The widths of a cell's states. */
export type State = Readonly<Record<string, number>>;

export interface CellOptions<S extends State> {
  /** The cell's name; its parameters are called `layer 1/<name>/<parameter>`. */
  readonly name: string;
  /** Every state with its width, for example `{ h: 64, c: 64 }`. The first is the layer's output unless step() returns `output`. */
  readonly state: S;
  /**
   * One step. Run once in every place where the cell stands (in a bidirectional layer, once each way), symbolically, when the model is defined;
   * each state's argument holds its value of the previous step.
   */
  step(input: StepInput & { readonly [K in keyof S]: Value }): { readonly [K in keyof S]: Value } & { readonly output?: Value };
}

/**
 * A recurrent layer from a step function written in words (add, mul, sigmoid, …).
 *
 * States are sequences of width `state[name]`, zero before the first step unless they begin with a context (seq2seq). Weights made by `linear` and `bias` start uniform in ±1/√(width
 * of the first state), as PyTorch's cells do, unless an initialiser is given.
 *
 * @throws TypeError or RangeError if a state is missing, unknown, or of another width than declared.
 */
export function cell<const S extends State>(options: CellOptions<S>): Layer {
  checkOptions("cell", options, ["name", "state", "step"]);
  const { name, state, step } = options;
  checkName("cell", name);
  if (state === null || typeof state !== "object")
    throw new TypeError(`${name}: state must say each state's width, for example state: { h: 64 }, but is ${describe(state)}.`);
  const names = Object.keys(state);
  if (names.length === 0) throw new TypeError(`${name}: a cell needs at least one state, for example state: { h: 64 }.`);
  for (const key of names) {
    checkSize(`${name}: state ${key}`, state[key]);
    if (RESERVED.includes(key))
      throw new TypeError(`${name}: a state cannot be called "${key}", which step() is given under that name already.`);
  }
  if (typeof step !== "function") throw new TypeError(`${name}: step must be a function but is ${typeof step}.`);
  return {
    kind: name,
    units: state[names[0]],
    text: `${name}(${names.map((key) => `${key}: ${state[key]}`).join(", ")})`,
    build: (site) => unroll(site, options, names),
  };
}

/** What a step is given at a site, but for the states and the output. */
export const inputOf = (site: Site, start?: Initializer): Omit<StepInput, "y"> => ({
  x: site.x,
  linear: (key, x, units, initial = start, trained = true) => site.linear(key, x, units, initial, trained),
  bias: (key, units, initial = start, trained = true) => site.parameter(key, 1, units, initial ?? uniform(1 / Math.sqrt(units)), trained),
  layer: (key, layer, x) => site.layer(key, layer, x),
});

/** Traces the step function once and closes the loop: each state's delay is bound to what the step returned for it. */
function unroll<S extends State>(site: Site, { state, step }: CellOptions<S>, names: readonly string[]): Value {
  const { graph } = site.x;
  if (site.x.shape.extent !== "sequence")
    throw new TypeError(`${site.path}: a recurrent layer needs a sequence but got a ${String(site.x)}. Put it before last().`);
  const width = site.x.shape;
  const start = uniform(1 / Math.sqrt(state[names[0]]));
  const { states, beginnings } = site.enter(state);
  const delays = Object.fromEntries(
    names.map((key) => {
      graph.label = `${site.path}/${key}`;
      const shape = { ...width, width: state[key], symbols: 0 };
      return [
        key,
        new Value(graph, graph.openDelay(graph.direction, shape, { carried: graph.direction > 0, beginning: beginnings[key]?.id })),
      ];
    }),
  );
  graph.label = site.path;
  const input = {
    ...inputOf(site, start),
    get y(): Value {
      return site.surroundings.feedback();
    },
  };
  // Property by property, so that the getter of y is not called unless the step function asks for y.
  const argument = Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(input), ...Object.getOwnPropertyDescriptors(delays) });
  const next = checkReturned(site, step(argument as never), state);
  for (const key of names) {
    const { id } = next[key];
    graph.rename(id, `${site.path}/${key}`);
    graph.bind(delays[key].id, id);
    states[key] = next[key];
  }
  for (const key of names)
    if (isIdle(graph.nodes, delays[key].id))
      throw new TypeError(
        `${site.path}: state ${key} is returned as it was given and so stays zero for ever. Compute it from something, or leave it out of state.`,
      );
  return checkValue(site, next.output ?? next[names[0]], "as output");
}

/** What step() returned: every state as wide as was declared, and nothing else but an output. @throws TypeError or RangeError with the place. */
function checkReturned(site: Site, returned: unknown, state: State): Record<string, Value> {
  const { path } = site;
  const names = Object.keys(state);
  if (returned === null || typeof returned !== "object")
    throw new TypeError(`${path}: step() returned ${String(returned)}. Return every state, for example { ${names.join(", ")} }.`);
  const next = returned as Record<string, Value>;
  for (const key of Object.keys(next))
    if (key !== "output" && !names.includes(key))
      throw new TypeError(`${path}: step() returned "${key}", which is no state. The states are: ${names.join(", ")}.`);
  for (const key of names) {
    if (next[key] === undefined) throw new TypeError(`${path}: step() returned no "${key}". Return every state: { ${names.join(", ")} }.`);
    const { width, shape } = checkValue(site, next[key], `for state ${key}`);
    if (width !== state[key])
      throw new RangeError(
        `${path}: state ${key} is ${state[key]} wide but step() returned ${width}. Return the declared width, or change state: { ${key}: ${width} }.`,
      );
    if (shape.extent !== "sequence")
      throw new TypeError(
        `${path}: step() returned a ${String(next[key])} for state ${key}. A state changes from step to step: return a sequence.`,
      );
  }
  return next;
}

/** A value of the model that is being built. `what` says what step() returned it for. */
function checkValue({ path, x }: Site, value: Value, what: string): Value {
  if (!(value instanceof Value)) throw new TypeError(`${path}: step() returned ${String(value)} ${what}. Return a symbolic value.`);
  if (value.graph !== x.graph)
    throw new TypeError(`${path}: step() returned ${what} a value of another model. Use the values that it was given.`);
  return value;
}
