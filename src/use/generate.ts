// generate(): symbols drawn one after the other, each fed back as the next input.

import { checkFlag, checkNumber, checkOptions, checkSize, describe, LARGEST } from "../define/check.ts";
import { checkCausal } from "../define/direction.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { randomFrom } from "../engine/random.ts";
import { checkSequence, inputKind } from "../train/data.ts";
import type { Stream } from "./stream.ts";

export interface GenerateOptions {
  /** Symbols that come first: at least one. */
  readonly prompt: ArrayLike<number>;
  /** Symbols to draw at most. */
  readonly length: number;
  /** Divides the logits: below 1 bolder, above 1 more varied. 0 is greedy. Default: 1. */
  readonly temperature?: number;
  /** Draw from the K most likely symbols only. 0: all. Default: 0. */
  readonly topK?: number;
  /** Draw from the smallest set of symbols whose probabilities sum to this (Holtzman et al. 2020). Default: 1, all. */
  readonly topP?: number;
  /** Always the most likely symbol. Default: false. */
  readonly greedy?: boolean;
  /** Default: the model's seed. */
  readonly seed?: number;
  /** A symbol, or several, at which to stop; it is not part of the result. Default: none. */
  readonly stop?: number | readonly number[];
}

/** The smallest normal f32: a share below it would be rounded to 0, and nothing would be left to draw from. */
const SMALLEST = 2 ** -126;

const OPTIONS = ["prompt", "length", "temperature", "topK", "topP", "greedy", "seed", "stop"];

/** Options with defaults, checked. */
export function checkGenerating(definition: Definition, options: GenerateOptions) {
  checkOptions("generate", options, OPTIONS);
  const { prompt, length, temperature = 1, topK = 0, topP = 1, greedy = false, seed = definition.seed, stop = [] } = options;
  const { symbols } = inputKind(definition);
  const { shape } = definition.nodes[definition.heads[0].output];
  if (symbols === 0 || definition.heads[0].loss.kind !== "crossEntropy" || shape.width !== symbols || shape.extent !== "sequence")
    throw new TypeError(
      `generate: the model takes ${symbols > 0 ? `${symbols} symbols` : "features"} and gives a ${shape.extent} of ${shape.width} with ${definition.heads[0].loss.kind}, so what it gives cannot be its next input. It needs tokens(n), a last layer dense(n), and crossEntropy().`,
    );
  checkCausal("generate", definition);
  checkSequence("generate: prompt", prompt, { symbols, width: 1 });
  checkSize("generate: length", length);
  checkNumber("generate: temperature", temperature, 0, LARGEST);
  if (!Number.isInteger(topK) || topK < 0)
    throw new RangeError(`generate: topK must be a whole number of 0 or more but is ${describe(topK)}.`);
  if (!(typeof topP === "number" && topP > 0 && topP <= 1))
    throw new RangeError(`generate: topP must be above 0 and at most 1 but is ${describe(topP)}.`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new RangeError(`generate: seed must be a whole number from 0 to ${2 ** 32 - 1} but is ${describe(seed)}.`);
  if (typeof stop !== "number" && !Array.isArray(stop))
    throw new TypeError(`generate: stop must be a symbol or an array of symbols but is ${describe(stop)}.`);
  const stops: readonly number[] = typeof stop === "number" ? [stop] : stop;
  for (const symbol of stops)
    if (!Number.isInteger(symbol) || symbol < 0 || symbol >= symbols)
      throw new RangeError(`generate: stop is ${describe(symbol)} but must be a symbol from 0 to ${symbols - 1}.`);
  return {
    prompt,
    length,
    temperature: checkFlag("generate: greedy", greedy) ? 0 : temperature,
    topK: Math.min(topK, symbols),
    topP: Math.max(topP, SMALLEST),
    seed,
    stops,
    symbols,
  };
}

/** The drawn symbols, without the prompt. Options have been checked. */
export function generate(machine: Machine, stream: Stream, options: ReturnType<typeof checkGenerating>): number[] {
  const { prompt, length, temperature, topK, topP, seed, stops, symbols } = options;
  const random = randomFrom(seed, "generate");
  const scratchBytes = 8 * Math.ceil(symbols / 8) * 8;
  const scratch = machine.memory.allocate(scratchBytes);
  const drawn: number[] = [];
  try {
    let output = 0;
    for (let i = 0; i < prompt.length; i++) {
      // Under recurrence from the output the model hears, at each step, the symbol it should have said: that is this step's input.
      stream.heard = i === 0 ? -1 : prompt[i];
      output = stream.step(prompt[i]);
    }
    while (drawn.length < length) {
      const symbol = machine.exports.draw(output, symbols, temperature, topK, topP, random.uniform(), scratch);
      if (symbol < 0)
        throw new RangeError(
          `generate: after ${drawn.length} symbols the model's outputs are not finite, so nothing can be drawn. Look for NaN in net.parameters.`,
        );
      if (stops.includes(symbol)) break;
      drawn.push(symbol);
      if (drawn.length === length) break;
      stream.heard = symbol;
      output = stream.step(symbol);
    }
  } finally {
    machine.memory.release(scratch, scratchBytes);
  }
  return drawn;
}
