// `unrolled sample`: text drawn from a model, printed as it comes.

import type { Network } from "../index.ts";
import { Failure } from "./failure.ts";
import { openModel } from "./files.ts";
import { harmless } from "./format.ts";
import { readNote } from "./note.ts";
import { untilSignal } from "./signals.ts";

export interface SampleArguments {
  readonly prompt?: string;
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

/** Prints the prompt and what follows it. */
export async function sample(path: string, options: SampleArguments): Promise<number> {
  using net = await openModel(path, options);
  const { letters } = readNote(path, net);
  const { prompt = "" } = options;
  const unknown = [...prompt].findIndex((character) => !letters.characters.includes(character));
  if (unknown >= 0)
    throw new Failure(
      `The prompt has ${JSON.stringify([...prompt][unknown])} at position ${unknown}, which is not among the model's ${letters.size} characters. Leave it out; unrolled show ${path} lists them.`,
    );
  // Without a prompt, as if a line had just ended.
  const begin = prompt === "" ? [Math.max(0, letters.characters.indexOf("\n"))] : letters.encode(prompt);
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
  for await (const symbol of symbolsOf(net, begin, options)) {
    pending += letters.characters[symbol];
    if (performance.now() - written >= BEAT) write();
    if (stop.signal.aborted) break;
  }
  if (process.stdout.isTTY) pending += "\n";
  write();
  return 0;
}

/** What is drawn, as it comes; or all that a search has found. */
async function* symbolsOf(net: Network, prompt: ArrayLike<number>, options: SampleArguments): AsyncGenerator<number, void, void> {
  const { length, temperature, topK, topP, minP, repetitionPenalty, greedy, seed, beam: width, lengthPenalty } = options;
  // What was not given is absent: a beam has no temperature, not even the usual one.
  const choice = Object.fromEntries(
    Object.entries({ temperature, topK, topP, minP, repetitionPenalty, greedy, seed }).filter(([, value]) => value !== undefined),
  );
  if (width !== undefined) {
    const beam = { width, ...(lengthPenalty === undefined ? {} : { lengthPenalty }) };
    yield* net.generate({ prompt, length, beam, ...choice });
    return;
  }
  if (lengthPenalty !== undefined) throw new Failure("--length-penalty is about what a beam compares. Give --beam, too.", 2);
  // Another text each time, unless a seed is given.
  const seeded = { seed: Math.floor(Math.random() * 2 ** 32), ...choice };
  for await (const { symbol } of net.sample({ prompt, length, ...seeded })) yield symbol;
}
