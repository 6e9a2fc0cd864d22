// forecast(): a model whose output can be its next input runs on from the past by itself.

import { checkSize } from "../define/check.ts";
import { checkCausal } from "../define/direction.ts";
import type { Definition } from "../define/model.ts";
import { checkSequence, inputKind, type Sequence } from "../train/data.ts";
import type { Stream } from "./stream.ts";

/** @throws TypeError where the output cannot be the next input, or needs later ones; TypeError or RangeError for a past or number of steps that does not fit. */
export function checkForecast(definition: Definition, past: Sequence, steps: number): void {
  const { symbols, width } = inputKind(definition);
  const { shape } = definition.nodes[definition.heads[0].output];
  if (symbols > 0)
    throw new TypeError(
      `forecast: the model takes ${symbols} symbols, and its output is their chances, not one of them. Use generate({ prompt, length, greedy: true }).`,
    );
  if (shape.width !== width)
    throw new TypeError(
      `forecast: the model takes ${width} numbers a step and gives ${shape.width}, so what it gives cannot be its next input. End with dense(${width}), and teach it the next step: windows(data, …) without targets.`,
    );
  checkCausal("forecast", definition);
  checkSequence("forecast: the past", past, { symbols, width });
  checkSize("forecast: the number of steps", steps);
}

/**
 * The outputs after the past, each the next input. A layer with recurrence from the output hears, at each step, what the output should have been:
 * that is this step's input. Arguments have been checked.
 */
export function forecast(stream: Stream, past: Sequence, steps: number): Float32Array[] {
  const outputs: Float32Array[] = [];
  let output: Float32Array = new Float32Array();
  for (let t = 0; t < past.length; t++) {
    const row = past[t];
    if (t > 0) stream.hear(row);
    output = stream.advance(row);
  }
  for (;;) {
    if (!output.every(Number.isFinite))
      throw new RangeError(
        `forecast: after ${outputs.length} steps the output is no longer finite. The model does not run stably by itself: use a greater ridge, noise while solving, or a smaller radius.`,
      );
    outputs.push(output.slice());
    if (outputs.length === steps) return outputs;
    stream.hear(output);
    output = stream.advance(output);
  }
}
