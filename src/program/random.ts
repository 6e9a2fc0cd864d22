// The lowerings of what a stream of random numbers decides.

import { DROPOUT_PER_SEQUENCE, DROPOUT_SCALED, Opcode } from "../../assembly/isa.ts";
import type { Node } from "../graph/graph.ts";
import type { Stream } from "../graph/operations.ts";
import { type Lowering, rowwise, widthOf } from "./rowwise.ts";
import type { Context } from "./spans.ts";
import type { Command } from "./words.ts";

/** Row by row, what is decided for each row of the batch by a stream of random numbers. A draw reads rows that are wider than a symbol. */
const byPlace =
  (opcode: Opcode) =>
  (context: Context): Command[] => {
    const { plan, node } = context;
    const { stream } = node.attributes as Stream;
    const [x] = node.inputs;
    const width = opcode === Opcode.draw ? widthOf(plan, x) : context.width;
    const outputs = node.shape.symbols > 0 ? 0 : 1;
    return rowwise(opcode)(context).map((command) => ({ ...command, inner: plan.batch, width, extra: stream, outputs }));
  };

export const RANDOM: Partial<Record<Node["op"], Lowering>> = {
  draw: byPlace(Opcode.draw),
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
