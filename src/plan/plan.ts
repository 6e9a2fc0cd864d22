// A plan: what runs before, during and after each recurrence, and where everything lies, for one purpose, batch and number of steps.

import type { Definition } from "../define/model.ts";
import { givenText, titleOf } from "../define/title.ts";
import { type Node, type NodeId, reachable, usersOf } from "../graph/graph.ts";
import type { OpName } from "../graph/operations.ts";
import { ALONG_SOURCE } from "../graph/shape.ts";
import { separateBeginnings } from "./beginnings.ts";
import { combine } from "./combine.ts";
import { madeBefore } from "./cut.ts";
import { fuse } from "./fuse.ts";
import { type Buffer, layout, placeOf } from "./layout.ts";
import { packSources, packWeights } from "./packs.ts";
import { printPlan } from "./print.ts";
import type { Carried, Plan } from "./record.ts";
import { schedule } from "./schedule.ts";
import { separateTurns } from "./turns.ts";
import { type Purpose, type Unfolded, unfold } from "./unfold.ts";

export type { Carried, Plan };

/** Steps of the one timeline, or of each. */
export type Steps = number | readonly number[];

/** unfold → differentiate → combine → schedule → fuse → lay out. Without `fused`, maps are run word by word: the same bits. */
export function makePlan(definition: Definition, purpose: Purpose, batch: number, steps: Steps, { fused = true } = {}): Plan {
  const timelines = typeof steps === "number" ? [steps] : steps;
  const unfolded = simplify(unfold(definition, purpose));
  const nodes = measured(unfolded.nodes, timelines);
  const users = usersOf(nodes);
  const roots = rootsOf(unfolded);
  const gradients = new Map(unfolded.gradients.map(({ path, node }) => [node, path]));
  const stages = fuse(nodes, roots, schedule(nodes, roots), fused)
    .map((stage) => ({ ...stage, steps: stage.steps.filter((step) => step.kind === "map" || !isCoveredByGradient(nodes, step.node)) }))
    .filter(({ steps: work }) => work.length > 0);
  const before = definition.decoding && purpose.kind === "generate" ? madeBefore(nodes) : new Set<NodeId>();
  const { buffers, frameBytes, inputBytes, scratchBytes } = layout({ nodes, users, roots, stages, gradients, before, batch, timelines });
  const carried = carriedOf(nodes, buffers);
  const carry = carried.reduce((sum, { bytes }) => sum + bytes, 0);
  const plan = {
    title: titleOf(definition) + givenText(definition),
    purpose,
    listens: definition.feedback !== null,
    batch,
    steps: timelines[0],
    timelines,
    nodes,
    users,
    roots,
    given: unfolded.given,
    shown: unfolded.shown,
    losses: unfolded.losses,
    watched: unfolded.watched,
    stages,
    before,
    buffers,
    carried,
    bytes: { frame: frameBytes, inputs: inputBytes, carry, scratch: scratchBytes },
  };
  return { ...plan, toString: () => printPlan(plan) };
}

/** What has a number for each step of the source is as wide as that has steps. */
const measured = (nodes: readonly Node[], [, width = 0]: readonly number[]): Node[] =>
  nodes.map((node) => {
    const { extent, width: own } = node.shape;
    return extent === "sequence" && own === ALONG_SOURCE ? { ...node, shape: { ...node.shape, width } } : node;
  });

const rootsOf = ({ shown, given, losses, gradients, watched }: Unfolded): Set<NodeId> =>
  new Set([...Object.values(shown), ...Object.values(given), ...losses, ...[...gradients, ...watched].map(({ node }) => node)]);

/** Products start from their addends, weights are packed, and each gradient has a buffer of its own. */
function simplify(unfolded: Unfolded): Unfolded {
  const owned = ownGradients(unfolded);
  const apart = separateBeginnings(separateTurns(owned.nodes));
  const nodes = packSources(packWeights(combine(apart, rootsOf(owned))));
  const kept = reachable(nodes, [...rootsOf(owned)]);
  const to = (id: NodeId): NodeId => kept.place[id];
  const places = (named: Readonly<Record<string, NodeId>>): Record<string, NodeId> =>
    Object.fromEntries(Object.entries(named).flatMap(([name, id]) => (to(id) < 0 ? [] : [[name, to(id)]])));
  return {
    nodes: kept.nodes,
    given: places(owned.given),
    shown: places(owned.shown),
    losses: owned.losses.map(to),
    gradients: owned.gradients.map(({ path, node }) => ({ path, node: to(node) })),
    watched: owned.watched.map((entry) => ({ ...entry, node: to(entry.node) })),
  };
}

/** Operations that leave zeros behind the end of each row. */
const SUMS: ReadonlySet<OpName> = new Set<OpName>(["outer", "scatter", "columnSum"]);

/**
 * Every gradient is kept in a place of its own, with zeros behind the end of each row: norm and update go over all that lies there. One that two
 * parameters share is copied; one that is no sum of rows, but a view or computed element by element, is the sum of its single row.
 */
function ownGradients(unfolded: Unfolded): Unfolded {
  const nodes = unfolded.nodes.slice();
  const isSum = (id: NodeId): boolean => SUMS.has(nodes[id].op) || (nodes[id].op === "add" && nodes[id].inputs.every(isSum));
  const taken = new Set<NodeId>();
  const gradients = unfolded.gradients.map(({ path, node }) => {
    const { shape, label } = nodes[node];
    if (isSum(node) && !taken.has(node)) {
      taken.add(node);
      return { path, node };
    }
    if (!isSum(node) && shape.rows > 1) throw new Error(`internal: the gradient of ${path}, ${shape.rows} rows, is no sum of rows`);
    const op = isSum(node) ? "copy" : "columnSum";
    return { path, node: nodes.push({ op, inputs: [node], attributes: {}, shape, label }) - 1 };
  });
  return { ...unfolded, nodes, gradients };
}

/** The gradient of a loss computes the loss on the way. */
const isCoveredByGradient = (nodes: readonly Node[], id: NodeId): boolean =>
  nodes[id].op === "loss" && nodes.some(({ op, inputs }) => op === "lossGradient" && String(inputs) === String(nodes[id].inputs));

function carriedOf(nodes: readonly Node[], buffers: ReadonlyMap<NodeId, Buffer>): Carried[] {
  const carried: Carried[] = [];
  let offset = 0;
  nodes.forEach(({ label, shape }, id) => {
    const buffer = buffers.get(id);
    if (!buffer?.carried || placeOf(nodes, id).buffer !== id) return;
    const { width, symbols } = shape;
    const bytes = Math.ceil((buffer.halo * buffer.timeStride) / 64) * 64;
    const nothing = symbols > 0 ? symbolBefore(nodes, id) : 0;
    carried.push({ node: id, label, slots: buffer.halo, width, symbols, nothing, offset, bytes });
    offset += bytes;
  });
  return carried;
}

/** The symbol that stands before the beginning of a sequence; −1 for none. */
function symbolBefore(nodes: readonly Node[], id: NodeId): number {
  const found = new Set(
    nodes.flatMap((node, delay) => (node.op === "delay" && placeOf(nodes, delay).buffer === id ? [node.attributes.before ?? -1] : [])),
  );
  if (found.size > 1) throw new Error(`internal: before the beginning of ${nodes[id].label} stand ${[...found].join(" and ")}`);
  return [...found][0];
}
