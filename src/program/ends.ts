// What operations between sequences and vectors become: where a row ends, at every step of it, or over all of them.

import { Opcode, Span, SUM_BEGUN, SUM_REVERSED } from "../../assembly/isa.ts";
import type { Node } from "../graph/graph.ts";
import type { Context } from "./spans.ts";
import type { Command } from "./words.ts";

export const ENDS: Partial<Record<Node["op"], (context: Context) => Command[]>> = {
  last: ({ plan, node, id, width, at }) => {
    if (node.op !== "last") return [];
    const [x] = node.inputs;
    const { timeline } = plan.nodes[x].shape;
    const flags = node.attributes.reversed ? -1 : 1;
    return [{ opcode: Opcode.last, timeline, flags, width, outputs: 1, operands: [at(id), at(x)] }];
  },
  atLast: ({ node, id, width, at }) => {
    if (node.op !== "atLast") return [];
    const flags = node.attributes.reversed ? -1 : 1;
    return [
      { opcode: Opcode.fill, width, operands: [at(id)] },
      { opcode: Opcode.atLast, span: Span.rows, flags, width, operands: [at(id), at(node.inputs[0])] },
    ];
  },
  everyRow: ({ node, id, width, at }) => [{ opcode: Opcode.copy, width, outputs: 1, operands: [at(id), at(node.inputs[0])] }],
  repeat: ({ node, id, width, at }) => [
    { opcode: Opcode.arrange, span: Span.rows, flags: 1, width, outputs: 1, operands: [at(id), at(node.inputs[0])] },
  ],
  sumOverTime: ({ plan, node, id, width, at }) => {
    if (node.op !== "sumOverTime") return [];
    const { most, reversed, begun } = node.attributes;
    const [x] = node.inputs;
    const { timeline } = plan.nodes[x].shape;
    const flags = (reversed ? SUM_REVERSED : 0) | (begun ? SUM_BEGUN : 0);
    return [{ opcode: Opcode.sumOverTime, timeline, inner: most, flags, width, outputs: 1, operands: [at(id), at(x)] }];
  },
};
