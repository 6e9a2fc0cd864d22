// The unfolded graph as a picture: the steps side by side, the forward flow in one colour and what flows back in another.

import { type Columns, columnsOf, crosses } from "./columns.ts";
import { crossingOf } from "./crossings.ts";
import type { Diagram, DiagramEdge } from "./diagram.ts";
import { areaOf } from "./folded.ts";
import type { Box } from "./layout.ts";
import type { Flow } from "./records.ts";
import { type Area, placed, type Word } from "./room.ts";
import { drawArrow, drawBox, drawWord, smooth, wordsOf } from "./shapes.ts";
import { BACKWARD, FAINT, FORWARD, INK, SANS, widthOf } from "./style.ts";
import { type Drawing, element, label, picture } from "./svg.ts";
import { normTextWidth, type Thickness, thicknessOf } from "./thickness.ts";
import { type UnfoldedNode, type Unfolding, unfolding } from "./unfolding.ts";
import { APART, wayOf } from "./ways.ts";

export interface UnfoldedDrawing {
  readonly steps: number;
  readonly gradient: boolean;
  readonly flow: readonly Flow[];
}

const MARGIN = 24;
const STUB = 40;

export function drawUnfolded(diagram: Diagram, title: string, { steps, gradient, flow }: UnfoldedDrawing): string {
  const plan = unfolding(diagram, steps);
  const thickness = thicknessOf(diagram, flow, steps);
  const columns = columnsOf(diagram, plan, gradient, thickness ? normTextWidth(diagram) + 16 : 0);
  const { boxes, height } = columns;
  const firsts = ([0, 1] as const).map((timeline) => thickness?.first(timeline) ?? (plan.timelines[1] > 0 ? 1 : null));
  const times = firsts.map((first) => timesOf(diagram, steps, first));
  // What is made of a whole source is of no step of it.
  const timeOf = ({ timeline, step, extent }: UnfoldedNode): string =>
    timeline === 1 && extent !== "sequence" ? "" : times[timeline][step];
  const apart = gradient ? APART : 0;
  const drawings: Drawing[] = [];
  const words: (Word & { readonly at: number })[] = [];
  /** What reaches beyond the columns. */
  const outer: Area[] = [];
  const begins = firsts.map((first) => first === 1);
  const stubs = stubsOf(diagram, plan, columns, begins);
  const taken: Area[] = [...boxes.map(areaOf), ...stubs.map(({ area }) => area)];
  for (const edge of plan.edges) {
    const [start, end] = [plan.nodes[edge.from], plan.nodes[edge.to]];
    // The first step is not there where the last ones are shown.
    if (edge.when !== "always" && firsts[edge.when === "first" ? start.timeline : end.timeline] !== 1) continue;
    const isCrossing = crosses(edge, plan);
    // Where all steps look at all steps, one way between both timelines serves them all.
    const isShared = isCrossing && start.extent === "sequence";
    if (isShared && start.step > 0 && end.step > 0) continue;
    const way = isCrossing ? crossingOf(edge, plan, columns) : wayOf(edge, plan, columns);
    taken.push(...way.areas);
    if (isCrossing) outer.push(...way.areas);
    drawings.push(way.draw(-apart, false, { color: FORWARD }));
    const text = wordsOf(edge);
    // What all steps look at bears its word once, and so do the first states of one box.
    const isSaid = isShared ? end.step > 0 : edge.when === "initial" && words.some((word) => word.text === text && word.at === edge.to);
    if (text !== "" && !isSaid) words.push({ text, places: way.places, at: edge.to });
    if (gradient && edge.gradient) drawings.push(way.draw(apart, true, { color: BACKWARD, width: widthAt(thickness, edge, plan) }));
  }
  const said = placed(words, taken);
  outer.push(...boxes.map(areaOf), ...stubs.map(({ area }) => area), ...said.map(({ area }) => area));
  const left = Math.min(...outer.map((area) => area.left));
  const right = Math.max(...outer.map((area) => area.right));
  const legend = legendOf(gradient, thickness);
  const room = Math.max(right - left, legend.width);
  return picture(
    room + 2 * MARGIN,
    height + 2 * MARGIN + (legend.width > 0 ? 22 : 0),
    title,
    `<g transform="translate(${Math.round(MARGIN - left + (room - (right - left)) / 2)} ${MARGIN})">`,
    ...stubs.map(({ drawing }) => drawing),
    ...drawings,
    ...boxes.map((box, place) => {
      const node = plan.nodes[place];
      const norm = thickness?.textOf(node.folded, node.step);
      return drawBox(norm === undefined ? node : { ...node, caption: norm }, box, {
        time: timeOf(node),
        ...(norm ? { caption: BACKWARD } : {}),
      });
    }),
    ...said.map(({ text, x, y }) => drawWord(text, x, y)),
    "</g>",
    legend.width > 0
      ? `<g transform="translate(${Math.round(MARGIN + (room - legend.width) / 2)} ${height + MARGIN + 26})">${legend.drawing}</g>`
      : "",
  );
}

