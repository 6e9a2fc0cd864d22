// alphabet(): the characters of a text as symbols.

import { describe } from "./check.ts";

export interface Alphabet {
  /** Number of symbols. */
  readonly size: number;
  /** Every character (code point) in the order of its symbol. */
  readonly characters: readonly string[];
  /** The symbols of a text. @throws RangeError with the position of a character that is not in the alphabet. */
  encode(text: string): Int32Array;
  /** The text of symbols. @throws RangeError with the position of a symbol that is not in the alphabet. */
  decode(symbols: ArrayLike<number>): string;
}

/** The different characters of a text, or of a list of characters, in the order of their code points. */
export function alphabet(source: string | Iterable<string>): Alphabet {
  if (source === null || source === undefined || typeof source[Symbol.iterator] !== "function")
    throw new TypeError(`alphabet: needs a text or a list of characters but got ${describe(source)}.`);
  const characters = [...new Set(source)];
  for (const character of characters)
    if (typeof character !== "string" || [...character].length !== 1)
      throw new TypeError(`alphabet: ${describe(character)} is not one character. Give a text, or a list of single characters.`);
  characters.sort((a, b) => (a.codePointAt(0) as number) - (b.codePointAt(0) as number));
  if (characters.length === 0) throw new RangeError("alphabet: the text is empty. Give at least one character.");
  const symbols = new Map(characters.map((character, symbol) => [character, symbol]));
  return Object.freeze({
    size: characters.length,
    characters: Object.freeze(characters),
    encode(text: string): Int32Array {
      if (typeof text !== "string") throw new TypeError(`encode: needs a text but got ${describe(text)}.`);
      const encoded = new Int32Array(text.length);
      let count = 0;
      let position = 0;
      for (const character of text) {
        const symbol = symbols.get(character);
        if (symbol === undefined)
          throw new RangeError(
            `encode: character ${JSON.stringify(character)} at position ${position} is not among the ${characters.length} of the alphabet. Make the alphabet from a text that has it.`,
          );
        encoded[count++] = symbol;
        position += character.length;
      }
      return encoded.slice(0, count);
    },
    decode(list: ArrayLike<number>): string {
      if (list === null || typeof list !== "object" || typeof list.length !== "number")
        throw new TypeError(`decode: needs a list of symbols but got ${describe(list)}.`);
      return Array.from(list, (symbol, index) => {
        if (!(Number.isInteger(symbol) && symbol >= 0 && symbol < characters.length))
          throw new RangeError(`decode: symbol ${describe(symbol)} at position ${index} is not from 0 to ${characters.length - 1}.`);
        return characters[symbol];
      }).join("");
    },
  });
}
