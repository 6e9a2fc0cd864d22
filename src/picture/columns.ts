// The places of an unfolded graph: one step laid out by its arrows without delays, then so many of them; a source's steps below the output's.

import type { Diagram, DiagramEdge } from "./diagram.ts";
import { type Box, laidOut, type Point, type Size } from "./layout.ts";
import { commonWidth, sizeOf, WORD, wordsOf } from "./shapes.ts";
import { widthOf } from "./style.ts";
import type { Unfolding } from "./unfolding.ts";

/** The steps of one timeline. */
export interface Part {
  /** Of one step, without what stands at the last alone. */
  readonly width: number;
  /**
   * For each edge of the folded diagram the points at which it turns, in the first column. Of an edge to the other timeline those up to the part's
   * border, or from it.
   */
  readonly ways: readonly (readonly Point[])[];
  /** From column to column. */
  readonly pitch: number;
  /** How high the bow of a delay of several steps rises, by the delay. */
  readonly rises: ReadonlyMap<number, number>;
  /** For each edge of the folded diagram that leads to another row of the next step: where it does so, from the column's side. */
  readonly lanes: readonly number[];
}

export interface Columns {
  readonly boxes: readonly Box[];
  readonly height: number;
  /** Of the output's timeline, and of the source's. */
  readonly parts: readonly [Part, Part];
  /** For each edge of the folded diagram from one timeline to the other, where between them it goes from column to column. */
  readonly tracks: readonly number[];
  /** For each first state, by its edge, where it goes up beside the first column. */
  readonly sides: readonly number[];
}

/** From the first column to the way of a first state, with room for the word, and from there to the next. */
const SIDE = 66;
const FURTHER = 22;

/** Room between two columns, and for each arrow from row to row in it. */
const GAP = 52;
const LANE = 26;

const changesRow = ({ from, to }: DiagramEdge, rows: readonly number[]): boolean => rows[from] !== rows[to];

/** Whether an edge leads from the source's timeline to the output's. */
export const crosses = ({ from, to }: DiagramEdge, { nodes }: Pick<Diagram, "nodes">): boolean =>
  nodes[from].timeline !== nodes[to].timeline;

/** `least`: the width of a box at least. */
export function columnsOf(diagram: Diagram, plan: Unfolding, gradient: boolean, least: number): Columns {
  const width = Math.max(commonWidth(diagram.nodes, 84), least);
  const sizes = diagram.nodes.map((node) => sizeOf(node, width));
  const upper = laidOutPart(diagram, plan, sizes, gradient, 0);
  const lower = laidOutPart(diagram, plan, sizes, gradient, 1);
  const heightOf = (index: number): number => upper.boxes[diagram.edges[index].to].y;
  const between = [...diagram.edges.keys()].filter((index) => crosses(diagram.edges[index], diagram));
  // What goes further up goes further out, and below the others: so that they do not cross.
  const initial = between.filter((index) => diagram.edges[index].when === "initial").sort((a, b) => heightOf(b) - heightOf(a));
  const crossing = [...between.filter((index) => !initial.includes(index)), ...initial];
  const apart = gradient ? 24 : 14;
  const below = lower.height > 0 ? upper.height + (crossing.length > 0 ? crossing.length * apart : 44) : 0;
  const tracks: number[] = [];
  crossing.forEach((edge, index) => {
    tracks[edge] = upper.height + (index + 0.5) * apart;
  });
  const sides: number[] = [];
  initial.forEach((edge, index) => {
    sides[edge] = -SIDE - index * (gradient ? FURTHER : FURTHER - 8);
  });
  const parts = [upper.part, moved(lower.part, below)] as const;
  const places = [upper.boxes, lower.boxes.map((box) => ({ ...box, y: box.y + below }))];
  return {
    boxes: plan.nodes.map(({ folded, step, timeline }) => {
      const { x, y } = places[timeline][folded];
      return { ...sizes[folded], x: x + step * parts[timeline].pitch, y };
    }),
    height: Math.max(upper.height, below + lower.height),
    parts,
    tracks,
    sides,
  };
}

/** Whether a box stands at one step alone. */
const isOnceHere = (nodes: Unfolding["nodes"], place: number): boolean => nodes.filter(({ folded }) => folded === place).length === 1;

const moved = (part: Part, by: number): Part => ({
  ...part,
  ways: part.ways.map((way) => way.map(({ x, y }) => ({ x, y: y + by }))),
});

