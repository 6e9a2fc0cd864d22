// How a box, an arrow, a black square and a word on an arrow are drawn.

import { curveBumpX, curveBumpY, line } from "d3-shape";
import type { DiagramEdge, DiagramNode, Weight } from "./diagram.ts";
import type { Box, Point, Size } from "./layout.ts";
import { BOX, FAINT, fitted, INK, SANS, SERIF, widthOf } from "./style.ts";
import { type Drawing, element, escapeXml, label } from "./svg.ts";

const SYMBOL = 21;
const SMALL = 13;
export const CAPTION = 11.5;
export const WORD = 12;
const WIDEST = 190;

/** Whether a box has a symbol above its caption. */
const isTall = ({ symbol }: DiagramNode): boolean => symbol !== "";

/** Boxes of single operations are smaller, and their names are words, not symbols. */
const isSmall = ({ kind }: DiagramNode): boolean => kind === "operation" || kind === "parameter";

/** The room that a node's box takes; `text` is the width of its widest line. */
export function sizeOf(node: DiagramNode, width: number): Size {
  if (node.kind === "join") return { width: 30, height: 30 };
  if (node.kind === "delay") return squareSize(node.symbol);
  if (isSmall(node)) return { width, height: 38 };
  return { width, height: isTall(node) ? 54 : 30 };
}

/** A width that holds every box's text, so that all boxes of a picture are alike. */
export function commonWidth(nodes: readonly DiagramNode[], least: number): number {
  const texts = nodes.map((node) =>
    node.kind === "join" || node.kind === "delay" ? 0 : Math.max(widthOf(node.caption, CAPTION), widthOf(`${node.symbol}00`, SYMBOL)) + 26,
  );
  return Math.min(WIDEST, Math.max(least, ...texts));
}

/** A node's box with its symbol, its number below, and a time step above: `h₂` at `t−1`. `caption`: its colour. */
export function drawBox(
  node: DiagramNode,
  { x, y, width, height }: Box,
  options: { readonly time?: string; readonly caption?: string } = {},
): Drawing {
  const [fill, stroke] = BOX[node.kind];
  const { time = "", caption: color = isTall(node) ? FAINT : INK } = options;
  const tip = element("title", {}, escapeXml([node.path, ...node.parameters.map(tell)].join("\n")));
  const round = node.kind === "join" || node.kind === "input" || node.kind === "target" || node.kind === "loss";
  const frame = element("rect", {
    x: x - width / 2,
    y: y - height / 2,
    width,
    height,
    rx: round ? height / 2 : 8,
    fill,
    stroke,
    "stroke-width": 1.5,
  });
  if (node.kind === "delay") return element("g", { class: `box ${node.kind}` }, tip, drawSquare({ x, y }, node.symbol));
  if (node.kind === "join")
    return element("g", { class: `box ${node.kind}` }, tip, frame, label(node.symbol, x, y + 6.5, { ...words(19), fill: INK }));
  const caption = (dy: number): Drawing => label(fitted(node.caption, CAPTION, width - 14), x, y + dy, { ...words(CAPTION), fill: color });
  if (!isTall(node)) return element("g", { class: `box ${node.kind}` }, tip, frame, caption(4));
  if (isSmall(node))
    return element(
      "g",
      { class: `box ${node.kind}` },
      tip,
      frame,
      label(fitted(node.symbol, 13, width - 10), x, y - 2, { ...words(13), fill: INK }),
      caption(13),
    );
  return element("g", { class: `box ${node.kind}` }, tip, frame, drawSymbol(node, x, y + 0.5, time), caption(19));
}

const words = (size: number) => ({ "font-family": SANS, "font-size": size, "text-anchor": "middle" }) as const;

function drawSymbol(node: DiagramNode, x: number, y: number, time: string): Drawing {
  const below = node.number > 0 ? String(node.number) : "";
  const names = node.symbol.split(", ");
  const spans = names.flatMap((name, index) => [
    element("tspan", index > 0 ? { dy: 0 } : {}, escapeXml(index > 0 ? `, ${name}` : name)),
    ...(below ? [element("tspan", { dy: 5, "font-size": SMALL, "font-style": "normal" }, below)] : []),
    ...(below ? [element("tspan", { dy: -5 }, "\u200b")] : []),
    ...(time && index === names.length - 1
      ? [element("tspan", { dy: -8, "font-size": SMALL, "font-style": "normal" }, escapeXml(`(${time})`))]
      : []),
  ]);
  return element(
    "text",
    { x, y, "font-family": SERIF, "font-size": SYMBOL, "font-style": "italic", "text-anchor": "middle", fill: INK },
    ...spans,
  );
}

