// What of a program's room a batch takes, as the tables by which commands are run: isa.ts draws them.

import { RUN_BYTES, SPAN_BYTES, Span, TABLES_BYTES, TABLES_TIMELINES, TIMELINE_BYTES } from "../../assembly/isa.ts";
import type { Shape } from "../graph/shape.ts";
import type { Memory } from "./memory.ts";

/** The rows of a batch, and for each timeline the steps of the longest and those of each, in the batch's own order; null: all the same. */
export interface Taken {
  readonly rows: number;
  readonly timelines: readonly { readonly steps: number; readonly lengths: Int32Array | null }[];
}

/** One timeline as a batch takes it. */
export interface Timeline {
  /** Of the longest row. */
  readonly steps: number;
  /** Of row b of the batch. */
  readonly lengths: Int32Array;
  /** Row of the batch that stands in row r: longest first. */
  readonly order: Int32Array;
  /** Row in which row b of the batch stands. */
  readonly places: Int32Array;
  /** Rows that are alive at step t. */
  readonly counts: Int32Array;
  /** Whether rows stand in the batch's own order. */
  readonly inOrder: boolean;
  /** Steps of all rows. */
  readonly size: number;
}

/** The lists that say how many rows take a step: each has one entry where there is one step. */
const OF_ONE_STEP = [Span.rows, Span.runs, Span.steps] as const;

export class Tables {
  readonly address: number;
  /** What is taken now; at first all the room there is. */
  taken: Taken;
  rows = 0;
  timelines: readonly Timeline[] = [];
  readonly #memory: Memory;
  readonly #batch: number;
  readonly #room: Taken;
  #words = new Int32Array();
  /** Whether `takeRows` has changed what is taken since, and named rows. */
  #changed = false;
  #named = false;

  /** At `address` there are as many bytes as `bytesOf` says. */
  constructor(memory: Memory, address: number, batch: number, timelines: readonly number[]) {
    this.#memory = memory;
    this.address = address;
    this.#batch = batch;
    this.#room = { rows: batch, timelines: timelines.map((steps) => ({ steps, lengths: null })) };
    this.taken = this.#room;
    this.#view();
    this.#write(this.#room);
  }

  static bytesOf(batch: number, timelines: readonly number[]): number {
    const lists = timelines.reduce((sum, steps) => sum + 2 * RUN_BYTES * steps + 12 * batch, 0);
    return TABLES_BYTES + RUN_BYTES + lists;
  }

  /** All the room there is. */
  fill(): void {
    this.take(this.#room);
  }

  take(taken: Taken): void {
    if (!this.#changed && same(taken, this.taken)) return;
    this.#changed = this.#named = false;
    this.taken = taken;
    this.#write(taken);
  }

  /**
   * One step of the rows that are named, in that order, or with null of all that were taken; of a program for one step. Nothing is allocated.
   * Row r is then that of row `which[r]` of the batch: by this number are found what is carried and what is given once.
   */
  takeRows(which: ArrayLike<number> | null): void {
    if (this.#words.length === 0) this.#view();
    const words = this.#words;
    const rows = which ? which.length : this.taken.rows;
    if (which || this.#named) {
      const order = (words[(TABLES_TIMELINES + 4) >> 2] - this.address) >> 2;
      for (let r = 0; r < rows; r++) words[order + r] = which ? which[r] : r;
      this.#named = which !== null;
      this.#changed = true;
    }
    if (rows === this.rows) return;
    this.#changed = true;
    this.rows = rows;
    for (const span of OF_ONE_STEP) words[((words[(span * SPAN_BYTES + 4) >> 2] - this.address) >> 2) + 1] = rows;
  }

  /** Visits every row of a value that is taken: as which row it lies in memory, at what step (of a vector 0), for which row of the batch. */
  each({ extent, timeline }: Shape, visit: (row: number, t: number, b: number) => void): void {
    if (extent !== "sequence") {
      for (let b = 0; b < this.rows; b++) visit(b, 0, b);
      return;
    }
    const { counts, order } = this.timelines[timeline];
    counts.forEach((count, t) => {
      for (let r = 0; r < count; r++) visit(t * this.#batch + r, t, order[r]);
    });
  }

  #view(): void {
    const { timelines } = this.#room;
    const bytes = Tables.bytesOf(
      this.#batch,
      timelines.map(({ steps }) => steps),
    );
    this.#words = this.#memory.integers(this.address, bytes / 4);
  }

  #write({ rows, timelines }: Taken): void {
    const room = this.#room;
    if (!(rows >= 1 && rows <= room.rows)) throw new Error(`internal: ${rows} rows in a program for ${room.rows}`);
    this.rows = rows;
    this.timelines = timelines.map(({ steps, lengths }, k) => {
      const timeline = timelineOf(rows, steps, lengths);
      const most = room.timelines[k]?.steps ?? 0;
      if (!(timeline.steps <= most)) throw new Error(`internal: ${timeline.steps} steps in a program for ${most}`);
      return timeline;
    });
    if (this.#words.length === 0) this.#view();
    const words = this.#words;
    let free = TABLES_BYTES / 4;
    const put = (list: ArrayLike<number>, size: number): number => {
      words.set(list, free);
      free += size;
      return this.address + (free - size) * 4;
    };
    const span = (which: Span, list: number[], size: number): void => {
      words.set([list.length / 2, put(list, size)], (which * SPAN_BYTES) / 4);
    };
    span(Span.rows, [0, rows], 2);
    this.timelines.forEach(({ counts, lengths, order, places }, k) => {
      const { steps } = room.timelines[k];
      const each = [...counts].flatMap((count, t) => [t, count]);
      span(Span.steps + k, each, 2 * steps);
      // As long as every row of the room is alive, they follow each other without a gap.
      const whole = counts.findIndex((count) => count < this.#batch);
      const shortest = whole < 0 ? counts.length : whole;
      const runs = [...(shortest > 0 ? [0, shortest * this.#batch] : []), ...each.slice(2 * shortest)];
      span(Span.runs + k, runs, 2 * steps);
      const lists = [lengths, order, places].map((list) => put(list, this.#batch));
      words.set(lists, (TABLES_TIMELINES + k * TIMELINE_BYTES) / 4);
    });
  }
}

function same(a: Taken, b: Taken): boolean {
  if (a === b) return true;
  return (
    a.rows === b.rows &&
    a.timelines.every(({ steps, lengths }, k) => steps === b.timelines[k].steps && lengths === null && b.timelines[k].lengths === null)
  );
}

function timelineOf(rows: number, all: number, given: Int32Array | null): Timeline {
  const steps = given ? given.reduce((most, length) => Math.max(most, length), 0) : all;
  const lengths = given ? given.slice() : new Int32Array(rows).fill(steps);
  const order = Int32Array.from(lengths, (_, b) => b);
  if (given) order.sort((a, b) => lengths[b] - lengths[a] || a - b);
  const places = new Int32Array(rows);
  const counts = new Int32Array(steps);
  let [inOrder, size] = [true, 0];
  order.forEach((b, r) => {
    places[b] = r;
    if (b !== r) inOrder = false;
    size += lengths[b];
    // Longest first: the last row to say so is right.
    counts.fill(r + 1, 0, lengths[b]);
  });
  return { steps, lengths, order, places, counts, inOrder, size };
}
