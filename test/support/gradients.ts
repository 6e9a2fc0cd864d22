// Every gradient of every window of some data, read from the engine's own memory: training goes on as a user's does, at a rate of 0.

import type { Definition } from "../../src/define/model.ts";
import type { Binary } from "../../src/engine/binary.ts";
import { Machine } from "../../src/engine/machine.ts";
import { readBlock, writeBlock } from "../../src/engine/parameters.ts";
import { Programs } from "../../src/engine/programs.ts";
import { compile } from "../../src/index.ts";
import { layoutParameters } from "../../src/plan/parameters.ts";
import type { Data } from "../../src/train/data.ts";
import { sgd } from "../../src/train/optimizer.ts";
import { checkTraining } from "../../src/train/options.ts";
import { training } from "../../src/train/train.ts";
import { runEngine } from "./engine.ts";
import { dataOf, definitionOf, finalOf, type RecordedNetwork, rowsOf, thinned } from "./pytorch.ts";
import { looksAhead, statesOf, watching } from "./watch.ts";

/** What one step of training saw. */
export interface Gradients {
  readonly loss: number;
  readonly norm: number;
  /** By the parameter's path, row by row. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** One pass over the data with unchanged weights; state is carried as the data says. */
export async function gradientsOf(
  definition: Definition,
  weights: Readonly<Record<string, ArrayLike<number>>>,
  data: Data,
  binary: Binary,
): Promise<Gradients[]> {
  const layout = layoutParameters(definition);
  const machine = await Machine.start(binary, layout, definition.seed);
  for (const place of layout.places) writeBlock(machine, machine.parameters + place.offset, place, weights[place.path]);
  machine.version++;
  const memory = { kind: null, address: 0, bytes: 0, states: () => null };
  const options = checkTraining(definition, data, { optimizer: sgd(0) });
  const seen: Gradients[] = [];
  for await (const { loss, gradientNorm } of training(new Programs(machine, definition), memory, data, options)) {
    const gradients = layout.trained.map((place) => [place.path, readBlock(machine, machine.gradients + place.offset, place)]);
    seen.push({ loss, norm: gradientNorm, gradients: Object.fromEntries(gradients) });
  }
  return seen;
}

/** What a binary computes for each recorded window, by the names of `recordedNumbers`. */
export async function computed(recorded: RecordedNetwork, binary: Binary): Promise<Record<string, ArrayLike<number>>[]> {
  const definition = definitionOf(recorded.model);
  const seen = await gradientsOf(definition, recorded.weights, dataOf(recorded), binary);
  using net = await compile(definition, { module: binary.module });
  for (const [path, values] of Object.entries(recorded.weights)) net.parameters.get(path).set(values);
  const rows = rowsOf(recorded).inputs.map((sequence) => net.predict(sequence, { raw: true }));
  const output = rows[0].flatMap((_, t) => rows.flatMap((row) => [...row[t]]));
  const states = await statesThrough(recorded, definition, binary);
  const part = (values: ArrayLike<number>, index: number): number[] => {
    const size = values.length / recorded.windows.length;
    return Array.from({ length: size }, (_, i) => values[index * size + i]);
  };
  return seen.map(({ loss, gradients }, index) => ({
    ...gradients,
    ...Object.fromEntries(states.map(([label, values]) => [label, finalOf(part(values, index), recorded, looksAhead(definition, label))])),
    loss: [loss],
    output: thinned(part(output, index), recorded),
  }));
}

/** Each state after every step of all windows. */
async function statesThrough(recorded: RecordedNetwork, definition: Definition, binary: Binary): Promise<[string, Float32Array][]> {
  const { windows, steps, batch, weights } = recorded;
  const data = {
    steps: steps * windows.length,
    batch,
    parameters: weights,
    input: windows.flatMap(({ input }) => input),
  };
  const run = async (label: string): Promise<[string, Float32Array]> => {
    const { output } = await runEngine(watching(definition, [label]), { kind: "predict", raw: true }, data, binary);
    return [label, output];
  };
  return Promise.all(statesOf(definition).map(run));
}
