// Whole sequences through the network, in pieces of powers of two, so that any length needs only a few plans.

import type { Machine } from "../engine/machine.ts";
import type { Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import { type Sequence, writeRows } from "../train/data.ts";

/** Steps of the longest piece. */
const LONGEST = 64;

/** One output a step; for a sequence → vector model only the last. In one piece if it must be `whole`: a model that looks ahead. */
export function predict(machine: Machine, programs: Programs, sequence: Sequence, raw: boolean, whole: boolean): Float32Array[] {
  const purpose = { kind: "predict", raw } as const;
  const outputs: Float32Array[] = [];
  const pieceOf = (length: number): number => (whole ? length : Math.min(LONGEST, 2 ** Math.floor(Math.log2(length))));
  const programOf = (steps: number): Program => (whole ? programs.passing(purpose, 1, steps) : programs.get(purpose, 1, steps));
  const first = programOf(pieceOf(sequence.length));
  const carry = first.newCarry();
  try {
    for (let from = 0; from < sequence.length; ) {
      const steps = pieceOf(sequence.length - from);
      const program = programOf(steps);
      const { plan } = program;
      const { input } = plan.given;
      // A model may ignore its input altogether.
      if (input !== undefined) {
        const { address, stride } = program.place(input);
        const { memory } = machine;
        const values =
          plan.nodes[input].shape.symbols > 0 ? memory.integers(address, steps * stride) : memory.floats(address, steps * stride);
        writeRows({ values, stride, batch: 1, order: null }, sequence, from, steps, 0);
      }
      program.run(carry, null);
      program.accept(carry);
      from += steps;
      const { width, extent } = plan.nodes[plan.shown.target].shape;
      const { address, stride } = program.place(plan.shown.target);
      if (extent === "sequence")
        for (let t = 0; t < steps; t++) outputs.push(machine.memory.floats(address + t * stride * 4, width).slice());
      else if (from === sequence.length) outputs.push(machine.memory.floats(address, width).slice());
    }
  } finally {
    machine.memory.release(carry.from, carry.bytes);
    machine.memory.release(carry.to, carry.bytes);
  }
  return outputs;
}
