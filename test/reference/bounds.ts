// The tolerance of an f32 result, derived and not guessed: the running error bound of every value of a graph, and the comparison with it.

import type { Node, NodeId } from "../../src/graph/graph.ts";
import { type Bound, CONFIDENCE, ERRORS, errorAt, type Site, UNIT } from "./errors.ts";
import { type Interpretation, walk } from "./interpret.ts";

/** The bounds of one run, in units of 2⁻²⁴. They hold for any order of sums, fused or not; what is assumed stands in errors.ts. */
export class Bounds {
  readonly #nodes: readonly Node[];
  readonly #run: Interpretation;
  readonly #known: (Bound | undefined)[][];

  constructor(nodes: readonly Node[], run: Interpretation) {
    this.#nodes = nodes;
    this.#run = run;
    this.#known = nodes.map(() => []);
    walk(
      nodes,
      (node) => run.stepsOf(node),
      (id, t) => this.at(id, t),
    );
  }

  at(id: NodeId, t: number): Bound {
    const node = this.#nodes[id];
    const step = node.shape.extent === "sequence" ? t : 0;
    const known = this.#known[id][step];
    if (known) return known;
    const run = this.#run;
    const site: Site<Node["op"]> = {
      node,
      t: step,
      length: (row) => run.lengthOf(node, row),
      lengthOf: (index, row) => run.lengthOf(this.#nodes[node.inputs[index]], row),
      sourceLength: (row) => run.sourceLength(row),
      begun: run.begun,
      truth: run.truth,
      uniform: (row, column) => run.uniformAt((node.attributes as { stream: number }).stream, step, row, column),
      y: run.at(id, step),
      x: (index) => run.at(node.inputs[index], step),
      every: (index) => run.every(node.inputs[index]),
      bound: (index, at = step) => this.at(node.inputs[index], at),
      bounds: (index) => run.every(node.inputs[index]).map((_, at) => this.at(node.inputs[index], at)),
    };
    return (this.#known[id][step] = (ERRORS[node.op] as (site: Site<Node["op"]>) => Bound)(site));
  }

  /** The bound of every number of a node, in the order of `Interpretation.all`: the `magnitude` that compareWithReference takes. */
  all(id: NodeId): Float64Array {
    return Float64Array.from(
      this.#run.every(id).flatMap(({ rows, width }, t) => {
        const bound = this.at(id, t);
        return Array.from({ length: rows * width }, (_, i) => CONFIDENCE * errorAt(bound, Math.floor(i / width), i % width));
      }),
    );
  }
}

/** The smallest normal f32: below it a number has no relative precision. */
const SMALLEST = 2 ** -126;

/**
 * Compares what the engine computed in f32 with the reference: |engine − reference| ≤ 2⁻²⁴·magnitude, element by element, where the
 * magnitude comes from `Bounds`. The bound is of first order; the products of errors are some 10⁴ times smaller.
 *
 * Returns the greatest share of its bound that an element used: near 1 the bound is tight, far below it there is room.
 *
 * @throws Error naming the case and the element that is furthest outside.
 */
export function compareWithReference(
  caseName: string,
  engineValues: ArrayLike<number>,
  referenceValues: ArrayLike<number>,
  magnitude: ArrayLike<number>,
): number {
  const { length } = referenceValues;
  if (engineValues.length !== length || magnitude.length !== length)
    throw new RangeError(`${caseName}: ${engineValues.length} values and ${magnitude.length} bounds for ${length} reference values.`);
  let worst = 0;
  let place = 0;
  for (let i = 0; i < length; i++) {
    // Where rounding decides which symbol is heard, nothing is promised but a number.
    const promised = magnitude[i] < Infinity;
    if (Object.is(engineValues[i], referenceValues[i]) || (!promised && !Number.isNaN(engineValues[i]))) continue;
    const share = Math.abs(engineValues[i] - referenceValues[i]) / (UNIT * magnitude[i] + SMALLEST);
    if (share <= worst) continue; // false for NaN, which is outside every bound
    worst = Number.isNaN(share) ? Infinity : share;
    place = i;
  }
  if (worst > 1)
    throw new Error(
      `${caseName}: element ${place} is ${engineValues[place]} but the reference is ${referenceValues[place]}, allowed ±${(UNIT * magnitude[place]).toExponential(2)} (${worst.toFixed(1)} times the bound).`,
    );
  return worst;
}
