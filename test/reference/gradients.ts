// Central differences of the reference's loss, and how far the data stands from the kinks where differences mean nothing.

import { reachable } from "../../src/graph/graph.ts";
import type { Operations, OpName } from "../../src/graph/operations.ts";
import type { Unfolded } from "../../src/plan/unfold.ts";
import { type Data, Interpretation, wholeLoss } from "./interpret.ts";

/**
 * 2⁻¹²: the formula of four points errs by h⁴·f⁽⁵⁾/30 ≈ 1e-16·f⁽⁵⁾ and by 1.5·2⁻⁵³·f/h ≈ 7e-13·f; a kink must be further than 2h away.
 */
export const STEP = 2 ** -12;

const lossAt = ({ nodes, losses }: Unfolded, data: Data): number => {
  const { nodes: forward, place } = reachable(nodes, losses);
  const run = new Interpretation(forward, data);
  return wholeLoss({ nodes: forward, losses: losses.map((loss) => place[loss]) }, run);
};

/** dLoss along a direction in the space of all parameters. */
export function slopeAlong(unfolded: Unfolded, data: Data, direction: Readonly<Record<string, ArrayLike<number>>>): number {
  const at = (h: number): number => {
    const moved = { ...data.parameters };
    for (const [path, change] of Object.entries(direction))
      moved[path] = Float64Array.from(data.parameters[path], (value, index) => value + h * change[index]);
    return lossAt(unfolded, { ...data, parameters: moved });
  };
  return (8 * (at(STEP) - at(-STEP)) - (at(2 * STEP) - at(-2 * STEP))) / (12 * STEP);
}

/** dLoss/dParameter for every element of every parameter that has a gradient. */
export function centralDifferences(unfolded: Unfolded, data: Data): Record<string, Float64Array> {
  return Object.fromEntries(
    unfolded.gradients.map(({ path }) => {
      const { length } = data.parameters[path];
      return [
        path,
        Float64Array.from({ length }, (_, place) =>
          slopeAlong(unfolded, data, { [path]: Float64Array.from({ length }, (_, index) => (index === place ? 1 : 0)) }),
        ),
      ];
    }),
  );
}

/**
 * How far the nearest kink is: the smallest |x| of every relu, abs and step, the nearest edge of every clamp, the smallest lead of every argmax, the
 * nearest of the other symbols of every draw.
 */
export function distanceToKinks({ nodes }: Unfolded, run: Interpretation): number {
  let distance = Infinity;
  for (const node of nodes) {
    const kink = KINKS[node.op] as ((row: Float64Array, attributes: never, uniform: number) => number) | undefined;
    if (!kink) continue;
    const [input] = node.inputs;
    run.every(input).forEach(({ rows, width, values }, t) => {
      for (let r = 0; r < rows; r++) {
        if (t >= run.lengthOf(nodes[input], r)) continue;
        const uniform = node.op === "draw" ? run.uniformAt(node.attributes.stream, t, r) : 0;
        distance = Math.min(distance, kink(values.subarray(r * width, (r + 1) * width), node.attributes as never, uniform));
      }
    });
  }
  return distance;
}

const toZero = (row: Float64Array): number => row.reduce((least, x) => Math.min(least, Math.abs(x)), Infinity);

const KINKS: { readonly [K in OpName]?: (row: Float64Array, attributes: Operations[K], uniform: number) => number } = {
  relu: toZero,
  abs: toZero,
  unitStep: toZero,
  clamp: (row, { low, high }) => Math.min(toZero(row.map((x) => x - low)), toZero(row.map((x) => x - high))),
  argmax(row) {
    const [first, second = -Infinity] = row.slice().sort((a, b) => b - a);
    return first - second;
  },
  draw(row, _, uniform) {
    const [first] = row.slice().sort((a, b) => b - a);
    const weights = row.map((x) => Math.exp(x - first));
    const mass = weights.reduce((sum, weight) => sum + weight);
    let share = 0;
    // The last share is the whole, whatever the numbers are.
    return toZero(weights.map((weight) => (share += weight / mass) - uniform).slice(0, -1));
  },
};
