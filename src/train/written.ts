// The check of what a batch has written: its data may be a user's own, or have been changed since it was checked.

import type { Program } from "../engine/program.ts";
import type { Shape } from "../graph/shape.ts";
import { CHANGED, type Kind, type Slots, symbolText } from "./data.ts";

/** @throws RangeError for a symbol that is none, TypeError for a number that is not finite, with row and step. What no row reaches is not looked at. */
export function checkWritten(name: string, slots: Slots, { plan, tables }: Program, ignore: Kind["ignore"]): void {
  const { shape } = plan.nodes[plan.given[name]];
  const { values, stride, batch } = slots;
  const { symbols, width } = shape;
  const place = (t: number, b: number): string => `a batch: row ${b}${shape.extent === "sequence" ? `, step ${t}` : ""} of the ${name}`;
  // A symbol is an address; below 0 it is none.
  if (symbols > 0)
    tables.each(shape, (row, t, b) => {
      const symbol = values[row * stride];
      if ((symbol < 0 || symbol >= symbols) && symbol !== ignore)
        throw new RangeError(`${place(t, b)} is ${symbol} but must be ${symbolText(symbols, ignore)}. ${CHANGED}`);
    });
  else if (!areFinite(values, shape, stride, batch, tables))
    tables.each(shape, (row, t, b) => {
      for (let column = 0; column < width; column++) {
        const value = values[row * stride + column];
        if (!Number.isFinite(value)) throw new TypeError(`${place(t, b)} is ${value} in column ${column} but must be finite. ${CHANGED}`);
      }
    });
}

/** Whether all is finite, as fast as may be. */
function areFinite(
  values: ArrayLike<number>,
  { extent, timeline, width }: Shape,
  stride: number,
  batch: number,
  { rows, timelines }: Program["tables"],
): boolean {
  const counts = extent === "sequence" ? timelines[timeline].counts : [rows];
  let sum = 0;
  for (let t = 0; t < counts.length; t++) {
    const [from, to] = [t * batch * stride, (t * batch + counts[t]) * stride];
    if (stride === width) sum += noughts(values, from, to);
    else for (let at = from; at < to; at += stride) sum += noughts(values, at, at + width);
  }
  return sum === 0;
}

/** 0 · x is NaN if x is not finite, and so is every sum of it. In four sums, which need not wait for each other. */
function noughts(values: ArrayLike<number>, from: number, to: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let at = from;
  for (; at + 3 < to; at += 4) {
    a += 0 * values[at];
    b += 0 * values[at + 1];
    c += 0 * values[at + 2];
    d += 0 * values[at + 3];
  }
  for (; at < to; at++) a += 0 * values[at];
  return a + b + c + d;
}
