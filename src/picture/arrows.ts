// The arrows of a folded diagram: upward ones, loops of a box to itself, and lanes around the side back to where they came from.

import type { Diagram, DiagramEdge } from "./diagram.ts";
import { type Box, type Layout, type Point, returns } from "./layout.ts";
import type { Area, Word } from "./room.ts";
import { drawArrow, drawSquare, rounded, smooth, squareSize, stepsText, WORD, wordsOf } from "./shapes.ts";
import { FORWARD, widthOf } from "./style.ts";
import type { Drawing } from "./svg.ts";
import { meeting, straightened } from "./ways.ts";

export interface Arrow {
  readonly drawing: Drawing;
  readonly word: Word;
  /** Its black square, and how far it goes to the sides. */
  readonly areas: readonly Area[];
  readonly left: number;
  readonly right: number;
}

/** From a box to the square of its own loop, and how much more for a further loop on the same side. */
const LOOP = 34;
const FURTHER = 26;
/** From what stands beside a lane to the lane. */
const LANE = 22;

/** Half the width of a square. */
const half = ({ delay }: DiagramEdge): number => squareSize(stepsText(delay)).width / 2;

const around = ({ x, y }: Point, edge: DiagramEdge): Area => ({
  left: x - half(edge) - 2,
  right: x + half(edge) + 2,
  top: y - 10,
  bottom: y + 10,
});

/** The room beside a box that its loops and their words take, on each side. */
export const loopRoom = (loops: readonly DiagramEdge[]): number =>
  Math.max(0, ...loops.map((edge, index) => LOOP + FURTHER * (index >> 1) + wordRoom(edge)));

/** The room of a square between two boxes, with its word at one side and as much at the other. */
export const squareRoom = (edge: DiagramEdge): number => 2 * half(edge) + Math.max(0, 2 * widthOf(wordsOf(edge), WORD) - 20);

const wordRoom = (edge: DiagramEdge): number => widthOf(wordsOf(edge), WORD) + half(edge) + 12;

export function arrowsOf(diagram: Diagram, boxes: readonly Box[], { ways, squares }: Layout): Arrow[] {
  const { edges } = diagram;
  const lanes = lanesOf(diagram, boxes);
  const loops = boxes.map((_, place) => edges.filter(({ from, to }) => from === place && to === place));
  // Loops keep to the side on which no lane reaches the box.
  const free = boxes.map((_, place) => {
    const beside = edges.flatMap((edge, index) => (lanes[index] && (edge.from === place || edge.to === place) ? [lanes[index].side] : []));
    return beside.reduce<number>((sum, side) => sum + side, 0) > 0 ? -1 : 1;
  });
  return edges.map((edge, index) => {
    const lane = lanes[index];
    // On the level of operations the delay is a box of its own.
    if (lane) return drawLane(edge, boxes, lane, diagram.nodes[edge.to].kind !== "delay");
    if (edge.from !== edge.to) return drawRise(diagram, edge, boxes, ways[index], squares[index]);
    const order = loops[edge.from].indexOf(edge);
    return drawLoop(edge, boxes[edge.from], free[edge.from] * (order % 2 === 0 ? 1 : -1), order >> 1);
  });
}

function drawLoop(edge: DiagramEdge, { x, y, width, height }: Box, side: number, order: number): Arrow {
  const open = Math.min(13, height / 2 - 6) + 5 * order;
  const near = x + (side * width) / 2;
  const far = near + side * (LOOP + FURTHER * order);
  const ends = [
    { x: near, y: y - open },
    { x: far, y: y - open },
    { x: far, y: y + open },
    { x: near, y: y + open },
  ];
  const square = { x: far, y };
  return {
    drawing: drawArrow(rounded(ends, 11), ends[3], side > 0 ? 180 : 0, { color: FORWARD }) + drawSquare(square, stepsText(edge.delay)),
    word: { text: wordsOf(edge), places: [{ x: far + side * (half(edge) - 3), y, side: side > 0 ? "right" : "left" }] },
    areas: [around(square, edge)],
    left: Math.min(near, far - half(edge)),
    right: Math.max(near, far + half(edge)),
  };
}

interface Lane {
  readonly side: 1 | -1;
  readonly x: number;
  /** Height at which it leaves and arrives. */
  readonly start: number;
  readonly end: number;
}

/** A place beside the boxes for each arrow that returns to another box: short ones within, long ones without. */
function lanesOf(diagram: Diagram, boxes: readonly Box[]): (Lane | null)[] {
  const { edges } = diagram;
  const back = [...edges.keys()].filter((index) => edges[index].from !== edges[index].to && returns(diagram, edges[index]));
  const span = (index: number): number => Math.abs(boxes[edges[index].to].y - boxes[edges[index].from].y);
  const lanes: (Lane | null)[] = edges.map(() => null);
  const taken = { 1: [] as Area[], [-1]: [] as Area[] };
  for (const index of back.sort((a, b) => span(a) - span(b) || a - b)) {
    const edge = edges[index];
    const [from, to] = [boxes[edge.from], boxes[edge.to]];
    const side = blocked(boxes, from, 1) + blocked(boxes, to, 1) > blocked(boxes, from, -1) + blocked(boxes, to, -1) ? -1 : 1;
    const start = from.y + port(diagram, back, edge.from, index);
    const end = to.y + port(diagram, back, edge.to, index);
    const [top, bottom] = [Math.min(start, end) - 8, Math.max(start, end) + 8];
    const within = boxes.flatMap((box, place) => {
      const loops = edges.filter((other) => other.from === place && other.to === place);
      const isBeside = box.y + box.height / 2 > top && box.y - box.height / 2 < bottom;
      // A box at the end of a lane has its first loop on the other side.
      const shown = place === edge.from || place === edge.to ? loops.slice(1) : loops;
      return isBeside ? [side * box.x + box.width / 2 + loopRoom(shown)] : [];
    });
    const before = taken[side].filter((area) => area.top < bottom && area.bottom > top).map(({ right }) => right);
    const x = Math.max(...within, ...before) + LANE;
    taken[side].push({ left: x - half(edge), right: x + wordRoom(edge), top, bottom });
    lanes[index] = { side, x: side * x, start, end };
  }
  return lanes;
}

