// What a training did step by step, kept for its curves.

import { curves } from "../picture/index.ts";
import type { PictureFile } from "./pictures.ts";
import type { Round } from "./rounds.ts";

/** Losses in bits a character, as on the screen, and the gradient's length before clipping, each with its training step. */
export class History {
  readonly #steps: number[] = [];
  readonly #losses: number[] = [];
  readonly #norms: number[] = [];
  readonly #looks: number[] = [];
  readonly #heldOut: number[] = [];

  take(round: Round): void {
    if (round.kind === "step") {
      this.#steps.push(round.training.made);
      this.#losses.push(round.loss / Math.LN2);
      this.#norms.push(round.gradientNorm);
    } else if (round.kind === "looked" && round.heldOut !== null) {
      this.#looks.push(round.training.made);
      this.#heldOut.push(round.heldOut / Math.LN2);
    }
  }

  /** Loss and gradient norm over the steps that were made, with the norm to which gradients are clipped. */
  draw(title: string, clip: number): PictureFile {
    const heldOut = this.#looks.length > 0 ? [{ label: "held out", values: this.#heldOut, at: this.#looks }] : [];
    const text = curves({
      title,
      charts: [
        { y: "loss / bits per character", series: [{ label: "training", values: this.#losses, at: this.#steps }, ...heldOut] },
        {
          y: "gradient norm",
          scale: "log",
          series: [{ label: "before clipping", values: this.#norms, at: this.#steps }],
          thresholds: [{ label: `clipped to ${clip}`, value: clip }],
        },
      ],
    });
    return { name: "curves.svg", text };
  }
}
