// Central differences of the reference's loss, and how far the data stands from the kinks where differences mean nothing.

import { reachable } from "../../src/graph/graph.ts";
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

/** How far the nearest kink is: the smallest |x| of every relu, abs and step, the nearest edge of every clamp, the smallest lead of every argmax. */
export function distanceToKinks(unfolded: Unfolded, run: Interpretation): number {
  let distance = Infinity;
  for (const { op, inputs, attributes } of unfolded.nodes) {
    if (op !== "relu" && op !== "abs" && op !== "unitStep" && op !== "clamp" && op !== "argmax") continue;
    const edges = op === "clamp" ? [attributes.low, attributes.high] : [0];
    for (const { rows, width, values } of run.every(inputs[0])) {
      if (op !== "argmax") for (const x of values) for (const edge of edges) distance = Math.min(distance, Math.abs(x - edge));
      else
        for (let r = 0; r < rows; r++) {
          const [first, second = -Infinity] = [...values.subarray(r * width, (r + 1) * width)].sort((a, b) => b - a);
          distance = Math.min(distance, first - second);
        }
    }
  }
  return distance;
}
