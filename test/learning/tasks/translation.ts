// Short English sentences with a French translation each, word by word (Tatoeba; CC-BY 2.0 FR).

export interface Pair {
  readonly english: string;
  readonly french: string;
}

/** Lines of English, French and attribution. Of the translations of one sentence the first: which of several is meant nobody could tell. */
export function pairsOf(file: string): Pair[] {
  const first = new Map<string, string>();
  for (const line of file.trim().split("\n")) {
    const [english, french] = line.split("\t");
    if (!first.has(english)) first.set(english, french);
  }
  return [...first].map(([english, french]) => ({ english, french }));
}

/** Words, and signs of punctuation as words of their own, each with the space before it: side by side they are the sentence again. */
export const wordsOf = (sentence: string): string[] => sentence.match(/\s?[\p{L}\p{N}]+|\s?[^\s\p{L}\p{N}]/gu) ?? [];
