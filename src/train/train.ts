// The training loop: one call into the machine a step, progress handed out as it comes.

import {
  CONTROL_CLIP_NORM,
  CONTROL_CLIP_PARAMETER_NORM,
  CONTROL_CLIP_VALUE,
  CONTROL_POLICY,
  CONTROL_RANDOM_LENGTH,
  CONTROL_RATE,
  CONTROL_TRUTH,
  Policy,
} from "../../assembly/isa.ts";
import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import { randomFrom } from "../engine/random.ts";
import type { Data } from "./data.ts";
import { truthAt } from "./forcing.ts";
import { idleIn } from "./idle.ts";
import { Inspector } from "./inspection.ts";
import { needMemory, type OptimizerMemory } from "./memory.ts";
import { NonFiniteError } from "./non-finite.ts";
import { stateBlocks, writeOptimizer } from "./optimizer.ts";
import type { checkTraining } from "./options.ts";
import { giveWay } from "./pause.ts";
import { checkLife } from "./position.ts";
import { count, NO_COUNTS, type Progress, read } from "./progress.ts";
import { Runner, type Written } from "./runner.ts";
import { rateAt } from "./schedule.ts";
import { until } from "./until.ts";

type Checked = ReturnType<typeof checkTraining>;

/** Trains and yields after every step. Arguments have been checked. */
export async function* training(
  programs: Programs,
  memory: OptimizerMemory,
  data: Data,
  options: Checked,
): AsyncGenerator<Progress, void, void> {
  const { optimizer, epochs, steps, policy, forcing: teacherForcing, truth, every, from, signal } = options;
  const { machine, definition } = programs;
  if (from) checkLife(from, machine.step);
  const before = from && from.batch > 0 ? memory.states() : null;
  const runner = new Runner(programs, { kind: "train", teacherForcing }, data, before);
  memory.states = () => runner.states() ?? before;
  const inspector = every > 0 ? new Inspector(programs, { teacherForcing, batch: data.batch }) : null;
  const pause = giveWay();
  prepare(machine, memory, options);
  let [made, done] = [from?.step ?? 0, from?.batch ?? 0];
  let counts = from?.counts ?? NO_COUNTS;
  try {
    for (let epoch = from?.epoch ?? 0; epoch < epochs && made < steps; epoch++, done = 0) {
      const order = machine.step - done;
      const random = randomFrom(definition.seed, `order of epoch ${order}`);
      let passed = 0;
      let start = performance.now();
      for await (const batch of until(data.batches(random), signal)) {
        if (made === steps || signal?.aborted) return;
        if (passed++ < done) {
          // Done before the training was interrupted.
          await pause();
          continue;
        }
        const control = machine.view();
        const { step } = machine;
        const rate = rateAt(optimizer.rate, step);
        control.setFloat64(CONTROL_RATE, rate, true);
        control.setFloat32(CONTROL_TRUTH, truthAt(truth, step), true);
        const written = runner.write(batch);
        const inspection = ++made % every === 0 && inspector ? inspector.watch(written) : null;
        const progress = update(programs, written, made, policy);
        counts = count(counts, progress);
        const { room, idle } = idleIn(batch, batch.rows ?? data.batch);
        const tokensPerSecond = (1000 * (room - idle)) / Math.max(performance.now() - start, 1e-3);
        const position = { step: made, epoch, batch: passed, order, counts };
        yield { step: made, epoch, ...progress, counts, inspection, rate, tokensPerSecond, wasted: idle / room, position };
        const waiting = pause();
        if (waiting) await waiting;
        start = performance.now();
      }
      if (signal?.aborted) return;
      if (passed < done)
        throw new RangeError(
          `train: from is a position after ${done} batches of a pass, but the data has ${passed}. Use the data that it began with.`,
        );
    }
  } finally {
    inspector?.release();
    const states = memory.states();
    memory.states = () => states;
    runner.release();
  }
}

/** Makes the step that has been written, number `made` of this training, and hands its state on. @throws NonFiniteError if that is the policy. */
function update({ machine, definition }: Programs, { program, carry, keep }: Written, made: number, policy: Checked["policy"]) {
  program.run(carry, keep);
  const told = read(machine.view(), definition.heads);
  if (told.action === "skipped" && policy === "throw")
    throw new NonFiniteError(made, told.loss, told.gradientNorm, program.diagnose(carry, keep));
  if (told.action !== "skipped") machine.changed(false);
  // A state that led to something not finite is not handed on: the next window goes on from the one before.
  if (told.action === "updated") program.accept(carry);
  machine.step++;
  return told;
}

/** Writes into the control block what stays the same over the whole training, and makes room for the optimizer's memory. */
function prepare(machine: Machine, memory: OptimizerMemory, { optimizer, clip, policy, length }: Checked): void {
  needMemory(machine, memory, optimizer.kind, stateBlocks(optimizer));
  const control = machine.view();
  writeOptimizer(control, optimizer);
  control.setUint32(CONTROL_POLICY, { throw: Policy.stop, skip: Policy.skip, randomStep: Policy.randomStep }[policy], true);
  control.setFloat32(CONTROL_RANDOM_LENGTH, length, true);
  control.setFloat32(CONTROL_CLIP_VALUE, clip.value ?? 0, true);
  control.setFloat32(CONTROL_CLIP_PARAMETER_NORM, clip.parameterNorm ?? 0, true);
  control.setFloat32(CONTROL_CLIP_NORM, clip.norm ?? 0, true);
}
