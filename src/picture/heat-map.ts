// A heat map over time: rows of norms, one a layer or state, in colours by their logarithm.

import { interpolateViridis } from "d3-scale-chromatic";
import { drawTitle, linearAxis, powerText, round, text, tickText } from "./axes.ts";
import { checkRows } from "./checked.ts";
import type { HeatMapOptions } from "./records.ts";
import { FAINT, fitted, widthOf } from "./style.ts";
import { type Drawing, element, label, picture } from "./svg.ts";

const WIDTH = 620;
const ROW = 34;
const MOST_LABEL = 190;
/** Columns at most: more would be narrower than two pixels. */
const MOST_COLUMNS = 300;
const NONE = "#d7dce2";

/**
 * Colours by the logarithm of each value, from dark (least) to light (greatest), in viridis, which rises evenly in lightness and can be
 * read with any colour vision. Values of 0, and such as are not finite, are grey. Long sequences are drawn in pieces, by the geometric mean. With
 * `scale: "linear"` by the value itself, from 0 on, and in pieces by the mean.
 *
 * @throws TypeError if there are no rows; RangeError if they differ in length
 */
export function heatMap(options: HeatMapOptions): string {
  const { title, rows, x = "time step", value = "‖∂L/∂h(t)‖", scale = "log", first = 1, columns: called } = checkRows(options);
  const steps = rows[0].values.length;
  const per = Math.ceil(steps / MOST_COLUMNS);
  const columns = Math.ceil(steps / per);
  const grid = rows.map(({ values }) =>
    Array.from({ length: columns }, (_, column) => meanOf(scale, values, column * per, Math.min(steps, (column + 1) * per))),
  );
  const { shareOf, marks } = coloursOf(scale, grid.flat());
  const colorOf = (number: number): string => {
    const share = shareOf(number);
    return share >= 0 ? interpolateViridis(share) : NONE;
  };

  const room = Math.min(MOST_LABEL, Math.max(...rows.map(({ label: name }) => widthOf(name, 12))));
  const left = room + 34;
  const top = 48;
  const cell = WIDTH / columns;
  const height = rows.length * ROW;
  const gap = cell > 8 ? 1 : 0;
  const cells = grid.flatMap((numbers, row) =>
    numbers.map((number, column) =>
      element(
        "rect",
        {
          x: left + column * cell,
          y: top + (rows.length - 1 - row) * ROW,
          // A little wider than its share where there is no gap, so that no light shines through between.
          width: Math.max(0.5, cell - gap + (gap === 0 ? 0.4 : 0)),
          height: ROW - 2,
          fill: colorOf(number),
        },
        columns * rows.length <= 2000
          ? element(
              "title",
              {},
              `${called?.[column] ?? first + column * per}: ${shareOf(number) >= 0 ? tickText(Number(number.toPrecision(3))) : "none"}`,
            )
          : "",
      ),
    ),
  );
  const axis = linearAxis([first, first + steps - 1], [left + cell / 2, left + WIDTH - cell / 2], Math.min(10, steps), false);
  const numbered = axis.ticks.filter((tick) => !tick.text.includes("."));
  const ticks = (called?.map((name, column) => ({ at: left + (column + 0.5) * cell, text: fitted(name, 11, cell) })) ?? numbered).map(
    ({ at, text: said }) =>
      element("path", { d: `M${round(at)},${top + height}v5`, stroke: FAINT }) +
      label(said, at, top + height + 19, { ...text(11, FAINT), "text-anchor": "middle" }),
  );
  const names = rows.map(({ label: name }, row) =>
    label(fitted(name, 12, MOST_LABEL), left - 10, top + (rows.length - 1 - row) * ROW + ROW / 2 + 3, {
      ...text(12),
      "text-anchor": "end",
    }),
  );
  const width = Math.max(left + WIDTH + 28, 28 + widthOf(title, 15) * 1.1);
  return picture(
    width,
    top + height + 112,
    title,
    drawTitle(title, 24),
    element("g", { "shape-rendering": gap === 0 ? "crispEdges" : undefined }, ...cells),
    names.join(""),
    ticks.join(""),
    label(x, left + WIDTH / 2, top + height + 38, { ...text(12), "text-anchor": "middle" }),
    drawBar(
      left,
      top + height + 60,
      marks,
      value,
      grid.flat().some((number) => shareOf(number) < 0),
    ),
  );
}

