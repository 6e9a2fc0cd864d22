// Models made on purpose to be refused: of given layers, or of one cell with a given step.

import {
  type CellOptions,
  cell,
  crossEntropy,
  dense,
  features,
  meanSquared,
  model,
  type StepInput,
  tanh,
  tokens,
  type Value,
} from "../../src/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tables say on purpose what the types forbid
export type Anything = any;

export const withLayers = (...layers: Anything[]) => model({ input: features(3), layers, loss: meanSquared() });
export const withSymbols = (...layers: Anything[]) => model({ input: tokens(5), layers, loss: crossEntropy() });
/** A model of one cell of width 4 whose step is the given one. */
export const withStep = (step: (input: Anything) => Anything, more: Anything = {}) =>
  withLayers(cell({ name: "own", state: { h: 4 }, step, ...more } as CellOptions<{ h: number }>), dense(2));
export type Given = StepInput & { readonly h: Value };
/** A model whose cell does something with x (3 wide) and h (4 wide) before it returns h. */
export const whileStepping = (act: (input: Given) => unknown) =>
  withStep((input: Given) => {
    act(input);
    return { h: tanh(input.h) };
  });
