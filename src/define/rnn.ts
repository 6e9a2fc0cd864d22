// rnn(): the simple recurrent network.

import type { Activation } from "../graph/activations.ts";
import { constant, uniform } from "../graph/initializer.ts";
import type { Value } from "../graph/value.ts";
import { add, mix, scale, sigmoid } from "../graph/words.ts";
import { checkActivation } from "./activation.ts";
import { cell, inputOf, type StepInput } from "./cell.ts";
import { checkChoice, checkNumber } from "./check.ts";
import { checkInitial } from "./initial.ts";
import type { Layer } from "./layer.ts";
import { checkRecurrence, RECURRENCE_DEFAULTS, type RecurrenceOptions, refusePeepholes, sumOf } from "./recurrence.ts";
import { named, text } from "./text.ts";

export interface RnnOptions extends RecurrenceOptions {
  /** Default: "tanh". */
  readonly activation?: Activation;
  /** What the units hear of the step before: the hidden units themselves (Elman), the model's output (Jordan), or both. Default: "hidden". */
  readonly recurrence?: "hidden" | "output" | "both";
  /** α of leaky units, above 0 and at most 1; "learned": one for each unit, beginning at ½. Default: 1. */
  readonly leak?: number | "learned";
}

const OPTIONS = ["activation", "recurrence", "leak"];
const DEFAULTS = { activation: "tanh", recurrence: "hidden", leak: 1, ...RECURRENCE_DEFAULTS };

/**
 * The simple recurrent network (Elman 1990), with recurrence from the output instead or as well (Jordan 1986):
 *
 *     h(t) = (1 − α)·h(t−1) + α·activation(x(t)·wx + h(t−1)·wh + y(t−1)·wy + b)
 *
 * α = 1 but for leaky units (Jaeger et al. 2007), which change slowly and so remember for some 1/α steps; learned, α = sigmoid(a). A network
 * with `activation: "relu"` and `initial: { wh: identity(), b: constant(0) }` is the IRNN (Le et al. 2015).
 *
 * | parameter | shape             | when                                  | what |
 * |-----------|-------------------|---------------------------------------|------|
 * | `wx`      | [width × units]   |                                       | |
 * | `b`       | [1 × units]       | bias                                  | |
 * | `wh`      | [units × units]   | recurrence not "output", 1 among the delays | |
 * | `wh d`    | [units × units]   | d among the delays                    | adds h(t−d)·`wh d` |
 * | `wy`      | [outputs × units] | recurrence not "hidden"               | |
 * | `a`       | [1 × units]       | leak "learned"                        | begins at 0 |
 * | `gx`, `gh`| [1 × units]       | layerNorm                             | gains of x·wx and of all that is heard |
 *
 * Gains begin at 1, all others uniform in ±1/√units, as PyTorch's. State h, zero before the first step.
 *
 * @throws TypeError or RangeError with the option that cannot be.
 */
export function rnn(units: number, options: RnnOptions = {}): Layer {
  refusePeepholes("rnn", options);
  const shared = checkRecurrence("rnn", units, options, OPTIONS);
  const activation = shared.bounded(checkActivation("rnn: activation", options.activation ?? "tanh"));
  const recurrence = checkChoice("rnn: recurrence", options.recurrence ?? "hidden", ["hidden", "output", "both"]);
  const { leak = 1 } = options;
  if (leak !== "learned" && checkNumber("rnn: leak", leak, 0, 1) === 0)
    throw new RangeError('rnn: leak is 0, which would keep the state zero for ever. Use a number above 0 up to 1, or "learned".');
  if (recurrence === "output")
    for (const key of ["delays", "transition", "recurrentDropout"] as const)
      if (options[key] !== undefined)
        throw new TypeError(
          `rnn: ${key} is about hearing the hidden units, but with recurrence "output" they are not heard. Use recurrence: "both", or leave ${key} out.`,
        );
  const initial = checkInitial("rnn", options.initial, [
    "wx",
    ...(recurrence === "output" ? [] : shared.weights("wh")),
    ...(recurrence === "hidden" ? [] : ["wy"]),
    ...(shared.bias ? ["b"] : []),
    ...(leak === "learned" ? ["a"] : []),
    ...(shared.layerNorm ? ["gx", "gh"] : []),
  ]);
  const start = uniform(1 / Math.sqrt(units));

  /** activation(…), of h and y where they are heard. */
  const respond = ({ x, linear, bias, layer }: Omit<StepInput, "y">, h: Value | null, y: Value | null): Value => {
    const gain = (name: string) => () => bias(name, units, initial(name, constant(1)));
    const terms = [shared.normalised(linear("wx", x, units, initial("wx", start)), gain("gx"))];
    if (shared.bias) terms.push(bias("b", units, initial("b", start)));
    const heard = h ? shared.heard(layer, h) : [];
    const past = heard.map(({ suffix, value }) => linear(`wh${suffix}`, value, units, initial(`wh${suffix}`, start)));
    if (y) past.push(linear("wy", y, units, initial("wy", start)));
    if (shared.layerNorm) terms.push(shared.normalised(sumOf(past), gain("gh")));
    else terms.push(...past);
    return activation(sumOf(terms));
  };
  const leaking = ({ bias }: Omit<StepInput, "y">, h: Value, next: Value): Value => {
    if (leak === 1) return next;
    if (leak === "learned") return mix(sigmoid(bias("a", units, initial("a", constant(0)))), next, h);
    return add(scale(h, 1 - leak), scale(next, leak));
  };
  const own = { ...named("rnn", options), text: text("rnn", units, options, DEFAULTS) };
  // What hears nothing of itself has no state.
  if (recurrence === "output" && leak === 1 && (options.zoneout ?? 0) === 0)
    return { kind: "rnn", units, ...own, build: (site) => respond(inputOf(site), null, site.surroundings.feedback()) };
  const layer = cell({
    name: "rnn",
    state: { h: units },
    step(input) {
      const { h } = input;
      const next = respond(input, recurrence === "output" ? null : h, recurrence === "hidden" ? null : input.y);
      return { h: shared.kept("h", h, leaking(input, h, next)) };
    },
  });
  return { ...layer, ...own };
}
