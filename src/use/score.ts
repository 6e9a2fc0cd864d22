// score(): how likely a model holds a sequence to be, step by step, in one run that hears the truth.

import { checkFlag, checkOptions, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import { checkList, checkSequence, type Sequence } from "../train/data.ts";
import { Distribution } from "./densities.ts";
import { sumOf } from "./generated.ts";
import { pieces } from "./predict.ts";
import { checkSource } from "./request.ts";
import { Rows } from "./rows.ts";
import { beginningOf, type Speech, speechOf } from "./speech.ts";

type Step = number | ArrayLike<number>;

export interface ScoreOptions {
  /** Of a model that goes on: steps that come first and are taken as given. Default: none, and the first of the sequence is taken as given. */
  readonly prompt?: Sequence;
  /** Of a decoder: whether the sequence ends there, so that its end is judged, too. Default: true if there is a stop. */
  readonly ended?: boolean;
}

/** Of seq2seq(): what was made, and from what. */
export interface Pair {
  readonly source?: Sequence;
  readonly target: Sequence;
}

export interface Score {
  /** Natural logarithm of the probability of the whole. */
  readonly logProbability: number;
  /** Of each step, given those before it; of numbers its density. At last of the end symbol, or of the length. */
  readonly logProbabilities: number[];
}

interface Scoring {
  readonly speech: Speech;
  /** What is said, and how much of it is given. */
  readonly all: readonly Step[];
  readonly given: number;
  readonly sources: readonly Sequence[] | null;
  readonly ended: boolean;
}

export function checkScoring(definition: Definition, asked: Sequence | Pair, options: ScoreOptions): Scoring {
  const speech = speechOf("score", definition);
  if (speech.decoding) return checkPair(definition, asked as Pair, options, speech);
  checkOptions("score", options, ["prompt"]);
  const sequence = asked as Sequence;
  checkSequence("score: sequence", sequence, speech.heard);
  const { prompt } = options;
  if (prompt !== undefined) checkSequence("score: prompt", prompt, speech.heard);
  else if (sequence.length < 2)
    throw new RangeError(
      "score: sequence has 1 step, and the first is taken as given, so there is none to judge. Give at least 2, or what comes before as prompt.",
    );
  return { speech, all: [...stepsOf(prompt ?? []), ...stepsOf(sequence)], given: prompt?.length ?? 1, sources: null, ended: false };
}

const stepsOf = (sequence: Sequence): Step[] => Array.from<Step>(sequence);

function checkPair(definition: Definition, asked: Pair, options: ScoreOptions, speech: Speech): Scoring {
  const { end, heard, decoding, stopping } = speech;
  checkOptions("score", options, ["ended"]);
  const hasSource = definition.inputs.source !== undefined;
  if (asked === null || typeof asked !== "object" || !("target" in asked))
    throw new TypeError(
      `score: the model makes sequences, so it needs { ${hasSource ? "source, " : ""}target } but got ${describe(asked)}.`,
    );
  checkOptions("score", asked, ["source", "target"]);
  const { source, target } = asked;
  if (hasSource !== (source !== undefined))
    throw new TypeError(
      hasSource
        ? "score: there is no source, but the model makes a sequence from one. Give { source, target }."
        : "score: there is a source, but the model makes sequences from nothing. Leave it out.",
    );
  if (source !== undefined) checkSource("score: source", definition, source);
  checkList("score: target", target);
  if (target.length > 0) checkSequence("score: target", target, heard);
  const most = decoding?.maximum ?? Infinity;
  if (target.length > most) throw new RangeError(`score: target has ${target.length} steps but the model's maximum is ${most}. Cut it.`);
  const stops = decoding?.stop != null;
  const ended = checkFlag("score: ended", options.ended ?? stops);
  if (ended && !stops) throw new TypeError("score: ended is true, but the model has no stop. Leave it out.");
  if (!ended && stopping.longest > 0)
    throw new TypeError("score: ended is false, but the model tells the whole length beforehand. Leave it out.");
  if (ended && stopping.coin && target.length === 0)
    throw new RangeError("score: target has no step, but stopOutput() judges each. Give at least one.");
  const all = [...stepsOf(target), ...(ended && end >= 0 ? [end] : [])];
  return { speech, all, given: 0, sources: source === undefined ? null : [source], ended };
}

/** The bits are those that drawing the same steps gives, because a row's results do not depend on how many are reckoned at once. */
export function score(programs: Programs, scoring: Scoring): Score {
  const logProbabilities = scoring.speech.decoding ? ofDecoder(programs, scoring) : ofModel(programs, scoring);
  return { logProbability: sumOf(logProbabilities), logProbabilities };
}

/** The last step is judged, and not listened to. What is heard is what came before, as when it was drawn. */
function ofModel(programs: Programs, { speech, all, given }: Scoring): number[] {
  const logProbabilities: number[] = [];
  const sequence = all.slice(0, -1) as Sequence;
  const nothing = speech.symbols > 0 ? -1 : new Float32Array(speech.said);
  const heard = [nothing, ...all.slice(1, -1)] as Sequence;
  const distribution = new Distribution(programs.machine, speech);
  try {
    pieces(
      programs,
      { place: () => "score: sequence", purpose: { kind: "generate" }, sequences: [sequence], heard: [heard] },
      ({ address, stride, steps }, from) => {
        for (let t = 0; t < steps; t++)
          if (from + t + 1 >= given) logProbabilities.push(distribution.logProbability(address + t * stride * 4, all[from + t + 1]));
      },
    );
  } finally {
    distribution.close();
  }
  return logProbabilities;
}

function ofDecoder(programs: Programs, scoring: Scoring): number[] {
  const { machine } = programs;
  const { speech, all, sources } = scoring;
  if (all.length === 0 && speech.stopping.longest === 0) return [];
  const rows = new Rows(programs, 1, { sources, steps: Math.max(1, all.length) });
  try {
    const distribution = new Distribution(machine, speech);
    try {
      return ofRow(machine, rows, distribution, scoring);
    } finally {
      distribution.close();
    }
  } finally {
    rows.close();
  }
}

function ofRow({ exports }: Machine, rows: Rows, distribution: Distribution, { speech, all, ended }: Scoring): number[] {
  const { stopping } = speech;
  if (all.length > 0) rows.hear([beginningOf(speech), ...all.slice(0, -1)] as Sequence);
  const each = all.map((step, t) => {
    const said = distribution.logProbability(rows.output(0, t), step);
    return stopping.coin ? said + exports.logChance(rows.stop(0, t), ended && t === all.length - 1) : said;
  });
  return stopping.longest > 0 ? [...each, exports.logProbability(rows.length(0), stopping.longest + 1, all.length)] : each;
}
