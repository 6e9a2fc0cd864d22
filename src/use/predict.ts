// Whole sequences through the network, in pieces of powers of two, so that any length needs only a few plans.

import type { Machine } from "../engine/machine.ts";
import type { Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import type { Purpose } from "../plan/unfold.ts";
import { type Sequence, writeRows } from "../train/data.ts";

/** Steps of the longest piece. */
const LONGEST = 64;

/** What is run over a sequence. */
interface Passage {
  readonly purpose: Purpose;
  readonly sequence: Sequence;
  /** What layers hear that listen to the output, at each step: what it should have been at the step before. */
  readonly heard?: Sequence;
  /** In one piece: a model that looks ahead. */
  readonly whole?: boolean;
}

/** The outputs of a piece: of `steps` steps, `stride` numbers apart. */
interface Outputs {
  readonly address: number;
  readonly stride: number;
  readonly steps: number;
  readonly width: number;
  readonly extent: string;
}

/** Runs a sequence from the beginning, and shows the outputs of each piece, which begins with step `from`. */
export function pieces(
  machine: Machine,
  programs: Programs,
  { purpose, sequence, heard, whole = false }: Passage,
  show: (outputs: Outputs, from: number) => void,
): void {
  const pieceOf = (length: number): number => (whole ? length : Math.min(LONGEST, 2 ** Math.floor(Math.log2(length))));
  const programOf = (steps: number): Program => (whole ? programs.passing(purpose, 1, steps) : programs.get(purpose, 1, steps));
  const first = programOf(pieceOf(sequence.length));
  const carry = first.newCarry();
  try {
    for (let from = 0, steps = 0; from < sequence.length; from += steps) {
      steps = pieceOf(sequence.length - from);
      const program = programOf(steps);
      const { plan } = program;
      const give = (name: "input" | "target", rows: Sequence): void => {
        // A model may ignore its input altogether, and hear nothing of its output.
        const node = plan.given[name];
        if (node === undefined) return;
        const { address, stride } = program.place(node);
        const { memory } = machine;
        const { symbols } = plan.nodes[node].shape;
        const values = symbols > 0 ? memory.integers(address, steps * stride) : memory.floats(address, steps * stride);
        writeRows({ values, stride, batch: 1, order: null }, rows, from, steps, 0);
      };
      give("input", sequence);
      if (heard) give("target", heard);
      program.run(carry, null);
      program.accept(carry);
      const { width, extent } = plan.nodes[plan.shown.target].shape;
      show({ ...program.place(plan.shown.target), steps, width, extent }, from);
    }
  } finally {
    machine.memory.release(carry.from, carry.bytes);
    machine.memory.release(carry.to, carry.bytes);
  }
}

/** One output a step; for a sequence → vector model only the last. In one piece if it must be `whole`: a model that looks ahead. */
export function predict(machine: Machine, programs: Programs, sequence: Sequence, raw: boolean, whole: boolean): Float32Array[] {
  const outputs: Float32Array[] = [];
  pieces(machine, programs, { purpose: { kind: "predict", raw }, sequence, whole }, ({ address, stride, steps, width, extent }, from) => {
    const { memory } = machine;
    if (extent === "sequence") for (let t = 0; t < steps; t++) outputs.push(memory.floats(address + t * stride * 4, width).slice());
    else if (from + steps === sequence.length) outputs.push(memory.floats(address, width).slice());
  });
  return outputs;
}
