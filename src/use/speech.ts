// How a model speaks: what it says at each step, and hears at the next.

import { checkCausal } from "../define/direction.ts";
import { shapesOf } from "../define/heads.ts";
import { inputText } from "../define/layers.ts";
import type { Decoding, Definition } from "../define/model.ts";
import { type Stopping, stoppingOf } from "../define/stops.ts";
import type { Loss } from "../graph/operations.ts";
import { inputKind, type Kind, kindOf, targetKind } from "../train/data.ts";

/** A loss that interprets `width` columns of the raw output as what it says of `said` numbers. */
export interface Telling {
  readonly loss: Loss;
  readonly width: number;
  readonly said: number;
}

export interface Speech {
  /** Symbols among which the output chooses, with that of the end if there is one; 0: it tells of numbers. */
  readonly symbols: number;
  /** Numbers that are said at a step; 1 where symbols are. */
  readonly said: number;
  /** How it tells of them: losses, each with columns of its own of the raw output and of what is said, one after the other. */
  readonly terms: readonly Telling[];
  /** What a step that is heard must be. */
  readonly heard: Kind;
  /** null: it goes on from a prompt. */
  readonly decoding: Decoding | null;
  /** The symbol that is said behind the last; −1: none. */
  readonly end: number;
  /** How else it comes to an end. */
  readonly stopping: Stopping;
}

/** @throws TypeError for a model that cannot go on from what it gives. */
export function speechOf(place: string, definition: Definition): Speech {
  const { heads, nodes, inputs, decoding } = definition;
  const { symbols, width: said, perStep } = targetKind(definition);
  const [head] = heads;
  const { shape } = nodes[head.output];
  const numbers = shapesOf(nodes, head, 1);
  const terms = shapesOf(nodes, head, 0).map(({ width }, term) => ({ loss: head.terms[term].loss, width, said: numbers[term].width }));
  const own = { symbols, said, terms, decoding, stopping: stoppingOf(decoding?.stop ?? null) };
  if (decoding) {
    const { target, stop, boundary } = decoding;
    return { ...own, heard: kindOf(target), end: stop?.kind === "endSymbol" ? boundary : -1 };
  }
  const heard = inputKind(definition);
  if (!perStep || symbols !== heard.symbols || said !== heard.width)
    throw new TypeError(
      `${place}: the model takes ${inputText(inputs.input)} and gives a ${shape.extent} of ${shape.width} with ${terms.map(({ loss }) => loss.kind).join(" and ")}, so what it gives cannot be its next input. For symbols it needs tokens(n), a last layer dense(n), and crossEntropy(); for numbers features(n) and a loss on n numbers.`,
    );
  checkCausal(place, definition);
  return { ...own, heard, end: -1 };
}

/** What a decoder hears before its first step. */
export const beginningOf = ({ decoding, said }: Speech): number | Float32Array =>
  decoding && decoding.boundary >= 0 ? decoding.boundary : new Float32Array(said);
