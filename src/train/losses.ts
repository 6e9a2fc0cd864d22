// The losses of the run before, head by head, as the machine left them.

import { CONTROL_COUNT, CONTROL_LOSS, LOSS_BYTES } from "../../assembly/isa.ts";
import type { Head } from "../define/heads.ts";

/** The whole loss, and each head's own by its name. */
export interface Losses {
  /** Σ weight · loss over the heads; of one head, its loss. In the loss's own unit (nats for all but meanSquared). */
  readonly loss: number;
  /** Each head's loss by its name, without the weight; "target" is the model's own. */
  readonly losses: Readonly<Record<string, number>>;
}

/** Of means, one a head. */
export const together = (heads: readonly Head[], means: readonly number[]): Losses => ({
  loss: heads.reduce((sum, { weight }, head) => sum + weight * means[head], 0),
  losses: Object.fromEntries(heads.map(({ name }, head) => [name, means[head]])),
});

/** The mean of head number `head`, and what it is the mean of. */
export const meanOf = (control: DataView, head: number): number => control.getFloat64(CONTROL_LOSS + head * LOSS_BYTES, true);
export const countOf = (control: DataView, head: number): number => control.getFloat64(CONTROL_COUNT + head * LOSS_BYTES, true);

export const readLosses = (control: DataView, heads: readonly Head[]): Losses =>
  together(
    heads,
    heads.map((_, head) => meanOf(control, head)),
  );