/** What colours say: how far along from dark to light a number lies, −1 if it has none; and the numbers that stand beside them. */
interface Colours {
  readonly shareOf: (number: number) => number;
  readonly marks: readonly { readonly share: number; readonly text: string }[];
}

function coloursOf(scale: "linear" | "log", numbers: readonly number[]): Colours {
  const isLog = scale === "log";
  const known = numbers.filter((number) => Number.isFinite(number) && (number > 0 || !isLog));
  const high = known.reduce((a, b) => Math.max(a, b), 0);
  if (!isLog) {
    const shareOf = (number: number): number => (!Number.isFinite(number) ? -1 : high > 0 ? Math.max(0, number / high) : 0);
    const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => ({ share, text: tickText(Number((share * high).toPrecision(2))) }));
    return { shareOf, marks: known.length > 0 ? (high > 0 ? marks : marks.slice(0, 1)) : [] };
  }
  const low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const shareOf = (number: number): number =>
    !(number > 0) ? -1 : high > low ? (Math.log(number) - Math.log(low)) / (Math.log(high) - Math.log(low)) : 0.5;
  const texts = known.length > 0 ? marksOf(low, high) : [];
  return {
    shareOf,
    marks: texts.map((number) => ({ share: shareOf(number), text: powerText(number, Math.log10(high) - Math.log10(low)) })),
  };
}

/** The colours with their numbers. */
function drawBar(left: number, top: number, marks: Colours["marks"], value: string, hasNone: boolean): Drawing {
  const from = left + widthOf(value, 12) + 14;
  const length = 300;
  const pieces = 60;
  const none = hasNone
    ? element("rect", { x: from + length + 24, y: top, width: 14, height: 12, fill: NONE }) +
      label("0 or none", from + length + 44, top + 11, text(11, FAINT))
    : "";
  const name = label(value, left, top + 11, text(12));
  if (marks.length === 0) return name + none;
  const rects = Array.from({ length: pieces }, (_, piece) =>
    element("rect", {
      x: from + (piece * length) / pieces,
      y: top,
      width: length / pieces + 0.4,
      height: 12,
      fill: interpolateViridis((piece + 0.5) / pieces),
    }),
  );
  const numbers = marks.map(
    ({ share, text: said }) =>
      element("path", { d: `M${round(from + share * length)},${top + 12}v4`, stroke: FAINT }) +
      label(said, from + share * length, top + 29, { ...text(11, FAINT), "text-anchor": "middle" }),
  );
  return name + rects.join("") + numbers.join("") + none;
}

/** Powers of ten within a range, some of them; or its ends where there are fewer than two. */
function marksOf(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first + 1) / 6));
  const powers = Array.from({ length: Math.max(0, Math.floor((last - first) / every) + 1) }, (_, index) => 10 ** (first + index * every));
  const both = high > low ? [low, high] : [low];
  return powers.length >= 2 ? powers : both.map((number) => Number(number.toPrecision(2)));
}

/** Of what a few columns hold that are drawn as one: the geometric mean of numbers above 0 if their logarithm is drawn; none is 0 there, else NaN. */
function meanOf(scale: "linear" | "log", values: ArrayLike<number>, from: number, to: number): number {
  const isLog = scale === "log";
  let [sum, count] = [0, 0];
  for (let index = from; index < to; index++) {
    const value = values[index];
    if (!Number.isFinite(value) || (isLog && !(value > 0))) continue;
    sum += isLog ? Math.log(value) : value;
    count++;
  }
  if (count === 0) return isLog ? 0 : Number.NaN;
  return isLog ? Math.exp(sum / count) : sum / count;
}
