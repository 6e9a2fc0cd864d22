// score(): how likely a model holds a sequence to be, symbol by symbol, in one run that hears the truth.

import { checkOptions } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import { checkSequence } from "../train/data.ts";
import { checkSpeaking } from "./choices.ts";
import { sumOf } from "./generated.ts";
import { pieces } from "./predict.ts";

export interface ScoreOptions {
  /** Symbols that come first and are taken as given. Default: none, and the first of the sequence is taken as given. */
  readonly prompt?: ArrayLike<number>;
}

export interface Score {
  /** Natural logarithm of the probability of the whole. */
  readonly logProbability: number;
  /** Of each symbol, given those before it. */
  readonly logProbabilities: number[];
}

/** All symbols, and how many of them are given. */
export function checkScoring(definition: Definition, sequence: ArrayLike<number>, options: ScoreOptions) {
  checkOptions("score", options, ["prompt"]);
  const symbols = checkSpeaking("score", definition);
  checkSequence("score: sequence", sequence, { symbols, width: 1 });
  const { prompt } = options;
  if (prompt !== undefined) checkSequence("score: prompt", prompt, { symbols, width: 1 });
  else if (sequence.length < 2)
    throw new RangeError(
      "score: sequence has 1 symbol, and the first is taken as given, so there is none to judge. Give at least 2, or what comes before as prompt.",
    );
  return { all: [...Array.from(prompt ?? []), ...Array.from(sequence)], given: prompt?.length ?? 1 };
}

/** The bits are those that drawing the same symbols gives, because a row's results do not depend on how many are reckoned at once. */
export function score(machine: Machine, programs: Programs, { all, given }: ReturnType<typeof checkScoring>): Score {
  const logProbabilities: number[] = [];
  // The last symbol is judged, and not listened to. What layers hear that listen to the output is what came before, as when it was drawn.
  const sequence = all.slice(0, -1);
  const heard = [-1, ...sequence.slice(1)];
  pieces(machine, programs, { purpose: { kind: "generate" }, sequence, heard }, ({ address, stride, steps, width }, from) => {
    for (let t = 0; t < steps; t++)
      if (from + t + 1 >= given) logProbabilities.push(machine.exports.logProbability(address + t * stride * 4, width, all[from + t + 1]));
  });
  return { logProbability: sumOf(logProbabilities), logProbabilities };
}
