// stepJacobian(): how the whole state of a recurrent layer at one step depends on its state at the step before, along a real sequence.

import { checkOptions, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { OwnCarry, Program } from "../engine/program.ts";
import type { Network } from "../network.ts";
import { nameOf } from "../plan/states.ts";
import { unfold } from "../plan/unfold.ts";
import { differentiableStates, type Watched } from "../plan/watch.ts";
import { type Batch, checkSequence, inputKind, type Sequence, type Slots, writeRows } from "../train/data.ts";
import { type Example, Form } from "../train/form.ts";
import { Runner } from "../train/runner.ts";
import { slotsAt } from "../train/slots.ts";
import { copiesOf, stepsOf } from "./copies.ts";
import { insideOf } from "./inside.ts";
import { type StatePlace, StepJacobian } from "./step.ts";

export interface JacobianOptions {
  /** The recurrent layer, `layer 1/lstm`, or the name that it was given. Default: the first. */
  readonly layer?: string;
  /** The time steps to look at, from 0. Default: all. */
  readonly t?: number | readonly number[];
}

/** Numbers of a state at most: its matrices have the square of it. */
const WIDEST = 4096;
/** Rows that are run at a time, at most where there is a choice, and steps. */
const [ROWS, STEPS] = [4096, 64];

/**
 * The Jacobians ∂s(t)/∂s(t−1) of one recurrent layer along a sequence, one for each time step asked for; s is its full state, for an LSTM h
 * and c. With delays of several steps, s(t) holds all steps back to the longest delay, so that one matrix tells all (its companion form). In a
 * loop that runs backwards it is ∂s(t)/∂s(t+1). Products of them carry the gradient through time (Goodfellow et al. 2016, §10.7; Pascanu et al. 2013).
 *
 * Exact to the rounding of f32: the engine runs the adjoint of one step on the identity, every number of the state as a row of the batch. The
 * sequence begins with a fresh state; the model hears its own output; there is no dropout. Of a sequence-to-sequence model it is an example, a source
 * with its target, of which each step hears the truth of the one before; the steps are those of the layer's own timeline. Each matrix takes 8·n² bytes: of a wide layer or a long
 * sequence ask for the steps that matter.
 *
 * @throws RangeError if there is no such layer or time step, or the state is too wide; TypeError if no layer is recurrent.
 */
export function stepJacobian(net: Network, sequence: Sequence | Example, options: JacobianOptions = {}): StepJacobian[] {
  const { definition } = insideOf("stepJacobian", net);
  checkOptions("stepJacobian", options, ["layer", "t"]);
  if (definition.decoding) {
    const form = new Form(definition);
    form.check("stepJacobian: the example", sequence as Example);
    return jacobiansIn(net, form.batch([sequence as Example]), 1, 0, options);
  }
  return jacobiansAlong(net, sequence as Sequence, options);
}

/** Of a sequence-to-sequence model, along row b of a batch of so many rows: as a whole, because a decoder may look at all of the source. */
export function jacobiansIn(net: Network, batch: Batch, count: number, b: number, options: JacobianOptions): StepJacobian[] {
  const programs = net.inside;
  const { definition } = programs;
  const purpose = { kind: "jacobian", state: stateOf(definition, options.layer), teacherForcing: true } as const;
  const { nodes, watched } = unfold(definition, purpose);
  const rows = widthOf(watched);
  const { timeline } = nodes[statesIn(watched)[0].node].shape;
  const asked = timesOf(options.t, stepsOf(batch, b)[timeline]);
  const runner = new Runner(programs, purpose, { batch: rows });
  try {
    const { program } = runner.run(copiesOf(batch, count, b, rows, { identity: writeIdentity }));
    return asked.map((t) => read(program, definition, t, t));
  } finally {
    runner.release();
    programs.drop("jacobian");
  }
}

function jacobiansAlong(net: Network, sequence: Sequence, options: JacobianOptions): StepJacobian[] {
  const programs = net.inside;
  const { definition } = programs;
  checkSequence("stepJacobian: sequence", sequence, inputKind(definition));
  const purpose = { kind: "jacobian", state: stateOf(definition, options.layer) } as const;
  const asked = timesOf(options.t, sequence.length);
  const rows = widthOf(unfold(definition, purpose).watched);
  // Backwards in time everything depends on the end, and nothing can be cut.
  const causal = definition.nodes.every((node) => node.op !== "delay" || node.attributes.steps > 0);
  const end = causal ? Math.max(...asked) + 1 : sequence.length;
  const found: StepJacobian[] = [];
  let carry: OwnCarry | null = null;
  try {
    for (let from = 0; from < end; ) {
      const room = Math.max(1, Math.min(STEPS, ROWS / rows, end - from));
      const steps = causal ? 2 ** Math.floor(Math.log2(room)) : end;
      const program = programs.get(purpose, rows, steps);
      carry ??= program.newCarry();
      write(program, sequence, from);
      program.run(carry, null);
      program.accept(carry);
      for (const t of asked) if (t >= from && t < from + steps) found.push(read(program, definition, t, t - from));
      from += steps;
    }
  } finally {
    carry?.close();
    programs.drop("jacobian");
  }
  return found;
}

/** The label of a state of the layer. */
function stateOf(definition: Definition, layer: string | undefined): string {
  const teacherForcing = definition.decoding !== null;
  const states = differentiableStates(unfold(definition, { kind: "predict", raw: true, teacherForcing }).nodes);
  if (states.length === 0)
    throw new TypeError(
      "stepJacobian: no layer of this model is recurrent, so that no step depends on another. Use a network with rnn(…).",
    );
  const layerOf = (label: string): string => nameOf(label, definition.layers).layer;
  const found = layer === undefined ? states[0] : states.find(({ label }) => layerOf(label) === layer);
  if (!found)
    throw new RangeError(
      `stepJacobian: there is no recurrent layer ${describe(layer)}. They are: ${[...new Set(states.map(({ label }) => layerOf(label)))].join(", ")}.`,
    );
  return found.label;
}

function timesOf(t: JacobianOptions["t"], steps: number): number[] {
  if (steps === 0) throw new RangeError("stepJacobian: the layer's sequence has 0 steps. Give at least one.");
  const times = t === undefined ? Array.from({ length: steps }, (_, index) => index) : typeof t === "number" ? [t] : [...t];
  for (const time of times)
    if (!(Number.isInteger(time) && time >= 0 && time < steps))
      throw new RangeError(
        `stepJacobian: t is ${describe(time)} but the sequence has ${steps} steps. Use whole numbers from 0 to ${steps - 1}.`,
      );
  if (times.length === 0) throw new RangeError(`stepJacobian: t names no step. Use whole numbers from 0 to ${steps - 1}, or leave it out.`);
  return times.sort((a, b) => a - b);
}

const statesIn = (watched: readonly Watched[]) => watched.flatMap((entry) => (entry.what === "state" ? [entry] : []));

/** The numbers of one step's states: rows of the batch. */
function widthOf(watched: readonly Watched[]): number {
  const states = statesIn(watched);
  const size = states.reduce((sum, { width, slots }) => sum + width * slots, 0);
  if (size > WIDEST)
    throw new RangeError(
      `stepJacobian: the state is ${size} numbers (${states.map(({ label, width, slots }) => `${label} ${width} × ${slots} steps`).join(", ")}) but can be at most ${WIDEST}. Use fewer units, or a shorter delay.`,
    );
  return states.reduce((sum, { width }) => sum + width, 0);
}

/** The same sequence in every row, and the identity. */
function write(program: Program, sequence: Sequence, from: number): void {
  const { batch, steps, given } = program.plan;
  const { input, identity } = given;
  if (input !== undefined) {
    const slots = slotsAt(program, input);
    for (let row = 0; row < batch; row++) writeRows(slots, sequence, from, steps, row);
  }
  // Nothing depends on the step before if the identity is not there.
  if (identity === undefined) return;
  const { address, stride } = program.place(identity);
  writeIdentity({ values: program.machine.memory.floats(address, batch * steps * stride), stride, batch, order: null });
}

function writeIdentity({ values, stride, batch }: Slots): void {
  values.fill(0);
  for (let row = 0; row * stride < values.length; row++) values[row * stride + (row % batch)] = 1;
}

/** The companion matrix of one step: what was computed in the rows of the latest slots, and below them what only moves on by one slot. */
function read(program: Program, definition: Definition, t: number, at: number): StepJacobian {
  const { watched, batch } = program.plan;
  let size = 0;
  const states = statesIn(watched).map(({ label, width, slots }): StatePlace => {
    size += width * slots;
    return { state: nameOf(label, definition.layers).name, from: size - width * slots, width, slots };
  });
  const matrix = new Float64Array(size * size);
  for (const { from, width, slots } of states) for (let i = width; i < width * slots; i++) matrix[(from + i) * size + from + i - width] = 1;
  const rowOf = states.flatMap(({ from, width }) => Array.from({ length: width }, (_, i) => from + i));
  let direction: 1 | -1 = 1;
  for (const entry of watched) {
    if (entry.what !== "derivative") continue;
    const { node, by, lag, column, width } = entry;
    if (lag < 0) direction = -1;
    const { address, stride } = program.place(node);
    const values = program.machine.memory.floats(address + at * batch * stride * 4, batch * stride);
    const to = states[by].from + (Math.abs(lag) - 1) * states[by].width + column;
    for (let row = 0; row < batch; row++) for (let j = 0; j < width; j++) matrix[rowOf[row] * size + to + j] += values[row * stride + j];
  }
  const { layer } = nameOf(statesIn(watched)[0].label, definition.layers);
  return new StepJacobian({ t, layer, direction, states, size, matrix });
}
