// What stands before the first step of a sequence and behind the last of each row, and what of it is handed from run to run.

import { Opcode, Span } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import { VIEWS } from "../graph/operations.ts";
import { placeOf } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import type { Step } from "../plan/schedule.ts";
import { stepNodes } from "../plan/schedule.ts";
import type { Command, Operand } from "./words.ts";

/** A slot of a node's buffer, counted from the start of its halo. */
type Slots = (id: NodeId, slot: number) => Operand;

/** The last slots of each row are handed on. */
export function carryOut(plan: Plan, slots: Slots): Command[] {
  return plan.carried.flatMap(({ node, slots: count, width, offset }) => {
    const { timeline } = plan.nodes[node].shape;
    return Array.from({ length: count }, (_, slot): Command => {
      const to = handed(offset, slots(node, 0), slot);
      return { opcode: Opcode.carryOut, span: Span.rows, timeline, width, operands: [to, slots(node, slot)] };
    });
  });
}

/** A slot of what is carried: it lies as the halo does. */
const handed = (offset: number, { timeStride, rowStride }: Operand, slot: number): Operand => ({
  base: offset + slot * timeStride,
  timeStride,
  rowStride,
});

/**
 * What stands before the first step, and behind the last of each row, wherever it is read: what was carried, if the row goes on from there, else
 * nothing.
 */
export function edges(plan: Plan, id: NodeId, slots: Slots): Command[] {
  const buffer = plan.buffers.get(id);
  if (!buffer) return [];
  const { halo, tail } = buffer;
  const { width, timeline } = plan.nodes[id].shape;
  const carried = plan.carried.find(({ node }) => node === id);
  const common = { span: Span.rows, timeline, width, flags: carried?.nothing ?? nothing(plan.nodes[id]) };
  const commands: Command[] = [];
  if (carried)
    for (let slot = 0; slot < halo; slot++) {
      const from = handed(carried.offset, slots(id, 0), slot);
      commands.push({ opcode: Opcode.carryIn, ...common, operands: [slots(id, slot), from] });
    }
  else if (halo > 0 && !buffer.carried) commands.push({ opcode: Opcode.before, ...common, inner: halo, operands: [slots(id, 0)] });
  if (tail > 0) commands.push({ opcode: Opcode.behind, ...common, inner: tail, operands: [slots(id, halo)] });
  return commands;
}

const nothing = ({ shape }: Node): number => (shape.symbols > 0 ? -1 : 0);

/** The delays that a step reads before whose beginning stands a vector. */
export function beginningsOf(nodes: readonly Node[], step: Step): NodeId[] {
  return stepNodes(step)
    .flatMap((id) => nodes[id].inputs)
    .flatMap((id) => {
      const found: NodeId[] = [];
      for (let at = id; VIEWS.has(nodes[at].op); at = nodes[at].inputs[0]) if (nodes[at].inputs.length > 1) found.push(at);
      return found;
    });
}

/** Puts that vector where it is read, in the rows that do not go on from what was carried. */
export function beginning(plan: Plan, id: NodeId, slots: Slots, at: (id: NodeId) => Operand): Command[] {
  const { inputs, shape } = plan.nodes[id];
  const { buffer: root, earlier, column } = placeOf(plan.nodes, id);
  const { halo, tail } = plan.buffers.get(root) as { halo: number; tail: number };
  const { width, timeline } = shape;
  const common = { span: Span.rows, timeline, width };
  const aside = (operand: Operand): Operand => ({ ...operand, base: operand.base + column * 4 });
  const vector = at(inputs[1]);
  if (earlier < 0) return [{ opcode: Opcode.behind, ...common, inner: tail, operands: [aside(slots(root, halo)), vector] }];
  const carried = plan.carried.find(({ node }) => node === root);
  if (!carried) return [{ opcode: Opcode.before, ...common, inner: halo, operands: [aside(slots(root, 0)), vector] }];
  return Array.from({ length: halo }, (_, slot): Command => {
    const from = aside(handed(carried.offset, slots(root, 0), slot));
    return { opcode: Opcode.carryIn, ...common, operands: [aside(slots(root, slot)), from, vector] };
  });
}
