// The error for a loss or gradient that is not finite, which says where it began.

import type { NonFinite } from "../engine/program.ts";

/** The gradient or the loss was not finite, and the training was told to throw. Nothing was changed by the step. */
export class NonFiniteError extends Error {
  readonly step: number;
  /** The first value that was not finite, in the order of computation; null if only a sum of finite values was. */
  readonly first: NonFinite | null;

  constructor(step: number, loss: number, norm: number, first: NonFinite | null) {
    const where = first
      ? `The first such value is ${first.value} in ${first.label} at time step ${first.time}, row ${first.row}, column ${first.column}.`
      : "Every single value is finite; only their sum is not.";
    super(
      `At training step ${step} the loss is ${loss} and the gradient's norm ${norm}. ${where} The parameters are unchanged. Lower the learning rate, clip the gradient (clip: { norm: 1 }), or choose onNonFinite: "skip" or "randomStep".`,
    );
    this.name = "NonFiniteError";
    this.step = step;
    this.first = first;
  }
}
