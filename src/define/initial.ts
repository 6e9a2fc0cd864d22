// How the parameters of a layer begin, by name, as its option `initial` says it.

import { INITIALIZERS, type Initializer, isInitializer } from "../graph/initializer.ts";
import { describe } from "./check.ts";

/**
 * How parameters begin: `of(name, usual, gates)` is what the user wants for a parameter in which that many gates lie side by side, or else the
 * usual way.
 *
 * @throws TypeError for a name that the layer does not have, or for what is no initialiser.
 */
export function checkInitial(kind: string, initial: Readonly<Record<string, Initializer>> | undefined, names: readonly string[]) {
  if (initial !== undefined && (initial === null || typeof initial !== "object" || isInitializer(initial)))
    throw new TypeError(
      `${kind}: initial must say how each parameter begins, for example { ${names[0]}: orthogonal() }, but is ${describe(initial)}.`,
    );
  for (const [name, how] of Object.entries(initial ?? {})) {
    if (!names.includes(name))
      throw new TypeError(`${kind}: initial: there is no parameter "${name}". With these options the parameters are: ${names.join(", ")}.`);
    if (!isInitializer(how)) throw new TypeError(`${kind}: initial.${name} must be ${INITIALIZERS} but is ${describe(how)}.`);
  }
  return (name: string, usual: Initializer, gates = 1): Initializer => {
    const wanted = initial?.[name];
    if (wanted === undefined) return usual;
    return gates > 1 && SQUARE.includes(wanted.kind) ? { kind: "blocks", blocks: Array.from({ length: gates }, () => wanted) } : wanted;
  };
}

/** Initialisers that say something of a matrix as a whole, and so are meant gate by gate. */
const SQUARE: readonly Initializer["kind"][] = ["orthogonal", "identity", "spectral"];
