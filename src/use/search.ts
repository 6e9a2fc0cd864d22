// Beam search: at each step the likeliest beginnings are kept, all of them rows of one batch.

import type { Definition } from "../define/model.ts";
import type { Machine } from "../engine/machine.ts";
import type { Beam, Generating } from "./choices.ts";
import { type Generated, notFinite, sumOf } from "./generated.ts";
import { type Heard, Rows } from "./rows.ts";

/** A beginning, as its last symbol and what came before. */
interface Beginning {
  readonly before: Beginning | null;
  readonly symbol: number;
  readonly logProbability: number;
  /** Of all its symbols. */
  readonly total: number;
  readonly count: number;
  /** The row of the batch that has its state: before its last symbol until that is taken in. */
  readonly row: number;
}

/** A symbol that may come next, and the logarithm of its probability. */
interface Next {
  readonly symbol: number;
  readonly logProbability: number;
}

/**
 * One search. A sequence that has ended leaves the beam, which becomes one narrower (Sutskever et al. 2014): so a beam of 1 is greedy, and one
 * that is wide enough for all sequences finds them all.
 */
class Search {
  live: Beginning[];
  readonly #found: { readonly sequence: Beginning; readonly ended: boolean; readonly score: number }[] = [];
  readonly #beam: Required<Beam>;
  readonly #length: number;
  readonly #wanted: number;
  readonly #row: number;

  /** Of at most `length` symbols, whose first stands behind the state of `row`; `wanted` sequences are asked for. */
  constructor(beam: Required<Beam>, length: number, wanted: number, row: number) {
    this.#beam = beam;
    this.#length = length;
    this.#wanted = wanted;
    this.#row = row;
    this.live = [{ before: null, symbol: -1, logProbability: 0, total: 0, count: 0, row }];
  }

  /** The beginnings become one symbol longer. `likeliest` gives what may follow the state of a row, `width` at most. */
  grow(likeliest: (row: number, width: number) => readonly Next[], stops: ReadonlySet<number>): void {
    const width = this.#beam.width - this.#found.length;
    const longer = this.live.flatMap((before) =>
      likeliest(before.row, width).map(({ symbol, logProbability }) => {
        const total = before.total + logProbability;
        return { before, symbol, logProbability, total, count: before.count + 1, row: before.row };
      }),
    );
    // Of equal ones the first comes first: the sort is stable.
    const best = longer.sort((a, b) => b.total - a.total).slice(0, width);
    for (const one of best) if (stops.has(one.symbol)) this.#find(one, true);
    this.live = best.filter(({ symbol }) => !stops.has(symbol));
    if (this.live[0]?.count === this.#length) for (const one of this.live.splice(0)) this.#find(one, false);
    else if (this.#isDecided()) this.live = [];
  }

  /** Says for each row of the search whose state it goes on with, and with what symbol; null for none. */
  settle(parents: Int32Array, heard: Heard[]): void {
    for (let i = 0; i < this.#beam.width; i++) {
      parents[this.#row + i] = this.live[i]?.row ?? this.#row + i;
      heard[this.#row + i] = this.live[i]?.symbol ?? null;
    }
    this.live = this.live.map((one, i) => ({ ...one, row: this.#row + i }));
  }

  /** The best, best first. */
  result(): Generated[] {
    return this.#found.slice(0, this.#wanted).map(({ sequence, ended }) => {
      const symbols: number[] = [];
      const logProbabilities: number[] = [];
      for (let one: Beginning | null = sequence; one?.before; one = one.before) {
        symbols.push(one.symbol);
        logProbabilities.push(one.logProbability);
      }
      logProbabilities.reverse();
      symbols.reverse();
      return {
        symbols: ended ? symbols.slice(0, -1) : symbols,
        steps: [],
        logProbability: sumOf(logProbabilities),
        logProbabilities,
        ended,
      };
    });
  }

  #score(total: number, count: number): number {
    return total / ((5 + count) / 6) ** this.#beam.lengthPenalty;
  }

  #find(sequence: Beginning, ended: boolean): void {
    const score = this.#score(sequence.total, sequence.count);
    const place = this.#found.findIndex((other) => other.score < score);
    this.#found.splice(place < 0 ? this.#found.length : place, 0, { sequence, ended, score });
  }

  /** Whether none that goes on can overtake: it becomes less likely with every symbol, and the penalty of its length at most that of the longest. */
  #isDecided(): boolean {
    const last = this.#found[this.#wanted - 1];
    return last !== undefined && this.live.every(({ total }) => this.#score(total, this.#length) <= last.score);
  }
}

/** The likeliest sequences that a beam finds. Options have been checked. */
export function search(machine: Machine, definition: Definition, options: Generating): Generated[] {
  const { place, prompt, length, stops, speech, samples } = options;
  const { symbols } = speech;
  const beam = options.beam as Required<Beam>;
  const most = Math.min(beam.width, symbols);
  // Logarithms, symbols, and what the kernel needs.
  const bytes = most * 12 + symbols * 4;
  const block = machine.memory.allocate(bytes);
  const [logarithms, order] = [block, block + most * 8];
  try {
    using rows = new Rows(machine, definition, beam.width);
    const searching = new Search(beam, length, samples, 0);
    const parents = new Int32Array(beam.width);
    const heard = new Array<Heard>(beam.width).fill(null);
    let drawn = 0;
    const likeliest = (row: number, width: number): Next[] => {
      const count = Math.min(width, symbols);
      if (!machine.exports.likeliest(order, logarithms, rows.output(row), symbols, count, order + most * 4)) throw notFinite(place, drawn);
      const found = machine.memory.doubles(logarithms, count);
      // What is impossible is no continuation.
      return Array.from(machine.memory.integers(order, count), (symbol, k) => ({ symbol, logProbability: found[k] })).filter(
        ({ logProbability }) => logProbability > -Infinity,
      );
    };
    for (rows.begin(prompt); ; rows.step(heard)) {
      searching.grow(likeliest, stops);
      if (searching.live.length === 0) return searching.result();
      searching.settle(parents, heard);
      rows.gather(parents);
      drawn++;
    }
  } finally {
    machine.memory.release(block, bytes);
  }
}
