// How much room kernels need for their own work.

import { mixtureScratchBytes, outerScratchBytes } from "../../assembly/isa.ts";
import type { Node } from "../graph/graph.ts";
import { isDensity } from "../graph/losses.ts";
import { rowBytes } from "./bytes.ts";
import { panelBytes } from "./parameters.ts";

/** What a kernel needs for its own work beyond the registers of maps. */
export function scratchOf(nodes: readonly Node[], node: Node, [steps, source]: readonly number[]): number {
  if (node.op === "outer" || node.op === "spread") return outerScratchBytes(node.shape.width);
  // Of one row of the batch, queries and gradients of scores as panels.
  if (node.op === "additiveToKey") return panelBytes(steps, nodes[node.inputs[1]].shape.width) + panelBytes(steps, source);
  if (node.op === "draw") return 2 * rowBytes(Math.max(1, node.attributes.components, node.shape.symbols));
  if ((node.op !== "loss" && node.op !== "lossGradient") || !isDensity(node.attributes)) return 0;
  return mixtureScratchBytes(Math.max(1, node.attributes.components), nodes[node.inputs[1]].shape.width);
}
