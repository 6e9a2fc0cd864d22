// The stock layers that have no state: embedding, dense and last; inputs and losses.

import type { Activation } from "../graph/activations.ts";
import { type Initializer, uniform } from "../graph/initializer.ts";
import { isIgnored } from "../graph/losses.ts";
import type { Loss, LossKind } from "../graph/operations.ts";
import { type Shape, sequence, symbolsOf, vector as vectorOf } from "../graph/shape.ts";
import { add, lastOf } from "../graph/words.ts";
import { checkActivation } from "./activation.ts";
import { checkFlag, checkNumber, checkOptions, checkSize, describe } from "./check.ts";
import { checkInitial } from "./initial.ts";
import type { Layer } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

/**
 * A vector of `units` numbers for each symbol: row `id` of a table [symbols × units], gathered and never multiplied.
 * Starts uniform in ±√3 (mean 0, variance 1, as PyTorch's). Needs symbols: `input: tokens(n)`.
 */
export function embedding(units: number, options: LayerOptions & { readonly initial?: Initializer } = {}): Layer {
  checkSize("embedding: units", units);
  checkOptions("embedding", options, ["name", "initial"]);
  return {
    kind: "embedding",
    ...named("embedding", options),
    units,
    text: text("embedding", units, options, {}),
    build(site) {
      if (site.x.shape.symbols === 0)
        throw new TypeError(
          `${site.path}: an embedding needs symbols but its input is a ${String(site.x)}. Use input: tokens(n), or dense(${units}) for features.`,
        );
      return site.linear("w", site.x, units, options.initial ?? uniform(Math.sqrt(3)));
    },
  };
}

export interface DenseOptions extends LayerOptions {
  /** Default: identity. */
  readonly activation?: Activation;
  /** Whether a row of biases is added. Default: true. */
  readonly bias?: boolean;
  /** How the parameters w and b begin. */
  readonly initial?: Readonly<Record<string, Initializer>>;
}

/** activation(x·W + b), W [width × units]. Weight and bias start uniform in ±1/√width, as PyTorch's Linear. */
export function dense(units: number, options: DenseOptions = {}): Layer {
  checkSize("dense: units", units);
  checkOptions("dense", options, ["activation", "bias", "initial", "name"]);
  checkFlag("dense: bias", options.bias ?? true);
  const activation = checkActivation("dense: activation", options.activation ?? "identity");
  const initial = checkInitial("dense", options.initial, options.bias === false ? ["w"] : ["w", "b"]);
  return {
    kind: "dense",
    ...named("dense", options),
    units,
    text: text("dense", units, options, { activation: "identity", bias: true }),
    resized: (other) => dense(other, options),
    build(site) {
      const start = uniform(1 / Math.sqrt(site.x.shape.symbols || site.x.width));
      const product = site.linear("w", site.x, units, initial("w", start));
      return activation(options.bias === false ? product : add(product, site.parameter("b", 1, units, initial("b", start))));
    },
  };
}

/**
 * The last step of the sequence, as a vector [B, width]: sequence → vector. Within `reverse` and the backward half of `bidirectional` the last
 * step that time comes to, which is the first of the sequence.
 *
 * `bidirectional([lstm(32), last()])` is the state in which each direction ends. Behind it, `bidirectional(lstm(32)), last()`, is a usual pitfall:
 * at the last step the backward direction has seen one step only.
 */
export function last(): Layer {
  return { kind: "last", text: "last()", build: (site) => lastOf(site.x) };
}

/** What goes in at each step. */
export type Input = { readonly kind: "tokens"; readonly symbols: number } | { readonly kind: "features"; readonly width: number };

/** Symbols: whole numbers from 0 to n − 1, one a step. */
export const tokens = (n: number): Input => ({ kind: "tokens", symbols: checkSize("tokens", n) });

/** Real numbers, n of them a step. */
export const features = (n: number): Input => ({ kind: "features", width: checkSize("features", n) });

/** What is given once for a whole sequence. */
export interface Vector {
  readonly kind: "vector";
  readonly width: number;
}

