// The same network with another output: what its states were after every step, as they were really computed on the way.

import type { Definition } from "../../src/define/model.ts";
import { sequence } from "../../src/graph/shape.ts";

/** The labels of all states, in the order of the layers: `layer 1/lstm/h`, `layer 1/lstm/c`. */
export const statesOf = ({ nodes }: Definition): string[] => [
  ...new Set(nodes.flatMap(({ op, label, inputs }) => (op === "delay" && nodes[inputs[0]].label === label ? [label] : []))),
];

/** The definition whose output is the states of these labels, side by side, and if wanted the output itself behind them. */
export function watching(definition: Definition, labels: readonly string[], withOutput = false): Definition {
  const { nodes, heads } = definition;
  const [head] = heads;
  const states = labels.map((label) => {
    const delay = nodes.find((node) => node.op === "delay" && node.label === label);
    if (!delay) throw new RangeError(`There is no state ${label}. The states are: ${statesOf(definition).join(", ")}.`);
    return delay.inputs[0];
  });
  const inputs = withOutput ? [...states, head.output] : states;
  if (inputs.length === 1) return { ...definition, heads: [{ ...head, output: inputs[0] }] };
  const shape = sequence(inputs.reduce((width, id) => width + nodes[id].shape.width, 0));
  return {
    ...definition,
    nodes: [...nodes, { op: "concat", inputs, attributes: {}, shape, label: "watched" }],
    heads: [{ ...head, output: nodes.length }],
  };
}

/** The width of each labelled state. */
export const widthsOf = ({ nodes }: Definition, labels: readonly string[]): number[] =>
  labels.map((label) => nodes.find((node) => node.op === "delay" && node.label === label)?.shape.width ?? 0);

/** Whether a state belongs to a reversed layer: it comes from later steps. */
export const looksAhead = ({ nodes }: Definition, label: string): boolean =>
  nodes.some((node) => node.op === "delay" && node.label === label && node.attributes.steps < 0);