function widthAt(thickness: Thickness | null, edge: DiagramEdge, { nodes }: Unfolding): number {
  const { folded, step } = nodes[edge.from];
  return edge.delay === 0 ? 1.6 : (thickness?.widthOf(folded, step) ?? 1.6);
}

/** What comes from before the first step and goes on after the last: short and faint, with dots. */
function stubsOf(diagram: Diagram, plan: Unfolding, { boxes }: Columns, begins: readonly boolean[]): { drawing: Drawing; area: Area }[] {
  const stubs: { drawing: Drawing; area: Area }[] = [];
  const find = (folded: number, step: number): Box | undefined =>
    boxes[plan.nodes.findIndex((node) => node.folded === folded && node.step === step)];
  const isWhole = diagram.nodes.some(({ extent }) => extent === "vector");
  const drawn = new Set<string>();
  for (const { from, to, delay } of diagram.edges) {
    if (Math.abs(delay) !== 1) continue;
    const isBeginning = begins[diagram.nodes[from].timeline];
    const ends = isWhole || isBeginning;
    const last = plan.steps - 1;
    const [first, final] = delay > 0 ? [0, last] : [last, 0];
    const side = Math.sign(delay);
    for (const [box, direction, arrives] of [
      [find(to, first), -side, true],
      [find(from, final), side, false],
    ] as const) {
      const key = `${box?.x} ${box?.y} ${direction}`;
      // Nothing comes after the last step of a whole sequence, and nothing before its first.
      if (!box || drawn.has(key) || (ends && (direction > 0 || isBeginning))) continue;
      drawn.add(key);
      const near = { x: box.x + (direction * box.width) / 2, y: box.y };
      const far = { x: near.x + direction * STUB, y: box.y };
      const dots = [6, 13, 20].map((distance) => element("circle", { cx: far.x + direction * distance, cy: far.y, r: 1.6, fill: FAINT }));
      const [a, b] = arrives ? [far, near] : [near, far];
      stubs.push({
        drawing: drawArrow(smooth([a, b], "level"), b, b.x > a.x ? 0 : 180, { color: FORWARD, faint: true }) + dots.join(""),
        area: {
          left: Math.min(near.x, far.x + direction * 24),
          right: Math.max(near.x, far.x + direction * 24),
          top: far.y - 12,
          bottom: far.y + 12,
        },
      });
    }
  }
  return stubs;
}

/** `t−1`, `t`, `t+1`; `T−1`, `T` where the last step is the sequence's last; numbers where steps are known. */
function timesOf(diagram: Diagram, steps: number, first: number | null): string[] {
  const ends = diagram.nodes.some(({ extent }) => extent === "vector");
  const origin = ends ? steps - 1 : (steps - 1) >> 1;
  return Array.from({ length: steps }, (_, step) => {
    if (first !== null) return String(first + step);
    const name = ends ? "T" : "t";
    const distance = step - origin;
    return distance === 0 ? name : `${name}${distance < 0 ? "−" : "+"}${Math.abs(distance)}`;
  });
}

function legendOf(gradient: boolean, thickness: Thickness | null): { drawing: Drawing; width: number } {
  if (!gradient) return { drawing: "", width: 0 };
  const parts: readonly (readonly [color: string, text: string])[] = [
    [FORWARD, "forward"],
    [BACKWARD, thickness ? "gradient, through time as wide as log ‖∂L/∂h‖" : "gradient"],
  ];
  let x = 0;
  const drawings = parts.map(([color, text]) => {
    const drawing =
      drawArrow(`M${x},-4H${x + 26}`, { x: x + 26, y: -4 }, 0, { color }) +
      label(text, x + 34, 0, { "font-family": SANS, "font-size": 12, fill: INK });
    x += 34 + widthOf(text, 12) + 26;
    return drawing;
  });
  return { drawing: drawings.join(""), width: x - 26 };
}
