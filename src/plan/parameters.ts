// Where a definition's parameters lie: one block, the same order and places for weights, gradients and optimizer state.

import type { Definition } from "../define/model.ts";
import type { Initializer } from "../graph/initializer.ts";
import { alignBuffer, rowBytes } from "./bytes.ts";

export interface ParameterPlace {
  readonly path: string;
  readonly rows: number;
  readonly width: number;
  /** Bytes from row to row. */
  readonly stride: number;
  /** Bytes from the start of the block. */
  readonly offset: number;
  readonly initial: Initializer;
}

export interface Panels {
  /** Bytes from the start of the block of packed weights. */
  readonly offset: number;
  readonly bytes: number;
}

export interface ParameterLayout {
  readonly places: readonly ParameterPlace[];
  /** Bytes of the block. */
  readonly bytes: number;
  /** Numbers that are learned, pads not counted. */
  readonly count: number;
  /** Where `path` (or `path transposed`) is kept in the order that products read. */
  readonly panels: ReadonlyMap<string, Panels>;
  readonly panelBytes: number;
}

export const panelKey = (path: string, transposed: boolean): string => (transposed ? `${path} transposed` : path);

/** Bytes of a weight [inner × columns] in panels of 8 columns. */
export const panelBytes = (inner: number, columns: number): number => inner * rowBytes(columns);

export function layoutParameters({ nodes }: Definition): ParameterLayout {
  const places: ParameterPlace[] = [];
  const panels = new Map<string, Panels>();
  let bytes = 0;
  let count = 0;
  let packed = 0;
  for (const node of nodes) {
    if (node.op !== "parameter") continue;
    const { rows, width } = node.shape;
    const stride = rowBytes(width);
    places.push({ path: node.attributes.path, rows, width, stride, offset: bytes, initial: node.attributes.initial });
    bytes += alignBuffer(rows * stride);
    count += rows * width;
  }
  for (const node of nodes) {
    const weight = node.op === "matmul" ? nodes[node.inputs[1]] : undefined;
    if (weight?.op !== "parameter") continue;
    const { rows, width } = weight.shape;
    for (const transposed of [false, true]) {
      const key = panelKey(weight.attributes.path, transposed);
      if (panels.has(key)) continue;
      const size = alignBuffer(transposed ? panelBytes(width, rows) : panelBytes(rows, width));
      panels.set(key, { offset: packed, bytes: size });
      packed += size;
    }
  }
  return { places, bytes, count, panels, panelBytes: packed };
}
