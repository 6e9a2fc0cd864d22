// How much of its past input a recurrent layer's state still tells.

import { compile } from "../compile.ts";
import { checkNumber, checkOptions, checkSize } from "../define/check.ts";
import { type Layer, widthAfter } from "../define/layer.ts";
import { dense, features, meanSquared } from "../define/layers.ts";
import { model } from "../define/model.ts";
import { randomFrom } from "../engine/random.ts";
import { windows } from "../train/windows.ts";

export interface MemoryCapacityOptions {
  /** The inputs of 1 … `delays` steps ago are asked for. Default: twice the width of the last layer. */
  readonly delays?: number;
  /** Steps that the read-outs learn from, and as many that they are judged on. Default: ten for each delay, at least 2000. */
  readonly steps?: number;
  /** Of the read-outs. Default: 1e-9. */
  readonly ridge?: number;
  /** Decides the weights and the input. Default: 0. */
  readonly seed?: number;
}

export interface MemoryCapacity {
  /** Σ r²: at most the number of units for inputs that are independent (Jaeger 2001, proposition 2). */
  readonly capacity: number;
  /** r² of the input of 1, 2, … steps ago. */
  readonly perDelay: readonly number[];
}

/**
 * The short-term memory capacity (Jaeger, Short term memory in echo state networks, 2001): the layers are driven by independent inputs, uniform in
 * ±½; for each k a linear read-out learns to say u(t − k); r² is the squared correlation of what it says with the truth, on inputs that it has not
 * learned from, and the capacity is Σ r². `await memoryCapacity(reservoir(100, { topology: "ring", activation: "identity" }))`.
 *
 * @throws TypeError or RangeError for layers that take no single number, or options out of range.
 */
export async function memoryCapacity(layers: Layer | readonly Layer[], options: MemoryCapacityOptions = {}): Promise<MemoryCapacity> {
  checkOptions("memoryCapacity", options, ["delays", "steps", "ridge", "seed"]);
  const list = Array.isArray(layers) ? (layers as readonly Layer[]) : [layers as Layer];
  const units = list.reduce((width, layer) => widthAfter(layer?.units, width), 1);
  const delays = checkSize("memoryCapacity: delays", options.delays ?? 2 * units);
  const steps = checkSize("memoryCapacity: steps", options.steps ?? Math.max(2000, 10 * delays));
  const ridge = checkNumber("memoryCapacity: ridge", options.ridge ?? 1e-9, 0);
  const { seed = 0 } = options;
  const definition = model({ input: features(1), layers: [...list, dense(delays)], loss: meanSquared(), seed });
  const random = randomFrom(seed, "memory capacity");
  // What comes first is asked for before it was: it is washed out, with as much again for the state to forget how it began.
  const washout = 2 * delays;
  const input = Array.from({ length: washout + 2 * steps }, () => random.uniform() - 0.5);
  const asked = input.map((_, t) => Array.from({ length: delays }, (_, k) => input[t - k - 1] ?? 0));
  const learned = washout + steps;
  const net = await compile(definition);
  let said: Float32Array[];
  try {
    await net.solve(windows(input.slice(0, learned), { batch: 1, steps: Math.min(64, learned), targets: asked.slice(0, learned) }), {
      ridge,
      washout,
    });
    said = net.predict(input).slice(learned);
  } finally {
    net.close();
  }
  const perDelay = Array.from({ length: delays }, (_, k) =>
    squaredCorrelation(
      said.map((row) => row[k]),
      asked.slice(learned).map((row) => row[k]),
    ),
  );
  return { capacity: perDelay.reduce((sum, r2) => sum + r2, 0), perDelay };
}

/** 0 where one of both does not vary. */
function squaredCorrelation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    ab += (value - meanA) * (b[i] - meanB);
    aa += (value - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  });
  return aa > 0 && bb > 0 ? ab ** 2 / (aa * bb) : 0;
}
