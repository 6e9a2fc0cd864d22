// How wide the gradient's arrows are: by the logarithm of its norm at each step.

import type { Diagram } from "./diagram.ts";
import type { Flow } from "./records.ts";
import { CAPTION } from "./shapes.ts";
import { widthOf } from "./style.ts";

export interface Thickness {
  /** The step of a timeline's sequence, from 1, that its first column shows. */
  first(timeline: 0 | 1): number;
  /** The width of what arrives at a box from a later step, in pixels. */
  widthOf(node: number, column: number): number;
  /** The norm at a box, as a text; undefined for boxes whose norm is not known. */
  textOf(node: number, column: number): string | undefined;
}

const THINNEST = 1;
const WIDEST = 7;

/** For the last steps of a flow. Null without one. */
export function thicknessOf({ nodes }: Diagram, flow: readonly Flow[], steps: number): Thickness | null {
  if (flow.length === 0) return null;
  // What is heard of the output is no state of a cell: a flow calls it the layer's output.
  const of = nodes.map(({ states, path, loop }) =>
    flow.find(({ label }) => states.includes(label) || (loop >= 0 && label === `${path}/output`)),
  );
  const firsts = ([0, 1] as const).map((timeline) => {
    const here = flow.filter((entry) => of.some((found, place) => found === entry && nodes[place].timeline === timeline));
    return Math.min(...(here.length > 0 ? here : flow).map(({ norms }) => norms.length)) - steps;
  });
  const known = of.flatMap((found, place) =>
    found ? Array.from({ length: steps }, (_, step) => found.norms[firsts[nodes[place].timeline] + step]) : [],
  );
  const logs = known.filter((norm) => norm > 0 && Number.isFinite(norm)).map(Math.log);
  const low = Math.min(...logs);
  const span = Math.max(...logs) - low;
  const normAt = (node: number, column: number): number | undefined => of[node]?.norms[firsts[nodes[node].timeline] + column];
  return {
    first: (timeline) => firsts[timeline] + 1,
    widthOf(node, column) {
      const norm = normAt(node, column);
      if (norm === undefined) return 1.6;
      if (!(norm > 0)) return THINNEST / 2;
      if (!Number.isFinite(norm)) return WIDEST;
      return span > 0 ? THINNEST + ((Math.log(norm) - low) / span) * (WIDEST - THINNEST) : (THINNEST + WIDEST) / 2;
    },
    textOf(node, column) {
      const norm = normAt(node, column);
      return norm === undefined ? undefined : `‖∂L/∂${nodes[node].symbol.split(", ")[0]}‖ ${printed(norm)}`;
    },
  };
}

/** The room that the longest of these texts takes. */
export const normTextWidth = ({ nodes }: Diagram): number =>
  Math.max(0, ...nodes.map(({ symbol, loop }) => (loop >= 0 ? widthOf(`‖∂L/∂${symbol.split(", ")[0]}‖ 0.0e−00`, CAPTION) : 0)));

/** `0.31`, `2.4e−7` */
export function printed(number: number): string {
  if (!Number.isFinite(number) || number === 0) return String(number).replace("-", "−").replace("Infinity", "∞");
  const size = Math.abs(number);
  const text = size >= 1e-2 && size < 1e4 ? String(Number(number.toPrecision(2))) : number.toExponential(1).replace("e+", "e");
  return text.replaceAll("-", "−");
}
