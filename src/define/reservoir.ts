// reservoir(): the echo state network's recurrent layer, random and never trained.

import type { Activation } from "../graph/activations.ts";
import { type Initializer, orthogonal, sparse, uniform } from "../graph/initializer.ts";
import { add, noise, scale } from "../graph/words.ts";
import { checkActivation } from "./activation.ts";
import { cell } from "./cell.ts";
import { checkChoice, checkNumber, checkOptions, checkSeed, checkSize, describe, LARGEST } from "./check.ts";
import type { Layer } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

export interface ReservoirOptions extends LayerOptions {
  /** The spectral radius of the recurrent weights: how long an echo lasts. Default: 0.9. */
  readonly radius?: number;
  /** α of a leaky unit: above 0, at most 1. Default: 1. */
  readonly leak?: number;
  /** The share of the n·n recurrent weights that are not zero; each unit hears equally many others, at least one. Default: 10 / n. */
  readonly density?: number;
  /** Input weights are uniform in ±inputScale. Default: 1. */
  readonly inputScale?: number;
  /** Biases are uniform in ±bias; 0: none. Default: 0. */
  readonly bias?: number;
  /** Weights from the model's own output are uniform in ±feedback; 0: the reservoir does not hear it. Default: 0. */
  readonly feedback?: number;
  /** Added to the state, uniform in ±noise, while training and while the read-out is solved. Default: 0. */
  readonly noise?: number;
  /** Default: "tanh". */
  readonly activation?: Activation;
  /** Random and sparse; a ring, in which each unit hears one other (Rodan and Tiňo 2011); or an orthogonal matrix (White et al. 2004). Default: "sparse". */
  readonly topology?: "sparse" | "ring" | "orthogonal";
  /** Decides its weights, instead of the model's seed. */
  readonly seed?: number;
}

const OPTIONS = ["radius", "leak", "density", "inputScale", "bias", "feedback", "noise", "activation", "topology", "seed", "name"];

/** Units that a unit hears where no density is given, however many there are (Lukoševičius 2012, §3.2.2). */
const HEARD = 10;

/**
 * An echo state network's reservoir of n units (Jaeger 2001; Jaeger and Haas 2004; Lukoševičius 2012): fixed random weights, never trained.
 *
 *     h(t) = (1−α)·h(t−1) + α·activation(x(t)·wx + h(t−1)·wh + y(t−1)·wy + b) + noise
 *
 * A trained layer comes behind it: dense(…), by `net.solve` in closed form or by `net.train` as any other. Under teacher forcing, as in both, y is the
 * truth; later it is the model's own output.
 *
 * Frozen parameters wx [width × n], wh [n × n], wy [outputs × n], b [1 × n]. Of a sparse wh (and of a ring) only the numbers that are not zero
 * are kept, equally many in each column; it is read and set as the whole matrix.
 *
 * @throws TypeError or RangeError for an option out of range: a radius below 0, a leak or density of 0.
 */
export function reservoir(n: number, options: ReservoirOptions = {}): Layer {
  checkSize("reservoir: units", n);
  checkOptions("reservoir", options, OPTIONS);
  const { radius = 0.9, leak = 1, inputScale = 1, bias: shift = 0, feedback = 0, noise: limit = 0 } = options;
  const activation = checkActivation("reservoir: activation", options.activation ?? "tanh");
  for (const [key, value] of Object.entries({ inputScale, bias: shift, feedback, noise: limit }))
    checkNumber(`reservoir: ${key}`, value, 0, LARGEST);
  if (checkNumber("reservoir: leak", leak, 0, 1) === 0)
    throw new RangeError("reservoir: leak is 0, which would keep the state zero for ever. Use a number above 0.");
  const { seed } = options;
  if (seed !== undefined) checkSeed("reservoir", seed);
  const begun = (initial: Initializer): Initializer => (seed === undefined ? initial : { ...initial, seed });
  const recurrent = begun(recurrence(n, checkNumber("reservoir: radius", radius, 0, LARGEST), options));
  const layer = cell({
    name: "reservoir",
    state: { h: n },
    step(input) {
      const { x, h, linear, bias } = input;
      let sum = linear("wx", x, n, begun(uniform(inputScale)), false);
      if (shift > 0) sum = add(sum, bias("b", n, begun(uniform(shift)), false));
      if (feedback > 0) sum = add(sum, linear("wy", input.y, n, begun(uniform(feedback)), false));
      const next = activation(add(sum, linear("wh", h, n, recurrent, false)));
      const leaky = leak === 1 ? next : add(scale(h, 1 - leak), scale(next, leak));
      return { h: limit > 0 ? noise(leaky, limit) : leaky };
    },
  });
  return { ...layer, ...named("reservoir", options), text: text("reservoir", n, options, {}) };
}

/** How the recurrent weights begin. */
function recurrence(n: number, radius: number, { topology = "sparse", density }: ReservoirOptions): Initializer {
  checkChoice("reservoir: topology", topology, ["sparse", "ring", "orthogonal"]);
  if (topology !== "sparse") {
    if (density !== undefined)
      throw new TypeError(
        `reservoir: density is ${describe(density)} but the topology is "${topology}", which has its own. Leave density out.`,
      );
    return topology === "ring" ? sparse(1, radius, "ring") : orthogonal(radius);
  }
  if (density === undefined) return sparse(Math.min(n, HEARD), radius);
  if (checkNumber("reservoir: density", density, 0, 1) === 0)
    throw new RangeError(
      `reservoir: density is 0, so no unit would hear another. Use a number above 0, such as ${Math.min(1, HEARD / n)}.`,
    );
  return sparse(Math.max(1, Math.round(density * n)), radius);
}
