// lstm(): long short-term memory.

import { blocks, constant, uniform } from "../graph/initializer.ts";
import { add, mul, sigmoid, slice, tanh } from "../graph/words.ts";
import { cell } from "./cell.ts";
import { checkNumber, checkOptions, checkSize } from "./check.ts";
import type { Layer } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

export interface LstmOptions extends LayerOptions {
  /** The first value of the forget gate's bias: with 1 the cell begins by remembering (Gers et al. 2000, Jozefowicz et al. 2015). Default: 1. */
  readonly forgetBias?: number;
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000):
 *
 *     i, f, g, o = columns of x(t)·wx + h(t−1)·wh + b
 *     c(t) = sigmoid(f)·c(t−1) + sigmoid(i)·tanh(g)
 *     h(t) = sigmoid(o)·tanh(c(t))
 *
 * Parameters wx [width × 4·units], wh [units × 4·units], b [1 × 4·units], in the order i, f, g, o, uniform in ±1/√units but for the
 * forget gate's bias.
 */
export function lstm(units: number, options: LstmOptions = {}): Layer {
  checkSize("lstm: units", units);
  checkOptions("lstm", options, ["forgetBias", "name"]);
  const forgetBias = checkNumber("lstm: forgetBias", options.forgetBias ?? 1);
  const start = uniform(1 / Math.sqrt(units));
  const layer = cell({
    name: "lstm",
    state: { h: units, c: units },
    step({ x, h, c, linear, bias }) {
      const all = add(
        linear("wx", x, 4 * units),
        bias("b", 4 * units, blocks(start, constant(forgetBias), start, start)),
        linear("wh", h, 4 * units),
      );
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => slice(all, gate * units, units));
      const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
      return { h: mul(sigmoid(o), tanh(next)), c: next };
    },
  });
  return { ...layer, ...named("lstm", options), text: text("lstm", units, options, { forgetBias: 1 }) };
}
