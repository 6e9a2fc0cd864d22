// Dates as people write them → ISO dates, character by character.

import { expect, test } from "vitest";
import { atLeast } from "../../bench/figure.ts";
import {
  adam,
  alphabet,
  attention,
  bidirectional,
  compile,
  cosineDecay,
  dense,
  type Example,
  embedding,
  examples,
  gru,
  seq2seq,
  tokens,
} from "../../src/index.ts";
import { Random } from "../reference/random.ts";
import { judge } from "./judge.ts";
import { allDays, formatsOf, ISO_CHARACTERS, WRITTEN_CHARACTERS, type WrittenDate, writeDate } from "./tasks/dates.ts";
import { shuffled } from "./tasks/names.ts";

test("dates are written as described", () => {
  expect(formatsOf({ day: 3, month: 2, year: 1998, weekday: "Tuesday" })).toEqual([
    "the 3rd of March, 1998",
    "March 3, 1998",
    "Tuesday 3 March 1998",
    "Tuesday, March 3rd, 1998",
    "3 Mar 1998",
    "Mar. 3rd 1998",
    "3.3.1998",
    "3/3/1998",
    "Tue 3 Mar 1998",
    "1998, March the 3rd",
  ]);
  const days = [1, 2, 3, 4, 11, 12, 13, 20, 21, 22, 23, 31].map((day) =>
    formatsOf({ day, month: 0, year: 2000, weekday: "" })[9].slice(18),
  );
  expect(days).toEqual("1st 2nd 3rd 4th 11th 12th 13th 20th 21st 22nd 23rd 31st".split(" "));
  expect(allDays()).toHaveLength(73_049);
  const random = new Random(1);
  for (const day of shuffled(allDays(), random).slice(0, 2000)) {
    const { written, iso } = writeDate(day, random);
    expect(new Date(`${iso}T00:00Z`).getTime()).toBe(day);
    for (const character of written) expect(WRITTEN_CHARACTERS).toContain(character);
  }
});

/** Days of 200 years; a thousand of them are never seen in training, in any format. */
test("written dates → ISO dates", async () => {
  const start = performance.now();
  const [written, iso] = [alphabet(WRITTEN_CHARACTERS), alphabet(ISO_CHARACTERS)];
  const random = new Random(1000);
  const days = shuffled(allDays(), random);
  const held = days.slice(0, 1000).map((day) => writeDate(day, random));
  const seen = days.slice(1000);
  const example = (date: WrittenDate): Example => ({ input: written.encode(date.written), target: iso.encode(date.iso) });
  using net = await compile(
    seq2seq({
      source: tokens(written.size),
      encoder: [embedding(32), bidirectional(gru(64))],
      context: "initial",
      target: tokens(iso.size),
      decoder: [embedding(16), gru(64), attention({ score: "dot", units: 64 }), dense(iso.size)],
      maximum: 10,
      seed: 0,
    }),
  );
  const count = 32_000;
  const list = Array.from({ length: count }, () => example(writeDate(seen[random.below(seen.length)], random)));
  for await (const _ of net.train(examples(list, { batch: 32 }), {
    optimizer: adam(cosineDecay(5e-3, { steps: count / 32 })),
    clip: { norm: 1 },
    epochs: 1,
  }));
  const said = net.generateAll({ sources: held.map((date) => written.encode(date.written)), greedy: true });
  const right = said.filter(({ symbols }, b) => iso.decode(symbols) === held[b].iso).length;
  const note = `seed 0, after ${count} dates`;
  judge(atLeast("written dates → ISO dates", right / held.length, "of 1000 days never seen", 0.995, note), start);
});
