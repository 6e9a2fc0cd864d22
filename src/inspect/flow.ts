// gradientFlow(): one batch's gradient on its way back through time, as numbers.

import { checkFlag, checkNumber, checkOptions } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Network } from "../network.ts";
import { type Batch, type Data, inputKind, type Sequence } from "../train/data.ts";
import { type Inspection, Inspector, SATURATED } from "../train/inspection.ts";
import { checkData } from "../train/options.ts";
import { stepsOf } from "./copies.ts";
import { insideOf } from "./inside.ts";
import { jacobiansIn, stepJacobian } from "./jacobian.ts";
import { type Growth, growth } from "./step.ts";

export interface FlowOptions {
  /** Whether layers that listen to the output hear the truth instead. Default: true. */
  readonly teacherForcing?: boolean;
  /** How near to an end of its range, as a share of the range, a unit counts as saturated: sigmoid below 0.05 or above 0.95. Default: 0.05. */
  readonly saturated?: number;
  /** Whether the growth of ‖∂s(t)/∂s(0)‖ is computed for each recurrent layer, along the first sequence of the batch. Default: false. */
  readonly growth?: boolean;
}

/** What a batch's gradient looks like. */
export interface Flow extends Inspection {
  /** Of each recurrent layer, if it was asked for; else null. The model then hears its own output, from a fresh state. */
  readonly growth: readonly (Growth & { readonly layer: string })[] | null;
}

/**
 * Runs the first batch of the data forwards and backwards without an update, from a fresh state and with dropout as in the next training step,
 * and tells ‖∂L/∂s(t)‖ for every state and time step, the norm of every parameter's gradient, and the share of saturated units of
 * every gate and layer; on request how ‖∂s(t)/∂s(0)‖ grows (Goodfellow et al. 2016, §10.7; Pascanu et al. 2013). Changes nothing. The same
 * is to be had during training by `inspect: { every: 100 }`.
 *
 * @throws TypeError or RangeError if data and model do not fit, before any work.
 */
export function gradientFlow(net: Network, data: Data, options: FlowOptions = {}): Flow {
  const programs = insideOf("gradientFlow", net);
  const { definition } = programs;
  checkOptions("gradientFlow", options, ["teacherForcing", "saturated", "growth"]);
  const { teacherForcing = true, saturated = SATURATED } = options;
  checkFlag("gradientFlow: teacherForcing", teacherForcing);
  checkNumber("gradientFlow: saturated", saturated, 0, 0.5);
  const wantsGrowth = checkFlag("gradientFlow: growth", options.growth ?? false);
  checkData("gradientFlow", definition, data);
  const batch = firstBatch(data);
  if (!batch) throw new RangeError("gradientFlow: the data has no batch. Give longer sequences, or windows of fewer steps.");
  const inspector = new Inspector(programs, { teacherForcing, batch: data.batch, saturated });
  try {
    const inspection = inspector.look(batch);
    return { ...inspection, growth: wantsGrowth ? growths(net, data, inspection) : null };
  } finally {
    inspector.release();
  }
}

/** Of every layer whose states were seen. */
function growths(net: Network, data: Data, { states }: Inspection): (Growth & { readonly layer: string })[] {
  const { definition } = net;
  const layersOf = (seen: Inspection["states"]): string[] => [...new Set(seen.map(({ layer }) => layer))];
  if (!definition.decoding) {
    const sequence = firstOf(definition, data);
    return layersOf(states).map((layer) => ({ layer, ...growth(stepJacobian(net, sequence, { layer })) }));
  }
  const batch = firstBatch(data) as Batch;
  const count = batch.rows ?? data.batch;
  const row = Array.from({ length: count }, (_, b) => b).find((b) =>
    stepsOf(batch, b).every((steps, k) => steps > 0 || (k > 0 && !batch.source)),
  );
  if (row === undefined)
    throw new RangeError("gradientFlow: growth needs a source and a target of at least one step, and the first batch has none.");
  // Where the truth is heard, the output is no state.
  const own = states.filter(({ state }) => state !== "output");
  return layersOf(own).map((layer) => ({ layer, ...growth(jacobiansIn(net, batch, count, row, { layer })) }));
}

/** Undefined if there is none. @throws TypeError for data that must be waited for */
function firstBatch(data: Data): Batch | undefined {
  const batches = data.batches(null);
  if (!(Symbol.iterator in batches))
    throw new TypeError(
      "gradientFlow: the data is read as it is needed, and would have to be waited for. Give examples([…]) or windows([…]) of a part.",
    );
  const [batch] = batches;
  return batch;
}

/** The first sequence of the first batch. */
function firstOf(definition: Definition, data: Data): Sequence {
  const { symbols, width } = inputKind(definition);
  const batch = firstBatch(data) as Batch;
  const rows = batch.rows ?? data.batch;
  const steps = batch.lengths?.[0] ?? batch.steps;
  const values = symbols > 0 ? new Int32Array(batch.steps * rows) : new Float32Array(batch.steps * rows * width);
  batch.write({ input: { values, stride: width, batch: rows, order: null } });
  return Array.from({ length: steps }, (_, t) =>
    symbols > 0 ? values[t * rows] : values.subarray(t * rows * width, (t * rows + 1) * width),
  ) as Sequence;
}
