// The table of lowerings: what command, or few commands, each operation becomes.

import { CONTROL_LOSS, DROPOUT_PER_SEQUENCE, DROPOUT_SCALED, Opcode } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import { entriesOf } from "../graph/initializer.ts";
import { rowBytes } from "../plan/bytes.ts";
import { accumulatesOnto } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { ABSENT, type Command, type Operand } from "./words.ts";

/** What lowering one step needs to know. */
export interface Context {
  readonly plan: Plan;
  readonly node: Node;
  readonly id: NodeId;
  readonly rows: number;
  /** The whole row width of the result. */
  readonly width: number;
  readonly control: number;
  at(id: NodeId): Operand;
}

const start = (context: Context, place: number): Operand => {
  const input = context.node.inputs[place];
  return input === undefined ? ABSENT : context.at(input);
};

const symbols = (plan: Plan, id: NodeId): number => plan.nodes[id].shape.width;

/** x and y as they are, row by row. */
const rowwise =
  (opcode: Opcode) =>
  ({ node, id, rows, width, at }: Context): Command[] => [{ opcode, rows, width, outputs: 1, operands: [at(id), ...node.inputs.map(at)] }];

/** As `rowwise`, with the number that is added to a variance. */
const normalizing =
  (opcode: Opcode) =>
  (context: Context): Command[] => {
    const { node } = context;
    if (node.op !== "normalize" && node.op !== "normalizeGradient") throw new Error("internal: not normalised");
    return rowwise(opcode)(context).map((command) => ({ ...command, real: node.attributes.epsilon }));
  };

function lossCommand({ plan, node, rows, control, at }: Context, dX: Operand): Command[] {
  if (node.op !== "loss" && node.op !== "lossGradient") throw new Error("internal: not a loss");
  const [x, target] = node.inputs;
  const { kind, ignore } = node.attributes;
  return [
    {
      opcode: Opcode[kind],
      rows,
      width: symbols(plan, x),
      flags: ignore >= 0 ? ignore : -1,
      real: 1,
      extra: control + CONTROL_LOSS,
      outputs: dX.base ? 1 : 0,
      operands: [dX, at(x), at(target)],
    },
  ];
}

