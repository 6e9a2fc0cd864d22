// Between a network's memory and what a file holds, both ways.

import { CONTROL_UPDATES } from "../../assembly/isa.ts";
import { checkFlag, checkOptions, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { readStored, storedCount, writeStored } from "../engine/parameters.ts";
import { needMemory, type OptimizerMemory } from "../train/memory.ts";
import type { Contents } from "./save.ts";

/** @throws TypeError if what is stored does not fit the definition. */
export function restore(machine: Machine, optimizerMemory: OptimizerMemory, { parameters, optimizer, memory, states }: Contents): void {
  const { places, trained, trainedBytes } = machine.layout;
  const owners = Array.from({ length: optimizer?.blocks ?? 0 }, () => trained).flat();
  const fits = (arrays: readonly Float32Array[], expected: typeof places): boolean =>
    arrays.length === expected.length && expected.every((place, index) => storedCount(place) === arrays[index].length);
  const refuse = (what: string, count: number): never => {
    throw new TypeError(`open: the model's ${what} does not fit the ${count} arrays that are stored for it. Save it again.`);
  };
  if (!fits(parameters, places)) refuse(`definition of ${places.length} parameters`, parameters.length);
  if (!fits(memory, owners)) refuse(`optimizer, which remembers ${owners.length} arrays,`, memory.length);
  places.forEach((place, index) => {
    writeStored(machine, machine.parameters + place.offset, place, parameters[index]);
  });
  machine.changed();
  optimizerMemory.states = () => states;
  if (!optimizer) return;
  needMemory(machine, optimizerMemory, optimizer.kind, optimizer.blocks);
  memory.forEach((values, index) => {
    const place = trained[index % trained.length];
    writeStored(machine, optimizerMemory.address + Math.floor(index / trained.length) * trainedBytes + place.offset, place, values);
  });
  machine.step = optimizer.steps;
  machine.view().setUint32(CONTROL_UPDATES, optimizer.updates, true);
}

export interface SaveOptions {
  /**
   * With what the optimizer remembers and the states that windows hand on, so that training can go on as if it had not been interrupted:
   * `train(data, { from: position })`, with the position after the same step. Default: false.
   */
  readonly optimizer?: boolean;
  /** A text of the user's own that travels along, an alphabet for example. Default: that of the file it was opened from, or "". */
  readonly note?: string;
}

/** `kept`: the note of the file it was opened from. */
export function checkSaving(options: SaveOptions, kept: string): Required<SaveOptions> {
  checkOptions("save", options, ["optimizer", "note"]);
  const { optimizer = false, note = kept } = options;
  checkFlag("save: optimizer", optimizer);
  if (typeof note !== "string")
    throw new TypeError(`save: note must be a text but is ${describe(note)}. Use JSON.stringify for other data.`);
  return { optimizer, note };
}

/** What a file is to hold; with what the optimizer remembers, if it is wanted and there is any. */
export function contentsOf(
  machine: Machine,
  definition: Definition,
  { kind, address, bytes, states }: OptimizerMemory,
  note: string,
  withOptimizer: boolean,
): Contents {
  const { layout, parameters } = machine;
  const blocks = withOptimizer && kind !== null ? bytes / layout.trainedBytes : 0;
  return {
    definition,
    note,
    parameters: layout.places.map((place) => readStored(machine, parameters + place.offset, place)),
    // The number of steps matters also where nothing else is remembered, as by sgd().
    optimizer:
      !withOptimizer || kind === null
        ? null
        : { kind, steps: machine.step, updates: machine.view().getUint32(CONTROL_UPDATES, true), blocks },
    memory: Array.from({ length: blocks }, (_, block) =>
      layout.trained.map((place) => readStored(machine, address + block * layout.trainedBytes + place.offset, place)),
    ).flat(),
    states: withOptimizer ? states() : null,
  };
}
