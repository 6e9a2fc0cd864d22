// A model in one line.

import { inputText } from "./layers.ts";
import type { Definition, Part } from "./model.ts";

/**
 * Layer after layer, those of an encoder, of a bridge and of a decoder apart, and the heads besides: `embedding(8) → gru(16) ⇒ gru(16) → dense(9)`.
 * Layers that were put in between are left out.
 */
export function titleOf({ layers, heads }: Pick<Definition, "layers" | "heads">): string {
  const chain = (is: (layer: Part) => boolean): string =>
    layers
      .filter((layer) => is(layer) && !layer.path.startsWith("bridge/"))
      .map(({ text }) => text)
      .join(" → ");
  const parts = ([undefined, "encoder", "bridge", "decoder"] as const).map((part) => chain((layer) => !layer.head && layer.part === part));
  const others = heads.slice(1).map(({ name }) => `, ${name}: ${chain(({ head }) => head === name)}`);
  return `${parts.filter((part) => part !== "").join(" ⇒ ")}${others.join("")}`;
}

/** ` on tokens(9)`: what it is given. */
export const givenText = ({ inputs }: Pick<Definition, "inputs">): string => {
  const given = Object.values(inputs).map(inputText);
  return given.length > 0 ? ` on ${given.join(", ")}` : "";
};
