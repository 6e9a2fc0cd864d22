// Who is judged by the recorded cases: the engine on each of its binaries, and the f64 reference. Each runs a network from given states.

import type { Definition } from "../../src/define/model.ts";
import type { Binary } from "../../src/engine/binary.ts";
import { Machine } from "../../src/engine/machine.ts";
import { writeBlock } from "../../src/engine/parameters.ts";
import { type Carry, Program } from "../../src/engine/program.ts";
import { layoutParameters } from "../../src/plan/parameters.ts";
import { unfold } from "../../src/plan/unfold.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES, runEngine } from "../support/engine.ts";
import { looksAhead, statesOf, watching, widthsOf } from "../support/watch.ts";

/** Numbers by a state's label, [B][width]. */
export type State = Readonly<Record<string, readonly (readonly number[])[]>>;

/** What one run gave. */
export interface Run {
  /** After every step, by label, and the output as "output", if it is a sequence: [T][B][width]. */
  readonly values: Readonly<Record<string, number[][][]>>;
  /** What would be carried on to the next run: the states that look back. */
  readonly state: State;
}

export interface Engine {
  readonly name: string;
  /** The binary, if it is not the reference. */
  readonly binary?: Binary;
  /**
   * Runs rows of any lengths, [B][T][width], as one batch from a state; what it does not name begins at zero. Symbols are rows of one number. Behind a
   * row's end the values are anything.
   */
  run(definition: Definition, parameters: Parameters, rows: Rows, from: State): Promise<Run>;
  /** The output alone, from zero: [T][B][width] flat, or [B][width] for a sequence → vector model. */
  predict(definition: Definition, parameters: Parameters, rows: Rows): Promise<number[]>;
}

/** Rows, [B][T][width]. */
type Rows = readonly (readonly (readonly number[])[])[];

export type Parameters = Readonly<Record<string, ArrayLike<number>>>;

const PREDICT = { kind: "predict", raw: true } as const;

/** What is looked at: the states, and the output, where that is a sequence. */
function lookAt(definition: Definition) {
  const states = statesOf(definition);
  const { extent, width } = definition.nodes[definition.heads[0].output].shape;
  const watched = watching(definition, states, extent === "sequence");
  const widths = widthsOf(definition, states);
  return extent === "sequence"
    ? { states, watched, labels: [...states, "output"], widths: [...widths, width] }
    : { states, watched, labels: states, widths };
}

/** Of the longest row; one, of which nothing is taken, where no row has any. */
const stepsOf = (rows: Rows): number => Math.max(1, ...rows.map(({ length }) => length));

/** [T][B][width] flat, NaN behind each row's end; and back. */
function flat(rows: Rows): number[] {
  const width = rows.find(({ length }) => length > 0)?.[0].length ?? 1;
  return Array.from({ length: stepsOf(rows) }, (_, t) => rows.flatMap((row) => row[t] ?? new Array(width).fill(Number.NaN))).flat();
}

const lengthsOf = (rows: Rows): number[] => rows.map(({ length }) => length);

function unflat(values: ArrayLike<number>, steps: number, batch: number, labels: readonly string[], widths: readonly number[]) {
  const stride = widths.reduce((sum, width) => sum + width, 0);
  let from = 0;
  return Object.fromEntries(
    labels.map((label, index) => {
      const begin = from;
      from += widths[index];
      const cut = (t: number, b: number) => Array.from({ length: widths[index] }, (_, i) => values[(t * batch + b) * stride + begin + i]);
      return [label, Array.from({ length: steps }, (_, t) => Array.from({ length: batch }, (_, b) => cut(t, b)))];
    }),
  );
}

/** A state after the last step of each row; of a row of no steps what it began with. */
const endOf =
  (values: readonly (readonly (readonly number[])[])[], from: readonly (readonly number[])[] | undefined) =>
  ({ length }: Rows[number], b: number): readonly number[] =>
    length > 0 ? values[length - 1][b] : (from?.[b] ?? values[0][b].map(() => 0));

