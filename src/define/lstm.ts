// lstm(): long short-term memory.

import type { Activation } from "../graph/activations.ts";
import { constant, type Initializer, uniform } from "../graph/initializer.ts";
import type { Value } from "../graph/value.ts";
import { add, clamp, mix, mul, slice } from "../graph/words.ts";
import { checkActivation } from "./activation.ts";
import { cell } from "./cell.ts";
import { checkFlag, checkNumber, checkSize } from "./check.ts";
import { checkInitial } from "./initial.ts";
import type { Layer } from "./layer.ts";
import { checkPositive, checkRecurrence, RECURRENCE_DEFAULTS, type RecurrenceOptions, sumOf } from "./recurrence.ts";
import { named, text } from "./text.ts";

export interface LstmOptions extends RecurrenceOptions {
  /** Of the candidate g. Default: "tanh". */
  readonly activation?: Activation;
  /** Of the cell state on its way out. Default: that of the candidate. */
  readonly outputActivation?: Activation;
  /** Of the gates. Default: "sigmoid". */
  readonly gate?: Activation;
  /** First value of the forget gate's bias: with 1 the cell begins by remembering (Gers et al. 2000, Jozefowicz et al. 2015). Default: 1. */
  readonly forgetBias?: number;
  /** Whether the gates see the cell state, each unit its own: i and f that of the step before, o the new one (Gers et al. 2002). Default: false. */
  readonly peepholes?: boolean;
  /** Whether what is forgotten makes room for what comes in: i = 1 − f (Greff et al. 2017). Default: false. */
  readonly coupled?: boolean;
  /** c is cut to ±cellClip before it is heard by anything (Sak et al. 2014). Default: not at all. */
  readonly cellClip?: number;
  /** Width of a linear projection that h goes through, below `units`; it is the width of the output (Sak et al. 2014). Default: none. */
  readonly projection?: number;
}

const OPTIONS = ["activation", "outputActivation", "gate", "forgetBias", "peepholes", "coupled", "cellClip", "projection"];
const DEFAULTS = { activation: "tanh", gate: "sigmoid", forgetBias: 1, peepholes: false, coupled: false, ...RECURRENCE_DEFAULTS };

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000):
 *
 *     i, f, g, o = columns of x(t)·wx + h(t−1)·wh + b
 *     c(t) = gate(f)·c(t−1) + gate(i)·activation(g)
 *     h(t) = gate(o)·outputActivation(c(t))
 *
 * | parameter | shape               | when                | what |
 * |-----------|---------------------|---------------------|------|
 * | `wx`      | [width × 4·units]   |                     | in the order i, f, g, o; coupled: [width × 3·units], f, g, o |
 * | `wh`      | [output × 4·units]  | 1 among the delays  | the output is `units` wide, or `projection` |
 * | `wh d`    | [output × 4·units]  | d among the delays  | adds h(t−d)·`wh d` |
 * | `b`       | [1 × 4·units]       | bias                | |
 * | `p`       | [1 × 3·units]       | peepholes           | i and f see p·c(t−1), o sees p·c(t); coupled: [1 × 2·units], f, o |
 * | `wr`      | [units × projection]| projection          | h(t) = (gate(o)·outputActivation(c(t)))·wr |
 * | `gx`, `gh`| as `b`              | layerNorm           | gains of x·wx and of all that is heard of h |
 * | `gc`, `bc`| [1 × units]         | layerNorm           | gain and bias of c(t) before outputActivation |
 *
 * All begin uniform in ±1/√units, as PyTorch's, but for the forget gate's bias, which begins at `forgetBias` unless `initial.b` is made of
 * blocks; gains begin at 1, `bc` at 0. States h and c, zero before the first step.
 *
 * @throws TypeError or RangeError with the option that cannot be.
 */
