// The ways that arrows take in an unfolded graph: upright within a step, level to the next, over the boxes to a later one.

import type { Columns, Part } from "./columns.ts";
import type { Box, Point } from "./layout.ts";
import type { Area, Word } from "./room.ts";
import { drawArrow, rounded, type Stroke, smooth } from "./shapes.ts";
import type { Drawing } from "./svg.ts";
import type { UnfoldedEdge, Unfolding } from "./unfolding.ts";

/** Between forward and backward flow, from the middle. */
export const APART = 6;

export interface Way {
  /** The arrow, moved aside by so much; `back`: against its direction. */
  draw(aside: number, back: boolean, stroke: Stroke): Drawing;
  readonly places: Word["places"];
  /** What words should keep off. */
  readonly areas: readonly Area[];
}

export function wayOf(edge: UnfoldedEdge, plan: Unfolding, columns: Columns): Way {
  const { boxes, parts } = columns;
  const [from, to] = [boxes[edge.from], boxes[edge.to]];
  const { step, timeline } = plan.nodes[edge.from];
  const part = parts[timeline];
  if (edge.when === "first") return aroundOf(edge, step, from, to, part);
  if (edge.delay === 0) return uprightOf(edge, step, from, to, part);
  const isLevel = plan.rows[plan.nodes[edge.from].folded] === plan.rows[plan.nodes[edge.to].folded];
  if (Math.abs(edge.delay) === 1) return isLevel ? levelOf(edge.delay, from, to) : laneOf(edge, step, from, to, part);
  return isLevel ? bowOf(edge.delay, from, to, part.rises.get(edge.delay) as number) : underOf(edge, step, from, to, part);
}

function uprightOf(edge: UnfoldedEdge, step: number, from: Box, to: Box, { ways, pitch }: Part): Way {
  const up = to.y < from.y ? 1 : -1;
  const inner = ways[edge.folded].map(({ x, y }) => ({ x: x + step * pitch, y }));
  const points = straightened([meeting(from, inner[0] ?? to, -up), ...inner, meeting(to, inner[inner.length - 1] ?? from, up)]);
  const half = (points.length - 1) >> 1;
  // In the middle, or where it begins or ends.
  const pieces = [half, 0, points.length - 2].map((index) => [points[index], points[index + 1]] as const);
  return {
    draw: (aside, back, stroke) => {
      const moved = points.map(({ x, y }) => ({ x: x + aside, y }));
      const path = back ? moved.reverse() : moved;
      return drawArrow(smooth(path, "upright"), path[path.length - 1], up > 0 === back ? 90 : -90, stroke);
    },
    places: pieces.flatMap(([a, b]) =>
      [0.5, 0.3, 0.7, 0.15, 0.85].flatMap((share) => {
        const [x, y] = [a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share];
        return [{ x: x - APART, y, side: "left" } as const, { x: x + APART, y, side: "right" } as const];
      }),
    ),
    // Where it passes other rows.
    areas: points.slice(2).flatMap((point, index) => {
      const before = points[index + 1];
      return Math.abs(point.x - before.x) < 1
        ? [{ left: point.x - 4, right: point.x + 4, top: Math.min(point.y, before.y), bottom: Math.max(point.y, before.y) }]
        : [];
    }),
  };
}

/** From the first step to what stands at the last: up within the first column, then along the gap below the row where it arrives. */
function aroundOf(edge: UnfoldedEdge, step: number, from: Box, to: Box, { ways, pitch }: Part): Way {
  const inner = ways[edge.folded].map(({ x, y }) => ({ x: x + step * pitch, y }));
  const leaving = straightened([meeting(from, inner[0] ?? { ...to, x: from.x }, -1), ...inner]);
  const gap = to.y + to.height / 2 + 18;
  const turn = leaving[leaving.length - 1].x;
  const along = Math.sign(to.x - turn);
  const points = (aside: number): Point[] => [
    ...leaving.filter(({ y }, index) => index === 0 || y > gap).map(({ x, y }) => ({ x: x + aside, y })),
    { x: turn + aside, y: gap + along * aside },
    { x: to.x + aside, y: gap + along * aside },
    { x: to.x + aside, y: to.y + to.height / 2 },
  ];
  return {
    draw: (aside, back, stroke) => {
      const path = back ? points(aside).reverse() : points(aside);
      return drawArrow(rounded(path, 9), path[path.length - 1], back ? 90 : -90, stroke);
    },
    places: [0.5, 0.3, 0.7].map((share) => ({ x: turn + (to.x - turn) * share, y: gap - APART, side: "above" as const })),
    areas: [{ left: Math.min(turn, to.x), right: Math.max(turn, to.x), top: gap - 8, bottom: gap + 8 }],
  };
}

function levelOf(delay: number, from: Box, to: Box): Way {
  const ahead = Math.sign(delay);
  const [start, end] = [from.x + (ahead * from.width) / 2, to.x - (ahead * to.width) / 2];
  return {
    draw: (aside, back, stroke) => {
      const y = from.y + aside;
      const [a, b] = back ? [end, start] : [start, end];
      return drawArrow(`M${a},${y}H${b}`, { x: b, y }, ahead > 0 === back ? 180 : 0, stroke);
    },
    places: [0.5, 0.62, 0.75, 0.38].flatMap((share) => {
      const x = start + (end - start) * share;
      return [{ x, y: from.y - APART, side: "above" } as const, { x, y: from.y + APART, side: "below" } as const];
    }),
    areas: [{ left: Math.min(start, end), right: Math.max(start, end), top: from.y - 8, bottom: from.y + 8 }],
  };
}

/** The way between two columns that an arrow to another row takes. */
const laneAt = ({ delay, folded }: UnfoldedEdge, step: number, { lanes, width, pitch }: Part): number =>
  delay > 0 ? step * pitch + width + lanes[folded] : step * pitch - lanes[folded];

