// blockwise(): a loss made of losses, each on columns of its own of one target, so that a step may hold things of several kinds.

import { type Blockwise, TARGET } from "../graph/losses.ts";
import type { Loss } from "../graph/operations.ts";
import { checkName, checkOptions, checkSize, describe } from "./check.ts";
import { checkWeight } from "./heads.ts";

/** Some neighbouring columns of a target, and what they are judged by. */
export interface BlockOptions {
  /** Numbers of the target. */
  readonly width: number;
  /** Any but crossEntropy(), whose targets are symbols. */
  readonly loss: Loss;
  /** By which its loss counts beside those of the others, above 0. Default: 1. */
  readonly weight?: number;
}

/**
 * Losses of several kinds on one target (as Blockwise of TensorFlow Probability puts distributions side by side), in the order in which they are named:
 * for handwriting (Graves 2013, §4) a density of where the pen moves, and a Bernoulli output of whether it is lifted.
 *
 *     blockwise({ offset: { width: 2, loss: mixtureDensity(20) }, lifted: { width: 1, loss: binaryCrossEntropy() } })
 *
 * Targets have Σ width columns. The output holds side by side what each loss asks for its own: here 20·(1 + 2·2) + 1 numbers, so end with dense(101).
 * The loss is Σ weight · loss, each the mean that it is alone; `losses` of a training or an evaluation tells each as "target/offset". Predictions are side
 * by side, too. What is drawn is drawn of each by itself, given the same output, and heard together; its log-probability is the sum, without the weights.
 *
 * @throws TypeError or RangeError for blocks that could not be.
 */
export function blockwise(blocks: Readonly<Record<string, BlockOptions>>): Blockwise {
  const named = Array.isArray(blocks) ? [] : Object.entries(blocks ?? {});
  if (named.length === 0)
    throw new TypeError(
      `blockwise: blocks must be an object of { width, loss, weight } by name, of one at least, but are ${describe(blocks)}.`,
    );
  const checked = named.map(([name, block]) => {
    const place = `blockwise: block "${checkName("blockwise", name)}"`;
    if (Number.isInteger(Number(name)))
      throw new TypeError(`${place} has a number for a name, which loses its place. Name it after what it tells.`);
    checkOptions(place, block, ["width", "loss", "weight"]);
    const { width, loss, weight = 1 } = block;
    if (!Object.hasOwn(TARGET, String(loss?.kind)) || loss.kind === "crossEntropy")
      throw new TypeError(
        `${place}: loss must be meanSquared(), binaryCrossEntropy(), gaussian() or mixtureDensity(k) but is ${describe(loss?.kind ?? loss)}. Give symbols a head of their own.`,
      );
    return { name, width: checkSize(`${place}: width`, width), loss, weight: checkWeight(place, weight) };
  });
  return { kind: "blockwise", blocks: checked };
}
