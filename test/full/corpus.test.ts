// Text in: UTF-8 decoded strictly at any split into chunks, characters counted and encoded, lines folded, files replaced whole.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeAtomically } from "../../src/cli/atomic.ts";
import { census, encode } from "../../src/cli/corpus.ts";
import { clock, fold, harmless, short, size } from "../../src/cli/format.ts";
import { InvalidUtf8, Utf8 } from "../../src/cli/utf8.ts";
import { alphabet } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function decode(bytes: Uint8Array, chunk: number): string {
  const decoder = new Utf8();
  const points = new Uint32Array(chunk);
  let text = "";
  for (let at = 0; at < bytes.length; at += chunk)
    for (const point of points.subarray(0, decoder.push(bytes.subarray(at, at + chunk), points))) text += String.fromCodePoint(point);
  decoder.end();
  return text;
}

describe("UTF-8", () => {
  test("at any split gives what the text was", () => {
    const text = "a\u007f\u0080ÿ\u07ff\u0800\ud7ff\ue000→\uffff\u{10000}😀\u{10ffff}";
    const bytes = new TextEncoder().encode(text);
    for (let chunk = 1; chunk <= bytes.length; chunk++) expect(decode(bytes, chunk)).toBe(text);
  });

  test("refuses exactly what the platform's decoder refuses, for every first byte and edge bytes after it", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const edges = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
    const accepts = (work: () => string): string | null => {
      try {
        return work();
      } catch {
        return null;
      }
    };
    for (let first = 0; first < 256; first++)
      for (const second of edges)
        for (const edge of [0x41, 0x80, 0xbf]) {
          const bytes = Uint8Array.of(first, second, edge, 0x80);
          for (const length of [1, 2, 3, 4]) {
            const part = bytes.subarray(0, length);
            const ours = accepts(() => decode(part, length));
            if (ours !== accepts(() => strict.decode(part))) expect.fail(`${[...part]}: ${ours}`);
          }
        }
  });

  test.each([
    [[0x61, 0xff], 1],
    [[0x61, 0x62, 0xe2, 0x82, 0x61], 2],
    [[0xc3, 0xa9, 0xed, 0xa0, 0x80], 2],
    [[0x61, 0xf0, 0x9f, 0x98], 1],
  ])("%j is not UTF-8 from offset %i", (bytes, offset) => {
    for (const chunk of [1, 2, bytes.length]) {
      const fault = (() => {
        try {
          decode(Uint8Array.from(bytes), chunk);
        } catch (error) {
          return error;
        }
      })();
      expect(fault).toBeInstanceOf(InvalidUtf8);
      expect(fault).toMatchObject({ offset });
    }
  });
});

test("files longer than a chunk are counted and encoded, without byte order marks", async () => {
  const text = "äbc→😀\n".repeat(60_000);
  const paths = ["one.txt", "two.txt"].map((name) => join(folder, name));
  writeFileSync(paths[0], text);
  writeFileSync(paths[1], `\ufeff${text}b`);
  const counted = await census(paths);
  expect(counted.characters).toBe(720_001);
  expect(counted.counts.get(0x62)).toBe(120_001);
  expect(counted.counts.has(0xfeff)).toBe(false);
  const letters = alphabet(text);
  const symbols = await encode(counted, letters);
  expect(symbols).toBeInstanceOf(Uint8Array);
  expect(Buffer.compare(Buffer.from(symbols), Buffer.from(letters.encode(`${text}${text}b`)))).toBe(0);
});

test("a file that cannot be replaced stays, and no part is left", async () => {
  const place = join(folder, "place");
  mkdirSync(place);
  const path = join(place, "model");
  await writeAtomically(path, Uint8Array.of(1, 2));
  await writeAtomically(path, Uint8Array.of(3));
  expect([...readFileSync(path)]).toEqual([3]);
  mkdirSync(join(place, "folder"));
  await expect(writeAtomically(join(place, "folder"), Uint8Array.of(4))).rejects.toThrow(/folder/);
  expect(readdirSync(place).sort()).toEqual(["folder", "model"]);
});

test("numbers and texts as on the screen", () => {
  expect([0, 59.6, 3600].map(clock)).toEqual(["0:00", "1:00", "1:00:00"]);
  expect([7, 999, 1234, 99_949, 148_000, 999_499, 999_500, 2.5e6].map(short)).toEqual([
    "7",
    "999",
    "1.2k",
    "99.9k",
    "148k",
    "999k",
    "1.0M",
    "2.5M",
  ]);
  expect([64, 3200, 130e6, 2.25e9].map(size)).toEqual(["64 B", "3.2 kB", "130 MB", "2.3 GB"]);
  expect(harmless("a\x1b[2J\r\nb\rc\x7f\u009b")).toBe("a\u241b[2J\nb\u240dc\u2421\u00b7");
  expect(fold("one two three\nfour\n\n  x", 9)).toEqual(["one two", "three", "four", "", "  x"]);
  expect(fold("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
  expect(fold("😀😀😀", 4)).toEqual(["😀😀", "😀"]);
});
