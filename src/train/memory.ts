// What is remembered from one call of train() to the next: the optimizer's memory, and the states that windows hand on.

import { CONTROL_STATE, CONTROL_UPDATES } from "../../assembly/isa.ts";
import type { Machine } from "../engine/machine.ts";
import type { Optimizer } from "./optimizer.ts";

/** States that one window hands to the next. */
export interface States {
  readonly rows: number;
  /** What is carried, and in how many bytes, in its order. */
  readonly layout: readonly string[];
  readonly words: Uint32Array;
}

/** What the optimizer remembers between calls of train(). */
export interface OptimizerMemory {
  kind: Optimizer["kind"] | null;
  address: number;
  bytes: number;
  /** The states of the training that is under way, or of the last one; null if none were handed on. */
  states: () => States | null;
}

/** An optimizer of the same kind goes on from what it remembers; another begins anew. */
export function needMemory(machine: Machine, memory: OptimizerMemory, kind: Optimizer["kind"], blocks: number): void {
  const bytes = blocks * machine.layout.trainedBytes;
  if (memory.kind === kind && memory.bytes === bytes) return;
  if (memory.bytes > 0) machine.memory.release(memory.address);
  memory.address = machine.memory.allocate(bytes);
  memory.bytes = bytes;
  memory.kind = kind;
  const control = machine.view();
  control.setUint32(CONTROL_STATE, memory.address, true);
  control.setUint32(CONTROL_UPDATES, 0, true);
}
