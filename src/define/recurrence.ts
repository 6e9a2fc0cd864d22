// What the stock cells have in common: how they hear their own past, how their parameters begin, what bounds their activations.

import type { Initializer } from "../graph/initializer.ts";
import type { Value } from "../graph/value.ts";
import { add, clamp, concat, delay, drop, LONGEST_DELAY, mul, normalize, zoneout } from "../graph/words.ts";
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
   * Layer normalisation within the cell (Ba et al. 2016): x·wx and h·wh are normalised each by itself, along the columns of all gates, with gains
   * `gx` and `gh`; the LSTM's cell state too, on its way out. `epsilon` is added to the variance, 1e-5 by default. Default: false.
   */
  readonly layerNorm?: boolean | { readonly epsilon: number };
  /** Share of h that is not heard by its weights while training: one mask a sequence (Gal and Ghahramani 2016). Default: 0. */
  readonly recurrentDropout?: number;
  /** Share of each state that stays what it was, at every step anew, while training (Krueger et al. 2017). Default: 0. */
  readonly zoneout?: number | { readonly h?: number; readonly c?: number };
  /**
   * How parameters begin, by name: `{ wh: orthogonal(), b: constant(0) }`. Where several gates lie side by side in one parameter, orthogonal,
   * identity and spectral apply to the block of each gate; `blocks(…)` says it gate by gate.
   */
  readonly initial?: Readonly<Record<string, Initializer>>;
}

/** Left out of a layer's text. */
export const RECURRENCE_DEFAULTS = {
  bias: true,
  delays: [1],
  transition: [],
  transitionSkip: "none",
  layerNorm: false,
  recurrentDropout: 0,
  zoneout: 0,
};

const OPTIONS = [...Object.keys(RECURRENCE_DEFAULTS), "clip", "initial", "name"];

/** h at one of the delays, and what the names of its weights end in. */
export interface Heard {
  readonly suffix: string;
  readonly value: Value;
}

export interface Recurrence {
  readonly bias: boolean;
  /** Whether products are normalised. */
  readonly layerNorm: boolean;
  /** Names of the weights by which h is heard: `wh`, `wh 8`. */
  weights(stem: string): string[];
  /** The activation with its argument bounded by `clip`. */
  bounded(activation: (x: Value) => Value): (x: Value) => Value;
  /** h, delay by delay, the nearest one through the transition. */
  heard(layer: StepInput["layer"], h: Value): Heard[];
  /** A product normalised along its columns and multiplied by a gain, if the cell is normalised; else as it is. */
  normalised(x: Value, gain: () => Value): Value;
  /** The state as it is kept: some of it, at random, what it was before. */
  kept(state: "h" | "c", before: Value, next: Value): Value;
}

/** @throws TypeError or RangeError with the option that cannot be. */
export function checkRecurrence(
  kind: string,
  units: number,
  options: RecurrenceOptions,
  known: readonly string[],
  states: readonly ("h" | "c")[] = ["h"],
): Recurrence {
  checkSize(`${kind}: units`, units);
  checkOptions(kind, options, [...known, ...OPTIONS]);
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
  const epsilon = checkEpsilon(`${kind}: layerNorm`, options.layerNorm ?? false);
  const dropped = checkRate(`${kind}: recurrentDropout`, options.recurrentDropout ?? 0);
  const zoned = checkZoneout(kind, options.zoneout ?? 0, states);
  const nearest = Math.min(...delays);
  const suffixOf = (steps: number): string => (steps === 1 ? "" : ` ${steps}`);
  return {
    bias: checkFlag(`${kind}: bias`, options.bias ?? true),
    layerNorm: epsilon > 0,
    weights: (stem) => delays.map((steps) => `${stem}${suffixOf(steps)}`),
    bounded: (activation) => (clip === undefined ? activation : (x) => activation(clamp(x, -clip, clip))),
    heard: (layer, h) =>
      delays.map((steps) => {
        const past = steps === 1 ? h : delay(h, steps - 1);
        const value = dropped === 0 ? past : drop(past, dropped, { perSequence: true });
        return { suffix: suffixOf(steps), value: steps === nearest ? passed(layer, transition, transitionSkip, value) : value };
      }),
    normalised: (x, gain) => (epsilon > 0 ? mul(normalize(x, epsilon), gain()) : x),
    kept: (state, before, next) => (zoned[state] > 0 ? zoneout(before, next, zoned[state]) : next),
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

/** What is added to the variance; 0 where nothing is normalised. */
function checkEpsilon(place: string, layerNorm: boolean | { readonly epsilon: number }): number {
  if (typeof layerNorm === "boolean") return layerNorm ? 1e-5 : 0;
  if (layerNorm === null || typeof layerNorm !== "object")
    throw new TypeError(`${place} must be true, false or { epsilon: 1e-5 } but is ${describe(layerNorm)}.`);
  checkOptions(place, layerNorm, ["epsilon"]);
  return checkNumber(`${place}.epsilon`, layerNorm.epsilon, 2 ** -126);
}

/** A share that leaves something. */
function checkRate(place: string, rate: number): number {
  if (checkNumber(place, rate, 0, 1) === 1) throw new RangeError(`${place} is 1, which would leave nothing. Use a number below 1.`);
  return rate;
}

function checkZoneout(kind: string, given: NonNullable<RecurrenceOptions["zoneout"]>, states: readonly ("h" | "c")[]) {
  if (typeof given === "number") return { h: checkRate(`${kind}: zoneout`, given), c: checkRate(`${kind}: zoneout`, given) };
  if (given !== null && typeof given === "object" && "c" in given && !states.includes("c"))
    throw new TypeError(
      `${kind}: zoneout.c is about a cell state, and ${kind} has none. Use lstm(units, { zoneout: { c: 0.5 } }), or zoneout: { h: 0.5 }.`,
    );
  checkOptions(`${kind}: zoneout`, given, states);
  return { h: checkRate(`${kind}: zoneout.h`, given.h ?? 0), c: checkRate(`${kind}: zoneout.c`, given.c ?? 0) };
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
