// Data that is read as it is needed: the same as in memory, whatever the pieces; opened anew for every pass, closed when it is left; and bad pieces.

import { describe, expect, test } from "vitest";
import {
  binaryCrossEntropy,
  type Chunk,
  compile,
  crossEntropy,
  type Data,
  dense,
  examples,
  features,
  gru,
  last,
  meanSquared,
  model,
  rnn,
  type Slots,
  type Source,
  seq2seq,
  sgd,
  tokens,
  windows,
} from "../../src/index.ts";
import type { Anything } from "../support/bad-models.ts";
import { expectRefusal, thrownBy } from "../support/refuse.ts";

const letters = model({ input: tokens(5), layers: [rnn(6), dense(5)], loss: crossEntropy(), seed: 1 });
const numbers = model({ input: features(2), layers: [rnn(3), dense(1)], loss: meanSquared() });
const text = Int32Array.from({ length: 100 }, (_, i) => (i * i + (i >> 1)) % 5);

const pieces = (length: number): Int32Array[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, i) => text.subarray(i * length, (i + 1) * length));

async function* later<T>(list: Iterable<T>): AsyncGenerator<T> {
  for (const piece of list) {
    await Promise.resolve();
    yield piece;
  }
}

/** A stream as browsers have it that cannot iterate over one. */
function plainStream<T>(list: Iterable<T>): ReadableStream<T> {
  const iterator = list[Symbol.iterator]();
  const reader = { read: async () => iterator.next(), cancel: async () => {} };
  return { getReader: () => reader } as Anything;
}

async function losses(definition: typeof letters, data: Data): Promise<number[]> {
  using net = await compile(definition);
  const seen: number[] = [];
  for await (const { loss } of net.train(data, { optimizer: sgd(0.1), epochs: 2 })) seen.push(loss);
  const { loss, count } = await net.evaluate(data);
  return [...seen, loss, count];
}

test.each<[string, Source<Chunk>]>([
  ["a list", () => pieces(7)],
  ["one piece", () => [text]],
  ["empty pieces between", () => [[], text.subarray(0, 50), [], text.subarray(50)]],
  ["an async generator", () => later(pieces(1))],
  ["a promise of one", async () => later(pieces(33))],
  ["a ReadableStream", () => new Blob([Uint8Array.from(text)]).stream() as Anything],
  ["a ReadableStream without an iterator", () => plainStream(pieces(10))],
])("windows of %s are those of the whole", async (_, source) => {
  expect(await losses(letters, windows(source, { batch: 3, steps: 4 }))).toEqual(
    await losses(letters, windows(text, { batch: 3, steps: 4 })),
  );
});

test("so much is in memory as makes a pool; of its streams one goes on, the others begin anew", async () => {
  // 99 steps have a next one: two pools of 2 × 5 × 4 = 40, then 19. Stretches from a fresh state begin where a second stream of a pool does.
  const ends = [0, 20, 60, 89, 99];
  const parts = ends.slice(1).map((end, i) => windows(text.subarray(ends[i], end + 1), { batch: 1, steps: end - ends[i] }));
  using net = await compile(letters);
  const part = await Promise.all(parts.map((data) => net.evaluate(data)));
  const read = await net.evaluate(windows(() => later(pieces(9)), { batch: 2, steps: 5, pool: 4 }));
  expect(read.count).toBe(99);
  // Sums of f64 in another order.
  expect(read.loss).toBeCloseTo(part.reduce((sum, { loss, count }) => sum + loss * count, 0) / read.count, 12);
  let steps = 0;
  for await (const _ of net.train(
    windows(() => pieces(9), { batch: 2, steps: 5, pool: 4 }),
    { optimizer: sgd(0) },
  ))
    steps++;
  expect(steps).toBe(4 + 4 + 2);
});

test("pieces may bring their targets, and the memory they lie in may be used again", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i)]);
  const targets = rows.map(([a, b]) => [a * b]);
  function* reused() {
    const [input, target] = [[new Float32Array(2)], [new Float32Array(1)]];
    for (let i = 0; i < rows.length; i++) {
      input[0].set(rows[i]);
      target[0].set(targets[i]);
      yield { input, target };
    }
  }
  expect(await losses(numbers, windows(reused, { batch: 2, steps: 4 }))).toEqual(
    await losses(numbers, windows(rows, { targets, batch: 2, steps: 4 })),
  );
});

