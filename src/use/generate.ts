// Steps drawn one after the other, each fed back as the next input: for many samples as one batch, or one at a time as they come.

import { closed, type Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import { giveWay } from "../train/pause.ts";
import { type Drawn, Draws } from "./draws.ts";
import { Endings } from "./endings.ts";
import { notFinite } from "./finite.ts";
import { type Generated, sumOf } from "./generated.ts";
import type { Request } from "./request.ts";
import { type Heard, Rows } from "./rows.ts";
import { search } from "./search.ts";
import { beginningOf } from "./speech.ts";

/** What an iterator returns after its last symbol. */
export interface Ending {
  readonly ended: boolean;
  /** Of the symbol that ended it, or of the length that was drawn beforehand; 0 if neither did. */
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
  /** Of a length that was drawn beforehand. */
  readonly end: number | null;
  ended: boolean;
}

/** Draws for all samples at once, and stops after each symbol. Options have been checked. */
function* rounds(programs: Programs, options: Request): Generator<readonly Growing[], readonly Growing[], void> {
  const { machine } = programs;
  const { sources, speech, samples, choice } = options;
  const count = samples * (sources?.length ?? 1);
  const rows = new Rows(programs, count, { sources, each: samples });
  try {
    const draws = new Draws(machine, speech, choice, count);
    try {
      return yield* drawing(machine, rows, draws, options);
    } finally {
      draws.close();
    }
  } finally {
    rows.close();
  }
}

function* drawing(machine: Machine, rows: Rows, draws: Draws, options: Request): ReturnType<typeof rounds> {
  const { place, prompt, length, stops, speech, choice } = options;
  const endings = new Endings(machine, speech.stopping, rows, draws.chances, choice.temperature);
  const all = Array.from({ length: rows.count }, (_, row): Growing => {
    const end = endings.begin(row);
    if (Number.isNaN(end)) throw notFinite(`${place}: after 0 steps`);
    const ended = endings.left(row) === 0;
    return { symbols: [], steps: [], logProbabilities: ended && end !== null ? [end] : [], end, ended };
  });
  const heard = all.map(({ ended }): Heard => (ended ? null : beginningOf(speech)));
  const left = speech.stopping.longest > 0 ? (row: number): number => endings.left(row) : undefined;
  if (all.every(({ ended }) => ended)) return all;
  if (prompt) rows.begin(prompt);
  else rows.step(heard, left);
  for (let drawn = 0; ; ) {
    all.forEach((one, row) => {
      if (one.ended) return;
      const found = draws.draw(row, rows.output(row), drawn);
      if (!found) throw notFinite(`${place}: after ${drawn} steps`);
      const { symbol, step, logProbability } = found;
      const isEnd = stops.has(symbol);
      // One too many: it has not ended.
      if (!isEnd && speech.end >= 0 && drawn + 1 === length) return;
      if (step) one.steps.push(step);
      else if (!isEnd) one.symbols.push(symbol);
      const turn = endings.turn(row);
      one.ended = isEnd || turn.ended;
      one.logProbabilities.push(logProbability + turn.logProbability);
      if (one.ended && one.end !== null) one.logProbabilities.push(one.end);
      heard[row] = one.ended ? null : (step ?? symbol);
    });
    if (++drawn === length || all.every(({ ended }) => ended)) return all;
    yield all;
    if (machine.closed) throw closed(`${place}: the network`);
    rows.step(heard, left);
  }
}

/** Whole sequences: draws as one batch, or the best of a search. */
export function generate(programs: Programs, options: Request): Generated[] {
  if (options.beam) return search(programs, options);
  const steps = rounds(programs, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value.map(({ end: _, ...one }) => ({ ...one, logProbability: sumOf(one.logProbabilities) }));
  }
}

/** One sequence, symbol by symbol. Its memory is taken at the first and given back at the last, or when the loop is left. */
export function sample(programs: Programs, options: Request): Drawing {
  const drawing = drawn(programs, options);
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

function* drawn(programs: Programs, options: Request): Generator<Drawn, Ending, void> {
  const steps = rounds(programs, options);
  let said = 0;
  try {
    for (;;) {
      const { done, value } = steps.next();
      const [{ symbols, steps: rows, logProbabilities, ended }] = value;
      if (symbols.length + rows.length > said) {
        yield { symbol: symbols.at(-1) ?? -1, step: rows.at(-1) ?? null, logProbability: logProbabilities[said] };
        said++;
      }
      // Of the end itself, if it is no part of the last step.
      if (ended || done) return { ended, logProbability: logProbabilities[said] ?? 0 };
    }
  } finally {
    steps.return([]);
  }
}
