// Data that is read as it is needed: anything that can be iterated, at once or in time, opened anew for every pass.

import { describe } from "../define/check.ts";

/** What comes one after the other, each checked and copied before the next is asked for: a generator, a file's lines, the body of a fetch. */
export type Flow<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>;

/** Begins anew each time that it is called: once a pass. */
export type Source<T> = () => Flow<T> | Promise<Flow<T>>;

/** Reads a source from its beginning. Leaving the loop closes it. @throws TypeError if it gives nothing that can be iterated. */
export async function* read<T>(place: string, source: Source<T>): AsyncGenerator<T, void, void> {
  const flow: unknown = await source();
  if (!isFlow(flow))
    throw new TypeError(
      `${place}: the function gave ${describe(flow)}, which cannot be iterated. Return a list, a generator, an async generator or a ReadableStream.`,
    );
  // Not every browser can iterate over a ReadableStream.
  if (Symbol.asyncIterator in flow || Symbol.iterator in flow) yield* flow as AsyncIterable<T>;
  else yield* drain(flow as ReadableStream<T>);
}

/** Whether something can be gone through, one after the other. A text could be, character by character, and is not meant. */
export const isFlow = (value: unknown): value is object =>
  typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value || "getReader" in value);

async function* drain<T>(stream: ReadableStream<T>): AsyncGenerator<T, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/** Reads on, and says of what is wrong how much of the pass came before. */
export function afterBatches(error: unknown, done: number): unknown {
  if (!(error instanceof TypeError || error instanceof RangeError)) return error;
  const Kind = error instanceof TypeError ? TypeError : RangeError;
  return new Kind(
    `${error.message} ${done} ${done === 1 ? "batch" : "batches"} of this pass came before; what was learned from them stays, and train(data, { from: progress.position }) goes on behind them.`,
    { cause: error },
  );
}
