// Where a definition's parameters lie: one block, the trained ones first, so that gradients and optimizer state mirror its beginning.

import type { Definition } from "../define/model.ts";
import { entriesOf, type Initializer } from "../graph/initializer.ts";
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
  /** Numbers that are kept of each column; 0: all, row by row. A parameter that is kept so is as assembly/kernels/sparse.ts draws it. */
  readonly entries: number;
  /** Frozen parameters have neither gradient nor optimizer state, and lie behind all that have. */
  readonly trained: boolean;
}

export interface Panels {
  /** Bytes from the start of the block of packed weights. */
  readonly offset: number;
  readonly bytes: number;
}

export interface ParameterLayout {
  /** In the order of the definition. */
  readonly places: readonly ParameterPlace[];
  /** The trained ones among them. */
  readonly trained: readonly ParameterPlace[];
  /** Bytes of the block. */
  readonly bytes: number;
  /** Bytes of its trained part: of all gradients, and of each block of optimizer state. */
  readonly trainedBytes: number;
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
  const found = nodes.flatMap(({ op, attributes, shape }) => (op === "parameter" ? [{ ...attributes, ...shape }] : []));
  const offsets = new Map<string, number>();
  let bytes = 0;
  const place = (trained: boolean): number => {
    for (const { path, rows, width, initial } of found.filter((parameter) => parameter.trained === trained)) {
      const entries = entriesOf(initial);
      offsets.set(path, bytes);
      // Each entry of a column is a number and a place.
      bytes += alignBuffer((entries > 0 ? 2 * entries : rows) * rowBytes(width));
    }
    return bytes;
  };
  const trainedBytes = place(true);
  place(false);
  const places = found.map(({ path, rows, width, initial, trained }) => {
    return {
      path,
      rows,
      width,
      stride: rowBytes(width),
      offset: offsets.get(path) as number,
      initial,
      entries: entriesOf(initial),
      trained,
    };
  });
  const trained = places.filter((parameter) => parameter.trained);
  const count = trained.reduce((sum, { rows, width }) => sum + rows * width, 0);
  const panels = new Map<string, Panels>();
  let packed = 0;
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
  return { places, trained, bytes, trainedBytes, count, panels, panelBytes: packed };
}
