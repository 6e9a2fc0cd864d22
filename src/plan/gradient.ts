// The gradient rule of each operation: given dY, what each input receives, written in the same operations.

import type { Graph, NodeId, NodeOf } from "../graph/graph.ts";
import type { OpName } from "../graph/operations.ts";

/** `null`: nothing flows to this input. */
type Rule<K extends OpName> = (graph: Graph, node: NodeOf<K>, y: NodeId, dY: NodeId) => readonly (NodeId | null)[];

const none: Rule<OpName> = () => [];

const never: Rule<OpName> = (_graph, node) => {
  throw new Error(`internal: ${node.op} is part of a backward graph and has no gradient of its own`);
};

const times = (graph: Graph, a: NodeId, k: number): NodeId => graph.add("affine", [a], { scale: k, shift: 0 });

export const GRADIENT: { readonly [K in OpName]: Rule<K> } = {
  input: none,
  target: none,
  feedback: none,
  parameter: none,
  matmul: (graph, { inputs: [x, weight], attributes: { transposed } }, _y, dY) => [
    graph.add("matmul", [dY, weight], { transposed: !transposed }),
    transposed ? graph.add("outer", [dY, x], {}) : graph.add("outer", [x, dY], {}),
  ],
  sparse: (graph, { inputs: [, weight], attributes: { transposed } }, _y, dY) => [
    graph.add("sparse", [dY, weight], { transposed: !transposed }),
    null,
  ],
  outer: never,
  gather: (graph, { inputs: [ids, table] }, _y, dY) => [null, graph.add("scatter", [ids, dY], { rows: graph.nodes[table].shape.rows })],
  scatter: never,
  columnSum: never,
  pack: never,
  add: (_graph, _node, _y, dY) => [dY, dY],
  sub: (graph, _node, _y, dY) => [dY, times(graph, dY, -1)],
  mul: (graph, { inputs: [a, b] }, _y, dY) =>
    a === b ? [graph.add("mul", [dY, times(graph, a, 2)], {})] : [graph.add("mul", [dY, b], {}), graph.add("mul", [dY, a], {})],
  div: (graph, { inputs: [, b] }, y, dY) => {
    const overB = graph.add("div", [dY, b], {});
    return [overB, times(graph, graph.add("mul", [overB, y], {}), -1)];
  },
  mix: (graph, { inputs: [f, a, b] }, _y, dY) => {
    const toA = graph.add("mul", [dY, f], {});
    return [graph.add("mul", [dY, graph.add("sub", [a, b], {})], {}), toA, graph.add("sub", [dY, toA], {})];
  },
  affine: (graph, { attributes: { scale } }, _y, dY) => [scale === 1 ? dY : times(graph, dY, scale)],
  tanh: (graph, _node, y, dY) => [graph.add("tanhGradient", [y, dY], {})],
  sigmoid: (graph, _node, y, dY) => [graph.add("sigmoidGradient", [y, dY], {})],
  relu: (graph, _node, y, dY) => [graph.add("reluGradient", [y, dY], {})],
  softplus: (graph, { inputs: [x] }, _y, dY) => [graph.add("softplusGradient", [x, dY], {})],
  exp: (graph, _node, y, dY) => [graph.add("mul", [dY, y], {})],
  log: (graph, { inputs: [x] }, _y, dY) => [graph.add("div", [dY, x], {})],
  sqrt: (graph, _node, y, dY) => [times(graph, graph.add("div", [dY, y], {}), 0.5)],
  abs: (graph, { inputs: [x] }, _y, dY) => [graph.add("mul", [dY, graph.add("sign", [x], {})], {})],
  sign: none,
  unitStep: none,
  clamp: (graph, { inputs: [x], attributes }, y, dY) => [graph.add("clampGradient", [x, y, dY], attributes)],
  clampGradient: never,
  copy: (_graph, _node, _y, dY) => [dY],
  tanhGradient: never,
  sigmoidGradient: never,
  reluGradient: never,
  softplusGradient: never,
  concat: (graph, { inputs }, _y, dY) =>
    graph.columns(
      dY,
      inputs.map((input) => graph.nodes[input].shape.width),
    ),
  slice: (graph, { inputs: [x], attributes: { from } }, _y, dY) => [graph.add("pad", [dY], { from, width: graph.nodes[x].shape.width })],
  pad: never,
  delay: () => {
    throw new Error("internal: a delay's gradient is bound by differentiate()");
  },
  last: (graph, { inputs: [x], attributes: { reversed } }, _y, dY) => [
    graph.add("atLast", [dY], { reversed, timeline: graph.nodes[x].shape.timeline }),
  ],
  atLast: never,
  everyRow: (_graph, _node, _y, dY) => [dY],
  repeat: (graph, _node, _y, dY) => [graph.add("sumOverTime", [dY], { most: 0, reversed: false, begun: false })],
  sumOverTime: never,
  dotScore: (graph, { inputs: [q, k] }, _y, dE) => [graph.add("attend", [dE, k], {}), graph.add("spread", [dE, q], {})],
  additiveScore: (graph, { inputs: [q, k, v] }, _y, dE) => {
    const { width } = graph.nodes[v].shape;
    const toKeys = graph.add("additiveToKey", [dE, q, k], {});
    return [
      graph.add("mul", [graph.add("additiveToQuery", [dE, q, k], {}), v], {}),
      graph.add("mul", [graph.add("slice", [toKeys], { from: 0, width }), v], {}),
      graph.add("slice", [toKeys], { from: width, width }),
    ];
  },
  align: (graph, _node, y, dY) => [graph.add("alignGradient", [y, dY], {})],
  alignGradient: never,
  attend: (graph, { inputs: [weights, x] }, _y, dY) => [graph.add("dotScore", [dY, x], {}), graph.add("spread", [weights, dY], {})],
  spread: never,
  additiveToQuery: never,
  additiveToKey: never,
  softmax: (graph, _node, y, dY) => [graph.add("softmaxGradient", [y, dY], {})],
  softmaxGradient: never,
  normalize: (graph, { inputs: [x], attributes }, y, dY) => [graph.add("normalizeGradient", [x, y, dY], attributes)],
  normalizeGradient: never,
  argmax: none,
  draw: none,
  either: (graph, { attributes }, _y, dY) => [null, graph.add("eitherGradient", [dY], attributes)],
  eitherGradient: never,
  dropout: (graph, { attributes }, _y, dY) => [graph.add("dropout", [dY], attributes)],
  noise: (_graph, _node, _y, dY) => [dY],
  loss: (graph, { inputs: [x, target], attributes }) => [graph.add("lossGradient", [x, target], attributes)],
  lossGradient: never,
};
