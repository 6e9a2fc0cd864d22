// The losses of the run before, head by head and term by term, as the machine left them.

import { CONTROL_COUNT, CONTROL_LOSS, LOSS_BYTES } from "../../assembly/isa.ts";
import type { Head } from "../define/heads.ts";

/** The whole loss, and each head's own by its name. */
export interface Losses {
  /** Σ weight · loss over the heads; of one head, its loss. In the loss's own unit (nats for all but meanSquared). */
  readonly loss: number;
  /** Each head's loss by its name, without the weight; "target" is the model's own. Of blockwise() also each block's, without its weight: "target/pen". */
  readonly losses: Readonly<Record<string, number>>;
}

/** Of the mean of each term, by its number among those of all heads. */
export function together(heads: readonly Head[], mean: (term: number) => number): Losses {
  const losses: Record<string, number> = {};
  let [loss, term] = [0, 0];
  for (const { name, weight, terms } of heads) {
    let own = (losses[name] = 0);
    for (const { name: block, weight: share } of terms) own += share * (losses[block] = mean(term++));
    loss += weight * (losses[name] = own);
  }
  return { loss, losses };
}

/** The mean of a term, and what it is the mean of. */
export const meanOf = (control: DataView, term: number): number => control.getFloat64(CONTROL_LOSS + term * LOSS_BYTES, true);
export const countOf = (control: DataView, term: number): number => control.getFloat64(CONTROL_COUNT + term * LOSS_BYTES, true);

export const readLosses = (control: DataView, heads: readonly Head[]): Losses => together(heads, (term) => meanOf(control, term));
