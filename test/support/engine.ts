// Runs one program of the engine on given data and reads everything back: the engine's side of every comparison with the reference.

import { CONTROL_TRUTH } from "../../assembly/isa.ts";
import type { Definition } from "../../src/define/model.ts";
import { type Binary, chooseBinary } from "../../src/engine/binary.ts";
import { Machine } from "../../src/engine/machine.ts";
import { readBlock, writeBlock } from "../../src/engine/parameters.ts";
import { Program } from "../../src/engine/program.ts";
import { layoutParameters, type ParameterPlace } from "../../src/plan/parameters.ts";
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

/** makePlan's options, and rows and steps that the program has room for beyond what the data takes. */
export interface EngineOptions {
  readonly fused?: boolean;
  readonly room?: { readonly rows: number; readonly steps: number };
}

/**
 * One run from a fresh state. Before it, the whole frame and all that can be given are filled with NaN, or with what is no symbol: nothing may be
 * read that was not written, and neither pads nor what lies behind a row's end may reach a result. There, outputs are NaN.
 */
export async function runEngine(
  definition: Definition,
  purpose: Purpose,
  data: Data,
  binary: Binary,
  options: EngineOptions = {},
): Promise<EngineResult> {
  const layout = layoutParameters(definition);
  const machine = await Machine.start(binary, layout, definition.seed);
  for (const place of layout.places) writeBlock(machine, machine.parameters + place.offset, place, data.parameters[place.path]);
  machine.version++;
  if (learns(purpose)) machine.needGradients();
  const frame = machine.memory.allocate(64) + 64;
  const { room = { rows: 0, steps: 0 } } = options;
  const timelines = [data, ...(data.source ? [data.source] : [])].map(({ steps, lengths }) => {
    return { steps, lengths: lengths ? Int32Array.from(lengths) : null };
  });
  const most = timelines.map(({ steps }) => steps + room.steps);
  const program = new Program(machine, definition, purpose, data.batch + room.rows, most, options);
  program.tables.take({ rows: data.batch, timelines });
  machine.view().setFloat32(CONTROL_TRUTH, data.truth ?? 1, true);
  machine.memory.floats(frame, program.plan.bytes.frame / 4).fill(Number.NaN);
  if (machine.gradients) machine.memory.floats(machine.gradients, layout.trainedBytes / 4).fill(0);
  for (const [name, values] of Object.entries({ input: data.input, target: data.target, ...data.given }))
    if (values) put(machine, program, name, values);
  const carry = program.newCarry();
  program.run(carry, new Int32Array(data.batch));
  const gradients = !learns(purpose)
    ? []
    : layout.trained.map((place) => {
        checkPads(machine, place);
        return [place.path, readBlock(machine, machine.gradients + place.offset, place)];
      });
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

/** Norm and update go over whole rows: what lies behind the end of each is zero. */
function checkPads({ memory, gradients }: Machine, { path, rows, width, stride, offset }: ParameterPlace): void {
  for (let row = 0; row < rows; row++) {
    const pad = memory.floats(gradients + offset + row * stride + width * 4, stride / 4 - width);
    if (pad.some((x) => x !== 0)) throw new Error(`${path}: behind its gradient's row ${row} of ${width} lies ${pad.join()}`);
  }
}

function put(machine: Machine, program: Program, name: string, values: ArrayLike<number>): void {
  const { given, nodes } = program.plan;
  if (given[name] === undefined) return;
  const { shape } = nodes[given[name]];
  const { memory, stride } = memoryOf(machine, program, given[name]);
  memory.fill(shape.symbols > 0 ? NO_SYMBOL : Number.NaN);
  const { rows } = program.tables;
  program.tables.each(shape, (row, t, b) => {
    for (let column = 0; column < shape.width; column++) memory[row * stride + column] = values[(t * rows + b) * shape.width + column];
  });
}

/** A row that far away is in no memory. */
const NO_SYMBOL = 2 ** 30;

function memoryOf(machine: Machine, program: Program, node: number) {
  const { nodes, batch, timelines } = program.plan;
  const { extent, symbols, timeline } = nodes[node].shape;
  const { address, stride } = program.place(node);
  const count = (extent === "sequence" ? batch * timelines[timeline] : batch) * stride;
  return { memory: symbols > 0 ? machine.memory.integers(address, count) : machine.memory.floats(address, count), stride };
}

function get(machine: Machine, program: Program, node: number | undefined): Float32Array {
  if (node === undefined) return new Float32Array();
  const { plan, tables } = program;
  const { shape } = plan.nodes[node];
  const { width } = shape;
  const { memory, stride } = memoryOf(machine, program, node);
  const { rows, taken } = tables;
  const values = new Float32Array(rows * width * (shape.extent === "sequence" ? taken.timelines[shape.timeline].steps : 1)).fill(
    Number.NaN,
  );
  tables.each(shape, (row, t, b) => {
    for (let column = 0; column < width; column++) values[(t * rows + b) * width + column] = memory[row * stride + column];
  });
  return values;
}
