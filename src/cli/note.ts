// What travels in a model's file beside the weights: the characters, and how far its training is.

import { type Alphabet, alphabet, type Network, type Position } from "../index.ts";
import { Failure } from "./failure.ts";

/** What a training was told that the definition does not hold, and what it has done. */
export interface Training {
  readonly batch: number;
  /** Of a window; of lines, those of the longest. */
  readonly steps: number;
  readonly epochs: number;
  readonly rate: number;
  readonly clip: number;
  readonly heldOut: number;
  /** Characters that it learns from, to know the same text again. */
  readonly characters: number;
  /** Training steps made so far. */
  readonly made: number;
  /** Passes finished so far. */
  readonly epoch: number;
  /** Batches made of the pass that is not finished. */
  readonly window: number;
  /** Where the training goes on. */
  readonly position: Position | null;
}

export interface Note {
  readonly letters: Alphabet;
  readonly training: Training | null;
}

export const writeNote = ({ letters, training }: Note): string => JSON.stringify({ characters: letters.characters.join(""), training });

/** Reads a note of ours, or just the characters of an alphabet one after the other. @throws Failure if it is neither. */
export function readNote(path: string, { note, definition }: Network): Note {
  const { inputs, decoding } = definition;
  const sides = decoding ? [...Object.values(inputs), decoding.target] : [inputs.input];
  const sizes = new Set(sides.map((side) => (side.kind === "tokens" ? side.symbols : 0)));
  const [symbols] = sizes;
  if (sizes.has(0)) throw new Failure(`${path} is a model of features, not of characters. This command is for character models.`);
  if (sizes.size > 1)
    throw new Failure(
      `${path} has ${[...sizes].join(" symbols in its source, ")} in its target. This command is for models with one alphabet for both.`,
    );
  let [characters, training]: [string, Training | null] = [note, null];
  try {
    const read = JSON.parse(note) as { characters: unknown; training: Training | null };
    if (typeof read?.characters === "string") [characters, training] = [read.characters, read.training ?? null];
  } catch {
    // Not ours, then: the characters themselves.
  }
  const found = [...characters];
  if (new Set(found).size !== symbols || found.length !== symbols)
    throw new Failure(
      `${path} does not say what its ${symbols} symbols stand for. Save it with the alphabet as its note: net.save({ note: letters.characters.join("") }).`,
    );
  const letters = alphabet(found);
  if (letters.characters.join("") !== characters) throw new Failure(`${path} has an alphabet that is not in the order of alphabet(…).`);
  return { letters, training };
}
