// Beam search: at each step the likeliest beginnings are kept, all of them rows of one batch.

import type { Machine } from "../engine/machine.ts";
import type { Programs } from "../engine/programs.ts";
import type { Beam } from "./choices.ts";
import { notFinite } from "./finite.ts";
import { type Generated, sumOf } from "./generated.ts";
import type { Request } from "./request.ts";
import { type Heard, Rows } from "./rows.ts";
import { beginningOf } from "./speech.ts";

/** A beginning, as its last symbol and what came before. */
interface Beginning {
  readonly before: Beginning | null;
  readonly symbol: number;
  readonly logProbability: number;
  /** Of all its symbols. */
  readonly total: number;
  readonly count: number;
  /** Steps left of a length that was chosen beforehand; ∞ if none was. */
  readonly left: number;
  /** The row of the batch that has its state: before its last symbol until that is taken in. */
  readonly row: number;
}

/** A symbol, or a length, and the logarithm of its probability. */
interface Likely {
  readonly which: number;
  readonly logProbability: number;
}

/** A symbol that may come next, and the logarithm of its probability, with that of its being the last or not. */
interface Next {
  readonly symbol: number;
  readonly logProbability: number;
  readonly ends: boolean;
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
  readonly #closes: boolean;

  /**
   * Of at most `length` symbols, whose first stands behind the state of `row`; `wanted` sequences are asked for. `closes`: the last
   * symbol can but end it, and is not said if it does not. `lengths`: the likeliest, likeliest first, if they are told beforehand: what the search
   * begins with.
   */
  constructor(beam: Required<Beam>, length: number, wanted: number, row: number, closes: boolean, lengths: readonly Likely[] | null) {
    this.#beam = beam;
    this.#length = length;
    this.#wanted = wanted;
    this.#row = row;
    this.#closes = closes;
    const root = { before: null, symbol: -1, logProbability: 0, total: 0, count: 0, left: Infinity, row };
    if (!lengths) {
      this.live = [root];
      return;
    }
    const best = lengths.map(({ which, logProbability }) => ({ ...root, left: which, logProbability, total: logProbability }));
    for (const one of best) if (one.left === 0) this.#find(one, true);
    this.live = best.filter(({ left }) => left > 0);
  }

