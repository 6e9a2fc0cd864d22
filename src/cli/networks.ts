// The networks that the command line makes: of a text, of lines, and of pairs; and which of these a model is.

import {
  attention,
  crossEntropy,
  type Definition,
  dense,
  dropout,
  embedding,
  gru,
  type Layer,
  lstm,
  model,
  rnn,
  seq2seq,
  tokens,
} from "../index.ts";
import type { Kind, TrainArguments } from "./arguments.ts";

const CELLS = { rnn, lstm, gru } as const;

/** What a model is of: it goes on with a text, makes lines from nothing, or the second of a pair from the first. */
export const kindOf = ({ decoding, inputs }: Definition): Kind => (decoding ? (inputs.source ? "pairs" : "lines") : "text");

/** The layers one after the other, with "⇒" from encoder to decoder. */
export const layersOf = ({ layers }: Definition): string =>
  layers.reduce((text, layer, index) => {
    const turns = layer.part === "decoder" && index > 0 && layers[index - 1].part !== "decoder";
    return `${text}${index === 0 ? "" : turns ? " ⇒ " : " → "}${layer.text}`;
  }, "");

/** `symbols`: of the alphabet, which both sides of a pair share. */
export function define(kind: Kind, symbols: number, options: TrainArguments): Definition {
  const { hidden, seed } = options;
  if (kind === "text") return model({ input: tokens(symbols), layers: [...body(options), dense(symbols)], loss: crossEntropy(), seed });
  if (kind === "lines") return seq2seq({ target: tokens(symbols), decoder: [...body(options), dense(symbols)], seed });
  const looks = options.attention ?? false;
  return seq2seq({
    source: tokens(symbols),
    // Without attention the last layer is heard by its states alone, so that nothing would come of dropout behind it.
    encoder: body(options, looks),
    target: tokens(symbols),
    decoder: [...body(options), ...(looks ? [attention(), dense(hidden, { activation: "tanh" })] : []), dense(symbols)],
    seed,
  });
}

/** The layers below the output. */
function body({ cell, hidden, layers, embedding: width, dropout: rate }: TrainArguments, atTheEnd = true): Layer[] {
  const recurrent = Array.from({ length: layers }, (_, index) =>
    rate > 0 && (atTheEnd || index < layers - 1) ? [CELLS[cell](hidden), dropout(rate)] : [CELLS[cell](hidden)],
  ).flat();
  return [...(width > 0 ? [embedding(width)] : []), ...recurrent];
}
