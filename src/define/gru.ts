// gru(): the gated recurrent unit, in both of its forms.

import { add, mix, mul, sigmoid, slice, tanh } from "../graph/words.ts";
import { cell } from "./cell.ts";
import { checkChoice, checkOptions, checkSize } from "./check.ts";
import type { Layer } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

export interface GruOptions extends LayerOptions {
  /** Whether the reset gate acts on h(t−1)·W ("after") or on h(t−1) ("before"). Default: "after". */
  readonly reset?: "after" | "before";
}

/**
 * The gated recurrent unit:
 *
 *     r, z = sigmoid of the first two thirds of x(t)·wx + b, each with its columns of h(t−1)·wh
 *     n    = tanh of the last third of x(t)·wx + b, plus   r·(h(t−1)·wh + bn)   reset after the product, as PyTorch and cuDNN have it, or
 *                                                          (r·h(t−1))·wn        reset before it (Cho et al. 2014)
 *     h(t) = (1 − z)·n + z·h(t−1)
 *
 * Parameters wx [width × 3·units] and b [1 × 3·units], in the order r, z, n; after: wh [units × 3·units], bn [1 × units]; before:
 * wh [units × 2·units], wn [units × units]. All uniform in ±1/√units.
 */
export function gru(units: number, options: GruOptions = {}): Layer {
  checkSize("gru: units", units);
  checkOptions("gru", options, ["reset", "name"]);
  const reset = checkChoice("gru: reset", options.reset ?? "after", ["after", "before"]);
  const layer = cell({
    name: "gru",
    state: { h: units },
    step({ x, h, linear, bias }) {
      const given = add(linear("wx", x, 3 * units), bias("b", 3 * units));
      const part = (value: typeof x, from: number, count = 1) => slice(value, from * units, count * units);
      if (reset === "after") {
        const heard = linear("wh", h, 3 * units);
        const [r, z] = [0, 1].map((gate) => sigmoid(add(part(given, gate), part(heard, gate))));
        const n = tanh(add(part(given, 2), mul(r, add(part(heard, 2), bias("bn", units)))));
        return { h: mix(z, h, n) };
      }
      const gates = add(part(given, 0, 2), linear("wh", h, 2 * units));
      const [r, z] = [0, 1].map((gate) => sigmoid(part(gates, gate)));
      const n = tanh(add(part(given, 2), linear("wn", mul(r, h), units)));
      return { h: mix(z, h, n) };
    },
  });
  return { ...layer, ...named("gru", options), text: text("gru", units, options, { reset: "after" }) };
}
