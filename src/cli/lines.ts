// Text files of which each line is a sequence of its own, or a source, a tab and the target that is to be made of it.

import type { Alphabet } from "../index.ts";
import { type Census, readPoints, symbolTable } from "./corpus.ts";
import { Failure } from "./failure.ts";

export interface Line {
  /** Absent where sequences are made from nothing. */
  readonly source?: string;
  readonly target: string;
}

/** The lines of some files, with a census of what they hold but for tabs and line ends. */
export interface Lines extends Census {
  readonly list: readonly Line[];
}

/** A line in symbols. */
export interface Pair {
  readonly source?: Int32Array;
  readonly target: Int32Array;
}

/** Code points that are made into text at a time: as many arguments as a call may have anywhere. */
const SOME = 8192;

/** Blank lines are passed over; of pairs, what stands behind a second tab, such as where they come from. @throws Failure for a line that is no pair */
export async function readLines(paths: readonly string[], kind: "lines" | "pairs"): Promise<Lines> {
  const list: Line[] = [];
  for (const path of paths) {
    const before = list.length;
    (await textOf(path)).split(/\r?\n/).forEach((line, index) => {
      if (line.trim() !== "") list.push(kind === "lines" ? { target: line } : pairOf(line, `${path}, line ${index + 1},`));
    });
    if (list.length === before) throw new Failure(`${path} is empty. Give a file with text.`);
  }
  const counts = new Map<number, number>();
  let characters = 0;
  for (const { source = "", target } of list)
    for (const character of source + target) {
      const point = character.codePointAt(0) as number;
      counts.set(point, (counts.get(point) ?? 0) + 1);
      characters++;
    }
  return { paths, list, characters, counts };
}

async function textOf(path: string): Promise<string> {
  let text = "";
  await readPoints(path, (points, from, to) => {
    for (let at = from; at < to; at += SOME) text += String.fromCodePoint(...points.subarray(at, Math.min(at + SOME, to)));
  });
  return text;
}

function pairOf(line: string, place: string): Line {
  const [source, target] = line.split("\t");
  if (target === undefined)
    throw new Failure(
      `${place} has no tab: ${short(line)}. With --as pairs each line is a source, a tab and a target. For sequences of their own, use --as lines.`,
    );
  if (source.trim() === "" || target.trim() === "")
    throw new Failure(`${place} has nothing ${source.trim() === "" ? "before" : "behind"} the tab. Give both, or leave the line out.`);
  return { source, target };
}

const short = (line: string): string => JSON.stringify(line.length > 40 ? `${line.slice(0, 39)}…` : line);

/** Every line as symbols. @throws Failure if the alphabet lacks a character and has no replacement */
export function encodeLines({ list, counts }: Lines, letters: Alphabet): Pair[] {
  const table = symbolTable(counts, letters);
  const encode = (text: string): Int32Array => Int32Array.from([...text], (character) => table[character.codePointAt(0) as number]);
  return list.map(({ source, target }) => ({ ...(source !== undefined && { source: encode(source) }), target: encode(target) }));
}
