// Steps as a user gives them: checked, and written where a stream reads them.

import { describe } from "../define/check.ts";
import { checkCausal } from "../define/direction.ts";
import type { Definition } from "../define/model.ts";
import { checkList, isFeature, type Kind, misfit } from "../train/data.ts";
import type { Stepper } from "./stepper.ts";

/** @throws TypeError for a model that looks ahead, naming the layer, and for one that is given no steps but makes them. */
export function checkStreaming(place: string, definition: Definition): void {
  if (!definition.inputs.input)
    throw new TypeError(
      `${place}: the model makes a sequence from ${definition.inputs.source ? "a source" : "nothing"} and is given no steps of it, so there is nothing to push. Use ${definition.inputs.source ? "generate({ source, … })" : "generate(…)"}.`,
    );
  checkCausal(place, definition);
}

/** What a row is called where its step does not fit: made only then. */
export type Name = (row: number) => string;

/** Numbers from `from` on as row `row`. @throws TypeError for the first that is not finite. */
function writeNumbers({ input, floats }: Stepper, row: number, values: ArrayLike<number>, from: number, width: number, name: Name): void {
  // A model may ignore its input altogether.
  const at = input ? input.start + row * input.stride : -1;
  for (let i = 0; i < width; i++) {
    const value = values[from + i];
    if (!isFeature(value)) throw misfit(`${name(row)}: number ${i} of the step`, value);
    if (at >= 0) floats[at + i] = value;
  }
}

function writeNumber({ input, floats }: Stepper, row: number, value: number, name: Name): void {
  if (!isFeature(value)) throw misfit(`${name(row)}: the step`, value);
  if (input) floats[input.start + row * input.stride] = value;
}

function writeSymbol({ input, integers }: Stepper, row: number, symbol: unknown, symbols: number, name: Name): void {
  if (!(Number.isInteger(symbol) && (symbol as number) >= 0 && (symbol as number) < symbols))
    throw new RangeError(`${name(row)}: the step is ${describe(symbol)} but must be a symbol from 0 to ${symbols - 1}.`);
  if (input) integers[input.start + row * input.stride] = symbol as number;
}

/** One step: a symbol, one number for a width of 1, or a list of numbers. @throws TypeError or RangeError if it does not fit. */
export function writeStep(stepper: Stepper, row: number, step: number | ArrayLike<number>, { symbols, width }: Kind, name: Name): void {
  if (symbols > 0) writeSymbol(stepper, row, step, symbols, name);
  else if (typeof step === "number") {
    if (width !== 1) throw new RangeError(`${name(row)}: the step is one number but the model takes ${width}. Give a list of ${width}.`);
    writeNumber(stepper, row, step, name);
  } else {
    if (step === null || typeof step !== "object" || step.length !== width)
      throw new RangeError(`${name(row)}: the step is ${describe(step)} but the model takes ${width} numbers. Give a list of ${width}.`);
    writeNumbers(stepper, row, step, 0, width, name);
  }
}

/** The steps of several streams: one list of symbols or of all numbers, stream after stream, or a list of steps. */
export type Steps = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** Steps of `count` streams as rows 0 … count−1. */
export function writeSteps(stepper: Stepper, steps: Steps, count: number, kind: Kind, name: Name): void {
  const { symbols, width } = kind;
  checkList("push: steps", steps);
  const flat = symbols === 0 && width > 1 && typeof steps[0] === "number";
  if (steps.length !== (flat ? count * width : count))
    throw new RangeError(
      `push: there are ${steps.length} ${flat ? "numbers" : "steps"} for ${count} streams${flat ? ` of ${width}: give ${count * width}` : ""}. Give one step for each stream, or say for which: push(steps, which).`,
    );
  for (let row = 0; row < count; row++) {
    if (flat) writeNumbers(stepper, row, steps as ArrayLike<number>, row * width, width, name);
    else writeStep(stepper, row, steps[row], kind, name);
  }
}
