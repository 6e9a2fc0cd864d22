// What bad options of the recurrent layers get: a sentence with the place, both numbers and the next step, before any work.

import { describe, expect, test } from "vitest";
import {
  blocks,
  clamp,
  compile,
  constant,
  dense,
  embedding,
  examples,
  features,
  gru,
  hardSigmoid,
  identity,
  last,
  lstm,
  meanSquared,
  model,
  normal,
  orthogonal,
  rnn,
  scaledTanh,
  slice,
  spectral,
  uniform,
  windows,
} from "../../src/index.ts";
import { type Anything, whileStepping, withLayers, withSymbols } from "../support/bad-models.ts";
import { expectRefusal, type Row, refuses, thrownBy } from "../support/refuse.ts";

const KINDS: readonly (readonly [kind: string, make: (options: Anything) => unknown])[] = [
  ["lstm", (options) => lstm(4, options)],
  ["gru", (options) => gru(4, options)],
  ["rnn", (options) => rnn(4, options)],
];

/** What every recurrent layer refuses, each with its own name in the sentence. */
const SHARED: readonly (readonly [what: string, options: Anything, error: typeof TypeError | typeof RangeError, ...parts: string[]])[] = [
  ["an unknown option", { sped: 1 }, TypeError, '"sped"', "The options are: "],
  ["options that are none", 5, TypeError, "options", "5"],
  ["a name with a slash", { name: "a/b" }, TypeError, '"a/b"', '"/"'],
  ["an unknown activation", { activation: "gelu" }, TypeError, "activation", '"gelu"', '"tanh"', "in words"],
  ["a bias that is no yes or no", { bias: 1 }, TypeError, "bias", "1"],
  ["a clip of 0", { clip: 0 }, RangeError, "clip", "0", "above 0"],
  ["a negative clip", { clip: -2 }, RangeError, "clip", "-2", "above 0"],
  ["a clip of NaN", { clip: Number.NaN }, TypeError, "clip", "NaN"],
  ["no delays", { delays: [] }, TypeError, "delays", "[1, 8]", "array of 0"],
  ["delays that are no list", { delays: 8 }, TypeError, "delays", "[1, 8]", "8"],
  ["a delay of 0", { delays: [1, 0] }, RangeError, "delays[1]", "0", "from 1 to 65536"],
  ["a negative delay", { delays: [-1] }, RangeError, "delays[0]", "-1"],
  ["half a delay", { delays: [1.5] }, RangeError, "delays[0]", "1.5"],
  ["a delay of another kind", { delays: ["8"] }, RangeError, "delays[0]", '"8"'],
  ["a delay twice", { delays: [1, 8, 1] }, RangeError, "delays", "1 twice"],
  ["a delay too long", { delays: [65537] }, RangeError, "65537", "65536"],
  ["a transition that is no list", { transition: dense(4) }, TypeError, "transition", "an object"],
  ["a transition that is no layer", { transition: [dense(4), "dense"] }, TypeError, "transition[1]", '"dense"', "dense(64"],
  ["a layer that was not called", { transition: [last] }, TypeError, "transition[0]", "a function"],
  ["an unknown skip", { transition: [dense(4)], transitionSkip: "sum" }, TypeError, "transitionSkip", '"sum"', '"add"'],
  ["a skip around nothing", { transitionSkip: "add" }, TypeError, "transitionSkip", '"add"', "transition: [dense(4)]"],
  ["a normalisation that is none", { layerNorm: "yes" }, TypeError, "layerNorm", '"yes"'],
  ["a normalisation with another option", { layerNorm: { eps: 1 } }, TypeError, "layerNorm", '"eps"', "epsilon"],
  ["an epsilon of 0", { layerNorm: { epsilon: 0 } }, RangeError, "layerNorm.epsilon", "0"],
  ["recurrent dropout of everything", { recurrentDropout: 1 }, RangeError, "recurrentDropout", "1", "below 1"],
  ["negative recurrent dropout", { recurrentDropout: -0.1 }, RangeError, "recurrentDropout", "-0.1", "between 0 and 1"],
  ["zoneout of everything", { zoneout: 1 }, RangeError, "zoneout", "1", "below 1"],
  ["zoneout of NaN", { zoneout: { h: Number.NaN } }, TypeError, "zoneout.h", "NaN"],
  ["zoneout of another state", { zoneout: { s: 0.5 } }, TypeError, "zoneout", '"s"'],
  ["zoneout that is none", { zoneout: "all" }, TypeError, "zoneout", '"all"'],
  ["first values of another parameter", { initial: { w: uniform(1) } }, TypeError, '"w"', "wx, wh"],
  ["first values of a weight that there is not", { delays: [8], initial: { wh: uniform(1) } }, TypeError, '"wh"', "wx, wh 8"],
  ["first values without a name", { initial: orthogonal() }, TypeError, "initial", "{ wx: orthogonal() }"],
  ["a number as first values", { initial: { wh: 0.1 } }, TypeError, "initial.wh", "0.1", "orthogonal()"],
];

