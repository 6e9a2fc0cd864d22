// A diagram stretched over some steps: every box once a step, every delay an arrow from one step to another.

import type { Diagram, DiagramEdge, DiagramNode } from "./diagram.ts";

export interface UnfoldedNode extends DiagramNode {
  /** Its step, from 0; boxes that have one value for a whole sequence stand at the last. */
  readonly step: number;
  /** Its place in the folded diagram. */
  readonly folded: number;
}

export interface UnfoldedEdge extends DiagramEdge {
  /** Its place in the folded diagram. */
  readonly folded: number;
}

export interface Unfolding {
  readonly steps: number;
  /** Columns of the output's timeline and of the source's: of one vector 1, of no source 0. */
  readonly timelines: readonly [number, number];
  readonly nodes: readonly UnfoldedNode[];
  /** Arrows between steps that are there; those from before the first and to after the last are left out. */
  readonly edges: readonly UnfoldedEdge[];
  /** The row of each box of the folded diagram, from below: a box that a delay reaches or leaves has its row to itself; a source's lie below. */
  readonly rows: readonly number[];
}

/** Whether a box has one value for a whole sequence. A loss stands at each step where what it compares does. */
const isOnce = (place: number, { nodes, edges }: Diagram): boolean =>
  nodes[place].kind === "loss"
    ? edges.some(({ from, to }) => to === place && nodes[from].extent === "vector")
    : nodes[place].extent === "vector";

export function unfolding(diagram: Diagram, steps: number): Unfolding {
  const once = diagram.nodes.map((_, place) => isOnce(place, diagram));
  const columns = (timeline: number): number => {
    const here = [...diagram.nodes.keys()].filter((place) => diagram.nodes[place].timeline === timeline);
    return here.length === 0 ? 0 : here.every((place) => once[place]) ? 1 : steps;
  };
  const timelines: [number, number] = [columns(0), columns(1)];
  const places = new Map<string, number>();
  const nodes: UnfoldedNode[] = [];
  for (const timeline of [1, 0])
    for (let step = 0; step < timelines[timeline]; step++)
      diagram.nodes.forEach((node, folded) => {
        if (node.timeline !== timeline || (once[folded] && step < timelines[timeline] - 1)) return;
        places.set(`${folded} at ${step}`, nodes.length);
        nodes.push({ ...node, step, folded });
      });
  const edges = diagram.edges
    .flatMap((edge, folded) =>
      meetings(edge, once, diagram, timelines).flatMap(([start, end]): UnfoldedEdge[] => {
        const from = places.get(`${edge.from} at ${start}`);
        const to = places.get(`${edge.to} at ${end}`);
        return from !== undefined && to !== undefined ? [{ ...edge, from, to, folded }] : [];
      }),
    )
    .sort((a, b) => nodes[a.from].step - nodes[b.from].step);
  return { steps, timelines, nodes, edges, rows: rowsOf(diagram) };
}

/** The steps at which an arrow leaves, and those at which it arrives. */
function meetings(
  { from, to, delay, when }: DiagramEdge,
  once: readonly boolean[],
  { nodes }: Diagram,
  timelines: readonly number[],
): (readonly [number, number])[] {
  const count = timelines[nodes[from].timeline];
  const every = Array.from({ length: timelines[nodes[to].timeline] }, (_, step) => step);
  const last = count - 1;
  if (when === "initial") return [[last, 0]];
  if (when === "first") return [[0, timelines[nodes[to].timeline] - 1]];
  // One value is there at every step, and attention looks at all steps from each.
  if (once[from] && !once[to]) return every.map((step) => [last, step]);
  if (nodes[from].timeline !== nodes[to].timeline)
    return Array.from({ length: count }).flatMap((_, start) => every.map((step) => [start, step] as const));
  return Array.from({ length: count }, (_, step) => [step, step + delay] as const);
}

function rowsOf({ nodes, edges }: Diagram): number[] {
  const rows = new Array<number>(nodes.length).fill(0);
  const isDelayed = nodes.map((_, place) => edges.some(({ from, to, delay }) => delay !== 0 && (from === place || to === place)));
  // The target stands above the loss.
  const top = Math.max(...nodes.map(({ rank }) => rank)) + 1;
  const rankOf = (place: number): number => (nodes[place].kind === "target" ? top : nodes[place].rank);
  let row = 0;
  for (const timeline of [1, 0])
    for (let rank = 0; rank <= top; rank++) {
      const here = [...nodes.keys()].filter((place) => nodes[place].timeline === timeline && rankOf(place) === rank);
      const shared = here.filter((place) => !isDelayed[place]);
      for (const place of shared) rows[place] = row;
      if (shared.length > 0) row++;
      for (const place of here.filter((other) => isDelayed[other])) rows[place] = row++;
    }
  return rows;
}
