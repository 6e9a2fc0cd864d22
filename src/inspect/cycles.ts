// The best cycle of a small graph whose edges have a length and take time: how long a path grows per time step, in the limit.

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  /** Time steps, 1 or more. */
  readonly time: number;
}

/**
 * The least length per time of any cycle; null if there is none. Starts from a ratio that every cycle is below, and goes on to that of
 * a cycle that is better until none is (Lawler 1976): lengths are whole numbers and cycles finitely many, so that it ends with the exact one.
 */
export function leastRatio(edges: readonly Edge[], nodes: number): number | null {
  let ratio = edges.reduce((sum, { length }) => sum + Math.abs(length), 1);
  let best: number | null = null;
  for (let cycle = betterCycle(edges, nodes, ratio); cycle; cycle = betterCycle(edges, nodes, ratio)) {
    ratio = cycle.reduce((sum, { length }) => sum + length, 0) / cycle.reduce((sum, { time }) => sum + time, 0);
    best = ratio;
  }
  return best;
}

/** Ratios of different cycles of so few edges lie further apart than this, and rounding stays below it. */
const CLOSE = 1e-9;

/** A cycle whose length is less than `ratio` times its time (Bellman and Ford), or null. */
function betterCycle(edges: readonly Edge[], nodes: number, ratio: number): Edge[] | null {
  const cost = new Float64Array(nodes);
  const by: (Edge | undefined)[] = new Array(nodes);
  let moved = -1;
  for (let round = 0; round <= nodes; round++) {
    moved = -1;
    for (const edge of edges) {
      const reached = cost[edge.from] + edge.length - ratio * edge.time;
      if (reached >= cost[edge.to] - CLOSE) continue;
      cost[edge.to] = reached;
      by[edge.to] = edge;
      moved = edge.to;
    }
    if (moved < 0) return null;
  }
  // Going back as many times as there are nodes ends on the cycle.
  for (let i = 0; i < nodes; i++) moved = (by[moved] as Edge).from;
  const cycle: Edge[] = [];
  for (let at = moved; cycle.length === 0 || at !== moved; at = cycle[cycle.length - 1].from) cycle.push(by[at] as Edge);
  return cycle;
}