/** Boxes of the same row that stand on that side. */
const blocked = (boxes: readonly Box[], box: Box, side: 1 | -1): number =>
  boxes.filter((other) => Math.abs(other.y - box.y) < (other.height + box.height) / 2 && side * (other.x - box.x) > 1).length;

/** How far from the middle of a box's side a returning arrow meets it. */
function port({ edges }: Diagram, back: readonly number[], place: number, index: number): number {
  const here = back.filter((other) => edges[other].from === place || edges[other].to === place).sort((a, b) => a - b);
  return (here.indexOf(index) - (here.length - 1) / 2) * 12;
}

function drawLane(edge: DiagramEdge, boxes: readonly Box[], { side, x, start, end }: Lane, hasSquare: boolean): Arrow {
  const [from, to] = [boxes[edge.from], boxes[edge.to]];
  const begin: Point[] =
    blocked(boxes, from, side) === 0 ? [{ x: from.x + (side * from.width) / 2, y: start }] : detour(boxes, from, side, -1);
  const finish: Point[] =
    blocked(boxes, to, side) === 0 ? [{ x: to.x + (side * to.width) / 2, y: end }] : detour(boxes, to, side, 1).reverse();
  const leave = begin[begin.length - 1].y;
  const arrive = finish[0].y;
  const square = { x, y: (leave + arrive) / 2 };
  const angle = finish.length > 1 ? -90 : side > 0 ? 180 : 0;
  const word = side > 0 ? ("right" as const) : ("left" as const);
  return {
    drawing:
      drawArrow(rounded([...begin, { x, y: leave }, { x, y: arrive }, ...finish]), finish[finish.length - 1], angle, { color: FORWARD }) +
      (hasSquare ? drawSquare(square, stepsText(edge.delay)) : ""),
    word: { text: wordsOf(edge), places: [{ x: x + side * (half(edge) - 2), y: square.y, side: word }] },
    areas: hasSquare ? [around(square, edge)] : [],
    left: Math.min(x - half(edge), from.x, to.x),
    right: Math.max(x + half(edge), from.x, to.x),
  };
}

/** Out of a box's top (−1) or bottom (1) into the gap beside its row. */
function detour(boxes: readonly Box[], { x, y, width, height }: Box, side: number, direction: 1 | -1): Point[] {
  const at = x + side * width * 0.3;
  const row = boxes.filter((other) => Math.abs(other.y - y) < (other.height + height) / 2);
  const edge = Math.max(...row.map((other) => direction * other.y + other.height / 2));
  return [
    { x: at, y: y + (direction * height) / 2 },
    { x: at, y: direction * (edge + 15) },
  ];
}

/** An arrow upward, or from the target down to the loss. */
function drawRise(diagram: Diagram, edge: DiagramEdge, boxes: readonly Box[], way: readonly Point[], square: Point | null): Arrow {
  const up = diagram.nodes[edge.from].kind === "target" ? -1 : 1;
  const [from, to] = [boxes[edge.from], boxes[edge.to]];
  const start = meeting(from, way[0] ?? to, -up);
  const end = meeting(to, way[way.length - 1] ?? from, up);
  const points = straightened([start, ...way, end]);
  const pieces = points.slice(1).map((point, index) => [points[index], point] as const);
  const at = (share: number) => pieces.map(([a, b]) => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share }));
  const middles = at(0.5);
  // In the middle, where it arrives, where it begins, or anywhere.
  const near = square
    ? [square]
    : [middles[middles.length >> 1], middles[middles.length - 1], middles[0], ...at(0.5), ...at(0.2), ...at(0.8)];
  const turns = points.some(({ x }) => x < start.x - 1 && x <= end.x);
  const [first, second] = turns ? (["left", "right"] as const) : (["right", "left"] as const);
  const apart = square ? half(edge) - 2 : 0;
  return {
    drawing:
      drawArrow(smooth(points, "upright"), end, up > 0 ? -90 : 90, { color: FORWARD }) +
      (square ? drawSquare(square, stepsText(edge.delay)) : ""),
    word: {
      text: wordsOf(edge),
      places: near.flatMap(({ x, y }) => [
        { x: x + (first === "right" ? apart : -apart), y, side: first },
        { x: x + (second === "right" ? apart : -apart), y, side: second },
      ]),
    },
    areas: square ? [around(square, edge)] : [],
    left: Math.min(...points.map(({ x }) => x)),
    right: Math.max(...points.map(({ x }) => x)),
  };
}
