// What a plan is for.

/**
 * What layers that listen to the output hear of the step before: the truth, what the model has said itself, or with "mixed" either, for each row and
 * step as a coin falls (scheduled sampling).
 */
export type Forcing = boolean | "mixed";

/**
 * - `train`: the loss, its gradient and an update. `teacherForcing` feeds the truth where the model would hear its own output.
 * - `evaluate`: the loss alone; no dropout (what is not scaled is taken at its mean).
 * - `predict`: the output, or that of another `head`; the model hears itself, or the truth with `teacherForcing`. `raw` leaves out the softmax or
 *   sigmoid that belongs to the loss.
 * - `stream`: the outputs of all heads, as `predict` gives each.
 * - `generate`: the raw outputs of all heads; what is fed back is what the caller has drawn at the step before, or says to have been drawn. A decoder
 *   is given what `encode` shows.
 * - `encode`: of a sequence-to-sequence model all that can be known before the first step, value by value.
 * - `forecast`: outputs for one step; what is fed back is what the caller says.
 * - `features`: what enters the read-out, where layers hear the truth; with the noise of training if `noisy`.
 * - `inspect`: as `train`, without the update; what is watched are the gradients of all states and the values of all units that saturate.
 * - `jacobian`: the model hears itself, or the truth with `teacherForcing`; what is watched are the derivatives of one step of the loop that
 *   contains a state, on what is given as "identity".
 */
export type Purpose =
  | { readonly kind: "train"; readonly teacherForcing: Forcing }
  | { readonly kind: "evaluate"; readonly teacherForcing: boolean }
  | { readonly kind: "predict"; readonly raw: boolean; readonly head?: string; readonly teacherForcing?: boolean }
  | { readonly kind: "stream" }
  | { readonly kind: "generate" }
  | { readonly kind: "encode" }
  | { readonly kind: "forecast" }
  | { readonly kind: "features"; readonly teacherForcing: true; readonly noisy: boolean }
  | { readonly kind: "inspect"; readonly teacherForcing: Forcing }
  | { readonly kind: "jacobian"; readonly state: string; readonly teacherForcing?: boolean };

/** Whether a purpose runs the network as training does: with dropout, and to the gradients of the parameters. */
export const learns = ({ kind }: Purpose): boolean => kind === "train" || kind === "inspect";

export const forcingOf = (purpose: Purpose): Forcing => ("teacherForcing" in purpose && purpose.teacherForcing) || false;
