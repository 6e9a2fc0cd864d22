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
  readonly nodes: readonly UnfoldedNode[];
  /** Arrows between steps that are there; those from before the first and to after the last are left out. */
  readonly edges: readonly UnfoldedEdge[];
  /** The row of each box of the folded diagram, from below: a box that a delay reaches or leaves has its row to itself. */
  readonly rows: readonly number[];
}

const isOnce = ({ extent, kind }: DiagramNode, diagram: Diagram): boolean =>
  kind === "loss" ? isVectorLoss(diagram) : extent === "vector";

/** A loss stands at each step where what it compares does. */
const isVectorLoss = ({ nodes, edges }: Diagram): boolean =>
  edges.some(({ from, to }) => nodes[to].kind === "loss" && nodes[from].extent === "vector");

export function unfolding(diagram: Diagram, steps: number): Unfolding {
  const places = new Map<string, number>();
  const nodes: UnfoldedNode[] = [];
  for (let step = 0; step < steps; step++)
    diagram.nodes.forEach((node, folded) => {
      if (isOnce(node, diagram) && step < steps - 1) return;
      places.set(`${folded} at ${step}`, nodes.length);
      nodes.push({ ...node, step, folded });
    });
  const edges: UnfoldedEdge[] = [];
  for (let step = 0; step < steps; step++)
    diagram.edges.forEach((edge, folded) => {
      const from = places.get(`${edge.from} at ${step}`);
      const to = places.get(`${edge.to} at ${step + edge.delay}`);
      if (from !== undefined && to !== undefined) edges.push({ ...edge, from, to, folded });
    });
  return { steps, nodes, edges, rows: rowsOf(diagram) };
}

function rowsOf({ nodes, edges }: Diagram): number[] {
  const rows = new Array<number>(nodes.length).fill(0);
  const isDelayed = nodes.map((_, place) => edges.some(({ from, to, delay }) => delay !== 0 && (from === place || to === place)));
  // The target stands above the loss.
  const top = Math.max(...nodes.map(({ rank }) => rank)) + 1;
  const rankOf = (place: number): number => (nodes[place].kind === "target" ? top : nodes[place].rank);
  let row = 0;
  for (let rank = 0; rank <= top; rank++) {
    const here = [...nodes.keys()].filter((place) => rankOf(place) === rank);
    const shared = here.filter((place) => !isDelayed[place]);
    for (const place of shared) rows[place] = row;
    if (shared.length > 0) row++;
    for (const place of here.filter((other) => isDelayed[other])) rows[place] = row++;
  }
  return rows;
}
