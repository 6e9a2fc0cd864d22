// Layers around layers: every wrapper and option, wrappers in wrappers, and time that turns around.

import { gru } from "../../src/define/gru.ts";
import type { Layer } from "../../src/define/layer.ts";
import { dense, embedding, last } from "../../src/define/layers.ts";
import { lstm } from "../../src/define/lstm.ts";
import { dropout, layerNorm } from "../../src/define/regularization.ts";
import { rnn } from "../../src/define/rnn.ts";
import type { Skips } from "../../src/define/stack.ts";
import { bidirectional, residual, reverse, skip } from "../../src/define/wrappers.ts";
import { add, delay, tanh } from "../../src/graph/words.ts";
import type { Widths } from "./cases.ts";
import { CELLS, delayedSymbols, hearing, of } from "./cells.ts";

export interface Wrapped {
  readonly name: string;
  readonly input: "features" | "tokens";
  /** Whether some layer listens to the output. */
  readonly heard: boolean;
  /** Judged in the full tests only. */
  readonly full: boolean;
  readonly skips: Skips | undefined;
  layers(widths: Widths): readonly Layer[];
}

const wrapped: Wrapped[] = [];

function wrap(
  name: string,
  layers: Wrapped["layers"],
  { input = "features", heard = false, full = true, skips }: Partial<Omit<Wrapped, "name" | "layers">> = {},
): void {
  wrapped.push({ name, layers: (w) => [...layers(w), dense(w.output)], input, heard, full, skips });
}

wrap("reverse rnn", (w) => [reverse(rnn(w.hidden))], { full: false });
wrap("reverse lstm, tokens", (w) => [reverse(lstm(w.hidden))], { input: "tokens", full: false });
wrap("reverse gru, last", (w) => [reverse([gru(w.hidden), last()])], { full: false });
wrap("last of a reversed one", (w) => [reverse(rnn(w.hidden)), last()]);
wrap("reverse last", (w) => [rnn(w.hidden), reverse(last())]);
wrap("reverse several", (w) => [reverse([rnn(w.hidden), dense(w.hidden + 1), rnn(w.hidden)])]);
wrap("reverse twice", (w) => [reverse([rnn(w.hidden), reverse(rnn(w.hidden + 1))])]);
wrap("forwards above backwards above forwards", (w) => [rnn(w.hidden), reverse(rnn(w.hidden + 1)), rnn(w.hidden)]);

wrap("bidirectional rnn", (w) => [bidirectional(rnn(w.hidden))], { full: false });
wrap("bidirectional lstm, last, tokens", (w) => [embedding(w.hidden), bidirectional([lstm(w.hidden), last()])], {
  input: "tokens",
  full: false,
});
for (const merge of ["sum", "mean", "product"] as const)
  wrap(`bidirectional gru, ${merge}`, (w) => [bidirectional(gru(w.hidden), { merge })]);
wrap("bidirectional, then last", (w) => [bidirectional(rnn(w.hidden)), last()]);
wrap("two layers both ways", (w) => [bidirectional(lstm(w.hidden)), bidirectional(gru(w.hidden, { reset: "before" }))]);
wrap("several both ways", (w) => [bidirectional([rnn(w.hidden), dropout(0.3), rnn(w.hidden)], { merge: "sum" })]);
wrap("both ways within both ways", (w) => [bidirectional([bidirectional(rnn(w.hidden)), rnn(w.hidden)])]);
wrap("reverse both ways", (w) => [reverse(bidirectional(rnn(w.hidden)))]);
wrap("another cell on the way back", (w) => [bidirectional(lstm(w.hidden), { backward: gru(w.hidden + 1) })]);
wrap("both ways below what listens", (w) => [bidirectional(rnn(w.hidden)), rnn(w.hidden, { recurrence: "both" })], { heard: true });

for (const name of [
  "delay of the input",
  "delay of the state",
  "delay of a product",
  "delay beyond the sequence",
  "output of its own",
] as const)
  wrap(`${name}, both ways`, (w) => [bidirectional(CELLS[name](w.hidden))]);
wrap("symbols delayed, both ways", (w) => [bidirectional(delayedSymbols(w.hidden))], { input: "tokens" });
wrap("state that stays now and then, both ways", (w) => [bidirectional(CELLS["state that stays now and then"](w.hidden))]);
wrap("normalised, dropped and zoned out, both ways", (w) => [
  dropout(0.2, { perSequence: true }),
  bidirectional(lstm(w.hidden, { layerNorm: { epsilon: 0.5 }, recurrentDropout: 0.2, zoneout: 0.1 })),
]);
wrap("delays of 2 and 3, leak learned, both ways", (w) => [bidirectional(rnn(w.hidden, { delays: [2, 3], leak: "learned" }))]);

/** A cell that puts out what its state was two steps before, and one that also hears its input one step before. */
const late = of(
  "late",
  (units) => ({ h: units }),
  (units) =>
    ({ x, h, linear }) => {
      const next = tanh(add(linear("w", x, units), linear("u", h, units)));
      return { h: next, output: delay(next, 2) };
    },
);
const early = CELLS["delay of the input"];
wrap("a turn from earlier to later", (w) => [late(w.hidden), reverse(early(w.hidden))]);
wrap("a turn from later to earlier", (w) => [reverse(late(w.hidden)), early(w.hidden)]);
wrap("a turn of the gradient", (w) => [rnn(w.hidden), late(w.hidden), reverse(early(w.hidden)), early(w.hidden)]);

wrap("residual rnn", (w) => [dense(w.hidden), residual(rnn(w.hidden))], { full: false });
wrap("residual of several", (w) => [rnn(w.hidden), residual([layerNorm({ epsilon: 0.5 }), lstm(w.hidden + 1), dense(w.hidden)])]);
wrap("residual in residual", (w) => [rnn(w.hidden), residual([residual(dense(w.hidden, { activation: "tanh" })), rnn(w.hidden)])]);
wrap("residual of a residual embedding", (w) => [embedding(w.hidden), residual(residual(dense(w.hidden)))], { input: "tokens" });
wrap("residual of a vector", (w) => [rnn(w.hidden), last(), residual(dense(w.hidden, { activation: "sigmoid" }))]);
wrap("residual around both ways", (w) => [dense(w.hidden), residual(bidirectional(rnn(w.hidden), { merge: "mean" }))]);
wrap("residual that hears", (w) => [dense(w.hidden), residual(hearing(w.hidden))], { heard: true });
wrap("skip rnn", (w) => [skip(rnn(w.hidden))], { full: false });
wrap("skip in skip, that hears", (w) => [skip([rnn(w.hidden), skip(rnn(w.hidden, { recurrence: "output" }))])], { heard: true });

for (const skips of ["input", "output", "both"] as const) {
  const full = skips !== "both";
  wrap(`skips ${skips}`, (w) => [rnn(w.hidden), dropout(0.2), gru(w.hidden + 1), rnn(w.hidden)], { skips, full });
  wrap(`skips ${skips}, tokens, vector`, (w) => [embedding(w.hidden), rnn(w.hidden), rnn(w.hidden + 1), last()], {
    skips,
    input: "tokens",
  });
}
wrap("skips both, heard", (w) => [rnn(w.hidden), rnn(w.hidden, { recurrence: "both" })], { skips: "both", heard: true });

export const WRAPPED: readonly Wrapped[] = wrapped;
