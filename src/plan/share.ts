// Buffers that do not live at the same time share their place in memory.

import { alignBuffer } from "./bytes.ts";

/** A buffer, which is given its offset here, with the first and the last moment at which it is needed. */
export interface Life {
  readonly buffer: { offset: number; readonly bytes: number };
  readonly from: number;
  to: number;
}

/** Largest first, each at the lowest offset where nothing that lives at the same time lies. Returns the bytes of the whole. */
export function share(lives: readonly Life[]): number {
  /** By offset. */
  const placed: Life[] = [];
  /** Where the last buffer of a size and a time ends: the next like it finds no room before. */
  const ends = new Map<string, number>();
  let total = 0;
  for (const life of [...lives].sort((a, b) => b.buffer.bytes - a.buffer.bytes)) {
    const bytes = alignBuffer(life.buffer.bytes);
    const likeness = `${bytes} ${life.from} ${life.to}`;
    let offset = ends.get(likeness) ?? 0;
    for (let at = firstFrom(placed, offset); at < placed.length; at++) {
      const { buffer, from, to } = placed[at];
      if (offset + bytes <= buffer.offset) break;
      if (from <= life.to && life.from <= to) offset = Math.max(offset, buffer.offset + alignBuffer(buffer.bytes));
    }
    life.buffer.offset = offset;
    placed.splice(firstFrom(placed, offset), 0, life);
    ends.set(likeness, offset + bytes);
    total = Math.max(total, offset + bytes);
  }
  return total;
}

/** The place of the first at this offset or behind it. */
function firstFrom(placed: readonly Life[], offset: number): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle].buffer.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
