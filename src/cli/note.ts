// What travels in a model's file beside the weights: the characters, and how far its training is.

import { type Alphabet, alphabet, type Network, type Position } from "../index.ts";
import { Failure } from "./failure.ts";

/** What a training was told that the definition does not hold, and what it has done. */
export interface Training {
  readonly batch: number;
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
  /** Windows made of the pass that is not finished. */
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
  const { input } = definition.inputs;
  if (input?.kind !== "tokens")
    throw new Failure(`${path} is a model of features, not of characters. This command is for character models.`);
  let [characters, training]: [string, Training | null] = [note, null];
  try {
    const read = JSON.parse(note) as { characters: unknown; training: Training | null };
    if (typeof read?.characters === "string") [characters, training] = [read.characters, read.training ?? null];
  } catch {
    // Not ours, then: the characters themselves.
  }
  const found = [...characters];
  if (new Set(found).size !== input.symbols || found.length !== input.symbols)
    throw new Failure(
      `${path} does not say what its ${input.symbols} symbols stand for. Save it with the alphabet as its note: net.save({ note: letters.characters.join("") }).`,
    );
  const letters = alphabet(found);
  if (letters.characters.join("") !== characters) throw new Failure(`${path} has an alphabet that is not in the order of alphabet(…).`);
  return { letters, training };
}
