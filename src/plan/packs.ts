// Puts into a graph the packing of what products read: weights, and the source that attention looks at.

import type { Node, NodeId } from "../graph/graph.ts";
import type { Operations, OpName } from "../graph/operations.ts";

/** Puts the packing of weights into the graph: each weight once for each direction in which it is multiplied. */
export function packWeights(nodes: readonly Node[]): Node[] {
  const result = nodes.slice();
  const packed = new Map<string, NodeId>();
  nodes.forEach((node, id) => {
    if (node.op !== "matmul") return;
    const [x, weight, ...start] = node.inputs;
    const { transposed } = node.attributes;
    const key = `${weight} ${transposed}`;
    let panel = packed.get(key);
    if (panel === undefined) {
      const { shape, label } = nodes[weight];
      panel = result.push({ op: "pack", inputs: [weight], attributes: { transposed }, shape, label }) - 1;
      packed.set(key, panel);
    }
    result[id] = { ...node, inputs: [x, panel, ...start] };
  });
  return result;
}

/** For each operation of attention the place of what is of the source, whether it is read across, and whether as an exponential, as the queries before it. */
const SOURCES: Partial<Record<OpName, readonly [place: number, transposed: boolean, exponential: boolean]>> = {
  dotScore: [1, true, false],
  attend: [1, false, false],
  additiveScore: [1, true, true],
  additiveToQuery: [2, false, true],
  additiveToKey: [2, false, true],
};

/** tanh(q + k) is 1 − 2/(1 + e^2q·e^2k), and an exponential of a query, or a key, serves every pair: `LIMIT` keeps the product of any two from being 0·∞. */
const LIMIT = 86;

/**
 * Attention's kernels read the source in panels, row by row of the batch, and what is additive as exponentials. Both are made once, before the loop
 * that looks.
 */
export function packSources(nodes: readonly Node[]): Node[] {
  const result = nodes.slice();
  const made = new Map<string, NodeId>();
  const make = <K extends OpName>(op: K, from: NodeId, attributes: Operations[K]): NodeId => {
    const key = `${op} ${from} ${JSON.stringify(attributes)}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const { shape, label } = result[from];
    const id = result.push({ op, inputs: [from], attributes, shape, label } as unknown as Node) - 1;
    made.set(key, id);
    return id;
  };
  const exponential = (id: NodeId): NodeId =>
    make("exp", make("clamp", make("affine", id, { scale: 2, shift: 0 }), { low: -LIMIT, high: LIMIT }), {});
  nodes.forEach((node, id) => {
    const source = SOURCES[node.op];
    if (!source) return;
    const [place, transposed, isExponential] = source;
    const inputs = node.inputs.map((input, index) =>
      isExponential && (index === place || index === place - 1) ? exponential(input) : input,
    );
    inputs[place] = make("pack", inputs[place], { transposed });
    result[id] = { ...node, inputs } as Node;
  });
  return result;
}
