// How a user may have each step chosen, by draws or by a search: checked, with defaults.

import { checkFlag, checkNumber, checkOptions, checkSeed, checkSize, describe, LARGEST } from "../define/check.ts";
import type { Speech } from "./speech.ts";

/** How each step is drawn: of symbols first the penalty, then the temperature, then top-k, top-p and min-p, each among what the one before has left. */
export interface Choice {
  readonly repetitionPenalty: number;
  /** 0: the most likely. */
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly seed: number;
}

/** How each step is drawn. They take effect in the order in which they stand here. */
export interface DrawOptions {
  /** Divides the positive logits of symbols that have been drawn, and multiplies the others (Keskar et al. 2019). Not of the prompt's. Default: 1. */
  readonly repetitionPenalty?: number;
  /**
   * Divides the logits: below 1 bolder, above 1 more varied. 0 is greedy. Of numbers it also multiplies the variances (Ha and Eck 2018). Default: 1.
   */
  readonly temperature?: number;
  /** Draw from the K most likely symbols only. 0: all. Default: 0. */
  readonly topK?: number;
  /** Draw from the smallest set of symbols whose probabilities sum to this (Holtzman et al. 2020). Default: 1, all. */
  readonly topP?: number;
  /** Draw from symbols only that are at least this times as likely as the likeliest (Nguyen et al. 2024). Default: 0, all. */
  readonly minP?: number;
  /** Always the most likely symbol; of numbers the mean of the most likely component, or what is more likely than not. Default: false. */
  readonly greedy?: boolean;
  /** Sample i of several is what is drawn alone with seed + i. Default: the model's seed. */
  readonly seed?: number;
}

/** A search for the likeliest sequence, in place of draws: at each step the `width` likeliest beginnings are kept. */
export interface Beam {
  readonly width: number;
  /**
   * α of ((5 + n) / 6)^α, by which the log-probability of a sequence of n symbols (with the one that ended it) is divided before sequences are
   * compared (Wu et al. 2016, equation 14): 0 compares probabilities, more favours longer ones. Default: 0.6.
   */
  readonly lengthPenalty?: number;
}

/** The smallest normal f32: a share below it would be rounded to 0, and nothing would be left to draw from. */
const SMALLEST = 2 ** -126;

export const DRAWS = ["repetitionPenalty", "temperature", "topK", "topP", "minP", "greedy", "seed"];

/** Of these only symbols have any. */
const OF_SYMBOLS = ["repetitionPenalty", "topK", "topP", "minP"] as const;

/** How steps are drawn. */
export function checkChoice(place: string, options: DrawOptions, symbols: number, modelSeed: number): Choice {
  const { repetitionPenalty = 1, temperature = 1, topK = 0, topP = 1, minP = 0, greedy = false, seed = modelSeed } = options;
  const wrong = symbols > 0 ? undefined : OF_SYMBOLS.find((name) => options[name] !== undefined);
  if (wrong !== undefined)
    throw new TypeError(`${place}: ${wrong} is about symbols, and what this model says are numbers. Leave it out, or use temperature.`);
  checkNumber(`${place}: repetitionPenalty`, repetitionPenalty, -LARGEST, LARGEST);
  if (Math.fround(repetitionPenalty) <= 0)
    throw new RangeError(
      `${place}: repetitionPenalty is ${repetitionPenalty} but must be above 0: 1 changes nothing, 1.2 makes what was drawn less likely.`,
    );
  checkNumber(`${place}: temperature`, temperature, 0, LARGEST);
  if (!Number.isInteger(topK) || topK < 0)
    throw new RangeError(`${place}: topK must be a whole number of 0 or more but is ${describe(topK)}.`);
  if (!(typeof topP === "number" && topP > 0 && topP <= 1))
    throw new RangeError(`${place}: topP must be above 0 and at most 1 but is ${describe(topP)}. 1 leaves nothing out.`);
  if (!(typeof minP === "number" && minP >= 0 && Math.fround(minP) < 1))
    throw new RangeError(`${place}: minP must be at least 0 and below 1 but is ${describe(minP)}. 0 leaves nothing out.`);
  checkSeed(place, seed);
  return {
    repetitionPenalty,
    temperature: checkFlag(`${place}: greedy`, greedy) ? 0 : temperature,
    topK: Math.min(topK, symbols),
    topP: Math.max(topP, SMALLEST),
    minP,
    seed,
  };
}

/** A beam, with nothing beside it that belongs to draws. */
export function checkBeam(place: string, beam: Beam, options: object, { symbols }: Speech): Required<Beam> {
  if (beam === null || typeof beam !== "object")
    throw new TypeError(`${place}: beam must be { width } or { width, lengthPenalty } but is ${describe(beam)}.`);
  checkOptions(`${place}: beam`, beam, ["width", "lengthPenalty"]);
  const { width, lengthPenalty = 0.6 } = beam;
  if (symbols === 0) throw new TypeError(`${place}: beam searches among symbols, and what this model says are numbers. Use greedy: true.`);
  const other = DRAWS.find((name) => options[name as never] !== undefined);
  if (other !== undefined)
    throw new TypeError(`${place}: beam searches what is most likely, and ${other} is about draws. Leave one of them out.`);
  return {
    width: checkSize(`${place}: beam: width`, width),
    lengthPenalty: checkNumber(`${place}: beam: lengthPenalty`, lengthPenalty, 0, 100),
  };
}
