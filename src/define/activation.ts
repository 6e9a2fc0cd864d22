// An activation as a layer's option: a name, or a function in words whose result is looked at when it is used.

import { ACTIVATIONS, type Activation, type ActivationName } from "../graph/activations.ts";
import { describeShape } from "../graph/shape.ts";
import { Value } from "../graph/value.ts";
import { describe } from "./check.ts";

const NAMES = Object.keys(ACTIVATIONS) as ActivationName[];

/** @throws TypeError for what is neither a known name nor a function; the function that is returned, for a result of another shape. */
export function checkActivation(place: string, activation: Activation): (x: Value) => Value {
  if (typeof activation !== "function") {
    if (!NAMES.includes(activation))
      throw new TypeError(
        `${place} must be one of ${NAMES.map((name) => `"${name}"`).join(", ")}, or a function (x) => … in words, but is ${describe(activation)}.`,
      );
    return ACTIVATIONS[activation];
  }
  return (x) => {
    const y: unknown = activation(x);
    if (!(y instanceof Value) || y.graph !== x.graph)
      throw new TypeError(
        `${place} returned ${y instanceof Value ? "a value of another model" : describe(y)}. Return a value made from the one that it was given.`,
      );
    if (y.width !== x.width || y.shape.extent !== x.shape.extent)
      throw new RangeError(
        `${place} was given a ${describeShape(x.shape)} and returned a ${describeShape(y.shape)}. Return one of the same shape.`,
      );
    return y;
  };
}
