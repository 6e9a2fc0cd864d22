// What generate, generateAll and sample are asked for: from a prompt, where a model goes on, or from sources, where a decoder makes sequences.

import { checkOptions, checkSize, describe } from "../define/check.ts";
import { inputText } from "../define/layers.ts";
import type { Definition } from "../define/model.ts";
import { checkAlone, checkList, checkSequence, kindOf, type Sequence } from "../train/data.ts";
import { type Beam, type Choice, checkBeam, checkChoice, DRAWS, type DrawOptions } from "./choices.ts";
import { type Speech, speechOf } from "./speech.ts";

interface Searched {
  /** Search instead of drawing. Nothing is left to chance then, so options of draws are refused. Default: none. */
  readonly beam?: Beam;
}

/** Of model(): what it goes on from. */
export interface PromptOptions extends DrawOptions, Searched {
  /** Symbols, or rows of numbers, that come first: at least one. */
  readonly prompt: Sequence;
  /** Steps to draw at most. */
  readonly length: number;
  /** A symbol, or several, at which to stop; it is not part of the result. Default: none. */
  readonly stop?: number | readonly number[];
}

/** Of seq2seq(): what a sequence is made from. How it begins and ends is the model's own. */
export interface SourceOptions extends DrawOptions, Searched {
  /** As the model's source is: a sequence, or one vector. Absent where it has none. */
  readonly source?: Sequence;
  /** Symbols, or steps of numbers, to draw at most; that an end comes right behind them is told all the same. Default: the model's maximum. */
  readonly maximum?: number;
}

export type GenerateOptions = PromptOptions | SourceOptions;

export type SampleOptions = Omit<PromptOptions, "beam"> | Omit<SourceOptions, "beam">;

interface Several {
  /** How many: draws, or the best that a beam has found, best first; of each source. Default: 1. */
  readonly samples?: number;
}

export type GenerateAllOptions =
  | (PromptOptions & Several)
  | (SourceOptions & Several)
  | (Omit<SourceOptions, "source"> & Several & { readonly sources: readonly Sequence[] });

/** Everything that may be said. */
interface Asked extends DrawOptions, Searched, Several {
  readonly prompt?: Sequence;
  readonly length?: number;
  readonly stop?: number | readonly number[];
  readonly source?: Sequence;
  readonly sources?: readonly Sequence[];
  readonly maximum?: number;
}

/** What is to be done, checked, with defaults. */
export interface Request {
  readonly place: string;
  readonly speech: Speech;
  readonly choice: Choice;
  readonly beam: Required<Beam> | null;
  /** Sequences of each beginning. */
  readonly samples: number;
  /** Steps to draw at most. Where a symbol ends it, the last of them can but end it: another symbol is not said. */
  readonly length: number;
  /** Symbols that end a sequence. */
  readonly stops: ReadonlySet<number>;
  /** null: it begins with the boundary. */
  readonly prompt: Sequence | null;
  /** null: there is one beginning, without a source. */
  readonly sources: readonly Sequence[] | null;
}

/** `several`: with samples and sources; `searches`: with a beam; `numbers`: not of symbols alone. */
interface Verb {
  readonly several?: boolean;
  readonly searches?: boolean;
  readonly numbers?: boolean;
}

