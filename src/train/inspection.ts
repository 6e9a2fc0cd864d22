// What a batch's gradient looks like on its way back through time: a run like that of a training step, but without the update, and read.

import type { Definition } from "../define/model.ts";
import type { Program } from "../engine/program.ts";
import type { Programs } from "../engine/programs.ts";
import type { ParameterPlace } from "../plan/parameters.ts";
import type { Forcing } from "../plan/purpose.ts";
import { endsOf, nameOf } from "../plan/states.ts";
import type { Origin, Watched } from "../plan/watch.ts";
import type { Batch } from "./data.ts";
import { readLosses } from "./losses.ts";
import { Runner, type Written } from "./runner.ts";

/** How much of the loss's gradient arrives at a state, step by step. */
export interface StateFlow {
  /** `layer 1/lstm` */
  readonly layer: string;
  /** `h`, `c`; `output` where it is the output that is heard. */
  readonly state: string;
  /** ‖∂L/∂s(t)‖ for t = 0 … T−1: the Euclidean norm over rows and columns; L is the batch's mean loss, and all of s's later effects count. */
  readonly norms: Float64Array;
}

/** How many units of a gate, or of a layer, have no derivative left to speak of. */
export interface Saturation {
  readonly layer: string;
  /** `i`, `f`, `g`, `o`; `r`, `z`, `n`; the state that is put through it (`c`) or that it is (`h`); or the weight that feeds it. */
  readonly unit: string;
  /** `sigmoid`, `tanh`, `relu`, `clamp`. */
  readonly kind: string;
  /** The share of its values over all rows and steps that lie at its lower end: sigmoid near 0, tanh near −1, relu at 0. */
  readonly low: number;
  /** The share at its upper end: near 1. */
  readonly high: number;
}

/** One batch, looked at. */
export interface Inspection {
  /** The batch's mean loss; of several heads, all of them weighed together. */
  readonly loss: number;
  /** Every state of every loop. */
  readonly states: readonly StateFlow[];
  /** The Euclidean norm of each trained parameter's gradient. */
  readonly parameters: readonly { readonly path: string; readonly norm: number }[];
  readonly saturation: readonly Saturation[];
}

/** Within this of an end of its range, which is of length 1, a unit counts as saturated. */
export const SATURATED = 0.05;

/** Looks at batches of one network. `release` gives back what it took. */
export class Inspector {
  readonly #programs: Programs;
  readonly #saturated: number;
  readonly #runner: Runner;

  constructor(
    programs: Programs,
    { teacherForcing, batch, saturated = SATURATED }: { teacherForcing: Forcing; batch: number; saturated?: number },
  ) {
    this.#programs = programs;
    this.#saturated = saturated;
    this.#runner = new Runner(programs, { kind: "inspect", teacherForcing }, { batch });
  }

  /** Runs a batch forwards and backwards from a fresh state. */
  look(batch: Batch): Inspection {
    return this.#read(this.#runner.run(batch).program);
  }

  /** Runs a batch that a training has written, from the state that it is about to begin with, and changes nothing of it. */
  watch(written: Written): Inspection {
    return this.#read(this.#runner.repeat(written).program);
  }

  #read(program: Program): Inspection {
    const { watched } = program.plan;
    const gradients = watched.flatMap((entry) => (entry.what === "gradient" ? [entry] : []));
    const activations = watched.flatMap((entry) => (entry.what === "activation" ? [entry] : []));
    return {
      loss: readLosses(this.#programs.machine.view(), this.#programs.definition.heads).loss,
      states: gradients.map(({ label, node }) => {
        const { layer, name } = nameOf(label, this.#programs.definition.layers);
        return { layer, state: name, norms: this.#norms(program, node) };
      }),
      parameters: this.#programs.machine.layout.trained.map((place) => ({ path: place.path, norm: this.#norm(place) })),
      saturation: activations.map((entry) => this.#saturation(program, entry)),
    };
  }

  release(): void {
    this.#runner.release();
    this.#programs.drop("inspect");
  }

  #norms(program: Program, node: number): Float64Array {
    const { timeline } = program.plan.nodes[node].shape;
    const squares = new Float64Array(program.tables.timelines[timeline].steps);
    this.#each(program, node, (values, from, to, t) => {
      let square = 0;
      for (let at = from; at < to; at++) square += values[at] * values[at];
      squares[t] += square;
    });
    return squares.map(Math.sqrt);
  }

  #saturation(program: Program, { label, node, of }: Extract<Watched, { what: "activation" }>): Saturation {
    const unit = program.plan.nodes[node];
    const [floor, ceiling] = endsOf(unit) as readonly [number, number];
    const margin = unit.op === "relu" || unit.op === "clamp" ? 0 : this.#saturated * (ceiling - floor);
    let [low, high, count] = [0, 0, 0];
    const [lower, upper] = [floor + margin, ceiling - margin];
    this.#each(program, node, (values, from, to) => {
      for (let at = from; at < to; at++) {
        if (values[at] <= lower) low++;
        else if (values[at] >= upper) high++;
      }
      count += to - from;
    });
    const { layers } = this.#programs.definition;
    // Units made by a layer carry its path; those that are a state, or serve a part of the layer, that of the part.
    const layer = of.label.startsWith(`${label}/`) ? label : nameOf(label, layers).layer;
    return { layer, unit: unitName(layer, of, layers), kind: unit.op, low: low / count, high: high / count };
  }

  /** All rows of a node's value, those of the first step first: the numbers from … to − 1 of `values` at step t. */
  #each(program: Program, node: number, visit: (values: Float32Array, from: number, to: number, t: number) => void): void {
    const { nodes, batch, timelines } = program.plan;
    const { shape } = nodes[node];
    const { address, stride } = program.place(node);
    const rows = shape.extent === "sequence" ? batch * timelines[shape.timeline] : batch;
    const values = program.machine.memory.floats(address, rows * stride);
    program.tables.each(shape, (row, t) => visit(values, row * stride, row * stride + shape.width, t));
  }

  #norm({ offset, rows, width, stride }: ParameterPlace): number {
    const values = this.#programs.machine.memory.floats(this.#programs.machine.gradients + offset, (rows * stride) / 4);
    let square = 0;
    for (let row = 0; row < rows; row++)
      for (let at = (row * stride) / 4, end = at + width; at < end; at++) square += values[at] * values[at];
    return Math.sqrt(square);
  }
}

/** The gates of the stock cells in the order of their weights' columns, by how many there are. */
const GATES: Readonly<Record<string, readonly string[]>> = { lstm: ["ifgo", "fgo"], gru: ["rzn", "rz"] };

function unitName(layer: string, { label, block, blocks }: Origin, layers: Definition["layers"]): string {
  const own = label.slice(label.lastIndexOf("/") + 1);
  if (blocks === 1) return own;
  const text = layers.find(({ path }) => layer.startsWith(path))?.text ?? layer;
  const kind = Object.keys(GATES).find((name) => layer.endsWith(name) || text.startsWith(name)) ?? "";
  return GATES[kind]?.find((gates) => gates.length === blocks)?.[block] ?? `${own} ${block + 1} of ${blocks}`;
}
