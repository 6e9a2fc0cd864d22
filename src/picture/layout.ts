// Where the boxes of a diagram stand: rows by dagre, from the input below to the loss above.

import { Graph, layout } from "@dagrejs/dagre";
import type { Diagram, DiagramEdge } from "./diagram.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Box = Point & Size;

export interface Layout extends Size {
  /** The cells of the nodes, by their middle. */
  readonly boxes: readonly Box[];
  /** For each edge the points on its way, the ends left out: in the direction of the arrow. Empty for arrows that `returns`. */
  readonly ways: readonly (readonly Point[])[];
  /** For each edge with a delay that goes upward the middle of its black square; null for the others. */
  readonly squares: readonly (Point | null)[];
}

export interface Room {
  /** The room of each node, with what is drawn beside it. */
  readonly cells: readonly Size[];
  /** The widths of the black squares of the edges, with their words. */
  readonly squares: readonly number[];
  readonly ranksep: number;
  readonly nodesep: number;
  /** Rows from below, where they are given. */
  readonly rows?: readonly number[];
}

/** Whether an arrow leads, delayed, back to where it came from: to its own box, or to a lower one. */
export const returns = ({ nodes }: Diagram, { from, to, delay }: DiagramEdge): boolean => delay !== 0 && nodes[to].rank <= nodes[from].rank;

/** Lays out everything but the arrows that return. The same diagram has the same layout: dagre draws no random numbers. */
export function laidOut(diagram: Diagram, room: Room): Layout {
  const graph = new Graph({ multigraph: true });
  const { rows } = room;
  graph.setGraph({
    rankdir: "BT",
    ranksep: room.ranksep,
    nodesep: room.nodesep,
    edgesep: 18,
    ...(rows ? { ranker: ranker(rows) as never } : {}),
  });
  diagram.nodes.forEach((_, place) => {
    graph.setNode(String(place), { ...room.cells[place] });
  });
  const squareOf = (edge: number): string => `square ${edge}`;
  const parts = diagram.edges.map((): { v: string; w: string; downward: boolean }[] => []);
  for (const index of inOrder(diagram)) {
    const { from, to, delay } = diagram.edges[index];
    const stops = [String(from), ...(delay === 0 ? [] : [squareOf(index)]), String(to)];
    if (delay !== 0) graph.setNode(squareOf(index), { width: room.squares[index], height: 18 });
    // The target stands above the loss, as in the textbook.
    const downward = diagram.nodes[from].kind === "target";
    parts[index] = stops.slice(1).map((stop, step) => {
      const [v, w] = downward ? [stop, stops[step]] : [stops[step], stop];
      graph.setEdge(v, w, { weight: delay === 0 ? 8 : 1 }, String(index));
      return { v, w, downward };
    });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as Partial<Size>;
  const mirrored = isMirrored(diagram.nodes.map((_, place) => graph.node(String(place)) as Box));
  const side = (x: number): number => (mirrored ? width - x : x);
  const points = ({ v, w, downward }: { v: string; w: string; downward: boolean }, edge: number): Point[] => {
    const between = (graph.edge(v, w, String(edge)).points as Point[]).slice(1, -1).map(({ x, y }) => ({ x: side(x), y }));
    return downward ? between.reverse() : between;
  };
  const at = (name: string): Box => {
    const box = graph.node(name) as Box;
    return { x: side(box.x), y: box.y, width: box.width, height: box.height };
  };
  const squares = diagram.edges.map((edge, index) => (edge.delay !== 0 && !returns(diagram, edge) ? at(squareOf(index)) : null));
  return {
    width,
    height,
    boxes: diagram.nodes.map((_, place) => at(String(place))),
    ways: parts.map((list, index) =>
      list.flatMap((part, step) => [...(step > 0 ? [squares[index] as Point] : []), ...points(part, index)]),
    ),
    squares,
  };
}

/** Whether what comes first stands mostly to the right of what comes later in the same row. */
function isMirrored(boxes: readonly Box[]): boolean {
  let order = 0;
  boxes.forEach((a, index) => {
    for (const b of boxes.slice(index + 1)) if (Math.abs(a.y - b.y) < 1) order += Math.sign(b.x - a.x);
  });
  return order < 0;
}

/** The edges that are laid out: between two boxes the one without a delay in the middle, so that it is the straight one. */
function inOrder(diagram: Diagram): number[] {
  const places = [...diagram.edges.keys()].filter((index) => !returns(diagram, diagram.edges[index]));
  const delayed = places.filter((index) => diagram.edges[index].delay !== 0);
  const half = delayed.length >> 1;
  return [...delayed.slice(0, half), ...places.filter((index) => diagram.edges[index].delay === 0), ...delayed.slice(half)];
}

/** Ranks as they are given; dagre has made room for labels on every second one. */
const ranker =
  (rows: readonly number[]) =>
  (graph: Graph): void => {
    for (const name of graph.nodes()) {
      const place = Number(name);
      if (Number.isInteger(place)) (graph.node(name) as { rank: number }).rank = 2 * rows[place];
    }
  };
