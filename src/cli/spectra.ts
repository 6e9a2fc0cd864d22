// The eigenvalues of a model's recurrent weights, as pictures.

import type { Network } from "../index.ts";
import { eigenvalues } from "../inspect/index.ts";
import { diagram, spectrum, type Weight } from "../picture/index.ts";
import type { PictureFile } from "./pictures.ts";

/** Rows at most: beyond, eigenvalues take longer than anyone waits for a picture. */
const LARGEST = 1024;

/**
 * A picture for each weight that leads from a step to another: of a square one its eigenvalues, of one that serves several gates those of each
 * gate's square block.
 */
export function spectraOf(net: Network): PictureFile[] {
  const names = new Set<string>();
  return recurrentWeights(net).flatMap(({ path, rows, columns }) => {
    if (rows > LARGEST) return [];
    const values = net.parameters.get(path).get();
    if (!values.every(Number.isFinite)) return [];
    const sets = Array.from({ length: columns / rows }, (_, block) => ({
      label: columns === rows ? `${rows} × ${columns}` : `columns ${block * rows} … ${(block + 1) * rows - 1}`,
      eigenvalues: eigenvalues({
        shape: [rows, rows],
        values: Float64Array.from({ length: rows * rows }, (_, at) => values[Math.floor(at / rows) * columns + block * rows + (at % rows)]),
      }),
    }));
    return [{ name: nameOf(path, names), text: spectrum({ title: `Eigenvalues of ${path}`, sets }) }];
  });
}

/** `layer 1/rnn/wh` → `spectrum-layer-1-rnn-wh.svg`; what would have the name of another gets a number. */
function nameOf(path: string, taken: Set<string>): string {
  const plain = `spectrum-${path.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 100)}`;
  let name = `${plain}.svg`;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${plain}-${number}.svg`;
  taken.add(name.toLowerCase());
  return name;
}

/**
 * Weights on the way from a step to another within a loop, whose eigenvalues say what becomes of a signal: square ones, and from a box to itself
 * those of several square blocks side by side.
 */
function recurrentWeights({ definition }: Network): Weight[] {
  const { nodes, edges } = diagram(definition);
  const through = edges.filter(({ from, to, delay }) => delay !== 0 && nodes[from].loop >= 0 && nodes[from].loop === nodes[to].loop);
  const weights = [
    ...through.flatMap((edge) =>
      edge.weights.filter(({ rows, columns }) => rows === columns || (edge.from === edge.to && columns % rows === 0)),
    ),
    ...nodes.flatMap(({ loop, parameters }) => (loop < 0 ? [] : parameters.filter(({ rows, columns }) => rows > 1 && rows === columns))),
  ];
  return [...new Map(weights.map((weight) => [weight.path, weight])).values()];
}