export function lstm(units: number, options: LstmOptions = {}): Layer {
  const recurrence = checkRecurrence("lstm", units, options, OPTIONS, ["h", "c"]);
  const activation = checkActivation("lstm: activation", options.activation ?? "tanh");
  const output = recurrence.bounded(checkActivation("lstm: outputActivation", options.outputActivation ?? options.activation ?? "tanh"));
  const gate = recurrence.bounded(checkActivation("lstm: gate", options.gate ?? "sigmoid"));
  const candidate = recurrence.bounded(activation);
  const forgetBias = checkNumber("lstm: forgetBias", options.forgetBias ?? 1);
  const peepholes = checkFlag("lstm: peepholes", options.peepholes ?? false);
  const coupled = checkFlag("lstm: coupled", options.coupled ?? false);
  const cellClip = options.cellClip === undefined ? undefined : checkPositive("lstm: cellClip", options.cellClip);
  const projection = options.projection === undefined ? undefined : checkSize("lstm: projection", options.projection);
  if (projection !== undefined && projection >= units)
    throw new RangeError(
      `lstm: projection is ${projection} but must be below the ${units} units that it makes smaller. Leave it out for none.`,
    );
  if (options.forgetBias !== undefined && !recurrence.bias)
    throw new TypeError(`lstm: forgetBias is ${forgetBias} but bias is false. Leave one of the two out.`);

  const gates = coupled ? (["f", "g", "o"] as const) : (["i", "f", "g", "o"] as const);
  const width = gates.length * units;
  const initial = checkInitial("lstm", options.initial, [
    "wx",
    ...recurrence.weights("wh"),
    ...(recurrence.bias ? ["b"] : []),
    ...(peepholes ? ["p"] : []),
    ...(projection ? ["wr"] : []),
    ...(recurrence.layerNorm ? ["gx", "gh", "gc"] : []),
    ...(recurrence.layerNorm && recurrence.bias ? ["bc"] : []),
  ]);
  const start = uniform(1 / Math.sqrt(units));
  const remembering = (usual: Initializer): Initializer =>
    usual.kind === "blocks" ? usual : { kind: "blocks", blocks: gates.map((name) => (name === "f" ? constant(forgetBias) : usual)) };

  const layer = cell({
    name: "lstm",
    state: { h: projection ?? units, c: units },
    step(input) {
      const { x, h, c, linear, bias } = input;
      const gain = (name: string, columns: number) => () => bias(name, columns, initial(name, constant(1)));
      const product = linear("wx", x, width, initial("wx", start, gates.length));
      const terms = [recurrence.normalised(product, gain("gx", width))];
      if (recurrence.bias) terms.push(bias("b", width, remembering(initial("b", start))));
      const past = recurrence
        .heard(input.layer, h)
        .map(({ suffix, value }) => linear(`wh${suffix}`, value, width, initial(`wh${suffix}`, start, gates.length)));
      if (recurrence.layerNorm) terms.push(recurrence.normalised(sumOf(past), gain("gh", width)));
      else terms.push(...past);
      const all = sumOf(terms);
      const part = (name: "i" | "f" | "g" | "o"): Value => slice(all, (gates as readonly string[]).indexOf(name) * units, units);
      const seeing = coupled ? ["f", "o"] : ["i", "f", "o"];
      const p = peepholes ? bias("p", seeing.length * units, initial("p", start)) : undefined;
      /** A gate of this name that sees the cell state, if it has a peephole. */
      const open = (name: "i" | "f" | "o", seen: Value): Value =>
        gate(p ? add(part(name), mul(slice(p, seeing.indexOf(name) * units, units), seen)) : part(name));

      const f = open("f", c);
      const g = candidate(part("g"));
      const sumOfBoth = coupled ? mix(f, c, g) : add(mul(f, c), mul(open("i", c), g));
      const next = recurrence.kept("c", c, cellClip === undefined ? sumOfBoth : clamp(sumOfBoth, -cellClip, cellClip));
      const level = recurrence.normalised(next, gain("gc", units));
      const seen = recurrence.layerNorm && recurrence.bias ? add(level, bias("bc", units, initial("bc", constant(0)))) : level;
      const shown = mul(open("o", next), output(seen));
      return { h: recurrence.kept("h", h, projection ? linear("wr", shown, projection, initial("wr", start)) : shown), c: next };
    },
  });
  return { ...layer, ...named("lstm", options), text: text("lstm", units, options, DEFAULTS) };
}
