// Strongly connected parts of any graph: what lies on a common cycle.

/** For each node the number of its part, in the order in which parts are finished: what a part leads to comes before it. Tarjan (1972). */
export function componentsOf(count: number, successors: (node: number) => readonly number[]): { of: Int32Array; sizes: number[] } {
  const of = new Int32Array(count).fill(-1);
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const sizes: number[] = [];
  const stack: number[] = [];
  let visited = 0;
  const visit = (node: number): void => {
    index[node] = low[node] = visited++;
    stack.push(node);
    for (const next of successors(node)) {
      if (index[next] < 0) {
        visit(next);
        low[node] = Math.min(low[node], low[next]);
      } else if (of[next] < 0) low[node] = Math.min(low[node], index[next]);
    }
    if (low[node] !== index[node]) return;
    let size = 0;
    for (let member = -1; member !== node; size++) {
      member = stack.pop() as number;
      of[member] = sizes.length;
    }
    sizes.push(size);
  };
  for (let node = 0; node < count; node++) if (index[node] < 0) visit(node);
  return { of, sizes };
}
