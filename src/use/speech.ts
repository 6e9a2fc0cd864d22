// How a model speaks: what it says at each step, and hears at the next.

import { checkCausal } from "../define/direction.ts";
import { inputText } from "../define/layers.ts";
import type { Definition } from "../define/model.ts";
import type { Loss } from "../graph/operations.ts";
import { inputKind, type Kind, targetKind } from "../train/data.ts";

export interface Speech {
  /** Symbols among which the output chooses; 0: it tells of numbers. */
  readonly symbols: number;
  /** Numbers that are said at a step; 1 where symbols are. */
  readonly said: number;
  /** Of the raw output, which the loss interprets. */
  readonly width: number;
  readonly loss: Loss;
  /** What a step that is heard must be. */
  readonly heard: Kind;
}

/** @throws TypeError for a model that cannot go on from what it gives. */
export function speechOf(place: string, definition: Definition): Speech {
  const heard = inputKind(definition);
  const { symbols, width: said, perStep } = targetKind(definition);
  const [{ output, loss }] = definition.heads;
  const { shape } = definition.nodes[output];
  if (!perStep || symbols !== heard.symbols || said !== heard.width)
    throw new TypeError(
      `${place}: the model takes ${inputText(definition.inputs.input)} and gives a ${shape.extent} of ${shape.width} with ${loss.kind}, so what it gives cannot be its next input. For symbols it needs tokens(n), a last layer dense(n), and crossEntropy(); for numbers features(n) and a loss on n numbers.`,
    );
  checkCausal(place, definition);
  return { symbols, said, width: shape.width, loss, heard };
}
