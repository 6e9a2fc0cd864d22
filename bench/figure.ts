// What the bench hands on: one record a figure, with its goal and whether it is met; and how figures are compared fairly.

export interface Figure {
  readonly name: string;
  /** null where it could not be measured here. */
  readonly value: number | null;
  readonly unit: string;
  readonly goal: number | null;
  /** null where there is no goal, or nothing to compare with. */
  readonly met: boolean | null;
  /** Why a value is missing, or what it was made from. Printed, not written. */
  readonly note?: string | undefined;
}

/** A figure that should be at least `goal`. */
export const atLeast = (name: string, value: number | null, unit: string, goal: number, note?: string): Figure => ({
  name,
  value,
  unit,
  goal,
  met: value === null ? null : value >= goal,
  note,
});

/** A figure that should be at most `goal`. */
export const atMost = (name: string, value: number | null, unit: string, goal: number, note?: string): Figure => ({
  ...atLeast(name, value, unit, goal, note),
  met: value === null ? null : value <= goal,
});

/** A figure without a goal. */
export const reported = (name: string, value: number | null, unit: string, note?: string): Figure => ({
  name,
  value,
  unit,
  goal: null,
  met: null,
  note,
});

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs a few units of work and tells the time of one. */
export type Block = () => number | Promise<number>;

/**
 * Lets the blocks take turns, A B A B, after `warm` rounds that do not count. Returns each one's times, round by round.
 * What slows the machine for a while slows neighbours in time alike, so that ratios within a round hold.
 */
export async function interleave(blocks: readonly Block[], rounds: number, warm = 2): Promise<number[][]> {
  const times = blocks.map((): number[] => []);
  for (let round = -warm; round < rounds; round++) {
    for (const [index, block] of blocks.entries()) {
      const time = await block();
      if (round >= 0) times[index].push(time);
    }
  }
  return times;
}

/** How many times slower the first is than the second: the median over rounds of the ratio within a round. */
export const ratio = (slow: readonly number[], fast: readonly number[]): number => median(slow.map((time, round) => time / fast[round]));
