// `unrolled sample`: text drawn from a model.

import { Failure } from "./failure.ts";
import { openModel } from "./files.ts";
import { harmless } from "./format.ts";
import { readNote } from "./note.ts";

export interface SampleArguments {
  readonly prompt?: string;
  readonly length: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly greedy?: boolean;
  readonly seed?: number;
  readonly strict?: boolean;
}

/** Prints the prompt and what follows it. */
export async function sample(path: string, options: SampleArguments): Promise<number> {
  using net = await openModel(path, options);
  const { letters } = readNote(path, net);
  const { prompt = "", length, temperature, topK, topP, greedy = false } = options;
  const unknown = [...prompt].findIndex((character) => !letters.characters.includes(character));
  if (unknown >= 0)
    throw new Failure(
      `The prompt has ${JSON.stringify([...prompt][unknown])} at position ${unknown}, which is not among the model's ${letters.size} characters. Leave it out; unrolled show ${path} lists them.`,
    );
  // Without a prompt, as if a line had just ended.
  const begin = prompt === "" ? [Math.max(0, letters.characters.indexOf("\n"))] : letters.encode(prompt);
  // Another text each time, unless a seed is given.
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const drawn = net.generate({ prompt: begin, length, temperature, topK, topP, greedy, seed });
  const text = prompt + letters.decode(drawn);
  process.stdout.write(process.stdout.isTTY ? `${harmless(text)}\n` : text);
  return 0;
}