export function checkRequest(
  place: string,
  definition: Definition,
  options: GenerateAllOptions,
  { several = false, searches = true, numbers = true }: Verb = {},
): Request {
  const own = definition.decoding ? ["source", "maximum"] : ["prompt", "length", "stop"];
  const others = definition.decoding ? ["prompt", "length", "stop"] : ["source", "sources", "maximum"];
  const asked: Asked = options;
  const foreign = others.find((name) => asked?.[name as keyof Asked] !== undefined);
  if (foreign !== undefined)
    throw new TypeError(
      definition.decoding
        ? `${place}: ${foreign} is for models that go on from a prompt, and this one begins and ends by itself. Use source and maximum.`
        : `${place}: ${foreign} is for models of seq2seq(), and this one goes on from a prompt. Use prompt and length.`,
    );
  const more = [...(several ? ["samples", ...(definition.decoding ? ["sources"] : [])] : []), ...DRAWS, ...(searches ? ["beam"] : [])];
  checkOptions(place, options, [...own, ...more]);
  const speech = speechOf(place, definition);
  if (!numbers && speech.symbols === 0)
    throw new TypeError(
      `${place}: the model takes features, and what it says are numbers, no symbols. Use generateAll(), whose results have steps; ${place}() is for tokens(n).`,
    );
  const beginning = definition.decoding ? checkSources(place, definition, asked, speech) : checkPrompt(place, asked, speech);
  const { samples = 1 } = asked;
  checkSize(`${place}: samples`, samples);
  const beam = asked.beam === undefined ? null : checkBeam(place, asked.beam, asked, speech);
  if (beam && samples > beam.width)
    throw new RangeError(
      `${place}: samples is ${samples} but a beam of width ${beam.width} ends with ${beam.width} sequences. Ask for at most ${beam.width}, or widen the beam.`,
    );
  return { place, speech, choice: checkChoice(place, asked, speech.symbols, definition.seed), beam, samples, ...beginning };
}

type Beginning = Pick<Request, "length" | "stops" | "prompt" | "sources">;

function checkPrompt(place: string, { prompt, length, stop = [] }: Asked, { heard, symbols }: Speech): Beginning {
  checkSequence(`${place}: prompt`, prompt as Sequence, heard);
  if (typeof stop !== "number" && !Array.isArray(stop))
    throw new TypeError(`${place}: stop must be a symbol or an array of symbols but is ${describe(stop)}.`);
  const stops: readonly number[] = typeof stop === "number" ? [stop] : stop;
  for (const symbol of stops) {
    if (symbols === 0)
      throw new TypeError(
        `${place}: stop is ${describe(symbol)}, but what this model says are numbers, none of which is a symbol. Leave it out.`,
      );
    if (!Number.isInteger(symbol) || symbol < 0 || symbol >= symbols)
      throw new RangeError(`${place}: stop is ${describe(symbol)} but must be a symbol from 0 to ${symbols - 1}.`);
  }
  return { prompt: prompt as Sequence, sources: null, length: checkSize(`${place}: length`, length as number), stops: new Set(stops) };
}

function checkSources(place: string, definition: Definition, { source, sources, maximum }: Asked, speech: Speech): Beginning {
  if (source !== undefined && sources !== undefined) throw new TypeError(`${place}: source and sources are both given. Use one of them.`);
  if (sources !== undefined) {
    checkList(`${place}: sources`, sources);
    if (sources.length === 0) throw new RangeError(`${place}: sources is empty. Give at least one.`);
  }
  const given = sources ?? (source === undefined ? undefined : [source]);
  const kind = definition.inputs.source;
  if (!kind && given !== undefined)
    throw new TypeError(
      `${place}: there is a ${sources ? "list of sources" : "source"}, but the model makes sequences from nothing. Leave it out.`,
    );
  if (kind && given === undefined)
    throw new TypeError(
      `${place}: the model makes a sequence from ${inputText(kind)}, but there is no source. Give source, or to generateAll sources.`,
    );
  for (const [i, one] of (given ?? []).entries()) checkSource(`${place}: ${sources ? `sources[${i}]` : "source"}`, definition, one);
  const { end, decoding } = speech;
  const most = decoding?.maximum ?? null;
  if (maximum === undefined && most === null)
    throw new TypeError(
      `${place}: the model knows no greatest length, so a sequence might never end. Give maximum, or seq2seq({ maximum }).`,
    );
  const length = (maximum === undefined ? (most as number) : checkSize(`${place}: maximum`, maximum)) + Number(end >= 0);
  return { prompt: null, sources: given ?? null, length, stops: new Set(end < 0 ? [] : [end]) };
}

/** A sequence of any length, 0 too, or one vector. */
export function checkSource(place: string, { inputs }: Definition, source: Sequence): void {
  const { source: kind } = inputs;
  if (kind.kind === "vector") {
    checkAlone(place, source as ArrayLike<number>, kindOf(kind));
    return;
  }
  checkList(place, source);
  if (source.length > 0) checkSequence(place, source, kindOf(kind));
}
