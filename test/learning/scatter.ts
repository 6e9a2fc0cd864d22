// Clouds of points side by side, each over the same curves, as the text of an SVG file.

import { drawFrame, drawTitle, linearAxis, text } from "../../src/picture/axes.ts";
import { GRID, SERIES } from "../../src/picture/style.ts";
import { type Drawing, element, label, picture } from "../../src/picture/svg.ts";

type Points = readonly (ArrayLike<number> & Iterable<number>)[];

export interface Cloud {
  readonly title: string;
  readonly caption: string;
  readonly points: Points;
}

const SIDE = 280;
const LEFT = 64;
const BETWEEN = 64;
const TOP = 84;

/** One scale for all, from −reach to reach each way. */
export function scatter(title: string, reach: number, curves: readonly Points[], clouds: readonly Cloud[]): string {
  const drawings = clouds.map((cloud, index) => draw(cloud, reach, curves, LEFT + index * (SIDE + BETWEEN)));
  return picture(LEFT + clouds.length * (SIDE + BETWEEN) - BETWEEN / 4, TOP + SIDE + 56, title, drawTitle(title, LEFT), ...drawings);
}

function draw({ title, caption, points }: Cloud, reach: number, curves: readonly Points[], left: number): Drawing {
  const x = linearAxis([-reach, reach], [left, left + SIDE], 5, false);
  const y = linearAxis([-reach, reach], [TOP + SIDE, TOP], 5, false);
  const place = ([px, py]: Points[number]): string => [x.scale(px), y.scale(py)].map((pixel) => Math.round(pixel * 10) / 10).join();
  const within = points.filter(([px, py]) => Math.max(Math.abs(px), Math.abs(py)) <= reach);
  const beyond = points.length - within.length;
  return [
    drawFrame({ left, top: TOP, width: SIDE, height: SIDE }, x, y, { x: "x", y: "y" }),
    label(title, left, TOP - 28, { ...text(13), "font-weight": 600 }),
    label(beyond > 0 ? `${caption}; ${beyond} further out` : caption, left, TOP - 10, text(12)),
    ...curves.map((curve) =>
      element("path", { d: `M${curve.map(place).join("L")}`, fill: "none", stroke: GRID, "stroke-width": 9, "stroke-linejoin": "round" }),
    ),
    // Lines of no length with round ends are dots, and shorter to write than circles.
    element("path", {
      d: within.map((point) => `M${place(point)}h0`).join(""),
      stroke: SERIES[0],
      "stroke-width": 2.6,
      "stroke-linecap": "round",
      "stroke-opacity": 0.7,
    }),
  ].join("\n");
}