const tell = ({ path, rows, columns, trained }: Weight): string => `${path} ${rows} × ${columns}${trained ? "" : ", not trained"}`;

/** The words on an arrow: the names of its weights, or that it is a first state. */
export function wordsOf({ weights, when }: Pick<DiagramEdge, "weights" | "when">, most = 4): string {
  if (when === "initial") return "initial";
  const names = weights.map(({ name, trained }) => (trained ? name : `${name} (fixed)`));
  return names.length > most ? `${names.slice(0, most - 1).join(", ")}, …` : names.join(", ");
}

/** What is written into the square of a delay: nothing for one step. */
export const stepsText = (steps: number): string => (steps === 1 ? "" : String(steps).replace("-", "−"));

/** The room of a delay's square with its steps. */
export const squareSize = (text: string): Size =>
  text === "" ? { width: 12, height: 12 } : { width: Math.max(17, widthOf(text, 11) + 8), height: 17 };

/** The black square of a delay. */
export function drawSquare({ x, y }: Point, text: string): Drawing {
  const { width, height } = squareSize(text);
  const frame = element("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 1.5, fill: INK });
  return text === "" ? frame : frame + label(text, x, y + 4, { ...words(11), "font-weight": 600, fill: "#ffffff" });
}

/** A smooth line that leaves and arrives upright, or level. */
export function smooth(points: readonly Point[], direction: "upright" | "level"): string {
  const path = line<Point>(
    ({ x }) => x,
    ({ y }) => y,
  )
    .curve(direction === "upright" ? curveBumpY : curveBumpX)
    .digits(2);
  return path(points as Point[]) ?? "";
}

/** Straight pieces with rounded corners. */
export function rounded(points: readonly Point[], radius = 12): string {
  const text = ({ x, y }: Point): string => `${Math.round(x * 100) / 100},${Math.round(y * 100) / 100}`;
  const towards = (a: Point, b: Point, length: number): Point => {
    const distance = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const share = Math.min(length / distance, 0.5);
    return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
  };
  const corners = points
    .slice(1, -1)
    .map(
      (point, index) => `L${text(towards(point, points[index], radius))}Q${text(point)} ${text(towards(point, points[index + 2], radius))}`,
    );
  return `M${text(points[0])}${corners.join("")}L${text(points[points.length - 1])}`;
}

export interface Stroke {
  readonly color: string;
  readonly width?: number;
  readonly faint?: boolean;
}

/** An arrow along a path. Its head is drawn by itself, at its end, so that it has one size whatever the width of the line. */
export function drawArrow(path: string, end: Point, angle: number, { color, width = 1.6, faint = false }: Stroke): Drawing {
  const head = 5.5 + width * 0.9;
  const tip = `M0,0L${-head * 1.35},${head * 0.55}L${-head * 1.05},0L${-head * 1.35},${-head * 0.55}Z`;
  return element(
    "g",
    { opacity: faint ? 0.4 : undefined },
    element("path", { d: path, fill: "none", stroke: color, "stroke-width": width, "stroke-linejoin": "round" }),
    element("path", { d: tip, fill: color, transform: `translate(${end.x.toFixed(2)} ${end.y.toFixed(2)}) rotate(${angle})` }),
  );
}

/** A word beside an arrow, with a light rim so that it can be read across a line. */
export const drawWord = (text: string, x: number, y: number, attributes: Readonly<Record<string, string | number>> = {}): Drawing =>
  label(text, x, y, {
    class: "word",
    "font-family": SANS,
    "font-size": WORD,
    fill: INK,
    stroke: "#ffffff",
    "stroke-width": 3.5,
    "stroke-linejoin": "round",
    "paint-order": "stroke",
    ...attributes,
  });
