// What each loss asks of an output, and what a target of it then is: one row a loss; and losses side by side.

import type { Loss, LossKind } from "./operations.ts";
import { type Shape, symbolsOf } from "./shape.ts";

/** The target's shape for an output of this one; or a sentence on why this loss cannot judge it. */
type Law = (output: Shape, loss: Loss) => Shape | string;

const alike: Law = (output) => output;

export const TARGET: { readonly [K in LossKind]: Law } = {
  crossEntropy({ extent, width, timeline }, { ignore }) {
    if (width < 2) return `crossEntropy() needs an output of at least 2 symbols but this one is ${width} wide. Use binaryCrossEntropy().`;
    return ignore !== null && ignore >= width
      ? `crossEntropy: ignore is ${ignore} but the output has the symbols 0 to ${width - 1}. Name one of these, or a number below 0 for what has no answer.`
      : symbolsOf(extent as "sequence" | "vector", width, timeline);
  },
  meanSquared: alike,
  binaryCrossEntropy: alike,
  gaussian(output) {
    return output.width % 2 === 0
      ? { ...output, width: output.width / 2 }
      : `gaussian() needs a mean and a log deviation for each number of the target but the output is ${output.width} wide. End with dense(${output.width + 1}) for targets of ${(output.width + 1) / 2}.`;
  },
  mixtureDensity(output, { components }) {
    const width = (output.width / components - 1) / 2;
    if (Number.isInteger(width) && width > 0) return { ...output, width };
    const next = Math.max(1, Math.ceil(width));
    return `mixtureDensity(${components}) needs ${components} · (1 + 2n) numbers for targets of n but the output is ${output.width} wide. End with dense(${components * (1 + 2 * next)}) for n = ${next}.`;
  },
};

/** Whether something can be the target that does not count: it stands where targets stand, in 4 bytes. */
export const isIgnored = (ignore: unknown): ignore is number => Number.isInteger(ignore) && (ignore as number) === ((ignore as number) | 0);

/** Whether what this loss judges is a density: an output that says how targets are distributed, and is not like one. */
export const isDensity = ({ kind }: Loss): boolean => kind === "gaussian" || kind === "mixtureDensity";

/** A loss of some neighbouring columns of a target. */
export interface Block {
  readonly name: string;
  /** Columns of the target. */
  readonly width: number;
  readonly loss: Loss;
  /** By which its loss counts beside those of the others. */
  readonly weight: number;
}

/** A loss made of losses: the columns of the target, and what the output holds for them, are cut in the order of the blocks. */
export interface Blockwise {
  readonly kind: "blockwise";
  readonly blocks: readonly Block[];
}

/** Columns of an output that tell of a block. */
export const toldBy = ({ loss, width }: Block): number =>
  isDensity(loss) ? loss.components + 2 * Math.max(1, loss.components) * width : width;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** As a row of `TARGET` says, of losses of both kinds. */
export function targetOf(output: Shape, loss: Loss | Blockwise): Shape | string {
  if (loss.kind !== "blockwise") return TARGET[loss.kind](output, loss);
  const { blocks } = loss;
  const needed = sum(blocks.map(toldBy));
  if (needed === output.width) return { ...output, width: sum(blocks.map(({ width }) => width)) };
  const each = blocks.map((block) => `${toldBy(block)} for "${block.name}"`);
  return `blockwise() needs ${needed} numbers, ${each.join(" and ")}, but the output is ${output.width} wide. End with dense(${needed}).`;
}