export const reference: Engine = {
  name: "reference",
  async run(definition, parameters, rows, from) {
    const { states, watched, labels, widths } = lookAt(definition);
    const [batch, steps] = [rows.length, stepsOf(rows)];
    const unfolded = unfold(watched, PREDICT);
    const carry = Object.fromEntries(Object.entries(from).map(([label, state]) => [label, state.flat()]));
    const { run } = interpretUnfolded(unfolded, { batch, steps, lengths: lengthsOf(rows), parameters, input: flat(rows), carry });
    const values = unflat(run.all(unfolded.shown.target), steps, batch, labels, widths);
    const state = states
      .filter((label) => !looksAhead(definition, label))
      .map((label) => [label, rows.map(endOf(values[label], from[label]))]);
    return { values, state: Object.fromEntries(state) };
  },
  async predict(definition, parameters, rows) {
    const unfolded = unfold(definition, PREDICT);
    const { run } = interpretUnfolded(unfolded, { batch: rows.length, steps: rows[0].length, parameters, input: flat(rows) });
    return [...run.all(unfolded.shown.target)];
  },
};

/** The block of a state in a carry: rows of `stride` floats. A delay of one step has one slot. */
function blockOf(machine: Machine, program: Program, carry: Carry, label: string) {
  const carried = program.plan.carried.find((candidate) => candidate.label === label);
  if (carried?.slots !== 1) throw new Error(`internal: ${label} is carried in ${carried?.slots ?? "no"} slots`);
  const stride = (program.plan.buffers.get(carried.node)?.rowStride ?? 0) / 4;
  return { stride, width: carried.width, memory: machine.memory.floats(carry.from + carried.offset, carried.bytes / 4) };
}

const onBinary = (binary: Binary): Engine => ({
  name: binary.name,
  binary,
  async run(definition, parameters, rows, from) {
    const { states, watched, labels, widths } = lookAt(definition);
    const layout = layoutParameters(watched);
    const machine = await Machine.start(binary, layout, definition.seed);
    for (const place of layout.places) writeBlock(machine, machine.parameters + place.offset, place, parameters[place.path]);
    machine.version++;
    const [batch, steps] = [rows.length, stepsOf(rows)];
    const program = new Program(machine, watched, PREDICT, batch, steps);
    program.tables.take({ rows: batch, timelines: [{ steps, lengths: Int32Array.from(lengthsOf(rows)) }] });
    const carry = program.newCarry();
    for (const [label, state] of Object.entries(from)) {
      const { memory, stride } = blockOf(machine, program, carry, label);
      for (const [b, row] of state.entries()) memory.set(row, b * stride);
    }
    const input = program.place(program.plan.given.input);
    const count = batch * steps * input.stride;
    const symbols = definition.inputs.input.kind === "tokens";
    const memory = symbols ? machine.memory.integers(input.address, count) : machine.memory.floats(input.address, count);
    memory.fill(symbols ? -(2 ** 30) : Number.NaN);
    const { shape } = program.plan.nodes[program.plan.given.input];
    program.tables.each(shape, (row, t, b) => memory.set(rows[b][t], row * input.stride));
    program.run(carry, null);
    program.accept(carry);
    const { address, stride } = program.place(program.plan.shown.target);
    const output = machine.memory.floats(address, batch * steps * stride);
    const width = widths.reduce((sum, one) => sum + one, 0);
    const numbers = new Array<number>(batch * steps * width).fill(Number.NaN);
    program.tables.each(program.plan.nodes[program.plan.shown.target].shape, (row, t, b) => {
      for (let i = 0; i < width; i++) numbers[(t * batch + b) * width + i] = output[row * stride + i];
    });
    const values = unflat(numbers, steps, batch, labels, widths);
    const state: Record<string, number[][]> = {};
    for (const label of states.filter((one) => !looksAhead(definition, one))) {
      const block = blockOf(machine, program, carry, label);
      state[label] = rows.map((_, b) => [...block.memory.subarray(b * block.stride, b * block.stride + block.width)]);
      // What is carried on is what was seen: the same bytes.
      const seen = rows.map(endOf(values[label], from[label]));
      if (JSON.stringify(state[label]) !== JSON.stringify(seen))
        throw new Error(`${label}: carried on is ${JSON.stringify(state[label])} but after the last step it was ${JSON.stringify(seen)}.`);
    }
    return { values, state };
  },
  async predict(definition, parameters, rows) {
    const data = { batch: rows.length, steps: rows[0].length, parameters, input: flat(rows) };
    return [...(await runEngine(definition, PREDICT, data, binary)).output];
  },
});

/** The reference first: where it fails too, it is the adapter or the definition of the cell that is wrong. */
export const ENGINES: readonly Engine[] = [reference, ...BINARIES.map(onBinary)];
