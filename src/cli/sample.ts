// `unrolled sample`: text, lines or what is made of a source, drawn from a model and printed as it comes.

import type { Network, SourceOptions } from "../index.ts";
import type { Kind } from "./arguments.ts";
import { Failure } from "./failure.ts";
import { openModel } from "./files.ts";
import { harmless } from "./format.ts";
import { kindOf } from "./networks.ts";
import { readNote } from "./note.ts";
import { untilSignal } from "./signals.ts";

export interface SampleArguments {
  readonly prompt?: string;
  readonly source?: string;
  readonly samples?: number;
  readonly length: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly greedy?: boolean;
  readonly seed?: number;
  readonly beam?: number;
  readonly lengthPenalty?: number;
  readonly strict?: boolean;
}

/** Milliseconds between two writes: as fast as an eye follows. */
const BEAT = 20;

/** How many lines are drawn from nothing, if nothing else is said. */
const LINES = 10;

/** Prints the prompt and what follows it; or lines, or what is made of a source, a line each. */
export async function sample(path: string, options: SampleArguments): Promise<number> {
  using net = await openModel(path, options);
  const { letters } = readNote(path, net);
  const kind = kindOf(net.definition);
  checkAsked(path, kind, options);
  const [prompt, source] = (["prompt", "source"] as const).map((name) => {
    const text = options[name] ?? "";
    const unknown = [...text].findIndex((character) => !letters.characters.includes(character));
    if (unknown >= 0)
      throw new Failure(
        `The ${name} has ${JSON.stringify([...text][unknown])} at position ${unknown}, which is not among the model's ${letters.size} characters. Leave it out; unrolled show ${path} lists them.`,
      );
    return text;
  });
  // Without a prompt, as if a line had just ended.
  const begin = prompt === "" ? [Math.max(0, letters.characters.indexOf("\n"))] : letters.encode(prompt);
  const beginning = kind === "text" ? { prompt: begin, length: options.length } : { maximum: options.length };
  using stop = untilSignal();
  let pending = prompt;
  let written = performance.now();
  const write = (): void => {
    // What a terminal reads as one must not be torn apart.
    const held = process.stdout.isTTY && pending.endsWith("\r") ? "\r" : "";
    const text = pending.slice(0, pending.length - held.length);
    process.stdout.write(process.stdout.isTTY ? harmless(text) : text);
    pending = held;
    written = performance.now();
  };
  const request = kind === "pairs" ? { ...beginning, source: letters.encode(source) } : beginning;
  for await (const symbols of symbolsOf(net, request as SourceOptions, options, options.samples ?? usualSamples(kind, options))) {
    pending += letters.decode(symbols);
    if (symbols.length === 0) pending += "\n";
    if (performance.now() - written >= BEAT) write();
    if (stop.signal.aborted) break;
  }
  if (process.stdout.isTTY && kind === "text") pending += "\n";
  write();
  return 0;
}

/** Lines are drawn several at a time, but the likeliest is one. */
const usualSamples = (kind: Kind, { greedy, beam, temperature }: SampleArguments): number =>
  kind === "lines" && !greedy && beam === undefined && temperature !== 0 ? LINES : 1;

/** What goes with which models. @throws Failure */
function checkAsked(path: string, kind: Kind, { prompt, source, samples, beam, lengthPenalty }: SampleArguments): void {
  if (kind === "pairs" && source === undefined) throw new Failure(`${path} makes something of a source. Say of what: --source "…".`, 2);
  if (kind !== "pairs" && source !== undefined)
    throw new Failure(`${path} makes ${kind} from nothing. Leave --source out${kind === "text" ? ", or use --prompt" : ""}.`, 2);
  if (kind !== "text" && prompt !== undefined)
    throw new Failure(
      `${path} begins its ${kind === "lines" ? "lines" : "answers"} by itself. Leave --prompt out${kind === "pairs" ? ", or use --source" : ""}.`,
      2,
    );
  if (kind === "text" && samples !== undefined)
    throw new Failure(`${path} goes on with one text, which does not end. Leave --samples out; it is for models of lines and pairs.`, 2);
  if (lengthPenalty !== undefined && beam === undefined)
    throw new Failure("--length-penalty is about what a beam compares. Give --beam, too.", 2);
  if (beam !== undefined && samples !== undefined && samples > beam)
    throw new Failure(`--samples is ${samples}, but a beam of ${beam} ends with ${beam}. Ask for ${beam} at most, or widen --beam.`, 2);
}

/** What is drawn, as it comes; or all that several draws or a search have given. After each sequence that ends, nothing. */
async function* symbolsOf(
  net: Network,
  request: SourceOptions,
  options: SampleArguments,
  samples: number,
): AsyncGenerator<readonly number[], void, void> {
  const { temperature, topK, topP, minP, repetitionPenalty, greedy, seed, beam: width, lengthPenalty } = options;
  const ends = net.definition.decoding !== null;
  // What was not given is absent: a beam has no temperature, not even the usual one.
  const choice = Object.fromEntries(
    Object.entries({ temperature, topK, topP, minP, repetitionPenalty, greedy, seed }).filter(([, value]) => value !== undefined),
  );
  // Others each time, unless a seed is given.
  const seeded = { seed: Math.floor(Math.random() * 2 ** 31), ...choice };
  if (width === undefined && samples === 1) {
    for await (const { symbol } of net.sample({ ...request, ...seeded })) yield [symbol];
    if (ends) yield [];
    return;
  }
  const search = width === undefined ? seeded : { ...choice, beam: { width, ...(lengthPenalty !== undefined && { lengthPenalty }) } };
  const found =
    samples === 1
      ? [net.generate({ ...request, ...search })]
      : net.generateAll({ ...request, ...search, samples }).map(({ symbols }) => symbols);
  for (const symbols of found) {
    if (symbols.length > 0) yield symbols;
    if (ends) yield [];
  }
}
