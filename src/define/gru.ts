// gru(): the gated recurrent unit, in both of its forms.

import type { Activation } from "../graph/activations.ts";
import { constant, uniform } from "../graph/initializer.ts";
import type { Value } from "../graph/value.ts";
import { add, mix, mul, slice } from "../graph/words.ts";
import { checkActivation } from "./activation.ts";
import { cell } from "./cell.ts";
import { checkChoice } from "./check.ts";
import { checkInitial } from "./initial.ts";
import type { Layer } from "./layer.ts";
import { checkRecurrence, RECURRENCE_DEFAULTS, type RecurrenceOptions, refusePeepholes, sumOf } from "./recurrence.ts";
import { named, text } from "./text.ts";

export interface GruOptions extends RecurrenceOptions {
  /** Of the candidate n. Default: "tanh". */
  readonly activation?: Activation;
  /** Of the gates. Default: "sigmoid". */
  readonly gate?: Activation;
  /** Whether the reset gate acts on h(t−1)·W ("after") or on h(t−1) ("before"). Default: "after". */
  readonly reset?: "after" | "before";
}

const OPTIONS = ["activation", "gate", "reset"];
const DEFAULTS = { activation: "tanh", gate: "sigmoid", reset: "after", ...RECURRENCE_DEFAULTS };

/**
 * The gated recurrent unit (Cho et al. 2014, Chung et al. 2014):
 *
 *     r, z, n = columns of x(t)·wx + b, to which r and z add theirs of h(t−1)·wh and are passed through `gate`
 *     n(t) = activation(n + r·(h(t−1)·wh + bn))     reset after the product, as PyTorch and cuDNN have it
 *     n(t) = activation(n + (r·h(t−1))·wn)          reset before it, as in the paper, and ONNX's default
 *     h(t) = (1 − z)·n(t) + z·h(t−1)
 *
 * | parameter | shape             | when                       | what |
 * |-----------|-------------------|----------------------------|------|
 * | `wx`      | [width × 3·units] |                            | in the order r, z, n |
 * | `b`       | [1 × 3·units]     | bias                       | |
 * | `wh`      | [units × 3·units] | 1 among the delays         | before: [units × 2·units], r and z |
 * | `bn`      | [1 × units]       | bias, reset after          | |
 * | `wn`      | [units × units]   | reset before               | |
 * | `gx`      | [1 × 3·units]     | layerNorm                  | gain of x·wx |
 * | `gh`      | as `wh`, one row  | layerNorm                  | gain of h·wh, all delays together |
 * | `gn`      | [1 × units]       | layerNorm, reset before    | gain of (r·h)·wn |
 * | `wh d`    | as `wh`           | d among the delays         | adds h(t−d)·`wh d`; before: and (r·h(t−d))·`wn d` |
 *
 * All begin uniform in ±1/√units, as PyTorch's; gains begin at 1. State h, zero before the first step.
 *
 * @throws TypeError or RangeError with the option that cannot be.
 */
export function gru(units: number, options: GruOptions = {}): Layer {
  refusePeepholes("gru", options);
  const recurrence = checkRecurrence("gru", units, options, OPTIONS);
  const activation = recurrence.bounded(checkActivation("gru: activation", options.activation ?? "tanh"));
  const gate = recurrence.bounded(checkActivation("gru: gate", options.gate ?? "sigmoid"));
  const after = checkChoice("gru: reset", options.reset ?? "after", ["after", "before"]) === "after";
  const heardGates = after ? 3 : 2;
  const initial = checkInitial("gru", options.initial, [
    "wx",
    ...recurrence.weights("wh"),
    ...(after ? [] : recurrence.weights("wn")),
    ...(recurrence.bias ? (after ? ["b", "bn"] : ["b"]) : []),
    ...(recurrence.layerNorm ? (after ? ["gx", "gh"] : ["gx", "gh", "gn"]) : []),
  ]);
  const start = uniform(1 / Math.sqrt(units));
  const part = (value: Value, from: number, count = 1): Value => slice(value, from * units, count * units);

  const layer = cell({
    name: "gru",
    state: { h: units },
    step(input) {
      const { x, h, linear, bias } = input;
      const gain = (name: string, columns: number) => () => bias(name, columns, initial(name, constant(1)));
      const product = recurrence.normalised(linear("wx", x, 3 * units, initial("wx", start, 3)), gain("gx", 3 * units));
      const given = recurrence.bias ? add(product, bias("b", 3 * units, initial("b", start))) : product;
      /** Terms of a sum: one by one, so that each may add onto the others, or their sum normalised. */
      const normalisedSum = (terms: readonly Value[], name: string, columns: number): readonly Value[] =>
        recurrence.layerNorm ? [recurrence.normalised(sumOf(terms), gain(name, columns))] : terms;
      const heard = recurrence.heard(input.layer, h);
      const products = heard.map(({ suffix, value }) =>
        linear(`wh${suffix}`, value, heardGates * units, initial(`wh${suffix}`, start, heardGates)),
      );
      if (after) {
        const all = recurrence.normalised(sumOf(products), gain("gh", 3 * units));
        const r = gate(add(part(given, 0), part(all, 0)));
        const z = gate(add(part(given, 1), part(all, 1)));
        const past = recurrence.bias ? add(part(all, 2), bias("bn", units, initial("bn", start))) : part(all, 2);
        return { h: recurrence.kept("h", h, mix(z, h, activation(add(part(given, 2), mul(r, past))))) };
      }
      const gates = sumOf([part(given, 0, 2), ...normalisedSum(products, "gh", 2 * units)]);
      const r = gate(part(gates, 0));
      const z = gate(part(gates, 1));
      const past = heard.map(({ suffix, value }) => {
        if (value.width !== units)
          throw new RangeError(
            `the transition is ${value.width} wide, but with reset "before" it meets the reset gate, which is ${units}. End it with dense(${units}), or use reset: "after".`,
          );
        return linear(`wn${suffix}`, mul(r, value), units, initial(`wn${suffix}`, start));
      });
      return { h: recurrence.kept("h", h, mix(z, h, activation(sumOf([part(given, 2), ...normalisedSum(past, "gn", units)])))) };
    },
  });
  return { ...layer, ...named("gru", options), text: text("gru", units, options, DEFAULTS) };
}