test("pieces may bring targets for every head, with the next step as the model's own or another", async () => {
  const two = model({
    input: tokens(5),
    layers: [rnn(4), dense(5)],
    loss: crossEntropy(),
    heads: { even: { layers: [dense(1)], loss: binaryCrossEntropy() } },
  });
  const even = Array.from(text, (symbol) => Number(symbol % 2 === 0));
  const said = Array.from(text, (symbol) => (symbol + 1) % 5);
  const part = (own: boolean, from: number, to: number) => ({
    input: text.subarray(from, to),
    ...(own && { target: said.slice(from, to) }),
    heads: { even: even.slice(from, to) },
  });
  for (const own of [false, true])
    expect(
      await losses(
        two,
        windows(() => later([part(own, 0, 1), part(own, 1, 60), part(own, 60, 60), part(own, 60, 100)]), { batch: 2, steps: 7 }),
      ),
    ).toEqual(await losses(two, windows(text, { batch: 2, steps: 7, heads: { even }, ...(own && { targets: said }) })));
  using net = await compile(two);
  await expect(net.evaluate(windows(() => [text], { batch: 2, steps: 7 }))).rejects.toThrow('head "even" has no targets');
  const short = { ...part(true, 0, 9), heads: { even: even.slice(0, 8) } };
  await expect(net.evaluate(windows(() => [short], { batch: 2, steps: 7 }))).rejects.toThrow("has 9 steps but the heads.even has 8");
});

test("is closed when the loop is left", async () => {
  let open = 0;
  async function* watched() {
    open++;
    try {
      for (;;) yield text;
    } finally {
      open--;
    }
  }
  using net = await compile(letters);
  for await (const { step } of net.train(windows(watched, { batch: 2, steps: 5 }))) if (step === 40) break;
  expect(open).toBe(0);
  const abort = new AbortController();
  await expect(
    (async () => {
      for await (const _ of net.train(windows(watched, { batch: 2, steps: 5 }))) {
        expect(open).toBe(1);
        abort.abort();
        throw new Error("of the user's own");
      }
    })(),
  ).rejects.toThrow("of the user's own");
  expect(open).toBe(0);
});

test("examples may come in buffers that are used again", async () => {
  const vector = model({
    input: features(2),
    layers: [rnn(3), dense(1)],
    loss: meanSquared(),
    heads: { bit: { layers: [last(), dense(1)], loss: binaryCrossEntropy() } },
    seed: 3,
  });
  const list = Array.from({ length: 13 }, (_, k) => ({
    input: Array.from({ length: k % 5 }, (_, t) => [Math.sin(k + t), Math.cos(k * t)]),
    target: Array.from({ length: k % 5 }, (_, t) => [Math.sin(3 * k + t)]),
    heads: { bit: [k % 2] },
  }));
  const rows = Array.from({ length: 5 }, () => new Float32Array(2));
  const answers = new Float64Array(5);
  const bit = new Uint8Array(1);
  function* again() {
    for (const { input, target, heads } of list) {
      input.forEach((row, t) => {
        rows[t].set(row);
      });
      answers.set(target.flat());
      bit.set(heads.bit);
      yield { input: rows.slice(0, input.length), target: answers.subarray(0, target.length), heads: { bit } };
    }
  }
  expect(await losses(vector, examples(again, { batch: 4, pool: 2 }))).toEqual(
    await losses(
      vector,
      examples(() => list, { batch: 4, pool: 2 }),
    ),
  );
  const pairs = seq2seq({ source: tokens(5), encoder: [gru(4)], target: tokens(5), decoder: [gru(4), dense(5)] });
  const all = [1, 4, 2, 5, 3, 0].map((length, k) => ({
    source: text.slice(k, k + length),
    target: text.slice(9 + k, 9 + k + (length % 4)),
  }));
  const buffers = { source: new Int32Array(5), target: new Int32Array(5) };
  function* same() {
    const record: { source: Int32Array; target: Int32Array } = { ...buffers };
    for (const { source, target } of all) {
      buffers.source.set(source);
      buffers.target.set(target);
      record.source = buffers.source.subarray(0, source.length);
      record.target = buffers.target.subarray(0, target.length);
      yield record;
    }
  }
  expect(await losses(pairs, examples(same, { batch: 2 }))).toEqual(
    await losses(
      pairs,
      examples(() => all, { batch: 2 }),
    ),
  );
});

test("a signal ends the waiting for what does not come", async () => {
  let open = 0;
  let come = (): void => {};
  async function* stuck() {
    open++;
    try {
      yield text;
      await new Promise<void>((resolve) => {
        come = resolve;
      });
    } finally {
      open--;
    }
  }
  using net = await compile(numbers);
  using symbols = await compile(letters);
  const data = windows(stuck, { batch: 2, steps: 5, pool: 1 });
  const pairs = examples(async function* () {
    yield { input: [[1, 2]], target: [[1]] };
    await new Promise(() => {});
  });
  const soon = (): AbortSignal => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new RangeError("the user left")), 20);
    return abort.signal;
  };
  let steps = 0;
  for await (const _ of symbols.train(data, { signal: soon() })) steps++;
  expect(steps).toBe(9);
  // Another can begin at once, though what was read has not answered; when it does, it is closed.
  for await (const _ of symbols.train(windows(text, { batch: 2, steps: 5 }), { steps: 1 })) steps++;
  expect([steps, open]).toEqual([10, 1]);
  come();
  await new Promise((resolve) => setTimeout(resolve));
  expect(open).toBe(0);
  await expect(symbols.evaluate(data, { signal: soon() })).rejects.toThrow("the user left");
  await expect(net.solve(pairs, { ridge: 1, signal: soon() })).rejects.toThrow("the user left");
});

