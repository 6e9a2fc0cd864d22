// Where a program reads what it is given: slots for rows to be written into.

import type { Program } from "../engine/program.ts";
import type { NodeId } from "../graph/graph.ts";
import type { Slots } from "./data.ts";

/** Those of something given, with rows in the batch's own order. A view of memory, which growing it detaches. */
export function slotsAt(program: Program, node: NodeId): Slots {
  const { memory } = program.machine;
  const { nodes, batch, timelines } = program.plan;
  const { extent, symbols, timeline } = nodes[node].shape;
  const { address, stride } = program.place(node);
  const count = (extent === "sequence" ? batch * timelines[timeline] : batch) * stride;
  const values = symbols > 0 ? memory.integers(address, count) : memory.floats(address, count);
  return { values, stride, batch, order: null };
}

/** Of all that a program is given, with rows in the batch's own order. */
export const slotsOf = (program: Program): Record<string, Slots> =>
  Object.fromEntries(Object.entries(program.plan.given).map(([name, node]) => [name, slotsAt(program, node)]));

/** The same where rows stand as the lengths say that the program has taken. */
export function arranged({ plan, tables }: Program, node: NodeId, slots: Slots): Slots {
  const { extent, timeline } = plan.nodes[node].shape;
  if (extent !== "sequence" || tables.timelines[timeline].inOrder) return slots;
  return { ...slots, order: tables.timelines[timeline].places };
}
