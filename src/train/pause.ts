// Giving way: long work lets timers, input and painting have their turn.

/**
 * Milliseconds of work after which the event loop gets a turn, so that a page answers within 10: a turn may be taken by our own message
 * instead of what is waiting, which then has to wait for a second one (measured in Chromium).
 */
const PATIENCE = 4;

/**
 * A function to be awaited between pieces of work; it returns undefined unless enough time has passed since the last turn. Where pieces are small, await
 * only what it returns: to await nothing takes 2 % of a step of rnn(8) (measured, Node 20).
 */
export function giveWay(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < PATIENCE) return undefined;
    return turn().then(() => {
      last = performance.now();
    });
  };
}

/** One turn of the event loop. Timers of browsers wait 4 ms; a message does not. */
function turn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
