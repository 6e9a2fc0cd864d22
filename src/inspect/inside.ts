// What is looked at of a network: its programs, with the machine that runs them and the definition they are made from.

import { describe } from "../define/check.ts";
import type { Programs } from "../engine/programs.ts";
import type { Network } from "../network.ts";

/** @throws TypeError, which says who needs a network, for what is none or has been closed. */
export function insideOf(place: string, net: Network): Programs {
  if (typeof net?.predict !== "function")
    throw new TypeError(`${place} needs a network but got ${describe(net)}. Use what compile(…) gives.`);
  return net.inside;
}
