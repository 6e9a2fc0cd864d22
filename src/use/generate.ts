// Steps drawn one after the other, each fed back as the next input: for many samples as one batch, or one at a time as they come.

import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import { giveWay } from "../train/pause.ts";
import type { Generating } from "./choices.ts";
import { type Drawn, Draws } from "./draws.ts";
import { type Generated, notFinite, sumOf } from "./generated.ts";
import { type Heard, Rows } from "./rows.ts";
import { search } from "./search.ts";

/** What an iterator returns after its last symbol. */
export interface Ending {
  readonly ended: boolean;
  /** Of the symbol that ended it; 0 if none did. */
  readonly logProbability: number;
}

/** Steps as they are drawn, for a loop of either kind; `for await` lets others have their turn in between. */
export interface Drawing extends Generator<Drawn, Ending, void> {
  [Symbol.asyncIterator](): AsyncGenerator<Drawn, Ending, void>;
}

interface Growing {
  readonly symbols: number[];
  readonly steps: Float32Array[];
  readonly logProbabilities: number[];
  ended: boolean;
}

/** Draws for all samples at once, and stops after each symbol. Options have been checked. */
function* rounds(machine: Machine, definition: Definition, options: Generating): Generator<readonly Growing[], readonly Growing[], void> {
  const { place, prompt, length, stops, speech, samples, choice } = options;
  using rows = new Rows(machine, definition, samples);
  using draws = new Draws(machine, speech, choice, samples);
  const all = Array.from({ length: samples }, (): Growing => ({ symbols: [], steps: [], logProbabilities: [], ended: false }));
  const heard = new Array<Heard>(samples).fill(null);
  rows.begin(prompt);
  for (let drawn = 0; ; ) {
    all.forEach((one, row) => {
      if (one.ended) return;
      const found = draws.draw(row, rows.output(row));
      if (!found) throw notFinite(place, drawn);
      const { symbol, step, logProbability } = found;
      one.logProbabilities.push(logProbability);
      one.ended = stops.has(symbol);
      if (step) one.steps.push(step);
      else if (!one.ended) one.symbols.push(symbol);
      heard[row] = one.ended ? null : (step ?? symbol);
    });
    if (++drawn === length || all.every(({ ended }) => ended)) return all;
    yield all;
    if (machine.closed) throw new TypeError(`${place}: the network is closed. Make another with compile(…) or open(…).`);
    rows.step(heard);
  }
}

/** Whole sequences: draws as one batch, or the best of a search. */
export function generate(machine: Machine, definition: Definition, options: Generating): Generated[] {
  if (options.beam) return search(machine, definition, options);
  const steps = rounds(machine, definition, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value.map((one) => ({ ...one, logProbability: sumOf(one.logProbabilities) }));
  }
}

/** One sequence, symbol by symbol. Its memory is taken at the first and given back at the last, or when the loop is left. */
export function sample(machine: Machine, definition: Definition, options: Generating): Drawing {
  const drawing = drawn(machine, definition, options);
  return Object.assign(drawing, {
    async *[Symbol.asyncIterator](): AsyncGenerator<Drawn, Ending, void> {
      const pause = giveWay();
      try {
        for (;;) {
          const { done, value } = drawing.next();
          if (done) return value;
          yield value;
          await pause();
        }
      } finally {
        drawing.return({ ended: false, logProbability: 0 });
      }
    },
  });
}

function* drawn(machine: Machine, definition: Definition, options: Generating): Generator<Drawn, Ending, void> {
  const steps = rounds(machine, definition, options);
  try {
    for (;;) {
      const { done, value } = steps.next();
      const [{ symbols, steps: rows, logProbabilities, ended }] = value;
      const logProbability = logProbabilities[logProbabilities.length - 1];
      if (ended) return { ended, logProbability };
      yield { symbol: symbols.at(-1) ?? -1, step: rows.at(-1) ?? null, logProbability };
      if (done) return { ended: false, logProbability: 0 };
    }
  } finally {
    steps.return([]);
  }
}
