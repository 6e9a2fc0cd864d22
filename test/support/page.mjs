// The page that proves the package in a browser: trains the echo task with both binaries while a pulse beats, and leaves its results in `window`.

import { echo } from "./echo.mjs";

/** Counts timer ticks and drawn frames until it is stopped: the longest gap between two ticks is how long the page did not answer. */
function pulse() {
  const beats = { ticks: 0, frames: 0, longestGap: 0 };
  let running = true;
  let before = performance.now();
  const tick = () => {
    const now = performance.now();
    beats.longestGap = Math.max(beats.longestGap, now - before);
    before = now;
    beats.ticks++;
    if (running) setTimeout(tick);
  };
  const frame = () => {
    beats.frames++;
    if (running) requestAnimationFrame(frame);
  };
  setTimeout(tick);
  requestAnimationFrame(frame);
  return () => {
    running = false;
    return { ...beats, longestGap: Math.max(beats.longestGap, performance.now() - before) };
  };
}

const results = [];
for (const strict of [true, false]) {
  const stop = pulse();
  const started = performance.now();
  const result = await echo({ strict });
  results.push({ ...result, milliseconds: performance.now() - started, ...stop() });
}
window.results = results;
document.body.textContent = JSON.stringify(results, null, 2);
