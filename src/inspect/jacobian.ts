// stepJacobian(): how the whole state of a recurrent layer at one step depends on its state at the step before, along a real sequence.

import { checkOptions, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Carry, Program } from "../engine/program.ts";
import type { Network } from "../network.ts";
import { nameOf } from "../plan/states.ts";
import { unfold } from "../plan/unfold.ts";
import { differentiableStates, type Watched } from "../plan/watch.ts";
import { checkSequence, inputKind, type Sequence, writeRows } from "../train/data.ts";
import { slotsAt } from "../train/slots.ts";
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
 * sequence begins with a fresh state; the model hears its own output; there is no dropout. Each matrix takes 8·n² bytes: of a wide layer or a long
 * sequence ask for the steps that matter.
 *
 * @throws RangeError if there is no such layer or time step, or the state is too wide; TypeError if no layer is recurrent.
 */
export function stepJacobian(net: Network, sequence: Sequence, options: JacobianOptions = {}): StepJacobian[] {
  if (typeof net?.predict !== "function")
    throw new TypeError(`stepJacobian needs a network but got ${describe(net)}. Use what compile(…) gives.`);
  const { machine, programs } = net.inside;
  const { definition } = net;
  checkOptions("stepJacobian", options, ["layer", "t"]);
  checkSequence("stepJacobian: sequence", sequence, inputKind(definition));
  const purpose = { kind: "jacobian", state: stateOf(definition, options.layer) } as const;
  const asked = timesOf(options.t, sequence.length);
  const rows = widthOf(unfold(definition, purpose).watched);
  // Backwards in time everything depends on the end, and nothing can be cut.
  const causal = definition.nodes.every((node) => node.op !== "delay" || node.attributes.steps > 0);
  const end = causal ? Math.max(...asked) + 1 : sequence.length;
  const found: StepJacobian[] = [];
  let carry: Carry | null = null;
  try {
    for (let from = 0; from < end; ) {
      const room = Math.max(1, Math.min(STEPS, ROWS / rows, end - from));
      const steps = causal ? 2 ** Math.floor(Math.log2(room)) : end;
      const program = programs.get(purpose, rows, steps);
      carry ??= program.newCarry();
      write(machine, program, sequence, from);
      program.run(carry, null);
      program.accept(carry);
      for (const t of asked) if (t >= from && t < from + steps) found.push(read(machine, program, definition, t, t - from));
      from += steps;
    }
  } finally {
    if (carry) {
      machine.memory.release(carry.from, carry.bytes);
      machine.memory.release(carry.to, carry.bytes);
    }
    programs.drop("jacobian");
  }
  return found;
}

/** The label of a state of the layer. */
function stateOf(definition: Definition, layer: string | undefined): string {
  const states = differentiableStates(unfold(definition, { kind: "predict", raw: true }).nodes);
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
function write(machine: Machine, program: Program, sequence: Sequence, from: number): void {
  const { memory } = machine;
  const { batch, steps, given } = program.plan;
  const { input, target } = given;
  if (input !== undefined) {
    const slots = slotsAt(machine, program, input);
    for (let row = 0; row < batch; row++) writeRows(slots, sequence, from, steps, row);
  }
  // Nothing depends on the step before if the target is not there.
  if (target === undefined) return;
  const { address, stride } = program.place(target);
  const identity = memory.floats(address, batch * steps * stride).fill(0);
  for (let row = 0; row < batch * steps; row++) identity[row * stride + (row % batch)] = 1;
}

/** The companion matrix of one step: what was computed in the rows of the latest slots, and below them what only moves on by one slot. */
function read(machine: Machine, program: Program, definition: Definition, t: number, at: number): StepJacobian {
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
    const values = machine.memory.floats(address + at * batch * stride * 4, batch * stride);
    const to = states[by].from + (Math.abs(lag) - 1) * states[by].width + column;
    for (let row = 0; row < batch; row++) for (let j = 0; j < width; j++) matrix[rowOf[row] * size + to + j] += values[row * stride + j];
  }
  const { layer } = nameOf(statesIn(watched)[0].label, definition.layers);
  return new StepJacobian({ t, layer, direction, states, size, matrix });
}
