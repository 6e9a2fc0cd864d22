// What every stock layer says of itself: its own name, if it was given one, and itself as text.

import { checkName } from "./check.ts";

export interface LayerOptions {
  /** A name of the user's own for the layer and its parameters. Default: `layer <number>/<kind>`. */
  readonly name?: string;
}

export const named = (kind: string, options: LayerOptions): { name?: string } =>
  options.name === undefined ? {} : { name: checkName(kind, options.name) };

/** `kind(units, activation: relu, name: hidden)`: a layer as text, defaults left out. `first` is null where there is none. */
export function text(kind: string, first: number | string | null, options: object, defaults: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(options).filter(([key, value]) => value !== undefined && defaults[key] !== value);
  const words = first === null ? [] : [first];
  return `${kind}(${[...words, ...said.map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)].join(", ")})`;
}
