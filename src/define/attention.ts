// attention(): every step of a decoder looks at all steps of the encoder, and takes of them what it needs.

import { type Initializer, uniform } from "../graph/initializer.ts";
import type { Value } from "../graph/value.ts";
import { add, additiveScore, align, attend, concat, dotScore, scale } from "../graph/words.ts";
import { checkChoice, checkFlag, checkOptions, checkSize } from "./check.ts";
import { checkInitial } from "./initial.ts";
import type { Layer, Site } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

export interface AttentionOptions extends LayerOptions {
  /**
   * How well a step x(t) of the decoder and a step s of the encoder fit together (Luong, Pham and Manning 2015; Bahdanau, Cho and Bengio 2015):
   * - "dot": x(t) · s, or with `units` (x(t)·wq) · (s·wk)
   * - "general": (x(t)·wq) · s
   * - "additive": tanh(x(t)·wq + s·wk) · v, with `units` of them
   *
   * Default: "dot".
   */
  readonly score?: "dot" | "general" | "additive";
  /** The width of queries and keys. Default: for "additive" that of the encoder's states; "dot" compares them as they are. */
  readonly units?: number;
  /** Whether the scores of "dot" and "general" are divided by the root of their width (Vaswani et al. 2017). Default: false. */
  readonly scale?: boolean;
  /** Whether "additive" adds a row of biases, as one made of PyTorch's Linear layers does. Default: false. */
  readonly bias?: boolean;
  /** How many columns s·wv the context is a sum of. Default: the encoder's states as they are. */
  readonly values?: number;
  /** x(t) beside the context, or the context alone. Default: "concat". */
  readonly output?: "concat" | "context";
  /** How the parameters wq, wk, v, b and wv begin. */
  readonly initial?: Readonly<Record<string, Initializer>>;
}

/**
 * x(t) beside its context Σs α(t, s)·s, where α(t, ·) is the softmax of the scores of x(t) and every step s of the encoder: [T, B, width + the
 * encoder's width]. A source of length 0 gives a context of zeros.
 *
 * Behind the decoder's recurrent layers it is Luong's, `[embedding(n), gru(n), attention(), dense(n, { activation: "tanh" }), dense(symbols)]`, and
 * runs once for all steps. Within a cell, `layer("attention", attention({ score: "additive", output: "context" }), h)`, it is Bahdanau's: the state
 * of the step before looks, and the context enters the cell.
 *
 * Parameters: wq [x's width × n], wk [encoder's width × n], v [1 × n] and b [1 × n], wv [encoder's width × values], each where it is needed.
 *
 * @throws TypeError or RangeError outside of a decoder, for a score that the options do not fit, and for "dot" of different widths.
 */
export function attention(options: AttentionOptions = {}): Layer {
  checkOptions("attention", options, ["score", "units", "scale", "bias", "values", "output", "initial", "name"]);
  const { score = "dot", units, values } = options;
  checkChoice("attention: score", score, ["dot", "general", "additive"]);
  checkChoice("attention: output", options.output ?? "concat", ["concat", "context"]);
  if (units !== undefined) checkSize("attention: units", units);
  if (values !== undefined) checkSize("attention: values", values);
  if (checkFlag("attention: scale", options.scale ?? false) && score === "additive")
    throw new TypeError(`attention: scale divides products, but the score is "additive". Use score: "dot", or leave scale out.`);
  if (checkFlag("attention: bias", options.bias ?? false) && score !== "additive")
    throw new TypeError(`attention: bias belongs to score "additive", but the score is "${score}". Leave bias out.`);
  if (score === "general" && units !== undefined)
    throw new TypeError(
      `attention: units is ${units}, but "general" compares with the encoder's states as they are. Use score: "dot", or leave units out.`,
    );
  checkInitial("attention", options.initial, parametersOf(options));
  // How wide the encoder is only the decoder's place says.
  const context = values ?? Number.NaN;
  return {
    kind: "attention",
    ...named("attention", options),
    units: (width) => (options.output === "context" ? context : width + context),
    text: text("attention", null, options, { score: "dot", scale: false, bias: false, output: "concat" }),
    build: (site) => look(site, options),
  };
}

/** The names of the parameters that these options need. */
function parametersOf({ score = "dot", units, values, bias = false }: AttentionOptions): string[] {
  const mapped = units !== undefined || score === "additive";
  return [
    ...(mapped || score === "general" ? ["wq"] : []),
    ...(mapped ? ["wk"] : []),
    ...(score === "additive" ? ["v"] : []),
    ...(bias ? ["b"] : []),
    ...(values === undefined ? [] : ["wv"]),
  ];
}

function look(site: Site, options: AttentionOptions): Value {
  const { x, source } = site;
  const { graph } = x;
  const { score = "dot" } = options;
  if (source === null)
    throw new TypeError(`${site.path}: there is no encoder to look at. Use attention() in the decoder of seq2seq({ encoder, … }).`);
  if (x.shape.symbols > 0 || x.shape.extent !== "sequence")
    throw new TypeError(
      `${site.path}: it looks from a sequence of numbers but got a ${String(x)}. Put it behind an embedding, and before last().`,
    );
  const names = parametersOf(options);
  const initial = checkInitial("attention", options.initial, names);
  const units = options.units ?? source.width;
  const mapped = (name: string, value: Value, width: number): Value =>
    names.includes(name) ? site.linear(name, value, width, initial(name, uniform(1 / Math.sqrt(value.width)))) : value;
  const row = (name: string, inputs: number): Value => site.parameter(name, 1, units, initial(name, uniform(1 / Math.sqrt(inputs))));
  const queries = mapped("wq", x, units);
  const keys = mapped("wk", source, units);
  if (queries.width !== keys.width)
    throw new RangeError(
      `${site.path}: "dot" compares ${queries.width} columns of the decoder with ${keys.width} of the encoder. Use score: "general", or units: ${keys.width} to map both.`,
    );
  graph.label = `${site.path}/alignment`;
  const scores =
    score === "additive"
      ? additiveScore(options.bias ? add(queries, row("b", x.width)) : queries, keys, row("v", units))
      : dotScore(options.scale ? scale(queries, 1 / Math.sqrt(units)) : queries, keys);
  const weights = align(scores);
  graph.label = site.path;
  const context = attend(weights, mapped("wv", source, options.values ?? source.width));
  return options.output === "context" ? context : concat(x, context);
}
