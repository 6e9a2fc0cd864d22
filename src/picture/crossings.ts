// The ways from the source's timeline to the output's: up out of the one, along a track between them, up into the other.

import type { Columns } from "./columns.ts";
import type { Point } from "./layout.ts";
import type { Area, Word } from "./room.ts";
import { drawArrow, rounded } from "./shapes.ts";
import type { UnfoldedEdge, Unfolding } from "./unfolding.ts";
import { APART, meeting, straightened, type Way } from "./ways.ts";

export function crossingOf(edge: UnfoldedEdge, plan: Unfolding, { boxes, parts, tracks, sides }: Columns): Way {
  const [start, end] = [plan.nodes[edge.from], plan.nodes[edge.to]];
  const [from, to] = [boxes[edge.from], boxes[edge.to]];
  const [upper, lower] = parts;
  const track = tracks[edge.folded];
  const out = lower.ways[edge.folded].map(({ x, y }) => ({ x: x + start.step * lower.pitch, y }));
  const leaving = straightened([meeting(from, out[0], -1), ...out]);
  const turn = leaving[leaving.length - 1].x;
  if (edge.when === "initial") {
    const lane = sides[edge.folded];
    const side = to.x - to.width / 2;
    const points = [...leaving, { x: turn, y: track }, { x: lane, y: track }, { x: lane, y: to.y }, { x: side, y: to.y }];
    return wayAlong(
      points,
      leaving.length,
      0,
      [0.5, 0.6, 0.4].map((share) => ({ x: lane + (side - lane) * share, y: to.y - APART, side: "above" })),
    );
  }
  const into = upper.ways[edge.folded].map(({ x, y }) => ({ x: x + end.step * upper.pitch, y }));
  const arriving = straightened([...into, meeting(to, into[into.length - 1], 1)]);
  const points = [...leaving, { x: turn, y: track }, { x: arriving[0].x, y: track }, ...arriving];
  // What is looked at has been weighed where it is; what is heard at every step is weighed there.
  const [a, b] = start.extent === "sequence" ? leaving.slice(-2) : arriving;
  return wayAlong(
    points,
    leaving.length,
    -90,
    [0.5, 0.3, 0.7, 0.2, 0.1, 0.9].flatMap((share) => {
      const [x, y] = [a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share];
      return [{ x: x + APART, y, side: "right" } as const, { x: x - APART, y, side: "left" } as const];
    }),
  );
}

/** `turn`: the point at which it goes along the track, until the next; `angle`: in which direction it arrives. */
function wayAlong(points: readonly Point[], turn: number, angle: 0 | -90, places: Word["places"]): Way {
  const ahead = points[turn + 1].x < points[turn].x ? -1 : 1;
  const isLevel = (index: number): boolean => index === turn || index === turn + 1;
  const aside = (by: number): Point[] =>
    points.map(({ x, y }, index) => {
      const arrives = angle === 0 && index > turn + 1;
      return { x: index === points.length - 1 && angle === 0 ? x : x + by, y: isLevel(index) ? y + ahead * by : arrives ? y + by : y };
    });
  return {
    draw: (by, back, stroke) => {
      const path = back ? aside(by).reverse() : aside(by);
      return drawArrow(rounded(path, 9), path[path.length - 1], back ? 90 : angle, stroke);
    },
    places,
    areas: points.slice(1).map((point, index): Area => {
      const before = points[index];
      return {
        left: Math.min(point.x, before.x) - 4,
        right: Math.max(point.x, before.x) + 4,
        top: Math.min(point.y, before.y) - 4,
        bottom: Math.max(point.y, before.y) + 4,
      };
    }),
  };
}
