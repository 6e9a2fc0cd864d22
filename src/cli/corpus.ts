// Text files as one sequence of symbols: read twice as streams, first to count the characters, then to encode them in one byte each where that does.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Alphabet } from "../index.ts";
import { Failure, fileFailure } from "./failure.ts";
import { InvalidUtf8, Utf8 } from "./utf8.ts";

/** Symbols in the smallest numbers that hold them. */
export type Symbols = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** How often each character occurs in some files. */
export interface Census {
  readonly paths: readonly string[];
  readonly characters: number;
  /** Code point → how often. */
  readonly counts: ReadonlyMap<number, number>;
}

/** Stands for characters that are too rare to be learned, or unknown. */
export const REPLACEMENT = "\uFFFD";

const BYTE_ORDER_MARK = 0xfeff;
const CHUNK = 1 << 18;
const POINTS = 0x110000;

/** Counts every character. @throws Failure for a path that is no text file in UTF-8, or an empty one. */
export async function census(paths: readonly string[]): Promise<Census> {
  const table = new Float64Array(POINTS);
  let characters = 0;
  for (const path of paths) {
    const before = characters;
    await readPoints(path, (points, from, to) => {
      characters += to - from;
      for (let i = from; i < to; i++) table[points[i]]++;
    });
    if (characters === before) throw new Failure(`${path} is empty. Give a file with text.`);
  }
  const counts = new Map<number, number>();
  table.forEach((count, point) => {
    if (count > 0) counts.set(point, count);
  });
  return { paths, characters, counts };
}

/**
 * All files one after the other as symbols. A character that the alphabet lacks becomes its replacement character.
 *
 * @throws Failure if the alphabet lacks a character and has no replacement, or a file changed since it was counted.
 */
export async function encode({ paths, characters, counts }: Census, letters: Alphabet): Promise<Symbols> {
  const table = symbolTable(counts, letters);
  const symbols =
    letters.size <= 2 ** 8
      ? new Uint8Array(characters)
      : letters.size <= 2 ** 16
        ? new Uint16Array(characters)
        : new Uint32Array(characters);
  let at = 0;
  const changed = () => new Failure("A file changed while it was being read. Try again when it is complete.");
  for (const path of paths)
    await readPoints(path, (points, from, to) => {
      if (at + to - from > characters) throw changed();
      for (let i = from; i < to; i++) {
        const symbol = table[points[i]];
        if (symbol < 0) throw changed();
        symbols[at++] = symbol;
      }
    });
  if (at !== characters) throw changed();
  return symbols;
}

/** The symbol of each code point that occurs; of what the alphabet lacks, that of its replacement character. @throws Failure if it has none */
export function symbolTable(counts: Census["counts"], letters: Alphabet): Int32Array {
  const table = new Int32Array(POINTS).fill(letters.characters.indexOf(REPLACEMENT));
  letters.characters.forEach((character, symbol) => {
    table[character.codePointAt(0) as number] = symbol;
  });
  for (const [point, count] of counts)
    if (table[point] < 0)
      throw new Failure(
        `The text has ${name(point)} (${count} ${count === 1 ? "time" : "times"}), which is not among the model's ${letters.size} characters. Leave it out of the text, or train a new model.`,
      );
  return table;
}

/** A character as a person would name it: with its code point, since it may be invisible. */
function name(point: number): string {
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return point > 0x20 && !(point >= 0x7f && point < 0xa1) ? `"${String.fromCodePoint(point)}" (${code})` : code;
}

/** Hands on the code points of a file, chunk by chunk, without a byte order mark. */
export async function readPoints(path: string, take: (points: Uint32Array, from: number, to: number) => void): Promise<void> {
  const decoder = new Utf8();
  const points = new Uint32Array(CHUNK);
  let first = true;
  try {
    const status = await stat(path);
    if (status.isDirectory())
      throw new Failure(`${path} is a folder, not a file. Give the files in it, for example ${path.replace(/\/$/, "")}/*.txt.`);
    // Files are read twice, which a pipe does not allow.
    if (!status.isFile()) throw new Failure(`${path} is not a regular file. Write the text into a file first.`);
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
      const count = decoder.push(chunk as Buffer, points);
      const from = first && count > 0 && points[0] === BYTE_ORDER_MARK ? 1 : 0;
      if (count > 0) first = false;
      take(points, from, count);
    }
    decoder.end();
  } catch (error) {
    if (error instanceof InvalidUtf8)
      throw new Failure(
        `${path} is not UTF-8: at byte offset ${error.offset} ${error.message}. Convert it first, for example with iconv -f LATIN1 -t UTF-8.`,
      );
    throw fileFailure(path, error);
  }
}
