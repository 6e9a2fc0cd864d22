// What a wrapper gets that cannot be: a sentence with the place, both numbers and the next step, before any work.

import { describe } from "vitest";
import {
  bidirectional,
  cell,
  compile,
  concat,
  crossEntropy,
  dense,
  dropout,
  embedding,
  features,
  last,
  lstm,
  meanSquared,
  model,
  residual,
  reverse,
  rnn,
  skip,
  tokens,
} from "../../src/index.ts";
import { type Anything, withLayers, withSymbols } from "../support/bad-models.ts";
import { type Row, refuses } from "../support/refuse.ts";

const WRAPPERS: readonly (readonly [string, (inner: Anything, options?: Anything) => Anything])[] = [
  ["reverse", reverse],
  ["bidirectional", bidirectional],
  ["residual", residual],
  ["skip", skip],
];

describe("every wrapper", () => {
  refuses(
    () => null,
    WRAPPERS.flatMap(([name, wrap]): Row<null>[] => [
      [`${name} of nothing`, () => wrap(undefined), TypeError, name, "undefined", "lstm(64)"],
      [`${name} of no layers`, () => wrap([]), TypeError, name, "nothing inside", "lstm(64)"],
      [`${name} of a layer that was not called`, () => wrap([rnn(3), last]), TypeError, name, "layer 2", "a function"],
      [`${name} with an unknown option`, () => wrap(rnn(3), { sped: 1 }), TypeError, name, '"sped"', "The options are: "],
      [`${name} with a name with a slash`, () => wrap(rnn(3), { name: "a/b" }), TypeError, name, '"a/b"'],
      [
        `${name} of two layers of one name`,
        () => withLayers(wrap([dense(3, { name: "in" }), dense(3, { name: "in" })])),
        TypeError,
        `layer 1/${name}`,
        '"in"',
      ],
      [`${name} of what does not fit`, () => withLayers(wrap(embedding(3))), TypeError, `layer 1/${name}`, "embedding", "tokens(n)"],
    ]),
  );
});

describe("time", () => {
  const outputs = { recurrence: "output" } as const;
  refuses(
    () => null,
    [
      ["reverse of a vector", () => withLayers(last(), reverse(dense(2))), TypeError, "layer 2/reverse", "vector of width 3", "last()"],
      ["both ways of a vector", () => withLayers(last(), bidirectional(dense(2))), TypeError, "layer 2/bidirectional", "last()"],
      ["reverse of what listens", () => withLayers(reverse(rnn(3, outputs)), dense(2)), TypeError, "layer 1/reverse", "from the output"],
      [
        "both ways of what listens",
        () => withLayers(bidirectional(rnn(3, outputs)), dense(2)),
        TypeError,
        "layer 1/bidirectional/backward",
      ],
      [
        "backwards above what listens",
        () => withLayers(rnn(3, outputs), reverse(rnn(3)), dense(2)),
        TypeError,
        "layer 2/reverse/rnn/h",
        "listens to the output",
        "no recurrence from the output",
      ],
      [
        "backwards within a cell",
        () => withLayers(rnn(3, { transition: [reverse(rnn(3))] }), dense(2)),
        TypeError,
        "layer 1/rnn/transition 1",
        "layer 1/rnn/h",
      ],
      ["an unknown merge", () => bidirectional(rnn(3), { merge: "average" as Anything }), TypeError, "merge", '"average"', '"mean"'],
      [
        "a sum of unequal widths",
        () => withLayers(bidirectional(rnn(3), { merge: "sum", backward: rnn(4) }), dense(2)),
        RangeError,
        "layer 1/bidirectional",
        "width 3",
        "width 4",
        '"concat"',
      ],
      [
        "a product of a sequence and a vector",
        () => withLayers(bidirectional(rnn(3), { merge: "product", backward: [rnn(3), last()] }), dense(2)),
        RangeError,
        "sequence of width 3",
        "vector of width 3",
      ],
      ["nothing on the way back", () => bidirectional(rnn(3), { backward: [] }), TypeError, "backward", "nothing inside"],
      ["symbols side by side", () => withSymbols(bidirectional(last()), dense(5)), TypeError, "layer 1/bidirectional", "embedding"],
    ],
  );
});

describe("paths around", () => {
  const features3 = { input: features(3), loss: meanSquared() };
  refuses(
    () => null,
    [
      [
        "a residual of unequal width",
        () => withLayers(residual(rnn(5))),
        RangeError,
        "layer 1/residual",
        "width 3",
        "width 5",
        "dense(3)",
        "skip()",
      ],
      [
        "a residual of a vector",
        () => withLayers(residual([rnn(3), last()])),
        RangeError,
        "sequence of width 3",
        "vector of width 3",
        "behind residual()",
      ],
      ["a residual of symbols", () => withSymbols(residual(rnn(5))), TypeError, "layer 1/residual", "below 5", "embedding"],
      ["a path around a vector", () => withLayers(skip([rnn(5), last()])), TypeError, "layer 1/skip", "last()"],
      ["a path around symbols", () => withSymbols(skip(rnn(5))), TypeError, "layer 1/skip", "below 5", "embedding"],
      [
        "unknown skips",
        () => model({ ...features3, layers: [rnn(3), dense(2)], skips: "all" as Anything }),
        TypeError,
        "skips",
        '"all"',
        '"both"',
      ],
      [
        "skips around one layer",
        () => model({ ...features3, layers: [dropout(0.1), dense(2)], skips: "input" }),
        TypeError,
        "skips",
        "1 has units",
      ],
      [
        "skips of symbols",
        () => model({ input: tokens(5), layers: [rnn(3), dense(5)], loss: crossEntropy(), skips: "both" }),
        TypeError,
        "skips",
        "below 5",
        "embedding(n)",
      ],
    ],
  );
});

describe("use step by step", () => {
  const letters = (...layers: Anything[]) => compile(model({ input: tokens(5), layers, loss: crossEntropy() }));
  refuses(
    () => letters(embedding(3), lstm(4), bidirectional(lstm(4), { name: "both" }), dense(5)),
    [
      ["a stream of both ways", (net) => net.stream(), TypeError, "stream", "both takes", "predict()"],
      ["symbols drawn both ways", (net) => net.generate({ prompt: [1], length: 3 }), TypeError, "generate", "both takes", "predict()"],
    ],
  );
  refuses(
    () => letters(rnn(4), reverse(last()), dense(5)),
    [["a stream of the first step", (net) => net.stream(), TypeError, "stream", "layer 2/reverse", "predict()"]],
  );
  refuses(
    () => compile(model({ input: features(2), layers: [reverse(rnn(4)), dense(2)], loss: meanSquared() })),
    [["a forecast backwards", (net) => net.forecast([[1, 2]], 3), TypeError, "forecast", "layer 1/reverse", "predict()"]],
  );
});

describe("a cell that hears as much as it puts out, and more", () => {
  const growing = cell({
    name: "growing",
    state: { h: 2 },
    step: ({ x, y, linear }) => ({ h: linear("w", x, 2), output: concat(y, linear("o", x, 1)) }),
  });
  refuses(
    () => null,
    [["an output as wide as what is heard and one more", () => withLayers(growing), RangeError, "layer 1/growing", "wide"]],
  );
});
