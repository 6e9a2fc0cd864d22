// Which examples stand side by side: a shuffled list taken in pools, each sorted by length and cut into batches, so that few rows idle at a batch's end.

import { type Random, shuffle } from "../engine/random.ts";

export interface Bucketing {
  readonly batch: number;
  /** false: batches are cut from the list as it is. */
  readonly bucket: boolean;
  /** Batches of one pool. */
  readonly pool: number;
}

/** Steps of each example, on the timeline of its output and on that of its source (zeros where there is none). */
export type Lengths = readonly [steps: Int32Array, source: Int32Array];

/**
 * The members of each batch, in the order of the batches. Without `random` nothing is shuffled, and all that are given are one pool. Sorted in
 * place. Among examples of one length the second one goes up where the first is even and down where it is odd, so that neighbours are alike in both.
 */
export function cut(
  members: Uint32Array,
  [steps, source]: Lengths,
  { batch, bucket, pool }: Bucketing,
  random: Random | null,
): Uint32Array[] {
  const batches: Uint32Array[] = [];
  const shuffles = bucket && random !== null;
  if (shuffles) shuffle(members, random);
  const size = shuffles ? pool * batch : members.length;
  for (let from = 0; from < members.length; from += size) {
    const some = members.subarray(from, from + size);
    if (bucket) some.sort((a, b) => steps[a] - steps[b] || (steps[a] % 2 === 0 ? source[a] - source[b] : source[b] - source[a]));
    for (let at = 0; at < some.length; at += batch) batches.push(some.subarray(at, at + batch));
  }
  if (!shuffles) return batches;
  const order = Uint32Array.from(batches, (_, index) => index);
  shuffle(order, random);
  return Array.from(order, (index) => batches[index]);
}