  /** The beginnings become one symbol longer. `likeliest` gives what may follow the state of a row, `width` at most. */
  grow(likeliest: (row: number, width: number) => readonly Next[]): void {
    const width = this.#beam.width - this.#found.length;
    const closes = this.#closes && this.live[0]?.count === this.#length - 1;
    const followers = (row: number): readonly Next[] => {
      const next = likeliest(row, width);
      // Which symbol would go on is not said then, so that one stands for all.
      const on = closes && next.find(({ ends }) => !ends);
      return on ? next.filter((one) => one.ends || one === on) : next;
    };
    const longer = this.live.flatMap((before) =>
      followers(before.row).map(({ symbol, logProbability, ends }) => {
        const total = before.total + logProbability;
        const left = before.left - 1;
        return { before, symbol, logProbability, total, count: before.count + 1, left, row: before.row, ends: ends || left === 0 };
      }),
    );
    // Of equal ones the first comes first: the sort is stable.
    const best = longer.sort((a, b) => b.total - a.total).slice(0, width);
    for (const one of best) if (one.ends) this.#find(one, true);
    this.live = best.filter(({ ends }) => !ends);
    if (this.live[0]?.count === this.#length) for (const one of this.live.splice(0)) this.#find(one, false, (closes && one.before) || one);
    else if (this.#isDecided()) this.live = [];
  }

  /** Says for each row of the search whose state it goes on with, and with what symbol; null for none. `first`: what is heard before any. */
  settle(parents: Int32Array, heard: Heard[], first: Heard = null): void {
    for (let i = 0; i < this.#beam.width; i++) {
      parents[this.#row + i] = this.live[i]?.row ?? this.#row + i;
      const one = this.live[i];
      heard[this.#row + i] = one ? (one.before ? one.symbol : first) : null;
    }
    this.live = this.live.map((one, i) => ({ ...one, row: this.#row + i }));
  }

  /** Steps that the beginning in a row has left. */
  left(row: number): number {
    return this.live[row - this.#row]?.left ?? Infinity;
  }

  /** The best, best first. The symbol that ended it is left out. */
  result(stops: ReadonlySet<number>): Generated[] {
    return this.#found.slice(0, this.#wanted).map(({ sequence, ended }) => {
      const symbols: number[] = [];
      const logProbabilities: number[] = [];
      let one = sequence;
      for (; one.before; one = one.before) {
        symbols.push(one.symbol);
        logProbabilities.push(one.logProbability);
      }
      symbols.reverse();
      logProbabilities.reverse();
      // That of the length is that of the end.
      if (ended && one.left < Infinity) logProbabilities.push(one.logProbability);
      if (stops.has(symbols[symbols.length - 1])) symbols.pop();
      return { symbols, steps: [], logProbability: sumOf(logProbabilities), logProbabilities, ended };
    });
  }

  #score(total: number, count: number): number {
    return total / ((5 + count) / 6) ** this.#beam.lengthPenalty;
  }

  /** `sequence`: as much of it as is said; it is compared as it was found. */
  #find(one: Beginning, ended: boolean, sequence = one): void {
    const score = this.#score(one.total, one.count);
    const place = this.#found.findIndex((other) => other.score < score);
    this.#found.splice(place < 0 ? this.#found.length : place, 0, { sequence, ended, score });
  }

  /** Whether none that goes on can overtake: it becomes less likely with every symbol, and the penalty of its length at most that of the longest. */
  #isDecided(): boolean {
    const last = this.#found[this.#wanted - 1];
    return last !== undefined && this.live.every(({ total }) => this.#score(total, this.#length) <= last.score);
  }
}

/** The likeliest sequences that a beam finds, of each source its own. Options have been checked. */
export function search(programs: Programs, options: Request): Generated[] {
  const { machine } = programs;
  const { sources, speech } = options;
  const { width: each } = options.beam as Required<Beam>;
  const rows = new Rows(programs, each * (sources?.length ?? 1), { sources, each });
  try {
    // Logarithms, symbols, and what the kernel needs.
    const choices = Math.max(speech.symbols, speech.stopping.longest + 1);
    const block = machine.memory.allocate(Math.min(each, choices) * 12 + choices * 4);
    try {
      return searching(machine, rows, block, options);
    } finally {
      machine.memory.release(block);
    }
  } finally {
    rows.close();
  }
}

function searching(machine: Machine, rows: Rows, block: number, options: Request): Generated[] {
  const { place, prompt, length, stops, speech, samples } = options;
  const { symbols } = speech;
  const beam = options.beam as Required<Beam>;
  const { width: each } = beam;
  const { count } = rows;
  const { coin, longest } = speech.stopping;
  let drawn = 0;
  /** The likeliest of `choices`, of which `width` are wanted at most. What is impossible is none. */
  const among = (logits: number, choices: number, width: number): Likely[] => {
    const wanted = Math.min(width, choices);
    const order = block + wanted * 8;
    if (!machine.exports.likeliest(order, block, logits, choices, wanted, order + wanted * 4))
      throw notFinite(`${place}: after ${drawn} steps`);
    const found = machine.memory.doubles(block, wanted);
    return Array.from(machine.memory.integers(order, wanted), (which, k) => ({ which, logProbability: found[k] })).filter(
      ({ logProbability }) => logProbability > -Infinity,
    );
  };
  const searches = Array.from({ length: count / each }, (_, k) => {
    const lengths = longest > 0 ? among(rows.length(k * each), longest + 1, each) : null;
    return new Search(beam, length, samples, k * each, speech.end >= 0, lengths);
  });
  const parents = new Int32Array(count);
  const heard = Array.from({ length: count }, (): Heard => null);
  const likeliest = (row: number, width: number): Next[] => {
    const next = among(rows.output(row), symbols, width).map(({ which, logProbability }) => ({
      symbol: which,
      logProbability,
      ends: stops.has(which),
    }));
    if (!coin) return next;
    const logit = rows.stop(row);
    const turns = (one: Next): Next[] =>
      [false, true].map((ends) => ({ ...one, ends, logProbability: one.logProbability + machine.exports.logChance(logit, ends) }));
    return next.flatMap(turns).filter(({ logProbability }) => logProbability > -Infinity);
  };
  const left = longest > 0 ? (row: number): number => searches[Math.floor(row / each)].left(row) : undefined;
  if (prompt) rows.begin(prompt);
  else {
    // Each beginning a row of its own, where lengths make several.
    for (const one of searches) one.settle(parents, heard, beginningOf(speech));
    rows.step(heard, left);
  }
  for (; ; rows.step(heard, left)) {
    for (const one of searches) one.grow(likeliest);
    if (searches.every(({ live }) => live.length === 0)) return searches.flatMap((one) => one.result(stops));
    for (const one of searches) one.settle(parents, heard);
    rows.gather(parents);
    drawn++;
  }
}
