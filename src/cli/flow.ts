// The gradient's way through time at this point of a training, as a picture.

import { gradientFlow } from "../inspect/index.ts";
import { heatMap } from "../picture/index.ts";
import { several } from "./format.ts";
import type { PictureFile } from "./pictures.ts";
import type { Ready } from "./prepare.ts";

/** ‖∂L/∂s(t)‖ of every state over the first window of a text, or batch of lines; null for a model without states. Changes nothing. */
export function flowOf({ net, data }: Ready, made: number): PictureFile | null {
  const { states } = gradientFlow(net, data);
  if (states.length === 0) return null;
  // An encoder runs as long as the longest source, a decoder as the longest target.
  const longest = Math.max(...states.map(({ norms }) => norms.length));
  const padded = (norms: ArrayLike<number>): number[] => Array.from({ length: longest }, (_, t) => norms[t] ?? Number.NaN);
  const text = heatMap({
    title: `Gradient flow after ${several(made, "step")}`,
    rows: states.map(({ layer, state, norms }) => ({ label: `${layer}/${state}`, values: padded(norms) })),
    x: net.definition.decoding ? "character" : "character of the window",
    value: "‖∂L/∂s(t)‖",
  });
  return { name: "gradient-flow.svg", text };
}