export const LOWER: Partial<Record<Node["op"], (context: Context) => Command[]>> = {
  pack({ plan, node, id, at }) {
    if (node.op !== "pack") return [];
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
    const { plan, node, id, rows, width, at } = context;
    const [x, weight] = node.inputs;
    return [
      {
        opcode: Opcode.gemm,
        rows,
        inner: symbols(plan, x),
        width,
        outputs: 1,
        operands: [at(id), at(x), { ...at(weight), rowStride: 0 }, start(context, 2)],
      },
    ];
  },
  sparse: (context) => {
    const { plan, node, id, rows, width, at } = context;
    if (node.op !== "sparse") return [];
    const [x, weight] = node.inputs;
    const parameter = plan.nodes[weight];
    if (parameter.op !== "parameter") throw new Error("internal: a sparse product with what is no parameter");
    return [
      {
        opcode: node.attributes.transposed ? Opcode.sparseTransposed : Opcode.sparse,
        rows,
        inner: symbols(plan, x),
        width,
        flags: entriesOf(parameter.attributes.initial),
        outputs: 1,
        operands: [at(id), at(x), { ...at(weight), rowStride: 0 }, start(context, 2)],
      },
    ];
  },
  outer: ({ plan, node, id, at }) => {
    const [x, dY] = node.inputs;
    const { rows, width } = plan.nodes[id].shape;
    return [
      {
        opcode: Opcode.outer,
        rows: rowsOf(plan, dY),
        inner: rows,
        width,
        flags: accumulatesOnto(node) >= 0 ? 1 : 0,
        outputs: 1,
        operands: [{ ...at(id), rowStride: rowBytes(width) }, at(x), at(dY)],
      },
    ];
  },
  gather: (context) => {
    const { node, id, rows, width, at } = context;
    const [ids, table] = node.inputs;
    const rowStride = at(table).rowStride || rowBytes(width);
    return [
      {
        opcode: Opcode.gather,
        rows,
        width,
        outputs: 1,
        operands: [at(id), at(ids), { ...at(table), rowStride }, start(context, 2)],
      },
    ];
  },
  scatter: ({ plan, node, id, at }) => {
    const [ids, dY] = node.inputs;
    const { rows, width } = plan.nodes[id].shape;
    return [
      {
        opcode: Opcode.scatter,
        rows: rowsOf(plan, dY),
        inner: rows,
        width,
        flags: accumulatesOnto(node) >= 0 ? 1 : 0,
        outputs: 1,
        operands: [{ ...at(id), rowStride: rowBytes(width) }, at(ids), at(dY)],
      },
    ];
  },
  columnSum: ({ plan, node, id, width, at }) => [
    {
      opcode: Opcode.columnSum,
      rows: rowsOf(plan, node.inputs[0]),
      inner: 1,
      width,
      flags: accumulatesOnto(node) >= 0 ? 1 : 0,
      outputs: 1,
      operands: [at(id), at(node.inputs[0])],
    },
  ],
  concat: ({ plan, node, id, rows, at }) => {
    let column = 0;
    return node.inputs.flatMap((input) => {
      const width = symbols(plan, input);
      const to = { ...at(id), base: at(id).base + column * 4 };
      column += width;
      // What was made in its place need not be brought there.
      return at(input).base === to.base ? [] : [{ opcode: Opcode.copy, rows, width, outputs: 1, operands: [to, at(input)] }];
    });
  },
  pad: ({ plan, node, id, rows, width, at }) => {
    if (node.op !== "pad") return [];
    const to = at(id);
    const [x] = node.inputs;
    const from = { ...to, base: to.base + node.attributes.from * 4 };
    return [
      { opcode: Opcode.fill, rows, width, operands: [to] },
      { opcode: Opcode.copy, rows, width: symbols(plan, x), outputs: 1, operands: [from, at(x)] },
    ];
  },
  atLast: ({ plan, node, id, rows, width, at }) => {
    const to = at(id);
    const step = node.op === "atLast" && node.attributes.reversed ? 0 : plan.steps - 1;
    const place = { ...to, base: to.base + step * to.timeStride };
    return [
      { opcode: Opcode.fill, rows, width, operands: [to] },
      { opcode: Opcode.copy, rows: plan.batch, width, outputs: 1, operands: [place, at(node.inputs[0])] },
    ];
  },
  softmax: rowwise(Opcode.softmax),
  softmaxGradient: rowwise(Opcode.softmaxGradient),
  normalize: normalizing(Opcode.normalize),
  normalizeGradient: normalizing(Opcode.normalizeGradient),
  argmax: ({ plan, node, id, rows, at }) => [
    { opcode: Opcode.argmax, rows, width: symbols(plan, node.inputs[0]), operands: [at(id), at(node.inputs[0])] },
  ],
  dropout: ({ plan, node, id, rows, width, at }) => {
    if (node.op !== "dropout") return [];
    const { keep, stream, scaled, perSequence } = node.attributes;
    const flags = (scaled ? DROPOUT_SCALED : 0) | (perSequence ? DROPOUT_PER_SEQUENCE : 0);
    const inner = node.shape.extent === "sequence" ? plan.batch : rows;
    const operands = [at(id), at(node.inputs[0])];
    return [{ opcode: Opcode.dropout, rows, inner, width, flags, real: keep, extra: stream, outputs: 1, operands }];
  },
  noise: ({ plan, node, id, rows, width, at }) => {
    if (node.op !== "noise") return [];
    const { limit, stream } = node.attributes;
    const inner = node.shape.extent === "sequence" ? plan.batch : rows;
    const operands = [at(id), at(node.inputs[0])];
    return [{ opcode: Opcode.addNoise, rows, inner, width, real: limit, extra: stream, outputs: 1, operands }];
  },
  loss: (context) => lossCommand({ ...context, rows: rowsOf(context.plan, context.node.inputs[0]) }, ABSENT),
  lossGradient: (context) => lossCommand(context, context.at(context.id)),
};

/** Rows of a value when all time steps are taken at once. */
function rowsOf({ nodes, batch, steps }: Plan, id: NodeId): number {
  const { extent, rows } = nodes[id].shape;
  return extent === "sequence" ? batch * steps : extent === "vector" ? batch : rows;
}