describe.each(KINDS)("%s", (kind, make) => {
  refuses(
    () => null,
    SHARED.map(([what, options, error, ...parts]): Row<null> => [what, () => make(options), error, kind, ...parts]),
  );
});

describe("what only some cells have", () => {
  refuses(
    () => null,
    [
      [
        "peepholes of a gru",
        () => gru(4, { peepholes: true } as Anything),
        TypeError,
        "gru",
        "cell state",
        "lstm(units, { peepholes: true })",
      ],
      ["peepholes of an rnn", () => rnn(4, { peepholes: true } as Anything), TypeError, "rnn", "cell state", "lstm("],
      ["zoneout of a gru's cell state", () => gru(4, { zoneout: { c: 0.5 } } as Anything), TypeError, "gru", "zoneout.c", "lstm("],
      ["peepholes that are no yes or no", () => lstm(4, { peepholes: "i" as Anything }), TypeError, "lstm: peepholes", '"i"'],
      ["a coupling that is no yes or no", () => lstm(4, { coupled: 1 as Anything }), TypeError, "lstm: coupled", "1"],
      ["a projection as wide as the cell", () => lstm(4, { projection: 4 }), RangeError, "projection is 4", "below the 4"],
      ["a projection to nothing", () => lstm(4, { projection: 0 }), RangeError, "lstm: projection", "0"],
      ["a cell clip of 0", () => lstm(4, { cellClip: 0 }), RangeError, "cellClip", "0", "above 0"],
      ["a forget bias without a bias", () => lstm(4, { bias: false, forgetBias: 1 }), TypeError, "forgetBias", "bias is false"],
      ["a forget bias of NaN", () => lstm(4, { forgetBias: Number.NaN }), TypeError, "forgetBias", "NaN"],
      ["an unknown gate", () => lstm(4, { gate: "soft" as Anything }), TypeError, "lstm: gate", '"soft"'],
      ["an unknown way out", () => lstm(4, { outputActivation: "soft" as Anything }), TypeError, "lstm: outputActivation", '"soft"'],
      ["an unknown reset", () => gru(4, { reset: "during" as Anything }), TypeError, "gru: reset", '"during"', '"before"'],
      ["a leak of 0", () => rnn(4, { leak: 0 }), RangeError, "rnn: leak is 0", "above 0"],
      ["a leak above 1", () => rnn(4, { leak: 1.5 }), RangeError, "rnn: leak", "1.5", "between 0 and 1"],
      ["a leak that is none", () => rnn(4, { leak: "learnt" as Anything }), TypeError, "rnn: leak", '"learnt"'],
      [
        "delays of hidden units that are not heard",
        () => rnn(4, { recurrence: "output", delays: [1, 2] }),
        TypeError,
        "rnn: delays",
        'recurrence: "both"',
      ],
      ["a transition of nothing", () => rnn(4, { recurrence: "output", transition: [dense(4)] }), TypeError, "rnn: transition", '"both"'],
      ["first values of a projection that there is not", () => lstm(4, { initial: { wr: uniform(1) } }), TypeError, '"wr"', "wx, wh, b"],
    ],
  );
});

describe("what shows itself when the model is put together", () => {
  const path = "layer 1/rnn";
  refuses(
    () => null,
    [
      ["a vector within a step", () => withLayers(rnn(4, { transition: [last()] })), TypeError, path, "transition 1", "last()", "vector"],
      [
        "a skip of another width",
        () => withLayers(rnn(4, { transition: [dense(5)], transitionSkip: "add" })),
        RangeError,
        path,
        "5 wide",
        "h is 4",
        "dense(4)",
      ],
      [
        "a transition of numbers as symbols",
        () => withLayers(rnn(4, { transition: [embedding(4)] })),
        TypeError,
        `${path}/transition 1`,
        "width 4",
      ],
      [
        "a transition wider than the reset gate",
        () => withLayers(gru(4, { reset: "before", transition: [dense(6)] })),
        RangeError,
        "layer 1/gru",
        "6 wide",
        "is 4",
        'reset: "after"',
      ],
      [
        "two transitions of one name",
        () => withLayers(rnn(4, { transition: [dense(4, { name: "deep" }), dense(4, { name: "deep" })] })),
        TypeError,
        path,
        '"deep"',
      ],
      [
        "an activation that returns a number",
        () => withLayers(rnn(4, { activation: () => 5 as Anything })),
        TypeError,
        path,
        "activation",
        "5",
      ],
      [
        "an activation that returns less",
        () => withLayers(lstm(4, { gate: (x) => slice(x, 0, 2) })),
        RangeError,
        "layer 1/lstm",
        "lstm: gate",
        "width 4",
        "width 2",
      ],
      [
        "a dense activation that returns nothing",
        () => withLayers(dense(4, { activation: (() => undefined) as Anything })),
        TypeError,
        "dense: activation",
        "undefined",
      ],
      ["recurrence after last()", () => withLayers(last(), lstm(4)), TypeError, "layer 2/lstm", "width 3", "last()"],
      [
        "blocks that do not divide",
        () => withLayers(lstm(4, { initial: { wx: blocks(uniform(1), uniform(1), uniform(1)) } })),
        RangeError,
        "layer 1/lstm/wx",
        "3 blocks",
        "16 columns",
      ],
      [
        "a spectral radius of what is not square",
        () => withLayers(dense(4, { initial: { w: spectral(1) } })),
        RangeError,
        "layer 1/dense/w",
        "3 rows and 4 columns",
        "square",
      ],
      [
        "a spectral radius of an input's weight",
        () => withSymbols(lstm(4, { initial: { wx: spectral(0.9) } })),
        RangeError,
        "wx",
        "5 rows and 4",
      ],
      [
        "a layer within a step that is none",
        () => whileStepping(({ layer, h }) => layer("deep", 7 as Anything, h)),
        TypeError,
        "layer 1/own",
        "deep",
        "7",
      ],
      ["a nameless layer within a step", () => whileStepping(({ layer, h }) => layer("", dense(4), h)), TypeError, "layer 1/own", "name"],
    ],
  );
});

