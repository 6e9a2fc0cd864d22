// UTF-8 to code points, chunk by chunk, strictly: the first byte that is not UTF-8 is named with its offset.

/** At `offset` begins something that is not UTF-8. */
export class InvalidUtf8 extends Error {
  readonly offset: number;

  constructor(offset: number, what: string) {
    super(what);
    this.name = "InvalidUtf8";
    this.offset = offset;
  }
}

/**
 * Well-formed byte sequences (Unicode standard, table 3-7):
 *
 *     00…7F
 *     C2…DF  80…BF
 *     E0     A0…BF  80…BF             no overlong forms
 *     ED     80…9F  80…BF             no surrogates
 *     E1…EF  80…BF  80…BF
 *     F0     90…BF  80…BF  80…BF
 *     F1…F3  80…BF  80…BF  80…BF
 *     F4     80…8F  80…BF  80…BF      nothing above 10FFFF
 */
export class Utf8 {
  /** Bytes seen so far. */
  #position = 0;
  /** Where the character that is being read begins. */
  #start = 0;
  #point = 0;
  #missing = 0;
  #low = 0x80;
  #high = 0xbf;

  /** Writes the code points that end in this chunk to `points` (at most one a byte) and returns their number. @throws InvalidUtf8 */
  push(chunk: Uint8Array, points: Uint32Array): number {
    let count = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (this.#missing === 0) {
        if (byte < 0x80) points[count++] = byte;
        else this.#begin(byte, this.#position + i);
      } else {
        if (byte < this.#low || byte > this.#high) throw new InvalidUtf8(this.#start, "the character that begins there is not complete");
        this.#point = (this.#point << 6) | (byte & 0x3f);
        this.#low = 0x80;
        this.#high = 0xbf;
        if (--this.#missing === 0) points[count++] = this.#point;
      }
    }
    this.#position += chunk.length;
    return count;
  }

  /** @throws InvalidUtf8 if the text ends within a character. */
  end(): void {
    if (this.#missing > 0) throw new InvalidUtf8(this.#start, "the file ends within the character that begins there");
  }

  #begin(byte: number, at: number): void {
    this.#start = at;
    if (byte >= 0xc2 && byte <= 0xdf) {
      this.#missing = 1;
      this.#point = byte & 0x1f;
    } else if (byte >= 0xe0 && byte <= 0xef) {
      this.#missing = 2;
      this.#point = byte & 0x0f;
      if (byte === 0xe0) this.#low = 0xa0;
      if (byte === 0xed) this.#high = 0x9f;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      this.#missing = 3;
      this.#point = byte & 0x07;
      if (byte === 0xf0) this.#low = 0x90;
      if (byte === 0xf4) this.#high = 0x8f;
    } else throw new InvalidUtf8(at, `the byte 0x${byte.toString(16).toUpperCase()} begins no character`);
  }
}
