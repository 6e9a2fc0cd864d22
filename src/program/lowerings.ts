// The table of lowerings: what command, or few commands, each operation becomes. They go over what their result goes over, if they say nothing else.

import { CONTROL_LOSS, LOSS_BYTES, Opcode } from "../../assembly/isa.ts";
import type { Node } from "../graph/graph.ts";
import { entriesOf } from "../graph/initializer.ts";
import type { LossKind } from "../graph/operations.ts";
import { rowBytes } from "../plan/bytes.ts";
import { accumulatesOnto } from "../plan/layout.ts";
import { ENDS } from "./ends.ts";
import { LOOK, packOfSource } from "./look.ts";
import { RANDOM } from "./random.ts";
import { type Lowering, rowwise, start, widthOf } from "./rowwise.ts";
import type { Context } from "./spans.ts";
import { ABSENT, type Command, floatBits, type Operand } from "./words.ts";

/** As `rowwise`, with the number that is added to a variance. */
const normalizing =
  (opcode: Opcode) =>
  (context: Context): Command[] => {
    const { node } = context;
    if (node.op !== "normalize" && node.op !== "normalizeGradient") throw new Error("internal: not normalised");
    return rowwise(opcode)(context).map((command) => ({ ...command, real: node.attributes.epsilon }));
  };

const LOSSES = {
  crossEntropy: Opcode.crossEntropy,
  meanSquared: Opcode.meanSquared,
  binaryCrossEntropy: Opcode.binaryCrossEntropy,
  gaussian: Opcode.mixture,
  mixtureDensity: Opcode.mixture,
} as const satisfies Record<LossKind, Opcode>;

function lossCommand({ plan, node, control, at, over }: Context, dX: Operand): Command[] {
  if (node.op !== "loss" && node.op !== "lossGradient") throw new Error("internal: not a loss");
  const [x, target] = node.inputs;
  const { kind, ignore, floor, weight, mean } = node.attributes;
  const head = plan.losses.findIndex((loss) => plan.nodes[loss].inputs.every((input, index) => input === node.inputs[index]));
  const opcode = LOSSES[kind];
  return [
    {
      opcode,
      ...over(x),
      rows: mean === "sequences" ? 1 : 0,
      inner: opcode === Opcode.mixture ? widthOf(plan, target) : 0,
      width: widthOf(plan, x),
      flags: opcode === Opcode.mixture ? floatBits(Math.log(floor)) : (ignore ?? -1),
      real: weight,
      extra: control + CONTROL_LOSS + head * LOSS_BYTES,
      outputs: dX.base ? 1 : 0,
      operands: [dX, at(x), at(target)],
    },
  ];
}

export const LOWER: Partial<Record<Node["op"], Lowering>> = {
  ...LOOK,
  pack({ plan, node, id, at }) {
    if (node.op !== "pack") return [];
    if (node.shape.extent === "sequence") return [packOfSource(node, at(id), at(node.inputs[0]))];
    const { rows, width } = plan.nodes[node.inputs[0]].shape;
    const { transposed } = node.attributes;
    const weight = at(node.inputs[0]);
    const rowStride = weight.rowStride || rowBytes(width);
    return [
      {
        opcode: transposed ? Opcode.packTransposed : Opcode.pack,
        inner: transposed ? width : rows,
        width: transposed ? rows : width,
        operands: [at(id), { ...weight, rowStride }],
      },
    ];
  },
  matmul: (context) => {
    const { plan, node, id, width, at } = context;
    const [x, weight] = node.inputs;
    return [
      {
        opcode: Opcode.gemm,
        inner: widthOf(plan, x),
        width,
        outputs: 1,
        operands: [at(id), at(x), { ...at(weight), rowStride: 0 }, start(context, 2)],
      },
    ];
  },
  sparse: (context) => {
    const { plan, node, id, width, at } = context;
    if (node.op !== "sparse") return [];
    const [x, weight] = node.inputs;
    const parameter = plan.nodes[weight];
    if (parameter.op !== "parameter") throw new Error("internal: a sparse product with what is no parameter");
    return [
      {
        opcode: node.attributes.transposed ? Opcode.sparseTransposed : Opcode.sparse,
        inner: widthOf(plan, x),
        width,
        flags: entriesOf(parameter.attributes.initial),
        outputs: 1,
        operands: [at(id), at(x), { ...at(weight), rowStride: 0 }, start(context, 2)],
      },
    ];
  },
  outer: ({ plan, node, id, at, over }) => {
    const [x, dY] = node.inputs;
    const { rows, width } = plan.nodes[id].shape;
    return [
      {
        opcode: Opcode.outer,
        ...over(dY),
        inner: rows,
        width,
        flags: accumulatesOnto(node) >= 0 ? 1 : 0,
        outputs: 1,
        operands: [{ ...at(id), rowStride: rowBytes(width) }, at(x), at(dY)],
      },
    ];
  },
  gather: (context) => {
    const { node, id, width, at } = context;
    const [ids, table] = node.inputs;
    const rowStride = at(table).rowStride || rowBytes(width);
    return [
      {
        opcode: Opcode.gather,
        width,
        outputs: 1,
        operands: [at(id), at(ids), { ...at(table), rowStride }, start(context, 2)],
      },
    ];
  },
  scatter: ({ plan, node, id, at, over }) => {
    const [ids, dY] = node.inputs;
    const { rows, width } = plan.nodes[id].shape;
    return [
      {
        opcode: Opcode.scatter,
        ...over(dY),
        inner: rows,
        width,
        flags: accumulatesOnto(node) >= 0 ? 1 : 0,
        outputs: 1,
        operands: [{ ...at(id), rowStride: rowBytes(width) }, at(ids), at(dY)],
      },
    ];
  },
  columnSum({ node, id, width, at, over }) {
    const x = at(node.inputs[0]);
    return [
      {
        opcode: Opcode.columnSum,
        ...over(node.inputs[0]),
        inner: 1,
        width,
        flags: accumulatesOnto(node) >= 0 ? 1 : 0,
        outputs: 1,
        operands: [at(id), { ...x, rowStride: x.rowStride || rowBytes(width) }],
      },
    ];
  },
  concat: ({ plan, node, id, at }) => {
    let column = 0;
    return node.inputs.flatMap((input) => {
      const width = widthOf(plan, input);
      const to = { ...at(id), base: at(id).base + column * 4 };
      column += width;
      // What was made in its place need not be brought there.
      return at(input).base === to.base ? [] : [{ opcode: Opcode.copy, width, outputs: 1, operands: [to, at(input)] }];
    });
  },
  pad: ({ plan, node, id, width, at }) => {
    if (node.op !== "pad") return [];
    const to = at(id);
    const [x] = node.inputs;
    const from = { ...to, base: to.base + node.attributes.from * 4 };
    return [
      { opcode: Opcode.fill, width, operands: [to] },
      { opcode: Opcode.copy, width: widthOf(plan, x), outputs: 1, operands: [from, at(x)] },
    ];
  },
  ...ENDS,
  softmax: rowwise(Opcode.softmax),
  softmaxGradient: rowwise(Opcode.softmaxGradient),
  normalize: normalizing(Opcode.normalize),
  normalizeGradient: normalizing(Opcode.normalizeGradient),
  argmax: ({ plan, node, id, at }) => [
    { opcode: Opcode.argmax, width: widthOf(plan, node.inputs[0]), operands: [at(id), at(node.inputs[0])] },
  ],
  ...RANDOM,
  loss: (context) => lossCommand(context, ABSENT),
  lossGradient: (context) => lossCommand(context, context.at(context.id)),
};
