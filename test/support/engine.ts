// Runs one program of the engine on given data and reads everything back: the engine's side of every comparison with the reference.

import type { Definition } from "../../src/define/model.ts";
import { type Binary, chooseBinary } from "../../src/engine/binary.ts";
import { Machine } from "../../src/engine/machine.ts";
import { readBlock, writeBlock } from "../../src/engine/parameters.ts";
import { Program } from "../../src/engine/program.ts";
import { layoutParameters } from "../../src/plan/parameters.ts";
import { learns, type Purpose } from "../../src/plan/unfold.ts";
import { meanOf } from "../../src/train/losses.ts";
import type { Data } from "../reference/interpret.ts";

const strict = await chooseBinary({ strict: true });
const best = await chooseBinary({});

/** Every binary that this engine has. */
export const BINARIES: readonly Binary[] = best.name === strict.name ? [strict] : [strict, best];

export interface EngineResult {
  readonly output: Float32Array;
  /** Of all heads, by their names. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
  readonly loss: number;
  /** Of all heads, in their order. */
  readonly losses: readonly number[];
  readonly gradients: Readonly<Record<string, Float32Array>>;
  /** What the purpose watches, in its order. */
  readonly watched: readonly Float32Array[];
}

/**
 * One run from a fresh state. Before it, the whole frame is filled with NaN: nothing may be read that was not written, and no pad may
 * reach a result. `options` are makePlan's.
 */
export async function runEngine(
  definition: Definition,
  purpose: Purpose,
  data: Data,
  binary: Binary,
  options: { readonly fused?: boolean } = {},
): Promise<EngineResult> {
  const layout = layoutParameters(definition);
  const machine = await Machine.start(binary, layout, definition.seed);
  for (const place of layout.places) writeBlock(machine, machine.parameters + place.offset, place, data.parameters[place.path]);
  machine.version++;
  if (learns(purpose)) machine.needGradients();
  const frame = machine.memory.allocate(64) + 64;
  const program = new Program(machine, definition, purpose, data.batch, data.steps, options);
  machine.memory.floats(frame, program.plan.bytes.frame / 4).fill(Number.NaN);
  if (machine.gradients) machine.memory.floats(machine.gradients, layout.trainedBytes / 4).fill(0);
  for (const [name, values] of Object.entries({ input: data.input, target: data.target, ...data.given }))
    if (values) put(machine, program, name, values);
  const carry = program.newCarry();
  program.run(carry, null);
  const gradients = !learns(purpose)
    ? []
    : layout.trained.map((place) => [place.path, readBlock(machine, machine.gradients + place.offset, place)]);
  const losses = program.plan.losses.map((_, head) => meanOf(machine.view(), head));
  const outputs = Object.fromEntries(Object.entries(program.plan.shown).map(([name, node]) => [name, get(machine, program, node)]));
  return {
    output: outputs.target ?? new Float32Array(),
    outputs,
    loss: losses[0],
    losses,
    gradients: Object.fromEntries(gradients),
    watched: program.plan.watched.map(({ node }) => get(machine, program, node)),
  };
}

function put(machine: Machine, program: Program, what: string, values: ArrayLike<number>): void {
  const id = program.plan.given[what];
  if (id === undefined) return;
  const { width, symbols } = program.plan.nodes[id].shape;
  const { address, stride } = program.place(id);
  const rows = values.length / width;
  const memory = symbols > 0 ? machine.memory.integers(address, rows * stride) : machine.memory.floats(address, rows * stride);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < width; column++) memory[row * stride + column] = values[row * width + column];
}

function get(machine: Machine, program: Program, node: number | undefined): Float32Array {
  const { plan } = program;
  if (node === undefined) return new Float32Array();
  const { extent, width } = plan.nodes[node].shape;
  const rows = extent === "sequence" ? plan.batch * plan.steps : plan.batch;
  const { address, stride } = program.place(node);
  const memory = machine.memory.floats(address, rows * stride);
  return Float32Array.from({ length: rows * width }, (_, i) => memory[Math.floor(i / width) * stride + (i % width)]);
}
