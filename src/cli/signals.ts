// Being told to stop: by Ctrl-C, by the system, by a terminal that closes, or by a reader of the output that has gone.

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Until disposed, these signals abort `signal` instead of ending the process; the work then ends itself, in order. */
export function untilSignal(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of SIGNALS) process.on(name, stop);
  process.stdout.on("error", stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, stop);
      process.stdout.off("error", stop);
    },
  };
}
