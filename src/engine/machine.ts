// A running binary: one instance on one memory, its control block, and the parameters that all programs share.

import {
  CONTROL_BYTES,
  CONTROL_FLOATS,
  CONTROL_GRADIENTS,
  CONTROL_PARAMETERS,
  CONTROL_SEED_HIGH,
  CONTROL_SEED_LOW,
  CONTROL_STEP,
  CONTROL_TABLE,
  CONTROL_TABLE_LENGTH,
} from "../../assembly/isa.ts";
import type { Role } from "../plan/layout.ts";
import type { ParameterLayout, ParameterPlace } from "../plan/parameters.ts";
import type { Binary } from "./binary.ts";
import { firstValues } from "./initialise.ts";
import { Memory } from "./memory.ts";
import { randomFrom } from "./random.ts";
import { firstEntries } from "./reservoir.ts";
import { writeEntries } from "./sparse.ts";

/** The kernels that are called one by one. */
export interface Exports {
  run(program: number, count: number, control: number): void;
  draw(x: number, width: number, temperature: number, topK: number, topP: number, minP: number, uniform: number, scratch: number): number;
  penalize(y: number, x: number, width: number, symbols: number, count: number, penalty: number): void;
  logProbability(x: number, width: number, symbol: number): number;
  /** As kernels of a program, row by row: these say what stands where. */
  drawBits(
    out: number,
    outStride: number,
    x: number,
    xStride: number,
    rows: number,
    width: number,
    temperature: number,
    batch: number,
    order: number,
    time: number,
    seedLow: number,
    seedHigh: number,
    step: number,
  ): void;
  drawDensity(
    out: number,
    outStride: number,
    x: number,
    xStride: number,
    rows: number,
    width: number,
    components: number,
    floor: number,
    temperature: number,
    batch: number,
    order: number,
    time: number,
    seedLow: number,
    seedHigh: number,
    step: number,
    scratch: number,
  ): void;
  binaryCrossEntropy(
    dX: number,
    dXStride: number,
    x: number,
    xStride: number,
    y: number,
    yStride: number,
    rows: number,
    width: number,
    share: number,
  ): number;
  mixture(
    dX: number,
    dXStride: number,
    x: number,
    xStride: number,
    y: number,
    yStride: number,
    rows: number,
    width: number,
    dimensions: number,
    logFloor: number,
    share: number,
    scratch: number,
  ): number;
  /** Of a coin with this logit: how likely it is yes, and the logarithm of how likely it is what it is. */
  chance(logit: number): number;
  logChance(logit: number, yes: boolean): number;
  /** The place row · width + column of the first, or −1. */
  firstNonFinite(x: number, xStride: number, rows: number, width: number): number;
  likeliest(symbols: number, logProbabilities: number, x: number, width: number, count: number, scratch: number): number;
  gatherPanels(panels: number, depth: number, column: number, x: number, xStride: number, list: number, count: number, width: number): void;
  addSquare(
    g: number,
    stride: number,
    panels: number,
    depth: number,
    count: number,
    first: number,
    columns: number,
    subtract: boolean,
  ): void;
  factor(g: number, stride: number, order: number, columns: number, limits: number, panels: number): number;
  inverseDiagonal(diagonal: number, u: number, stride: number, order: number, inverse: number): void;
}

const EXPORTS: readonly (keyof Exports)[] = [
  "run",
  "draw",
  "penalize",
  "logProbability",
  "drawBits",
  "drawDensity",
  "binaryCrossEntropy",
  "mixture",
  "chance",
  "logChance",
  "firstNonFinite",
  "likeliest",
  "gatherPanels",
  "addSquare",
  "factor",
  "inverseDiagonal",
];

/** For whoever goes on with a network that is no more: `what` says who, as a sentence begins. */
export const closed = (what: string): TypeError => new TypeError(`${what} is closed. Make another with compile(…) or open(…).`);

export class Machine {
  readonly memory: Memory;
  readonly binary: Binary;
  readonly layout: ParameterLayout;
  readonly exports: Exports;
  readonly control: number;
  readonly parameters: number;
  readonly panels: number;
  /** 0 until a training program needs them. */
  gradients = 0;
  /** Counts changes of the parameters, so that packed copies know when they are stale. */
  version = 1;
  /** Counts changes of the frozen ones among them, which only a user makes. */
  frozenVersion = 1;
  /** Set when the network is closed: its streams then refuse to go on. */
  closed = false;

