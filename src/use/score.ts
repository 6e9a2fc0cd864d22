// score(): how likely a model holds a sequence to be, symbol by symbol, in one run that hears the truth.

import { checkOptions } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import { checkSequence, type Sequence } from "../train/data.ts";
import { judge } from "./draws.ts";
import { sumOf } from "./generated.ts";
import { pieces } from "./predict.ts";
import { speechOf } from "./speech.ts";

type Step = number | ArrayLike<number>;

export interface ScoreOptions {
  /** Steps that come first and are taken as given. Default: none, and the first of the sequence is taken as given. */
  readonly prompt?: Sequence;
}

export interface Score {
  /** Natural logarithm of the probability of the whole. */
  readonly logProbability: number;
  /** Of each step, given those before it; of numbers its density. */
  readonly logProbabilities: number[];
}

/** All steps, and how many of them are given. */
export function checkScoring(definition: Definition, sequence: Sequence, options: ScoreOptions) {
  checkOptions("score", options, ["prompt"]);
  const speech = speechOf("score", definition);
  checkSequence("score: sequence", sequence, speech.heard);
  const { prompt } = options;
  if (prompt !== undefined) checkSequence("score: prompt", prompt, speech.heard);
  else if (sequence.length < 2)
    throw new RangeError(
      "score: sequence has 1 step, and the first is taken as given, so there is none to judge. Give at least 2, or what comes before as prompt.",
    );
  const all: readonly Step[] = [...Array.from<Step>(prompt ?? []), ...Array.from<Step>(sequence)];
  return { speech, all, given: prompt?.length ?? 1 };
}

/** The bits are those that drawing the same steps gives, because a row's results do not depend on how many are reckoned at once. */
export function score(machine: Machine, programs: Programs, { speech, all, given }: ReturnType<typeof checkScoring>): Score {
  const logProbabilities: number[] = [];
  // The last step is judged, and not listened to. What layers hear that listen to the output is what came before, as when it was drawn.
  const sequence = all.slice(0, -1) as Sequence;
  const nothing = speech.symbols > 0 ? -1 : new Float32Array(speech.said);
  const heard = [nothing, ...all.slice(1, -1)] as Sequence;
  pieces(
    machine,
    programs,
    { purpose: { kind: "generate" }, sequences: [sequence], heard: [heard] },
    ({ address, stride, steps }, from) => {
      for (let t = 0; t < steps; t++)
        if (from + t + 1 >= given) logProbabilities.push(judge(machine, speech, address + t * stride * 4, all[from + t + 1]));
    },
  );
  return { logProbability: sumOf(logProbabilities), logProbabilities };
}