describe("what is wrong", () => {
  const once = later(pieces(10));
  test.each<[string, Source<Chunk>, typeof TypeError | typeof RangeError, ...RegExp[]]>([
    ["a number", () => 3 as Anything, TypeError, /windows/, /gave 3/, /generator/],
    ["nothing", () => undefined as Anything, TypeError, /gave undefined/],
    ["no piece", () => [], RangeError, /gave 0 steps/, /anew/],
    ["too little", () => [[1, 2, 3]], RangeError, /gave 2 steps.*streams of 1.*window of 5/],
    ["a generator that is over", () => once, RangeError, /gave 0 steps.*anew/],
    ["a piece that is a text", () => ["abc"] as Anything, TypeError, /chunks\[0\].*"abc"/, /0 batches/],
    [
      "a symbol too high",
      () => [text, [0, 1, 7]],
      RangeError,
      /chunks\[1\]\[2\] is 7.*0 to 4/,
      /8 batches.*stays.*from: progress\.position/,
    ],
    ["targets of another length", () => [{ input: [1, 2], target: [1] }], RangeError, /chunks\[0\].*2 steps.*has 1/],
    ["targets only later", () => [[1], { input: [1], target: [1] }], TypeError, /chunks\[1\] has a target, but those before had none/],
    ["targets no longer", () => [{ input: [1], target: [1] }, [1]], TypeError, /chunks\[1\] has no target, but those before had one/],
    ["a head that is none", () => [{ input: [1], heads: { mood: [1] } }], TypeError, /"mood".*no heads/],
  ])("%s", async (_, source, kind, ...sentences) => {
    using net = await compile(letters);
    const error = await thrownBy(async () => {
      for await (const __ of net.train(windows(source, { batch: 2, steps: 5, pool: 4 }), { optimizer: sgd(0), epochs: 2 }));
    });
    expect((error as Error)?.constructor).toBe(kind);
    for (const sentence of sentences) expect((error as Error).message).toMatch(sentence);
  });

  test("an error of the user's own comes through as it is", async () => {
    using net = await compile(letters);
    const own = new Error("the network is down");
    const error = await thrownBy(() =>
      net.evaluate(
        windows(
          () => {
            throw own;
          },
          { batch: 2, steps: 5 },
        ),
      ),
    );
    expect(error).toBe(own);
  });

  test("no example has a step", async () => {
    using net = await compile(letters);
    const error = await thrownBy(() => net.evaluate(examples(() => [{ input: [], target: [] }])));
    expectRefusal(error, RangeError, ["none of the 1 sequences", "step"]);
  });

  test("an example is named, and how much came before it", async () => {
    using net = await compile(letters);
    const list = [0, 1, 2, 3, 9].map((symbol) => ({ input: [symbol], target: [0] }));
    const error = await thrownBy(() => net.evaluate(examples(() => list, { batch: 2, pool: 1 })));
    expectRefusal(error, RangeError, ["examples[4].input[0] is 9", "0 to 4", "2 batches of this pass came before", "progress.position"]);
  });
});

describe("a batch of one's own is checked when it is written", () => {
  /** Rows of 2, 4 and 3 steps; rows 1, 2 and 0 stand in this order. What they do not reach may be anything. */
  const own = (
    change: (slots: Record<"input" | "target", Slots>, at: (name: "input" | "target", t: number, r: number) => number) => void,
  ): Data => ({
    batch: 3,
    count: 1,
    size: 9,
    check() {},
    batches: () => [
      {
        steps: 4,
        lengths: Int32Array.of(2, 4, 3),
        keep: null,
        write(slots: Anything) {
          const at = (name: "input" | "target", t: number, r: number): number => (t * slots[name].batch + r) * slots[name].stride;
          for (const name of ["input", "target"] as const) {
            slots[name].values.fill(Number.NaN);
            for (const [t, alive] of [3, 3, 2, 1].entries())
              for (let r = 0; r < alive; r++) slots[name].values.fill(0.5, at(name, t, r), at(name, t, r) + (name === "input" ? 2 : 1));
          }
          change(slots, at);
        },
      },
    ],
  });

  test("numbers where no row is alive are not looked at", async () => {
    using net = await compile(numbers);
    const { loss, count } = await net.evaluate(own(() => {}));
    expect(count).toBe(9);
    expect(loss).toBeGreaterThan(0);
  });

  test.each<["input" | "target", number, number, number, number, string]>([
    ["input", 2, 1, 1, Number.NaN, "row 2, step 2 of the input is NaN in column 1"],
    ["input", 3, 0, 0, Number.NEGATIVE_INFINITY, "row 1, step 3 of the input is -Infinity in column 0"],
    ["target", 0, 2, 0, Number.NaN, "row 0, step 0 of the target is NaN in column 0"],
  ])("the %s of step %i", async (name, t, r, column, value, sentence) => {
    using net = await compile(numbers);
    const data = own((slots, at) => {
      slots[name].values[at(name, t, r) + column] = value;
    });
    expectRefusal(await thrownBy(() => net.evaluate(data)), TypeError, [sentence, "finite", "leave it alone"]);
  });
});