/** To another row of the next step: out at the side, along a lane between the columns, in at the side. */
function laneOf(edge: UnfoldedEdge, step: number, from: Box, to: Box, part: Part): Way {
  const ahead = Math.sign(edge.delay);
  const lane = laneAt(edge, step, part);
  // Beside the middle of a box, where arrows within a row arrive.
  const towards = Math.sign(to.y - from.y) * 18;
  const into = to.y - towards;
  const points = (aside: number): Point[] => {
    const narrow = aside * 0.6;
    const moved = narrow * Math.sign(towards) * ahead;
    return [
      { x: from.x + (ahead * from.width) / 2, y: from.y + towards - moved },
      { x: lane + narrow, y: from.y + towards - moved },
      { x: lane + narrow, y: into - moved },
      { x: to.x - (ahead * to.width) / 2, y: into - moved },
    ];
  };
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  return {
    draw: (aside, back, stroke) => {
      const path = back ? points(aside).reverse() : points(aside);
      return drawArrow(rounded(path, 10), path[3], ahead > 0 === back ? 180 : 0, stroke);
    },
    places: [0.5, 0.35, 0.65].flatMap((share) => {
      const y = top + (bottom - top) * share;
      return [{ x: lane + APART - 2, y, side: "right" } as const, { x: lane - APART + 2, y, side: "left" } as const];
    }),
    areas: [
      { left: lane - 5, right: lane + 5, top, bottom },
      {
        left: Math.min(lane, to.x - (ahead * to.width) / 2),
        right: Math.max(lane, to.x - (ahead * to.width) / 2),
        top: into - 5,
        bottom: into + 5,
      },
    ],
  };
}

/** Within a row over several steps: a bow above the boxes. */
function bowOf(delay: number, from: Box, to: Box, rise: number): Way {
  const ahead = Math.sign(delay);
  const top = from.y - from.height / 2;
  const at = (aside: number): readonly [Point, Point, Point, Point] => {
    const [x, end] = [from.x + ahead * from.width * 0.32 - aside, to.x - ahead * to.width * 0.32 - aside];
    const lean = (end - x) * 0.12;
    const height = top - rise - aside;
    return [
      { x, y: top },
      { x: x + lean, y: height },
      { x: end - lean, y: height },
      { x: end, y: top },
    ];
  };
  const [a, b, c, d] = at(0);
  const areas = Array.from({ length: 25 }, (_, index) => {
    const t = index / 24;
    const [p, q, r, s] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    const [x, y] = [p * a.x + q * b.x + r * c.x + s * d.x, p * a.y + q * b.y + r * c.y + s * d.y];
    return { left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 };
  });
  return {
    draw: (aside, back, stroke) => {
      const points = back ? [...at(aside)].reverse() : at(aside);
      const [start, first, second, end] = points.map(({ x, y }) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`);
      const angle = (Math.atan2(points[3].y - points[2].y, points[3].x - points[2].x) * 180) / Math.PI;
      return drawArrow(`M${start}C${first} ${second} ${end}`, points[3], Math.round(angle), stroke);
    },
    places: [0.5, 0.4, 0.6].map((share) => ({ x: a.x + (d.x - a.x) * share, y: top - rise * 0.75 - APART, side: "above" as const })),
    areas,
  };
}

/** To another row over several steps: along a lane beside the column, then along the gap below the row where it arrives. */
function underOf(edge: UnfoldedEdge, step: number, from: Box, to: Box, part: Part): Way {
  const ahead = Math.sign(edge.delay);
  const lane = laneAt(edge, step, part);
  const gap = to.y + to.height / 2 + 14 + 6 * (step % Math.abs(edge.delay));
  const out = from.y + Math.sign(to.y - from.y) * 18;
  const points = (aside: number): Point[] => [
    { x: from.x + (ahead * from.width) / 2, y: out + aside * 0.6 },
    { x: lane + aside, y: out + aside * 0.6 },
    { x: lane + aside, y: gap + aside / 2 },
    { x: to.x - ahead * to.width * 0.32 + aside, y: gap + aside / 2 },
    { x: to.x - ahead * to.width * 0.32 + aside, y: to.y + to.height / 2 },
  ];
  const [top, bottom] = [Math.min(out, gap), Math.max(out, gap)];
  return {
    draw: (aside, back, stroke) => {
      const path = back ? points(aside).reverse() : points(aside);
      return drawArrow(rounded(path, 8), path[4], back ? (ahead > 0 ? 180 : 0) : -90, stroke);
    },
    places: [0.5, 0.3, 0.7, 0.15, 0.85].flatMap((share) => {
      const y = top + (bottom - top) * share;
      return [{ x: lane + APART - 2, y, side: "right" } as const, { x: lane - APART + 2, y, side: "left" } as const];
    }),
    areas: [{ left: lane - 5, right: lane + 5, top, bottom }],
  };
}

/** Where an upright arrow meets a box's top (−1) or bottom (1): in the middle if it comes from there, else a little to its side. */
export function meeting(box: Box, towards: Point, direction: number): Point {
  const dx = towards.x - box.x;
  const offset = Math.abs(dx) < 2 ? 0 : Math.sign(dx) * Math.min(Math.abs(dx) * 0.25, box.width * 0.3);
  return { x: box.x + offset, y: box.y + (direction * box.height) / 2 };
}

/** The ends of a way, and the points between at which it turns. */
export const straightened = (points: readonly Point[]): Point[] =>
  points.filter(
    ({ x }, index) =>
      index === 0 || index === points.length - 1 || Math.abs(x - points[index - 1].x) > 1 || Math.abs(x - points[index + 1].x) > 1,
  );
