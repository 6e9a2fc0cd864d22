// Characters of Shakespeare: nats a character on the last tenth of the text, after four epochs on the rest.

import { atMost } from "../../bench/figure.ts";
import { learning } from "../../bench/learning.ts";
import { gru, type Layer, lstm, orthogonal, uniform } from "../../src/index.ts";
import { judge, testOver } from "./judge.ts";

/**
 * The only input of a step is one symbol, so that its row of wx is all that is heard: it begins as large as a unit's range. Begun as PyTorch's,
 * in ±1/√128 like all else, an LSTM reaches 1.858 (seeds 0 and 1), and with a forget bias of 1, which is for longer memories than a character
 * needs, 1.935 (seed 0). Begun so: 1.770. (measured)
 */
const start = { forgetBias: 0, initial: { wx: uniform(1), wh: orthogonal() } };

// PyTorch 1.13 reached 1.845 and 1.756 under the same conditions, with weights of its own.
const CASES: readonly (readonly [name: string, layer: Layer, goal: number])[] = [
  ["lstm(128)", lstm(128, start), 1.85],
  ["gru(128)", gru(128), 1.78],
];
for (const [name, layer, goal] of CASES)
  testOver(["tinyshakespeare.txt"], `Shakespeare, ${name}`, async ([text]) => {
    const begin = performance.now();
    const reached: number[] = [];
    for await (const { validation } of learning(text, { layer, rate: 2e-3 })) reached.push(validation);
    const note = `seed 0, after each epoch ${reached.map((loss) => loss.toFixed(3)).join(" ")}`;
    judge(atMost(`Shakespeare, ${name}, 4 epochs`, reached[reached.length - 1], "nats a character", goal, note), begin);
  });
