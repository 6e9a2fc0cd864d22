// The raw outputs of a sequence-to-sequence model in one run of its whole graph, encoder and decoder together, which hears the truth.

import { type Definition, timelinesOf } from "../../src/define/model.ts";
import { Program } from "../../src/engine/program.ts";
import type { Network, Sequence } from "../../src/index.ts";
import { writeRows } from "../../src/train/data.ts";

/** One row a step of the target, and one of the end. */
export function wholeLogits(net: Network, source: Sequence | undefined, target: readonly number[]): number[][] {
  const definition: Definition = net.definition;
  const { machine } = net.inside;
  const steps = target.length + 1;
  const long = source?.length ?? 0;
  const timelines = timelinesOf(definition) > 1 ? [steps, Math.max(1, long)] : [steps];
  const program = new Program(machine, definition, { kind: "predict", raw: true, teacherForcing: true }, 1, timelines);
  const lengths = [null, Int32Array.of(long)];
  program.tables.take({ rows: 1, timelines: timelines.map((steps, k) => ({ steps, lengths: lengths[k] })) });
  const give = (name: string, values: Sequence): void => {
    const node = program.plan.given[name];
    if (node === undefined) return;
    const { address, stride } = program.place(node);
    const { symbols } = program.plan.nodes[node].shape;
    const size = Math.max(1, values.length) * stride;
    const slots = symbols > 0 ? machine.memory.integers(address, size) : machine.memory.floats(address, size);
    writeRows({ values: slots, stride, batch: 1, order: null }, values, 0, values.length, 0);
  };
  if (source) give("source", definition.inputs.source.kind === "vector" ? [source as number[]] : source);
  give("target", [...target, target[0]]);
  const carry = program.newCarry();
  program.run(carry, Int32Array.of(0));
  const { address, stride } = program.place(program.plan.shown.target);
  const { width } = program.plan.nodes[program.plan.shown.target].shape;
  const rows = Array.from({ length: steps }, (_, t) => [...machine.memory.floats(address + t * stride * 4, width)]);
  program.release();
  return rows;
}
