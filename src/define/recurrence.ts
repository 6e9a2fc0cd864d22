// What the stock cells have in common: how they hear their own past, how their parameters begin, what bounds their activations.

import type { Initializer } from "../graph/initializer.ts";
import type { Value } from "../graph/value.ts";
import { add, clamp, concat, delay, LONGEST_DELAY } from "../graph/words.ts";
import type { StepInput } from "./cell.ts";
import { checkChoice, checkFlag, checkNumber, checkOptions, checkSize, describe } from "./check.ts";
import type { Layer } from "./layer.ts";
import type { LayerOptions } from "./text.ts";

export interface RecurrenceOptions extends LayerOptions {
  /** Whether rows of biases are added. Default: true. */
  readonly bias?: boolean;
  /** Every activation's argument is cut to ±clip, as ONNX has it. Default: not at all. */
  readonly clip?: number;
  /**
   * Steps back at which h is heard: skip connections through time (Lin et al. 1996, El Hihi and Bengio 1996). Each delay d other than 1 has a
   * weight of its own, `wh d`; without 1 among them there is no `wh`. Default: [1].
   */
  readonly delays?: readonly number[];
  /**
   * Layers that h passes, at the shortest of the delays, before it meets its weight: a deep transition (Pascanu et al. 2014). Their parameters
   * are called `layer 1/<kind>/transition 1/…`. Default: none.
   */
  readonly transition?: readonly Layer[];
  /** A path around the transition: none, h added to its result (of the same width), or h beside it. Default: "none". */
  readonly transitionSkip?: "none" | "add" | "concat";
  /**
   * How parameters begin, by name: `{ wh: orthogonal(), b: constant(0) }`. Where several gates lie side by side in one parameter, orthogonal,
   * identity and spectral apply to the block of each gate; `blocks(…)` says it gate by gate.
   */
  readonly initial?: Readonly<Record<string, Initializer>>;
}

export const RECURRENCE_OPTIONS = ["bias", "clip", "delays", "transition", "transitionSkip", "initial", "name"];
/** Left out of a layer's text. */
export const RECURRENCE_DEFAULTS = { bias: true, delays: [1], transition: [], transitionSkip: "none" };

/** h at one of the delays, and what the names of its weights end in. */
export interface Heard {
  readonly suffix: string;
  readonly value: Value;
}

export interface Recurrence {
  readonly bias: boolean;
  /** Names of the weights by which h is heard: `wh`, `wh 8`. */
  weights(stem: string): string[];
  /** The activation with its argument bounded by `clip`. */
  bounded(activation: (x: Value) => Value): (x: Value) => Value;
  /** h, delay by delay, the nearest one through the transition. */
  heard(layer: StepInput["layer"], h: Value): Heard[];
}

/** @throws TypeError or RangeError with the option that cannot be. */
export function checkRecurrence(kind: string, units: number, options: RecurrenceOptions, known: readonly string[]): Recurrence {
  checkSize(`${kind}: units`, units);
  checkOptions(kind, options, [...known, ...RECURRENCE_OPTIONS]);
  const { clip, transition = [], transitionSkip = "none" } = options;
  const delays = checkDelays(`${kind}: delays`, options.delays ?? [1]);
  if (clip !== undefined) checkPositive(`${kind}: clip`, clip);
  checkChoice(`${kind}: transitionSkip`, transitionSkip, ["none", "add", "concat"]);
  if (!Array.isArray(transition)) throw new TypeError(`${kind}: transition must be a list of layers but is ${describe(transition)}.`);
  transition.forEach((layer, index) => {
    if (typeof layer?.build !== "function")
      throw new TypeError(`${kind}: transition[${index}] is ${describe(layer)}. Use a layer such as dense(64, { activation: "tanh" }).`);
  });
  if (transitionSkip !== "none" && transition.length === 0)
    throw new TypeError(
      `${kind}: transitionSkip is "${transitionSkip}" but there is no transition to go around. Give transition: [dense(${units})].`,
    );
  const nearest = Math.min(...delays);
  const suffixOf = (steps: number): string => (steps === 1 ? "" : ` ${steps}`);
  return {
    bias: checkFlag(`${kind}: bias`, options.bias ?? true),
    weights: (stem) => delays.map((steps) => `${stem}${suffixOf(steps)}`),
    bounded: (activation) => (clip === undefined ? activation : (x) => activation(clamp(x, -clip, clip))),
    heard: (layer, h) =>
      delays.map((steps) => {
        const value = steps === 1 ? h : delay(h, steps - 1);
        return { suffix: suffixOf(steps), value: steps === nearest ? passed(layer, transition, transitionSkip, value) : value };
      }),
  };
}

/** h through the transition and, if wanted, around it. */
function passed(layerOf: StepInput["layer"], transition: readonly Layer[], skip: "none" | "add" | "concat", h: Value): Value {
  const through = transition.reduce((value, layer, index) => {
    const next = layerOf(`transition ${index + 1}`, layer, value);
    if (next.shape.extent !== "sequence")
      throw new TypeError(
        `transition ${index + 1}, ${layer.text}, turned a ${String(value)} into a ${String(next)}. A transition happens at every step: leave last() out.`,
      );
    return next;
  }, h);
  if (skip === "concat") return concat(through, h);
  if (skip === "none") return through;
  if (through.width !== h.width)
    throw new RangeError(
      `transitionSkip "add": the transition is ${through.width} wide but h is ${h.width}. End it with dense(${h.width}), or use "concat".`,
    );
  return add(through, h);
}

/** @throws TypeError or RangeError with the delay that cannot be. */
export function checkDelays(place: string, delays: readonly number[]): readonly number[] {
  if (!Array.isArray(delays) || delays.length === 0)
    throw new TypeError(`${place} must be a list of at least one number of steps, for example [1, 8], but is ${describe(delays)}.`);
  delays.forEach((steps, index) => {
    if (!Number.isInteger(steps) || steps < 1 || steps > LONGEST_DELAY)
      throw new RangeError(`${place}[${index}] is ${describe(steps)}. Use a whole number of steps from 1 to ${LONGEST_DELAY}.`);
    if (delays.indexOf(steps) !== index) throw new RangeError(`${place} names ${steps} twice. Name each number of steps once.`);
  });
  return delays;
}

/** A number above 0. */
export function checkPositive(place: string, number: number): number {
  if (checkNumber(place, number) <= 0 || Math.fround(number) === 0)
    throw new RangeError(`${place} is ${number} but must be above 0. Leave it out for none.`);
  return number;
}

/** One term, or the sum of several. */
export const sumOf = ([first, second, ...more]: readonly Value[]): Value => (second === undefined ? first : add(first, second, ...more));

/** Peepholes look at a cell state, which only the LSTM has. @throws TypeError */
export function refusePeepholes(kind: string, options: object): void {
  if (options !== null && typeof options === "object" && "peepholes" in options)
    throw new TypeError(
      `${kind}: peepholes look at a cell state, and ${kind} has none. Use lstm(units, { peepholes: true }), or leave it out.`,
    );
}
