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
  const placed: Life[] = [];
  let total = 0;
  for (const life of [...lives].sort((a, b) => b.buffer.bytes - a.buffer.bytes)) {
    const bytes = alignBuffer(life.buffer.bytes);
    const neighbours = placed
      .filter(({ from, to }) => from <= life.to && life.from <= to)
      .sort((a, b) => a.buffer.offset - b.buffer.offset);
    let offset = 0;
    for (const { buffer } of neighbours) {
      if (offset + bytes <= buffer.offset) break;
      offset = Math.max(offset, buffer.offset + alignBuffer(buffer.bytes));
    }
    life.buffer.offset = offset;
    placed.push(life);
    total = Math.max(total, offset + bytes);
  }
  return total;
}