/** What a sequence may be made from: a sequence, or one vector. */
export type Source = Input | Vector;

/** n real numbers for a whole sequence: the features of an image, say, of which a caption is made. */
export const vector = (n: number): Vector => ({ kind: "vector", width: checkSize("vector", n) });

/** An input as text. */
export const inputText = (input: Source): string =>
  input.kind === "tokens" ? `tokens(${input.symbols})` : `${input.kind}(${input.width})`;

/** The shape that an input (or a fed-back symbol) has in a graph. */
export function shapeOfInput(input: Source, timeline = 0): Shape {
  if (input.kind === "vector") return vectorOf(input.width);
  return input.kind === "tokens" ? symbolsOf("sequence", input.symbols, timeline) : sequence(input.width, timeline);
}

export type { Loss };

const judged = (kind: LossKind, more: Partial<Loss> = {}): Loss => ({
  kind,
  ignore: null,
  components: 0,
  floor: 0,
  mean: "steps",
  ...more,
});

/**
 * Softmax of the outputs, then −log of the target symbol's probability, in nats; the mean over all steps (or vectors).
 * Targets are symbols below the output's width. Steps (or vectors) whose target is `ignore` do not count: one of the symbols, or a whole number below 0
 * for what has no answer, such as −100, PyTorch's. Default: all count.
 */
export function crossEntropy(options: { readonly ignore?: number } = {}): Loss {
  checkOptions("crossEntropy", options, ["ignore"]);
  const { ignore = null } = options;
  if (ignore !== null && !isIgnored(ignore))
    throw new RangeError(
      `crossEntropy: ignore must be a symbol, or a whole number below 0 that stands for none, but is ${describe(ignore)}.`,
    );
  return judged("crossEntropy", { ignore });
}

/** (output − target)², the mean over all numbers. */
export const meanSquared = (): Loss => judged("meanSquared");

/**
 * Sigmoid of the outputs, then −(y·log p + (1−y)·log(1−p)) with targets y in [0, 1]; the mean over all numbers, in nats. Drawn, when generating and
 * where a decoder hears itself, are bits, each with its own p.
 */
export const binaryCrossEntropy = (): Loss => judged("binaryCrossEntropy");

export interface DensityOptions {
  /**
   * The least deviation: σ = floor + exp(log deviation). Without one a density may grow without limit at a single target (Bishop 2006, §9.2.1).
   * In the targets' own unit, from 1e-12. Default: 1e-3, which is what PyTorch's GaussianNLLLoss allows.
   */
  readonly floor?: number;
}

/**
 * −log of a Gaussian's density at the target, in nats, the constant ½·log 2π included; the mean over all steps (or vectors).
 * The output holds for targets of n numbers n means, then n log deviations: end with dense(2·n). Predictions are means and deviations.
 * Drawn, when generating and where a decoder hears itself, is mean + deviation · a normal number, for each number on its own.
 */
export const gaussian = (options: DensityOptions = {}): Loss => judged("gaussian", { floor: floorOf("gaussian", options) });

/**
 * −log of the density of a mixture of `components` Gaussians at the target, in nats; the mean over all steps (or vectors). Each component has
 * a weight, and a mean and a deviation for each number of the target (Bishop 1994; Graves 2013 for sequences).
 *
 * The output holds for k components and targets of n numbers k logits of the weights, k·n means (component by component), then k·n log
 * deviations: end with dense(k·(1 + 2·n)). Predictions are weights, means and deviations. Drawn is a component by its weight, then from its Gaussian.
 */
export function mixtureDensity(components: number, options: DensityOptions = {}): Loss {
  checkSize("mixtureDensity: the number of components", components);
  return judged("mixtureDensity", { components, floor: floorOf("mixtureDensity", options) });
}

function floorOf(place: string, options: DensityOptions): number {
  checkOptions(place, options, ["floor"]);
  return checkNumber(`${place}: floor`, options.floor ?? 1e-3, 1e-12, 1e12);
}