describe("first values and words", () => {
  refuses(
    () => null,
    [
      ["a negative radius", () => spectral(-0.9), RangeError, "spectral()", "-0.9", "0 or more"],
      ["a radius of NaN", () => spectral(Number.NaN), TypeError, "spectral()", "NaN"],
      ["an infinite radius", () => spectral(Number.POSITIVE_INFINITY), TypeError, "spectral()", "Infinity"],
      ["a complex radius", () => spectral({ real: 0, imaginary: 1 } as Anything), TypeError, "spectral()", "object"],
      ["a density of 0", () => spectral(0.9, { density: 0 }), RangeError, "density 0", "above 0 up to 1"],
      ["a density above 1", () => spectral(0.9, { density: 2 }), RangeError, "density 2", "up to 1"],
      ["another option", () => spectral(0.9, { sparsity: 0.1 } as Anything), TypeError, "spectral()", "density"],
      ["a negative deviation", () => normal(-1), RangeError, "normal()", "-1", "0 or more"],
      ["a gain of NaN", () => orthogonal(Number.NaN), TypeError, "orthogonal()", "NaN"],
      ["a scale beyond f32", () => identity(1e39), TypeError, "identity()", "1e+39"],
      ["no blocks", () => blocks(), TypeError, "blocks()", "at least one"],
      ["blocks of numbers", () => blocks(constant(1), 5 as Anything), TypeError, "blocks()", "5", "2. part"],
      ["a clamp upside down", () => whileStepping(({ h }) => clamp(h, 1, -1)), RangeError, "clamp()", "1", "-1", "lower one first"],
      ["a clamp to infinity", () => whileStepping(({ h }) => clamp(h, 0, Number.POSITIVE_INFINITY)), TypeError, "clamp()", "Infinity"],
      ["a slope of NaN", () => whileStepping(({ h }) => hardSigmoid(h, Number.NaN)), TypeError, "hardSigmoid()", "NaN"],
      ["a scale of nothing", () => whileStepping(({ h }) => scaledTanh(h, undefined as Anything, 1)), TypeError, "scale()", "undefined"],
    ],
  );
});

describe("delays and data", () => {
  const echo = model({ input: features(1), layers: [rnn(3, { delays: [1, 8] }), dense(1)], loss: meanSquared() });
  const numbers = Array.from({ length: 40 }, (_, t) => Math.sin(t));

  test("a delay longer than a window", async () => {
    using net = await compile(echo);
    const error = await thrownBy(() => net.train(windows(numbers, { batch: 1, steps: 7 })));
    expectRefusal(error, RangeError, ["train", "layer 1/rnn", "8 steps away", "at most 7 steps", "at least 8"]);
    for await (const { loss } of net.train(windows(numbers, { batch: 1, steps: 8 }), { steps: 1 })) expect(loss).toBeGreaterThan(0);
  });

  test("a delay longer than every example, but not than one of them", async () => {
    using net = await compile(echo);
    const example = (length: number) => ({ input: numbers.slice(0, length), target: numbers.slice(1, length + 1) });
    const error = await thrownBy(() => net.train(examples([example(3), example(7)])));
    expectRefusal(error, RangeError, ["train", "8 steps away", "at most 7 steps"]);
    for await (const { loss } of net.train(examples([example(3), example(9)]), { steps: 1 })) expect(loss).toBeGreaterThan(0);
  });

  test("evaluating asks for no gradient", async () => {
    using net = await compile(echo);
    expect((await net.evaluate(windows(numbers, { batch: 1, steps: 7 }))).loss).toBeGreaterThan(0);
  });
});