/** One timeline's boxes by their places in the folded diagram. Edges to the other timeline end, or begin, in a row of their own at its border. */
function laidOutPart(
  diagram: Diagram,
  { rows, nodes }: Unfolding,
  sizes: readonly Size[],
  gradient: boolean,
  timeline: 0 | 1,
): { part: Part; boxes: Box[]; height: number } {
  const isHere = (place: number): boolean => diagram.nodes[place].timeline === timeline;
  // What has one value stands to the right, if it may.
  const once = new Set([...diagram.nodes.keys()].filter((place) => isHere(place) && isOnceHere(nodes, place)));
  const all = [...diagram.nodes.keys()].filter(isHere);
  const places = timeline === 0 ? all : [...all.filter((place) => !once.has(place)), ...once];
  if (places.length === 0) return { boxes: [], height: 0, part: { width: 0, ways: [], pitch: 0, rises: new Map(), lanes: [] } };
  const indexes = [...diagram.edges.keys()].filter((index) => {
    const edge = diagram.edges[index];
    // A first state comes from the side.
    return isHere(edge.from) ? isHere(edge.to) || timeline === 1 : isHere(edge.to) && edge.when !== "initial";
  });
  const ports = indexes.filter((index) => crosses(diagram.edges[index], diagram));
  const at = (place: number, index: number): number => (isHere(place) ? places.indexOf(place) : places.length + ports.indexOf(index));
  const edges = indexes.map((index) => {
    const edge = diagram.edges[index];
    const from = at(edge.from, index);
    return { ...edge, from, to: edge.delay === 0 ? at(edge.to, index) : from };
  });
  const own = places.map((place) => rows[place]);
  const lowest = Math.min(...own);
  const first = timeline === 0 && ports.length > 0 ? 1 : 0;
  const border = timeline === 0 ? 0 : Math.max(...own) - lowest + 1;
  // Longer bows over shorter ones, all within the room between two rows.
  const bows = [...new Set(edges.map(({ delay }) => delay).filter((delay) => Math.abs(delay) > 1))].sort(
    (a, b) => Math.abs(a) - Math.abs(b),
  );
  const ranksep = (gradient ? 54 : 44) + (bows.length > 0 ? 10 + 14 * bows.length : 0);
  const port = { ...diagram.nodes[0], kind: "join" as const };
  const layout = laidOut(
    { nodes: [...places.map((place) => diagram.nodes[place]), ...ports.map(() => port)], edges },
    {
      cells: [...places.map((place) => sizes[place]), ...ports.map(() => ({ width: 1, height: 1 }))],
      squares: [],
      ranksep,
      nodesep: 34,
      rows: [...own.map((row) => row - lowest + first), ...ports.map(() => border)],
    },
  );
  const ways: (readonly Point[])[] = [];
  indexes.forEach((index, place) => {
    const end = ports.indexOf(index) < 0 ? null : layout.boxes[places.length + ports.indexOf(index)];
    const way = layout.ways[place];
    ways[index] = end === null ? way : timeline === 0 ? [end, ...way] : [...way, end];
  });
  const room = (edge: DiagramEdge): number => widthOf(wordsOf(edge), WORD);
  const delayed = indexes.filter((index) => diagram.edges[index].delay !== 0);
  const lanes: number[] = [];
  let across = 0;
  for (const index of delayed) {
    const edge = diagram.edges[index];
    if (!changesRow(edge, rows)) continue;
    lanes[index] = across + LANE / 2 + 4;
    across += LANE + room(edge);
  }
  const level = delayed.map((index) => diagram.edges[index]).filter((edge) => !changesRow(edge, rows));
  const gap = across + Math.max(GAP, ...level.map((edge) => room(edge) + 34));
  // At the last step there is nothing to the right.
  const isOnce = (index: number): boolean => layout.boxes[index] !== undefined && index < places.length && once.has(places[index]);
  const repeated = edges.flatMap(({ from, to }, index) => (isOnce(from) || isOnce(to) ? [] : layout.ways[index].map(({ x }) => x)));
  const rights = [...layout.boxes.keys()].flatMap((index) =>
    isOnce(index) ? [] : [layout.boxes[index].x + layout.boxes[index].width / 2],
  );
  const width = once.size === 0 || rights.length === 0 ? layout.width : Math.max(...repeated, ...rights);
  const boxes: Box[] = [];
  places.forEach((place, index) => {
    boxes[place] = layout.boxes[index];
  });
  return {
    boxes,
    height: layout.height,
    part: {
      width,
      ways,
      pitch: width + gap,
      rises: new Map(bows.map((delay, index) => [delay, (ranksep - 30 - 12 * (bows.length - 1 - index)) / 0.75])),
      lanes,
    },
  };
}
