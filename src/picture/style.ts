// Colours, letters and the widths of texts: what all pictures have in common.

import type { NodeKind } from "./diagram.ts";

/** For words and numbers; the generic family is what every system has. */
export const SANS = "'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";
/** For the symbols of formulas. */
export const SERIF = "'STIX Two Text', Cambria, Georgia, 'DejaVu Serif', serif";

export const INK = "#1f2933";
export const FAINT = "#5f6b7a";
export const GRID = "#e3e7ec";
/** Forward flow, and what flows back: blue and vermillion of Okabe and Ito (2008), which no common colour blindness confuses. */
export const FORWARD = "#34495e";
export const BACKWARD = "#d55e00";
/** Series of a chart: Okabe and Ito's colours in an order in which neighbours differ in lightness, too. */
export const SERIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

/** Ground and border of each kind of box; the pairs differ in lightness as well as in hue. */
export const BOX: { readonly [K in NodeKind]: readonly [fill: string, stroke: string] } = {
  input: ["#eef2f6", "#6b7c8f"],
  state: ["#fff1cc", "#b07d00"],
  layer: ["#e4f0fa", "#2f78b3"],
  join: ["#ffffff", "#34495e"],
  output: ["#d9f0e6", "#00805c"],
  target: ["#eef2f6", "#6b7c8f"],
  loss: ["#fbe3da", "#b8420a"],
  operation: ["#e4f0fa", "#2f78b3"],
  parameter: ["#ffffff", "#9aa5b1"],
  delay: ["#1f2933", "#1f2933"],
};

/** Hundredths of the letter's height, for the characters 32 to 126 of DejaVu Sans, the widest of the families (measured in Chromium). */
const WIDTHS = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100, 68,
  69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55,
  63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

const OTHERS: Readonly<Record<string, number>> = { "·": 32, "…": 100, "−": 84, "∂": 52, "‖": 50, ρ: 64, "₁": 40, "²": 40, "⁻": 40 };

/** The width of a text at most, in pixels; East Asian letters and pictographs take about their height. */
export const widthOf = (text: string, size: number): number =>
  [...text].reduce((sum, character) => {
    const point = character.codePointAt(0) as number;
    return sum + (WIDTHS[point - 32] ?? OTHERS[character] ?? (point >= 0x3000 ? 105 : point < 0x300 ? 65 : 90)) * size;
  }, 0) / 100;

/** A text cut so that it fits, with an ellipsis where something is left out. */
export function fitted(text: string, size: number, width: number): string {
  if (widthOf(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && widthOf(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
