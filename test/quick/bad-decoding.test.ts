// What bad use of a decoder gets: sources that do not fit or do not belong, what belongs to other models, lengths that contradict.

import { afterAll, beforeAll, describe } from "vitest";
import {
  compile,
  crossEntropy,
  dense,
  embedding,
  features,
  gru,
  model,
  type Network,
  rnn,
  seq2seq,
  tokens,
  vector,
} from "../../src/index.ts";
import { refuses } from "../support/refuse.ts";
import { frontier } from "../support/speaking.ts";

// biome-ignore lint/suspicious/noExplicitAny: the table says on purpose what the types forbid
type Anything = any;

const decoder = [embedding(3), gru(4), dense(4)];
const DEFINITIONS = {
  letters: seq2seq({ source: tokens(5), encoder: [embedding(3), gru(4)], target: tokens(4), decoder, maximum: 6 }),
  vectors: seq2seq({ source: vector(2), target: tokens(4), decoder, maximum: 6 }),
  nothing: seq2seq({ target: tokens(4), decoder }),
  endless: seq2seq({ target: features(2), decoder: [gru(4), dense(2)], stop: null, maximum: 6 }),
  model: model({ input: tokens(4), layers: [rnn(3), dense(4)], loss: crossEntropy() }),
};
type Networks = { [K in keyof typeof DEFINITIONS]: Network };
const nets = {} as Networks;
const memory: number[] = [];
const places = () => Object.values(nets).map(frontier);

beforeAll(async () => {
  for (const [name, definition] of Object.entries(DEFINITIONS)) nets[name as keyof Networks] = await compile(definition);
  memory.push(...places());
});
afterAll(() => {
  if (places().some((place, i) => place !== memory[i])) throw new Error("memory was kept");
  for (const net of Object.values(nets)) net.close();
});

const letters =
  (options: Anything) =>
  ({ letters }: Networks) =>
    letters.generateAll(options);

describe("decoders", () => {
  refuses(
    () => nets,
    [
      ["no source", letters({}), TypeError, "generateAll", "tokens(5)", "no source", "Give source"],
      ["a foreign symbol", letters({ source: [1, 5] }), RangeError, "source[1]", "5", "0 to 4"],
      ["a foreign symbol in one of many", letters({ sources: [[1], [0, 9]] }), RangeError, "sources[1][1]", "9"],
      ["no list", letters({ source: 3 }), TypeError, "source", "3"],
      ["no sources", letters({ sources: [] }), RangeError, "sources is empty"],
      ["a text", letters({ source: "abc" }), TypeError, "source", '"abc"'],
      ["source and sources", letters({ source: [1], sources: [[1]] }), TypeError, "both given"],
      ["a prompt", letters({ source: [1], prompt: [0] }), TypeError, "prompt", "begins and ends by itself", "source and maximum"],
      ["a length", letters({ source: [1], length: 3 }), TypeError, "length", "maximum"],
      ["a symbol to stop at", letters({ source: [1], stop: 3 }), TypeError, "stop"],
      ["a maximum of 0", letters({ source: [1], maximum: 0 }), RangeError, "maximum", "0"],
      ["a beam of 0", letters({ source: [1], beam: { width: 0 } }), RangeError, "beam: width", "0"],
      ["sources of a single sequence", ({ letters }) => letters.generate({ sources: [[1]] } as Anything), TypeError, '"sources"'],
      [
        "a vector of another width",
        ({ vectors }) => vectors.generate({ source: [1, 2, 3] }),
        RangeError,
        "generate: source has 3 numbers",
        "2",
      ],
      [
        "a vector for several",
        ({ vectors }) => vectors.generateAll({ sources: [1, 2] as Anything }),
        TypeError,
        "sources[0] is 1",
        "a list of 2",
      ],
      [
        "NaN in a vector",
        ({ vectors }) =>
          vectors.generateAll({
            sources: [
              [1, 2],
              [1, Number.NaN],
            ],
          }),
        TypeError,
        "sources[1]",
        "NaN",
      ],
      ["a source for nothing", ({ nothing }) => nothing.generate({ source: [1], maximum: 3 }), TypeError, "source", "from nothing"],
      ["no maximum", ({ nothing }) => nothing.generate(), TypeError, "no greatest length", "maximum"],
      ["nothing at all for a model", ({ model }) => model.generate(), TypeError, "generate: prompt", "undefined"],
      ["symbols of numbers", ({ endless }) => endless.generate({}), TypeError, "numbers", "generateAll"],
      ["topK of numbers", ({ endless }) => endless.generateAll({ topK: 2 }), TypeError, "topK", "numbers"],
      ["a source for a model", ({ model }) => model.generate({ source: [1] }), TypeError, "source", "seq2seq()", "prompt"],
      ["a maximum for a model", ({ model }) => model.generate({ maximum: 3 }), TypeError, "maximum", "length"],
      ["score of a sequence alone", ({ letters }) => letters.score([1, 2]), TypeError, "{ source, target }", "an array of 2"],
      ["score of a sequence from nothing", ({ nothing }) => nothing.score([1, 2]), TypeError, "{ target }", "an array of 2"],
      ["score without a source", ({ letters }) => letters.score({ target: [1] }), TypeError, "no source", "{ source, target }"],
      ["score with a source too much", ({ nothing }) => nothing.score({ source: [1], target: [1] }), TypeError, "from nothing"],
      ["score of the end symbol", ({ letters }) => letters.score({ source: [1], target: [4] }), RangeError, "target[0]", "4", "0 to 3"],
      ["score of a target too long", ({ letters }) => letters.score({ source: [1], target: [1, 1, 1, 1, 1, 1, 1] }), RangeError, "7", "6"],
      [
        "score of an end there is not",
        ({ endless }) => endless.score({ target: [[1, 2]] }, { ended: true }),
        TypeError,
        "ended",
        "no stop",
      ],
      ["score with a prompt", ({ letters }) => letters.score({ source: [1], target: [1] }, { prompt: [1] }), TypeError, '"prompt"'],
    ],
  );
});
