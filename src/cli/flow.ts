// The gradient's way through time at this point of a training, as a picture.

import { gradientFlow } from "../inspect/index.ts";
import { heatMap } from "../picture/index.ts";
import { several } from "./format.ts";
import type { PictureFile } from "./pictures.ts";
import type { Ready } from "./prepare.ts";

/** ‖∂L/∂s(t)‖ of every state over the first window of the text; null for a model without states. Changes nothing. */
export function flowOf({ net, data }: Ready, made: number): PictureFile | null {
  const { states } = gradientFlow(net, data);
  if (states.length === 0) return null;
  const text = heatMap({
    title: `Gradient flow after ${several(made, "step")}`,
    rows: states.map(({ layer, state, norms }) => ({ label: `${layer}/${state}`, values: norms })),
    x: "character of the window",
    value: "‖∂L/∂s(t)‖",
  });
  return { name: "gradient-flow.svg", text };
}
