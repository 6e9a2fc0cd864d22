// The frame of a chart: title, axes with ticks, and a legend; scales by d3-scale.

import { scaleLinear, scaleLog } from "d3-scale";
import { FAINT, GRID, INK, SANS, widthOf } from "./style.ts";
import { type Drawing, element, label } from "./svg.ts";

export type Scale = (value: number) => number;

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

export const text = (size: number, color = INK) => ({ "font-family": SANS, "font-size": size, fill: color }) as const;

/** A number as it stands at a tick: `0.05`, `2,000`, `10⁻³`. */
export function tickText(value: number, least = 1e-3, most = 1e5): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= least && size < most) return value.toLocaleString("en-US", { maximumSignificantDigits: 6 }).replace("-", "−");
  const exponent = Math.floor(Math.log10(size) + 1e-9);
  const mantissa = Number((value / 10 ** exponent).toPrecision(3));
  const power = `10${[...String(exponent)].map((sign) => RAISED[sign]).join("")}`;
  return mantissa === 1 ? power : mantissa === -1 ? `−${power}` : `${String(mantissa).replace("-", "−")}·${power}`;
}
const RAISED: Readonly<Record<string, string>> = {
  "-": "⁻",
  ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, digit) => [String(digit), sign])),
};

/** Round numbers between the ends of a range, about `count`. */
export function linearAxis(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  count: number,
  nice = true,
): Axis {
  const span = high - low || Math.abs(high) || 1;
  const scale = scaleLinear(high === low ? [low - span / 2, high + span / 2] : [low, high], [from, to]);
  if (nice) scale.nice(count);
  return { scale: (value) => scale(value), ticks: scale.ticks(count).map((value) => ({ at: scale(value), text: tickText(value) })) };
}

/** Beyond these, the next power of ten, or a difference, is no number any more. */
export const GREATEST = 1e300;
const LEAST = 1e-300;

/** Powers of ten, or the numbers between them where there are fewer than two. Both ends above 0. */
export function logAxis([low, high]: readonly [number, number], [from, to]: readonly [number, number], count: number): Axis {
  const within = (value: number): number => Math.min(GREATEST, Math.max(LEAST, value));
  const ends = low === high ? [within(low) / 2, within(high) * 2] : [within(low), within(high)];
  const scale = scaleLog(ends, [from, to]).nice().clamp(true);
  const [first, last] = scale.domain().map((end) => Math.round(Math.log10(end)));
  const decades = last - first;
  const every = Math.max(1, Math.ceil(decades / count));
  const powers = Array.from({ length: Math.floor(decades / every) + 1 }, (_, index) => 10 ** (first + index * every));
  const values =
    decades >= 2 ? powers : powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((value) => value <= 10 ** last * 1.0001);
  return {
    scale: (value) => scale(value),
    ticks: values.map((value) => ({ at: scale(value), text: tickText(Number(value.toPrecision(3))) })),
  };
}

/** Numbers on a logarithmic axis: all as powers of ten where it spans many. */
export const powerText = (value: number, decades: number): string =>
  decades > 4 ? tickText(Number(value.toPrecision(3)), 1, 100) : tickText(Number(value.toPrecision(3)));

/** Grid, ticks and the axes' names. */
export function drawFrame(frame: Frame, x: Axis, y: Axis, names: { readonly x: string; readonly y: string }): Drawing {
  const { left, top, width, height } = frame;
  const bottom = top + height;
  const texts = (drawings: readonly Drawing[]): Drawing => drawings.join("");
  const widest = Math.max(0, ...y.ticks.map((tick) => widthOf(tick.text, 11)));
  return texts([
    ...y.ticks.map(({ at }) => element("path", { d: `M${left},${round(at)}H${left + width}`, stroke: GRID, "stroke-width": 1 })),
    ...x.ticks.map(({ at }) => element("path", { d: `M${round(at)},${bottom}v5`, stroke: FAINT, "stroke-width": 1 })),
    element("path", { d: `M${left},${top}V${bottom}H${left + width}`, fill: "none", stroke: FAINT, "stroke-width": 1 }),
    ...y.ticks.map((tick) => label(tick.text, left - 8, tick.at + 4, { ...text(11, FAINT), "text-anchor": "end" })),
    ...x.ticks.map((tick) => label(tick.text, tick.at, bottom + 19, { ...text(11, FAINT), "text-anchor": "middle" })),
    label(names.x, left + width / 2, bottom + 38, { ...text(12), "text-anchor": "middle" }),
    element(
      "g",
      { transform: `translate(${Math.round(left - widest - 20)} ${Math.round(top + height / 2)}) rotate(-90)` },
      label(names.y, 0, 0, { ...text(12), "text-anchor": "middle" }),
    ),
  ]);
}

export const round = (number: number): number => Math.round(number * 100) / 100;

/** The heading above a chart. */
export const drawTitle = (title: string, x: number): Drawing => label(title, x, 28, { ...text(15), "font-weight": 600 });

/** Samples of lines with their names, in a row; what does not fit goes to the next. */
export function drawLegend(
  entries: readonly { readonly label: string; readonly color: string; readonly dashed?: boolean }[],
  x: number,
  y: number,
  width: number,
): { drawing: Drawing; height: number } {
  let [across, down] = [0, 0];
  const drawings = entries.map(({ label: name, color, dashed = false }) => {
    const room = 30 + widthOf(name, 12) + 22;
    if (across > 0 && across + room - 22 > width) [across, down] = [0, down + 20];
    const line = {
      d: `M${round(x + across)},${y + down - 4}h22`,
      stroke: color,
      "stroke-width": 2.5,
      "stroke-dasharray": dashed ? "6 4" : undefined,
    };
    const drawing = element("path", line) + label(name, x + across + 30, y + down, text(12));
    across += room;
    return drawing;
  });
  return { drawing: drawings.join(""), height: entries.length === 0 ? 0 : down + 20 };
}
