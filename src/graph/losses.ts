// What each loss asks of an output, and what a target of it then is: one row a loss.

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
