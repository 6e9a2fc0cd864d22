// Central differences of the reference's loss, and how far the data stands from the kinks where differences mean nothing.

import { type Node, reachable } from "../../src/graph/graph.ts";
import type { Operations, OpName } from "../../src/graph/operations.ts";
import type { Unfolded } from "../../src/plan/unfold.ts";
import { type Data, Interpretation, wholeLoss } from "./interpret.ts";

/**
 * 2⁻¹²: the formula of four points errs by h⁴·f⁽⁵⁾/30 ≈ 1e-16·f⁽⁵⁾ and by 1.5·2⁻⁵³·f/h ≈ 7e-13·f; a kink must be further than 2h away.
 */
export const STEP = 2 ** -12;

/** The losses alone, without what their gradients need. */
function lossesOf({ nodes, losses }: Unfolded): Pick<Unfolded, "nodes" | "losses"> {
  const { nodes: forward, place } = reachable(nodes, losses);
  return { nodes: forward, losses: losses.map((loss) => place[loss]) };
}

/** The whole loss, and nothing else. */
export function lossAt(unfolded: Unfolded, data: Data): number {
  const forward = lossesOf(unfolded);
  return wholeLoss(forward, new Interpretation(forward.nodes, data));
}

type Direction = Readonly<Record<string, ArrayLike<number>>>;

/** dLoss along directions in the space of the parameters of some paths. What does not depend on these is computed once. */
function slopes(unfolded: Unfolded, data: Data, paths: readonly string[]): (direction: Direction) => number {
  const forward = lossesOf(unfolded);
  const still = new Interpretation(forward.nodes, data);
  const moves = dependents(forward.nodes, (node) => node.op === "parameter" && paths.includes(node.attributes.path));
  return (direction) => {
    const at = (h: number): number => {
      const parameters = { ...data.parameters };
      for (const [path, change] of Object.entries(direction))
        parameters[path] = Float64Array.from(data.parameters[path], (value, index) => value + h * change[index]);
      return wholeLoss(forward, still.moved({ ...data, parameters }, moves));
    };
    return (8 * (at(STEP) - at(-STEP)) - (at(2 * STEP) - at(-2 * STEP))) / (12 * STEP);
  };
}

/** A draw is data, through which no gradient passes: what has been drawn stays as it is, whatever the parameters become. */
function drawnAlready({ nodes, losses }: Unfolded, data: Data): Data {
  const { nodes: forward } = reachable(nodes, losses);
  if (!forward.some(({ op }) => op === "draw")) return data;
  const run = new Interpretation(forward, data);
  return { ...data, nudge: (id, t, value) => (forward[id].op === "draw" ? run.at(id, t) : value) };
}

/** dLoss along a direction in the space of all parameters. */
export const slopeAlong = (unfolded: Unfolded, data: Data, direction: Direction): number =>
  slopes(unfolded, drawnAlready(unfolded, data), Object.keys(direction))(direction);

/** dLoss/dParameter for every element of every parameter that has a gradient. */
export function centralDifferences(unfolded: Unfolded, given: Data): Record<string, Float64Array> {
  const data = drawnAlready(unfolded, given);
  return Object.fromEntries(
    unfolded.gradients.map(({ path }) => {
      const { length } = data.parameters[path];
      const slope = slopes(unfolded, data, [path]);
      const alone = (place: number): Float64Array => Float64Array.from({ length }, (_, index) => (index === place ? 1 : 0));
      return [path, Float64Array.from({ length }, (_, place) => slope({ [path]: alone(place) }))];
    }),
  );
}

/** Which nodes are, or depend on, those of a kind. */
function dependents(nodes: readonly Node[], isOne: (node: Node) => boolean): boolean[] {
  const depends = nodes.map(isOne);
  // Delays read what stands behind them: again until nothing is new.
  for (let found = true; found; ) {
    found = false;
    nodes.forEach(({ inputs }, id) => {
      if (depends[id] || !inputs.some((input) => depends[input])) return;
      depends[id] = found = true;
    });
  }
  return depends;
}

/**
 * How far the nearest kink is: the smallest |x| of every relu, abs and step, the nearest edge of every clamp, the smallest lead of every argmax.
 */
export function distanceToKinks({ nodes }: Unfolded, run: Interpretation): number {
  let distance = Infinity;
  for (const node of nodes) {
    const kink = KINKS[node.op] as ((row: Float64Array, attributes: never) => number) | undefined;
    if (!kink) continue;
    const [input] = node.inputs;
    run.every(input).forEach(({ rows, width, values }, t) => {
      for (let r = 0; r < rows; r++) {
        if (t >= run.lengthOf(nodes[input], r)) continue;
        distance = Math.min(distance, kink(values.subarray(r * width, (r + 1) * width), node.attributes as never));
      }
    });
  }
  return distance;
}

const toZero = (row: Float64Array): number => row.reduce((least, x) => Math.min(least, Math.abs(x)), Infinity);

const KINKS: { readonly [K in OpName]?: (row: Float64Array, attributes: Operations[K]) => number } = {
  relu: toZero,
  abs: toZero,
  unitStep: toZero,
  clamp: (row, { low, high }) => Math.min(toZero(row.map((x) => x - low)), toZero(row.map((x) => x - high))),
  argmax(row) {
    const [first, second = -Infinity] = row.slice().sort((a, b) => b - a);
    return first - second;
  },
};
