// Being told to stop: by Ctrl-C, by the system, or by a terminal that closes.

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Until disposed, these signals abort `signal` instead of ending the process; the work then ends itself, in order. */
export function untilSignal(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
