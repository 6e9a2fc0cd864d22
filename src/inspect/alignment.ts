// attentionWeights(): where a decoder looks: for each step of a target a share of each step of the source.

import { checkOptions, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { Program } from "../engine/program.ts";
import type { NodeId } from "../graph/graph.ts";
import type { Network } from "../network.ts";
import { checkSequence, inputKind, type Kind, kindOf, type Sequence } from "../train/data.ts";
import { Form } from "../train/form.ts";
import { slotsOf } from "../train/slots.ts";
import { insideOf } from "./inside.ts";

export interface AttentionWeightsOptions {
  /** The layer, `decoder 3/attention`, or the name that it was given. Default: the only one. */
  readonly layer?: string;
}

/** A source, and what is said of it. */
export interface Translation {
  readonly source: Sequence;
  readonly target: Sequence;
}

/** Each step hears the truth of the one before. */
const PURPOSE = { kind: "predict", raw: true, teacherForcing: true } as const;
/** What the layer calls its weights. */
const LABEL = "/alignment";

/**
 * The weights of a decoder's attention while it says the target, of which each step hears the truth: for every step of the target, the end included
 * if it is said, as many numbers as the source has steps, which add up to 1 (Bahdanau, Cho and Bengio 2015, figure 3).
 *
 * @throws TypeError or RangeError if no layer attends, if there are several and none is named, or if source or target do not fit the model.
 */
export function attentionWeights(net: Network, example: Translation, options: AttentionWeightsOptions = {}): Float32Array[] {
  const { machine, definition } = insideOf("attentionWeights", net);
  checkOptions("attentionWeights", options, ["layer"]);
  checkOptions("attentionWeights: the example", example, ["source", "target"]);
  const weights = nodeOf(definition, options.layer);
  const { source, target } = example;
  checkSequence("attentionWeights: source", source, inputKind(definition, "source"));
  checkSequence("attentionWeights: target", target, kindOfTarget(definition), 0);
  // With the end, where it is said, and what else the decoder is given.
  const form = new Form(definition);
  const steps = form.steps(example);
  if (steps === 0) throw new RangeError("attentionWeights: target is empty, and no end is said of this model. Give at least one step.");
  // The same model, but what it puts out are the weights.
  const [head] = definition.heads;
  const looking: Definition = { ...definition, heads: [{ ...head, output: weights }] };
  const program = new Program(machine, looking, PURPOSE, 1, [steps, source.length]);
  const carry = program.newCarry();
  try {
    form.batch([example]).write(slotsOf(program));
    program.run(carry, new Int32Array(1));
    const { address, stride } = program.place(program.plan.shown[head.name]);
    const values = machine.memory.floats(address, steps * stride);
    return Array.from({ length: steps }, (_, t) => values.slice(t * stride, t * stride + source.length));
  } finally {
    carry.close();
    program.release();
  }
}

/** The node that is the weights of a layer. */
function nodeOf({ nodes }: Definition, layer: string | undefined): NodeId {
  const found = nodes.flatMap(({ op }, id) => (op === "align" ? [id] : []));
  const layers = found.map((id) => nodes[id].label.slice(0, -LABEL.length));
  if (layers.length === 0)
    throw new TypeError("attentionWeights: no layer of this model attends. Put attention() into the decoder of seq2seq({ encoder, … }).");
  if (layer === undefined && layers.length > 1)
    throw new RangeError(`attentionWeights: ${layers.length} layers attend: ${layers.join(", ")}. Say which: { layer: "${layers[0]}" }.`);
  const index = layer === undefined ? 0 : layers.indexOf(layer);
  if (index < 0) throw new RangeError(`attentionWeights: there is no attention layer ${describe(layer)}. They are: ${layers.join(", ")}.`);
  return found[index];
}

/** What a user gives as a target: symbols without the end. */
const kindOfTarget = ({ decoding }: Definition): Kind => kindOf((decoding as NonNullable<Definition["decoding"]>).target);
