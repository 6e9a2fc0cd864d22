// Checks of what the charts are given, each returning its argument.

import { checkChoice, checkName, checkNumber, checkOptions, checkSize, describe } from "../define/check.ts";
import { GREATEST } from "./axes.ts";
import type { Chart, CurvesOptions, Flow, HeatMapOptions, SpectrumOptions } from "./records.ts";

const isNumbers = (values: unknown): values is ArrayLike<number> =>
  (Array.isArray(values) && values.every((value) => typeof value === "number")) ||
  (ArrayBuffer.isView(values) &&
    !(values instanceof DataView) &&
    !(values instanceof BigInt64Array) &&
    !(values instanceof BigUint64Array));

function numbers(place: string, values: unknown): ArrayLike<number> {
  if (!isNumbers(values)) throw new TypeError(`${place} must be a list of numbers but are ${describe(values)}.`);
  return values;
}

function text(place: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`${place} must be a text but is ${describe(value)}.`);
}

function list<T>(place: string, values: readonly T[], what: string): readonly T[] {
  if (!Array.isArray(values) || values.length === 0)
    throw new TypeError(`${place} must be a list of at least one ${what} but are ${describe(values)}.`);
  return values;
}

export function checkSeries(options: CurvesOptions): CurvesOptions {
  checkOptions("curves", options, ["title", "x", "charts"]);
  text("curves: title", options.title);
  if (options.x !== undefined) text("curves: x", options.x);
  list("curves: charts", options.charts, "chart").forEach((chart: Chart, index) => {
    const place = `curves: chart ${index + 1}`;
    checkOptions(place, chart, ["y", "scale", "series", "thresholds"]);
    text(`${place}: y`, chart.y);
    if (chart.scale !== undefined) checkChoice(`${place}: scale`, chart.scale, ["linear", "log"]);
    for (const series of list(`${place}: series`, chart.series, "series")) {
      text(`${place}: a series' label`, series?.label);
      const { length } = numbers(`${place}: the values of "${series.label}"`, series.values);
      if (series.at === undefined) continue;
      const places = numbers(`${place}: the places of "${series.label}"`, series.at);
      if (places.length !== length)
        throw new RangeError(
          `${place}: "${series.label}" has ${length} values but ${places.length} places. Give each value its place, or leave \`at\` out.`,
        );
    }
    for (const { label, value } of chart.thresholds ?? []) {
      text(`${place}: a threshold's label`, label);
      checkNumber(`${place}: threshold "${label}"`, value);
    }
  });
  return options;
}

export function checkRows(options: HeatMapOptions): HeatMapOptions {
  checkOptions("heatMap", options, ["title", "rows", "x", "value", "scale", "first", "columns"]);
  text("heatMap: title", options.title);
  if (options.x !== undefined) text("heatMap: x", options.x);
  if (options.value !== undefined) text("heatMap: value", options.value);
  if (options.scale !== undefined) checkChoice("heatMap: scale", options.scale, ["linear", "log"]);
  if (options.first !== undefined) checkNumber("heatMap: first", options.first);
  const rows = list("heatMap: rows", options.rows, "row");
  for (const row of rows) {
    text("heatMap: a row's label", row?.label);
    const { length } = numbers(`heatMap: the values of "${row.label}"`, row.values);
    if (length === 0) throw new RangeError(`heatMap: "${row.label}" has 0 values. Give it one for each time step.`);
    if (length !== rows[0].values.length)
      throw new RangeError(
        `heatMap: "${rows[0].label}" has ${rows[0].values.length} values but "${row.label}" has ${length}. Give each row as many: use NaN where there is none.`,
      );
  }
  if (options.columns !== undefined) checkColumns(options.columns, rows[0].values.length);
  return options;
}

function checkColumns(columns: readonly string[], length: number): void {
  for (const column of list("heatMap: columns", columns, "name")) text("heatMap: a column's name", column);
  if (columns.length !== length)
    throw new RangeError(
      `heatMap: there are ${columns.length} names for ${length} columns. Give each column its name, or leave columns out.`,
    );
  if (length > 60) throw new RangeError(`heatMap: ${length} names of columns do not fit beside each other. Name 60 at most.`);
}

export function checkSpectra(options: SpectrumOptions): SpectrumOptions {
  checkOptions("spectrum", options, ["title", "sets"]);
  text("spectrum: title", options.title);
  for (const set of list("spectrum: sets", options.sets, "set")) {
    text("spectrum: a set's label", set?.label);
    list(`spectrum: the eigenvalues of "${set.label}"`, set.eigenvalues, "eigenvalue").forEach((value, index) => {
      checkNumber(`spectrum: the real part of eigenvalue ${index + 1} of "${set.label}"`, value?.re, -GREATEST, GREATEST);
      checkNumber(`spectrum: the imaginary part of eigenvalue ${index + 1} of "${set.label}"`, value.im, -GREATEST, GREATEST);
    });
  }
  return options;
}

export function checkFlow(place: string, flow: readonly Flow[], steps: number): readonly Flow[] {
  if (!Array.isArray(flow)) throw new TypeError(`${place}: flow must be a list of { label, norms } but is ${describe(flow)}.`);
  for (const entry of flow) {
    checkNameOrPath(place, entry?.label);
    const { length } = numbers(`${place}: the norms of "${entry.label}"`, entry.norms);
    if (length < steps)
      throw new RangeError(
        `${place}: "${entry.label}" has norms of ${length} steps but ${steps} are to be shown. Show ${length} or fewer.`,
      );
  }
  return flow;
}

const checkNameOrPath = (place: string, label: unknown): void => {
  if (typeof label !== "string" || label === "") checkName(`${place}: flow`, label as string);
};

export const checkSteps = (place: string, steps: number): number => {
  if (checkSize(place, steps) > 64) throw new RangeError(`${place} is ${steps}, but a picture shows at most 64 steps. Show fewer.`);
  return steps;
};
