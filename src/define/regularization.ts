// Layers against noise that is learnt by heart and numbers that run away: dropout and layer normalisation.

import { constant } from "../graph/initializer.ts";
import { add, drop, mul, normalize } from "../graph/words.ts";
import { checkFlag, checkNumber, checkOptions } from "./check.ts";
import type { Layer } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

export interface DropoutOptions extends LayerOptions {
  /** One mask for all time steps of a sequence, or of a window where streams are cut into windows (Gal and Ghahramani 2016). Default: false. */
  readonly perSequence?: boolean;
}

/**
 * Sets each element to zero with probability `rate` while training and divides the others by 1 − rate (Srivastava et al. 2014); evaluation
 * and use pass everything on. On features it stands first, on symbols after the embedding, elsewhere between layers.
 * The mask follows from the model's seed, the training step and the element's row, column and time, whatever the batch.
 */
export function dropout(rate: number, options: DropoutOptions = {}): Layer {
  checkNumber("dropout: rate", rate, 0, 1);
  checkOptions("dropout", options, ["perSequence", "name"]);
  const perSequence = checkFlag("dropout: perSequence", options.perSequence ?? false);
  if (rate === 1) throw new RangeError("dropout: rate is 1, which would drop everything. Use a number below 1.");
  return {
    kind: "dropout",
    ...named("dropout", options),
    text: text("dropout", rate, options, { perSequence: false }),
    build(site) {
      if (site.x.shape.symbols > 0)
        throw new TypeError(`${site.path}: dropout needs numbers but its input is a ${String(site.x)}. Put it after an embedding.`);
      return drop(site.x, rate, { perSequence });
    },
  };
}

export interface LayerNormOptions extends LayerOptions {
  /** Added to the variance, so that a constant row has something to be divided by. Default: 1e-5. */
  readonly epsilon?: number;
}

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016): every row of every step is brought to mean 0 and variance 1 along its columns, then
 * multiplied by a learnt gain and added to a learnt bias. Parameters g and b, [1 × width], begin as 1 and 0.
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  checkOptions("layerNorm", options, ["epsilon", "name"]);
  const epsilon = checkNumber("layerNorm: epsilon", options.epsilon ?? 1e-5, 2 ** -126);
  return {
    kind: "layerNorm",
    ...named("layerNorm", options),
    text: text("layerNorm", null, options, { epsilon: 1e-5 }),
    build(site) {
      const { x } = site;
      if (x.shape.symbols > 0)
        throw new TypeError(`${site.path}: layerNorm needs numbers but its input is a ${String(x)}. Put it after an embedding.`);
      const gain = site.parameter("g", 1, x.width, constant(1));
      return add(mul(normalize(x, epsilon), gain), site.parameter("b", 1, x.width, constant(0)));
    },
  };
}
