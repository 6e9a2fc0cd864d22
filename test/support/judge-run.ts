// Judges one run of the engine: outputs, loss and every gradient, within error bounds that are derived, not chosen.

import type { Definition } from "../../src/define/model.ts";
import type { Node } from "../../src/graph/graph.ts";
import { type Purpose, unfold } from "../../src/plan/unfold.ts";
import { Bounds, compareWithReference } from "../reference/bounds.ts";
import { dataOf, type Size } from "../reference/data.ts";
import { type Interpretation, interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES, runEngine } from "./engine.ts";
import { isKept, noiseOf, uniformOf } from "./philox.ts";

export const named = (purpose: Purpose): string => JSON.stringify(purpose).replace(/[{}"]/g, "");

/** A size whose rows end at different steps, in a program with more room than they take. */
export interface RaggedSize extends Size {
  readonly lengths?: readonly number[];
  readonly room?: { readonly rows: number; readonly steps: number };
}

/** The share of the bound that the worst element used. Where a number of the reference is beyond `limit`, nothing is judged. */
export async function judgeRun(
  definition: Definition,
  purpose: Purpose,
  size: RaggedSize,
  name: string,
  limit = Infinity,
): Promise<number> {
  const unfolded = unfold(definition, purpose);
  const given = dataOf(definition, size, purpose, 3);
  const data = {
    ...given,
    lengths: size.lengths ?? given.lengths,
    uniform: (stream: number, time: number, row: number, column?: number) =>
      uniformOf({ seed: definition.seed, stream, step: 0, time }, row, column),
    keeps: (stream: number, time: number, row: number, column: number) => {
      const node = unfolded.nodes.find(({ op, attributes }) => op === "dropout" && (attributes as { stream: number }).stream === stream);
      const { keep } = (node as { attributes: { keep: number } }).attributes;
      return isKept({ seed: definition.seed, stream, step: 0, time }, row, column, keep);
    },
    noise: (stream: number, time: number, row: number, column: number) =>
      noiseOf({ seed: definition.seed, stream, step: 0, time }, row, column),
  };
  const reference = interpretUnfolded(unfolded, data);
  const isBeyond = (x: number): boolean => Math.abs(x) > limit;
  if (limit < Infinity && unfolded.nodes.some((_, id) => reference.run.all(id).some(isBeyond))) return 0;
  const bounds = new Bounds(unfolded.nodes, reference.run);
  let worst = 0;
  for (const binary of BINARIES) {
    const engine = await runEngine(definition, purpose, data, binary, size.room ? { room: size.room } : {});
    const where = `${name} on ${binary.name}, ${named(purpose)}, ${JSON.stringify(size)}`;
    const compare = (what: string, values: ArrayLike<number>, node: number): void => {
      const alive = aliveIn(unfolded.nodes[node], reference.run);
      const [expected, allowed] = [reference.run.all(node), bounds.all(node)].map((all) => all.filter((_, i) => alive(i)));
      const got = Array.from(values).filter((_, i) => alive(i));
      worst = Math.max(worst, compareWithReference(`${where}: ${what}`, got, expected, allowed));
    };
    for (const [head, node] of Object.entries(unfolded.shown)) compare(`output ${head}`, engine.outputs[head], node);
    unfolded.losses.forEach((node, head) => {
      compare(`loss ${head}`, [engine.losses[head]], node);
    });
    for (const { path, node } of unfolded.gradients) compare(path, engine.gradients[path], node);
  }
  return worst;
}

/** Whether a number among all of a node's belongs to a row that has not ended. */
export function aliveIn(node: Node, run: Interpretation): (index: number) => boolean {
  const rows = run.rowsOf(node);
  const { width, extent } = node.shape;
  if (extent !== "sequence") return () => true;
  return (index) => Math.floor(index / (rows * width)) < run.lengthOf(node, Math.floor(index / width) % rows);
}
