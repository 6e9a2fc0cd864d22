// solve(): the read-out in closed form, by ridge regression on the features that enter it.

import { checkNumber, checkOptions, describe } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { writeBlock } from "../engine/parameters.ts";
import type { Programs } from "../engine/programs.ts";
import { isDensity } from "../graph/losses.ts";
import { type ReadOut, readOutOf } from "../plan/read-out.ts";
import type { Data } from "./data.ts";
import { Judgement, type Solution } from "./judgement.ts";
import { type Candidate, NormalEquations } from "./normal-equations.ts";
import { checkData, checkSignal } from "./options.ts";
import { giveWay } from "./pause.ts";
import { nothingLeft, readRows, usableRows } from "./rows.ts";

export interface SolveOptions {
  /** The penalty on Σ w² (Tikhonov), not on the bias; several are tried on one pass over the data. 0: least squares. */
  readonly ridge: number | readonly number[];
  /** Steps at the beginning of each sequence or stream that are run but not learned from. Default: 0. */
  readonly washout?: number;
  /** Data that several ridges are judged on. Default: generalised cross-validation (Golub, Heath and Wahba 1979). */
  readonly validation?: Data;
  /** Ends the work before anything has been changed. */
  readonly signal?: AbortSignal;
}

/** Options with defaults, checked, and the read-out. */
export function checkSolving(definition: Definition, data: Data, options: SolveOptions) {
  checkOptions("solve", options, ["ridge", "washout", "validation", "signal"]);
  const { ridge, washout = 0, validation, signal } = options;
  const ridges: readonly number[] = typeof ridge === "object" && ridge !== null ? ridge : [ridge as number];
  if (!Array.isArray(ridges) || ridges.length === 0)
    throw new TypeError(`solve: ridge must be a number or a list of numbers but is ${describe(ridge)}. Use 1e-6, for example.`);
  for (const [index, value] of ridges.entries()) checkNumber(ridges.length > 1 ? `solve: ridge[${index}]` : "solve: ridge", value, 0);
  if (!Number.isInteger(washout) || washout < 0)
    throw new RangeError(`solve: washout must be a whole number of steps of 0 or more but is ${describe(washout)}.`);
  checkSignal("solve", signal);
  const readOut = readOutOf(definition);
  if (typeof readOut === "string")
    throw new TypeError(
      `solve: the model has no linear read-out: ${readOut}. End with dense(n), without an activation, or train it by gradient.`,
    );
  const density = definition.heads[0].terms.find(({ loss }) => isDensity(loss));
  if (density)
    throw new TypeError(`solve: with ${density.loss.kind} the output describes the target and is not like it. Train it by gradient.`);
  if (washout > 0 && definition.nodes[readOut.features].shape.extent !== "sequence")
    throw new RangeError(`solve: washout is ${washout}, but each sequence gives one vector, at its end. Leave washout out.`);
  checkData("solve", definition, data);
  checkRows("the data", data, washout);
  if (validation !== undefined) {
    checkData("solve: validation", definition, validation);
    checkRows("the validation data", validation, washout);
  }
  return { ridges, washout, validation, signal, readOut };
}

/** Of data in memory; other data tells as it comes. */
function checkRows(what: string, data: Data, washout: number): void {
  const batches = data.batches(null);
  if (!(Symbol.iterator in batches)) return;
  const usable = usableRows(washout);
  for (const batch of batches) if (usable(batch, batch.rows ?? data.batch).length > 0) return;
  throw nothingLeft(what, washout, usable.longest());
}

/** Arguments have been checked. */
export async function solving(
  programs: Programs,
  data: Data,
  { ridges, washout, validation, signal, readOut }: ReturnType<typeof checkSolving>,
): Promise<Solution> {
  const { machine } = programs;
  const { nodes, heads } = programs.definition;
  const { label, shape } = nodes[readOut.features];
  const equations = new NormalEquations(machine, shape.width, readOut.bias !== null, nodes[heads[0].output].shape.width);
  const { step } = machine;
  const pause = giveWay();
  try {
    for await (const { place, rows, targets } of readRows(programs, data, { washout, noisy: true, signal }))
      equations.gather(place, rows, targets);
    for (let feature = 0; feature < shape.width; feature++)
      if (!Number.isFinite(equations.sum(feature)))
        throw new RangeError(
          `solve: feature ${feature} of ${label} is not finite somewhere in the data, so nothing was solved. Use a smaller radius, or an activation with bounds.`,
        );
    const judged = ridges.length > 1 && !validation;
    const candidates: Candidate[] = [];
    for (const ridge of ridges) {
      await pause();
      signal?.throwIfAborted();
      const solved = equations.solve(ridge, judged);
      if (typeof solved === "number") throw singular(equations, ridge, solved, label);
      candidates.push(solved);
    }
    const judgement = new Judgement(candidates, equations, shape.width);
    if (validation)
      for await (const { place, rows, targets } of readRows(programs, validation, { washout, noisy: false, signal }))
        judgement.add(machine, place, rows, targets);
    const { trials, best, judgedBy } = judgement.reach();
    put(machine, readOut, candidates[best].weights);
    return { ...trials[best], judgedBy, rows: equations.rows, trials };
  } finally {
    equations.release();
    machine.step = step;
  }
}

/** The sentence for a system that has no single solution. */
function singular(equations: NormalEquations, ridge: number, feature: number, label: string): RangeError {
  const { features, rows } = equations;
  const which =
    feature === features
      ? "the bias is, to rounding, a sum of the features"
      : equations.sum(feature) === 0
        ? `feature ${feature} of ${label} is 0 in every row`
        : `feature ${feature} of ${label} is, to rounding, a sum of those before it`;
  const greatest = Math.max(...Array.from({ length: features }, (_, i) => equations.sum(i)));
  return new RangeError(
    `solve: with ridge ${ridge} the system of ${features} features and ${rows} rows is singular: ${which}. Use a greater ridge, such as ${(1e-9 * greatest || 1e-9).toExponential(0)}${rows <= features ? ", or more rows than features" : ""}.`,
  );
}

/** Gives the read-out its weights. */
function put(machine: Machine, { weight, bias }: ReadOut, weights: Float64Array): void {
  const { rows, width } = weight.shape;
  const set = (path: string, values: Float64Array): void => {
    writeBlock(machine, machine.address("parameters", path), machine.place(path), values);
  };
  set(weight.attributes.path, weights.subarray(0, rows * width));
  if (bias) set(bias.attributes.path, weights.subarray(rows * width));
  machine.changed(false);
}