  readonly #places: ReadonlyMap<string, ParameterPlace>;
  #view = new DataView(new ArrayBuffer(0));

  private constructor(binary: Binary, layout: ParameterLayout, instance: WebAssembly.Instance, memory: Memory) {
    this.binary = binary;
    this.layout = layout;
    this.#places = new Map(layout.places.map((place) => [place.path, place]));
    this.exports = instance.exports as unknown as Exports;
    this.memory = memory;
    this.control = memory.allocate(CONTROL_BYTES);
    this.parameters = memory.allocate(layout.bytes);
    this.panels = memory.allocate(layout.panelBytes);
    const { trained } = layout;
    const table = memory.allocate(trained.length * 16);
    memory.words(table, trained.length * 4).set(trained.flatMap(({ offset, rows, width, stride }) => [offset, rows, width, stride]));
    const control = this.view();
    control.setUint32(CONTROL_PARAMETERS, this.parameters, true);
    control.setUint32(CONTROL_FLOATS, layout.trainedBytes / 4, true);
    control.setUint32(CONTROL_TABLE, table, true);
    control.setUint32(CONTROL_TABLE_LENGTH, trained.length, true);
  }

  static async start(binary: Binary, layout: ParameterLayout, seed: number): Promise<Machine> {
    const missing = EXPORTS.filter((name) => !WebAssembly.Module.exports(binary.module).some((entry) => entry.name === name));
    if (missing.length > 0)
      throw new TypeError(`compile: the given module does not export ${missing.join(" and ")}. Give the one that comes with this library.`);
    const memory = new Memory();
    const instance = await WebAssembly.instantiate(binary.module, { env: { memory: memory.wasm } });
    const machine = new Machine(binary, layout, instance, memory);
    machine.initialise(seed);
    return machine;
  }

  /** Gives every parameter its first values. */
  initialise(seed: number): void {
    const control = this.view();
    control.setUint32(CONTROL_SEED_LOW, seed, true);
    control.setUint32(CONTROL_SEED_HIGH, 0, true);
    for (const place of this.layout.places) {
      const { path, rows, width, stride, offset, initial } = place;
      const random = randomFrom(initial.seed ?? seed, path);
      if (initial.kind === "sparse") {
        writeEntries(this.memory, this.parameters + offset, place, firstEntries(initial, width, random));
        continue;
      }
      const first = firstValues(initial, rows, width, random);
      const values = this.memory.floats(this.parameters + offset, (rows * stride) / 4);
      for (let row = 0; row < rows; row++) values.set(first.subarray(row * width, (row + 1) * width), (row * stride) / 4);
    }
    this.changed();
  }

  /** Parameters were changed, frozen ones too unless it is said otherwise. */
  changed(frozen = true): void {
    this.version++;
    if (frozen) this.frozenVersion++;
  }

  /** The control block. Kept, and renewed when growing the memory has detached it, so that a step allocates nothing. */
  view(): DataView {
    if (this.#view.buffer !== this.memory.wasm.buffer) this.#view = this.memory.data(this.control, CONTROL_BYTES);
    return this.#view;
  }

  /** Training steps that the network has made in its life: the draws and coins of a run follow from their number. */
  get step(): number {
    return this.view().getUint32(CONTROL_STEP, true);
  }

  set step(step: number) {
    this.view().setUint32(CONTROL_STEP, step, true);
  }

  /** Makes room for gradients, once. */
  needGradients(): void {
    if (this.gradients !== 0) return;
    this.gradients = this.memory.allocate(this.layout.trainedBytes);
    this.view().setUint32(CONTROL_GRADIENTS, this.gradients, true);
  }

  /** The address of a parameter, its gradient or its panels. */
  address(role: Role, path: string): number {
    if (role === "panels") {
      const panels = this.layout.panels.get(path);
      if (!panels) throw new Error(`internal: no panels for ${path}`);
      return this.panels + panels.offset;
    }
    return (role === "gradients" ? this.gradients : this.parameters) + this.place(path).offset;
  }

  /** Where a parameter lies in its block. */
  place(path: string): ParameterPlace {
    const place = this.#places.get(path);
    if (!place) throw new Error(`internal: no parameter ${path}`);
    return place;
  }
}
