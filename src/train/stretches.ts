// Documents dealt to streams that run side by side, and the windows along these: each row a stretch at a time, to its own end.

import type { Batch, Slots } from "./data.ts";

/** A stretch of one document, which a stream reads from a fresh state. */
export interface Stretch {
  readonly document: number;
  readonly from: number;
  readonly length: number;
}

/** Steps by which documents count when streams are dealt: each as long as it is, but no less than a window. */
export const weightOf = (lengths: readonly number[], steps: number): number =>
  lengths.reduce((sum, length) => sum + weigh(length, steps), 0);

const weigh = (length: number, steps: number): number => (length > 0 ? Math.max(length, steps) : 0);

/**
 * The documents one behind the other, cut into `batch` streams that count the same; nothing is left out. A cut that would leave less than half a
 * window of a document moves to that document's end, so that short ones stay whole. There must be weight for a window a stream.
 */
export function deal(lengths: readonly number[], batch: number, steps: number): Stretch[][] {
  const weight = weightOf(lengths, steps);
  let [document, begin, from] = [0, 0, 0];
  return Array.from({ length: batch }, (_, stream) => {
    const end = Math.floor(((stream + 1) * weight) / batch);
    const stretches: Stretch[] = [];
    while (document < lengths.length && begin < end) {
      const length = lengths[document];
      const [before, behind] = [end - begin, begin + weigh(length, steps) - end];
      if (behind > 0 && 2 * before < steps) break;
      const isCut = 2 * behind > steps;
      const to = isCut ? before : length;
      if (to > from) stretches.push({ document, from, length: to - from });
      from = isCut ? to : 0;
      if (isCut) break;
      begin += weigh(length, steps);
      document++;
    }
    return stretches;
  });
}

export const windowsIn = (stretches: readonly Stretch[], steps: number): number =>
  stretches.reduce((sum, { length }) => sum + Math.ceil(length / steps), 0);

/** Writes steps from … from+count−1 of a document as row b. */
export type RowWriter = (slots: Readonly<Record<string, Slots>>, document: number, from: number, count: number, b: number) => void;

/**
 * Windows of up to `steps` along streams, each in a row of its own until all are over. State is carried within a stretch, and into the first one of
 * row `carried` from what came before.
 */
export function* along(
  streams: readonly (readonly Stretch[])[],
  steps: number,
  write: RowWriter,
  carried = -1,
): Generator<Batch, void, void> {
  const places = streams.map((_, row) => ({ stretch: 0, done: 0, count: 0, goesOn: row === carried }));
  for (;;) {
    places.forEach((place, row) => {
      const stretch: Stretch | undefined = streams[row][place.stretch];
      place.count = stretch ? Math.min(steps, stretch.length - place.done) : 0;
    });
    const lengths = Int32Array.from(places, ({ count }) => count);
    const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
    if (longest === 0) return;
    yield {
      steps: longest,
      lengths: lengths.every((length) => length === longest) ? null : lengths,
      keep: Int32Array.from(places, ({ goesOn }) => Number(goesOn)),
      write(slots) {
        places.forEach(({ stretch, done, count }, row) => {
          if (count === 0) return;
          const { document, from } = streams[row][stretch];
          write(slots, document, from + done, count, row);
        });
      },
    };
    places.forEach((place, row) => {
      if (place.count === 0) return;
      place.done += place.count;
      place.goesOn = place.done < streams[row][place.stretch].length;
      if (place.goesOn) return;
      place.stretch++;
      place.done = 0;
    });
  }
}
