// Curves over training steps or time: losses, gradient norms, the growth of a linear recurrence; one chart, or several above each other.

import { area, line } from "d3-shape";
import { type Axis, drawFrame, drawLegend, drawTitle, GREATEST, linearAxis, logAxis, round, text } from "./axes.ts";
import { checkSeries } from "./checked.ts";
import type { Chart, CurvesOptions } from "./records.ts";
import { INK, SERIES, widthOf } from "./style.ts";
import { type Drawing, element, label, picture } from "./svg.ts";

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 84;
const RIGHT = 24;
/** From chart to chart: ticks and name of an axis, and room for a legend. */
const BETWEEN = 64;

/**
 * Charts above each other with a common horizontal axis, as an SVG file's text. Where there are many values to a pixel a line shows
 * their mean, and a band behind it their least and greatest. Values that are not finite, or beyond 10³⁰⁰, are left out.
 *
 * @throws TypeError if there is no chart, or something in it is of another kind; RangeError if values and places differ in number
 */
export function curves(options: CurvesOptions): string {
  const { title, x = "training step", charts } = checkSeries(options);
  const places = charts.flatMap(({ series }) =>
    series.flatMap(({ values, at }) => ends(values.length, (index) => at?.[index] ?? index + 1)),
  );
  const [low, high] = places.length > 0 ? [Math.min(...places), Math.max(...places)] : [0, 1];
  const inner = WIDTH - LEFT - RIGHT;
  const across = linearAxis([low, high], [LEFT, LEFT + inner], 8, false);
  let top = 44;
  const drawings = charts.map((chart) => {
    const legend = drawLegend(
      chart.series.length > 1 ? chart.series.map(({ label: name }, index) => ({ label: name, color: SERIES[index % SERIES.length] })) : [],
      LEFT,
      top + 14,
      inner,
    );
    const from = top + legend.height + 8;
    top = from + HEIGHT + BETWEEN;
    return legend.drawing + drawChart(chart, across, from, inner, chart === charts[charts.length - 1] ? x : "");
  });
  return picture(Math.max(WIDTH, LEFT + widthOf(title, 15) * 1.1 + RIGHT), top - 12, title, drawTitle(title, LEFT), ...drawings);
}

function drawChart(
  { y, scale = "linear", series, thresholds = [] }: Chart,
  across: Axis,
  top: number,
  width: number,
  name: string,
): Drawing {
  const usable = (value: number): boolean => Math.abs(value) <= GREATEST && (scale === "linear" || value > 0);
  const binned = series.map(({ values, at }) => bins(values, (index) => at?.[index] ?? index + 1, across.scale, usable));
  const all = [
    ...binned.flatMap((bin) => bin.flatMap(({ least, most }) => [least, most])),
    ...thresholds.map(({ value }) => value).filter(usable),
  ];
  const range: readonly [number, number] = all.length === 0 ? (scale === "log" ? [0.1, 10] : [0, 1]) : [min(all), max(all)];
  const span: readonly [number, number] = [top + HEIGHT, top];
  const down = scale === "log" ? logAxis(range, span, 6) : linearAxis(range, span, 6);
  const lines = binned.map((bin, index) => {
    const color = SERIES[index % SERIES.length];
    const wide = bin.some(({ count }) => count > 1);
    const band =
      area<Bin>(
        (b) => b.x,
        (b) => down.scale(b.least),
        (b) => down.scale(b.most),
      ).digits(1)(bin) ?? "";
    const mean =
      line<Bin>(
        (b) => b.x,
        (b) => down.scale(scale === "log" ? b.geometric : b.mean),
      ).digits(1)(bin) ?? "";
    return (
      (wide ? element("path", { d: band, fill: color, "fill-opacity": 0.18 }) : "") +
      (bin.length === 1
        ? element("circle", { cx: bin[0].x, cy: down.scale(bin[0].mean), r: 3, fill: color })
        : element("path", { d: mean, fill: "none", stroke: color, "stroke-width": 1.8, "stroke-linejoin": "round" }))
    );
  });
  const marks = thresholds
    .filter(({ value }) => usable(value))
    .map(({ label: said, value }) => {
      const height = down.scale(value);
      const path = { d: `M${LEFT},${round(height)}h${width}`, stroke: INK, "stroke-width": 1.2, "stroke-dasharray": "6 4" };
      const rim = { stroke: "#ffffff", "stroke-width": 3, "paint-order": "stroke" };
      return (
        element("path", path) +
        label(said, LEFT + width - 6, height - 6 < top + 10 ? height + 14 : height - 6, { ...text(11), ...rim, "text-anchor": "end" })
      );
    });
  return drawFrame({ left: LEFT, top, width, height: HEIGHT }, across, down, { x: name, y }) + lines.join("") + marks.join("");
}

interface Bin {
  readonly x: number;
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  readonly geometric: number;
}

/** Pixels whose values become one point of a line. */
const BIN = 2;

/** The values that share two pixels, one after the other. */
function bins(
  values: ArrayLike<number>,
  at: (index: number) => number,
  scale: (value: number) => number,
  usable: (value: number) => boolean,
): Bin[] {
  const list: { -readonly [K in keyof Bin]: Bin[K] }[] = [];
  const logs: number[] = [];
  let column = Number.NaN;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    const x = scale(at(index));
    if (!usable(value) || !Number.isFinite(x)) continue;
    if (Math.floor(x / BIN) !== column) {
      column = Math.floor(x / BIN);
      list.push({ x, count: 0, least: value, most: value, mean: 0, geometric: 0 });
      logs.push(0);
    }
    const bin = list[list.length - 1];
    bin.count++;
    bin.least = Math.min(bin.least, value);
    bin.most = Math.max(bin.most, value);
    bin.mean += value;
    logs[logs.length - 1] += value > 0 ? Math.log(value) : 0;
  }
  return list.map((bin, index) => ({ ...bin, mean: bin.mean / bin.count, geometric: Math.exp(logs[index] / bin.count) }));
}

const ends = (count: number, at: (index: number) => number): number[] => (count === 0 ? [] : [at(0), at(count - 1)]);
const min = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const max = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
