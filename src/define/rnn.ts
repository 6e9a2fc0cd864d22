// rnn(): the simple recurrent network.

import { uniform } from "../graph/initializer.ts";
import type { Value } from "../graph/value.ts";
import { ACTIVATIONS, type Activation, add, delay, mix, scale, sigmoid } from "../graph/words.ts";
import { cell } from "./cell.ts";
import { checkChoice, checkNumber, checkOptions, checkSize } from "./check.ts";
import { checkDelays } from "./delays.ts";
import type { Layer, Site } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

export interface RnnOptions extends LayerOptions {
  /** Default: tanh. */
  readonly activation?: Activation;
  /** What the units hear of the step before: the hidden units themselves (Elman), the model's output (Jordan), or both. Default: "hidden". */
  readonly recurrence?: "hidden" | "output" | "both";
  /** The steps back at which the hidden units are heard; each delay other than 1 has a weight of its own. Default: [1]. */
  readonly delays?: readonly number[];
  /** α of a leaky unit: above 0, at most 1; or "learned", one for each unit. Default: 1. */
  readonly leak?: number | "learned";
}

/**
 * The Elman cell (1990): h(t) = activation(x(t)·wx + h(t−1)·wh + b); with recurrence from the output, y(t−1)·wy instead of, or besides, h(t−1)·wh.
 *
 * - `delays: [1, 8]` adds h(t−8)·wh 8: skip connections through time (Lin et al. 1996).
 * - `leak: α` makes h(t) = (1−α)·h(t−1) + α·activation(…) (Jaeger et al. 2007); learned, α = sigmoid(a).
 *
 * Parameters wx [width × units], wh [units × units], `wh d` [units × units] for each delay d but 1, wy [outputs × units], b [1 × units],
 * uniform in ±1/√units; a [1 × units].
 */
export function rnn(units: number, options: RnnOptions = {}): Layer {
  checkSize("rnn: units", units);
  checkOptions("rnn", options, ["activation", "recurrence", "delays", "leak", "name"]);
  const activation = ACTIVATIONS[checkChoice("rnn: activation", options.activation ?? "tanh", Object.keys(ACTIVATIONS) as Activation[])];
  const recurrence = checkChoice("rnn: recurrence", options.recurrence ?? "hidden", ["hidden", "output", "both"]);
  const delays = checkDelays("rnn: delays", options.delays ?? [1]);
  const leak = options.leak ?? 1;
  if (leak !== "learned" && checkNumber("rnn: leak", leak, 0, 1) === 0)
    throw new RangeError("rnn: leak is 0, which would keep the state zero for ever. Use a number above 0.");
  const start = uniform(1 / Math.sqrt(units));
  const layer =
    recurrence === "output"
      ? {
          kind: "rnn",
          units,
          build: (site: Site) =>
            activation(
              add(
                site.linear("wx", site.x, units, start),
                site.parameter("b", 1, units, start),
                site.linear("wy", site.feedback(), units, start),
              ),
            ),
        }
      : cell({
          name: "rnn",
          state: { h: units },
          step(input) {
            const { x, h, linear, bias } = input;
            const terms = [linear("wx", x, units), bias("b", units)];
            for (const d of delays) terms.push(d === 1 ? linear("wh", h, units) : linear(`wh ${d}`, delay(h, d - 1), units));
            if (recurrence === "both") terms.push(linear("wy", input.y, units));
            const next = activation(add(terms[0], terms[1], ...terms.slice(2)));
            return { h: leaking(next, h, leak, () => bias("a", units)) };
          },
        });
  return {
    ...layer,
    ...named("rnn", options),
    text: text("rnn", units, options, { activation: "tanh", recurrence: "hidden", leak: 1 }),
  };
}

/** (1−α)·h + α·next */
function leaking(next: Value, h: Value, leak: number | "learned", a: () => Value): Value {
  if (leak === 1) return next;
  return leak === "learned" ? mix(sigmoid(a()), next, h) : add(scale(h, 1 - leak), scale(next, leak));
}
