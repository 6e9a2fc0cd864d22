// The folded graph as a picture: the network once, with a black square for each delay (Goodfellow et al. 2016, section 10.1).

import { arrowsOf, loopRoom, squareRoom } from "./arrows.ts";
import type { Diagram, DiagramEdge } from "./diagram.ts";
import { type Box, laidOut } from "./layout.ts";
import { type Area, placed } from "./room.ts";
import { commonWidth, drawBox, drawWord, sizeOf } from "./shapes.ts";
import { FAINT, SANS, widthOf } from "./style.ts";
import { label, picture } from "./svg.ts";

const MARGIN = 24;
const LEGEND = 11;

/** Draws a diagram of any level. Boxes do not overlap, and words stand where nothing else does. */
export function drawFolded(diagram: Diagram, title: string): string {
  const { nodes, edges } = diagram;
  const width = commonWidth(nodes, 92);
  const cells = nodes.map((node, place) => {
    const size = sizeOf(node, width);
    // As much room on both sides, so that boxes above each other stay in line.
    return { width: size.width + 2 * loopRoom(edges.filter(({ from, to }) => from === place && to === place)), height: size.height };
  });
  const layout = laidOut(diagram, { cells, squares: edges.map(squareRoom), ranksep: 44, nodesep: 30 });
  const boxes = layout.boxes.map((box, place) => ({ ...box, ...sizeOf(nodes[place], width) }));
  const arrows = arrowsOf(diagram, boxes, layout);
  const said = arrows.map(({ word }) => word).filter(({ text }) => text !== "");
  const words = placed(said, [...boxes.map(areaOf), ...arrows.flatMap(({ areas }) => areas)]);

  const left = Math.min(
    ...boxes.map((box) => areaOf(box).left),
    ...arrows.map((arrow) => arrow.left),
    ...words.map(({ area }) => area.left),
  );
  const right = Math.max(
    ...boxes.map((box) => areaOf(box).right),
    ...arrows.map((arrow) => arrow.right),
    ...words.map(({ area }) => area.right),
  );
  const legend = legendOf(edges);
  const room = Math.max(right - left, widthOf(legend, LEGEND));
  const shift = MARGIN - left + (room - (right - left)) / 2;
  const bottom = layout.height + MARGIN;
  return picture(
    room + 2 * MARGIN,
    bottom + (legend === "" ? MARGIN : 42),
    title,
    `<g transform="translate(${Math.round(shift)} ${MARGIN})">`,
    ...arrows.map(({ drawing }) => drawing),
    ...boxes.map((box, place) => drawBox(nodes[place], box)),
    ...words.map(({ text, x, y }) => drawWord(text, x, y)),
    "</g>",
    legend === ""
      ? ""
      : label(legend, room / 2 + MARGIN, bottom + 24, { "font-family": SANS, "font-size": LEGEND, "text-anchor": "middle", fill: FAINT }),
  );
}

export const areaOf = ({ x, y, width, height }: Box): Area => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

/** What the squares mean. */
export function legendOf(edges: readonly DiagramEdge[]): string {
  const delays = new Set(edges.map(({ delay }) => delay).filter((delay) => delay !== 0));
  const parts = [
    delays.has(1) ? "■ one step later" : "",
    [...delays].some((delay) => delay > 1) ? "a number: so many steps later" : "",
    [...delays].some((delay) => delay < 0) ? "below 0: steps earlier, the sequence read backwards" : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
