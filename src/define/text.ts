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
  const said = Object.entries(options).filter(([key, value]) => value !== undefined && !isSame(defaults[key], value));
  const words = first === null ? [] : [first];
  return `${kind}(${[...words, ...said.map(([key, value]) => `${key}: ${say(key, value)}`)].join(", ")})`;
}

const isSame = (usual: unknown, value: unknown): boolean => usual === value || JSON.stringify(usual) === JSON.stringify(value);

/** A function by its name, a layer by its text, a list part by part. */
function say(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "function") return value.name === "" || value.name === key ? "a function" : value.name;
  if (Array.isArray(value)) return `[${value.map((part) => say(key, part)).join(", ")}]`;
  const { text: own } = (value ?? {}) as { text?: unknown };
  return typeof own === "string" ? own : JSON.stringify(value);
}
