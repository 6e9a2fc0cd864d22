// How much room kernels need for their own work.

import { mixtureScratchBytes, outerScratchBytes } from "../../assembly/isa.ts";
import type { Node } from "../graph/graph.ts";
import { isDensity } from "../graph/losses.ts";

/** What a kernel needs for its own work beyond the registers of maps. */
export function scratchOf(nodes: readonly Node[], node: Node): number {
  if (node.op === "outer") return outerScratchBytes(node.shape.width);
  if ((node.op !== "loss" && node.op !== "lossGradient") || !isDensity(node.attributes)) return 0;
  return mixtureScratchBytes(Math.max(1, node.attributes.components), nodes[node.inputs[1]].shape.width);
}
