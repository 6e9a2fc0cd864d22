// The lowerings of what a stream of random numbers decides.

import { DROPOUT_PER_SEQUENCE, DROPOUT_SCALED, Opcode } from "../../assembly/isa.ts";
import type { Node } from "../graph/graph.ts";
import type { LossKind, Stream } from "../graph/operations.ts";
import { type Lowering, rowwise, widthOf } from "./rowwise.ts";
import type { Context } from "./spans.ts";
import type { Command } from "./words.ts";

/** Row by row, what is decided for each row of the batch by a stream of random numbers. */
const byPlace =
  (opcode: Opcode) =>
  (context: Context): Command[] => {
    const { plan, node } = context;
    const { stream } = node.attributes as Stream;
    const outputs = node.shape.symbols > 0 ? 0 : 1;
    return rowwise(opcode)(context).map((command) => ({ ...command, inner: plan.batch, extra: stream, outputs }));
  };

const DRAWS: Readonly<Partial<Record<LossKind, Opcode>>> = {
  crossEntropy: Opcode.draw,
  binaryCrossEntropy: Opcode.drawBits,
  gaussian: Opcode.drawDensity,
  mixtureDensity: Opcode.drawDensity,
};

export const RANDOM: Partial<Record<Node["op"], Lowering>> = {
  draw: (context) => {
    const { plan, node, width } = context;
    if (node.op !== "draw") return [];
    const { kind, components, floor } = node.attributes;
    const opcode = DRAWS[kind];
    if (opcode === undefined) throw new Error(`internal: with ${kind} nothing is drawn`);
    // A symbol is drawn from a row that is wider than it is.
    const wide = node.shape.symbols > 0 ? widthOf(plan, node.inputs[0]) : width;
    return byPlace(opcode)(context).map((command) => ({ ...command, width: wide, flags: components, real: floor }));
  },
  either: byPlace(Opcode.either),
  eitherGradient: byPlace(Opcode.eitherGradient),
  dropout: ({ plan, node, id, width, at }) => {
    if (node.op !== "dropout") return [];
    const { keep, stream, scaled, perSequence } = node.attributes;
    const flags = (scaled ? DROPOUT_SCALED : 0) | (perSequence ? DROPOUT_PER_SEQUENCE : 0);
    const inner = node.shape.rows || plan.batch;
    const operands = [at(id), at(node.inputs[0])];
    return [{ opcode: Opcode.dropout, inner, width, flags, real: keep, extra: stream, outputs: 1, operands }];
  },
  noise: ({ plan, node, id, width, at }) => {
    if (node.op !== "noise") return [];
    const { limit, stream } = node.attributes;
    const inner = node.shape.rows || plan.batch;
    const operands = [at(id), at(node.inputs[0])];
    return [{ opcode: Opcode.addNoise, inner, width, real: limit, extra: stream, outputs: 1, operands }];
  },
};
