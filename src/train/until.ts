// Batches until a signal falls, also while the next one is waited for.

/**
 * Hands on what comes, and ends when the signal falls: what is read may be long in coming, or never come. It is closed then as soon as it answers.
 * What is not waited for is handed on as it is, since who reads it looks at the signal in between.
 */
export function until<T>(flow: Iterable<T> | AsyncIterable<T>, signal: AbortSignal | undefined): Iterable<T> | AsyncIterable<T> {
  return signal && Symbol.asyncIterator in flow ? waiting(flow, signal) : flow;
}

async function* waiting<T>(flow: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = flow[Symbol.asyncIterator]();
  let leave = (): void => {};
  const fall = (): void => leave();
  signal.addEventListener("abort", fall);
  try {
    while (!signal.aborted) {
      // A promise of its own each time: one that all are raced against would hold on to every batch.
      const next = await new Promise<IteratorResult<T> | null>((resolve, reject) => {
        leave = () => resolve(null);
        iterator.next().then(resolve, reject);
      });
      if (!next || next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", fall);
    const closed = iterator.return?.();
    if (signal.aborted) closed?.catch(() => {});
    else await closed;
  }
}
