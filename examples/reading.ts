// A text that is read while it is learned, line by line; interrupted in the midst of a pass, and taken up from a file as if nothing had been.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { adam, alphabet, compile, crossEntropy, dense, embedding, examples, gru, model, open, type Position, tokens } from "unrolled";

const path = process.argv[2] ?? new URL("../README.md", import.meta.url);
const letters = alphabet(Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)));

/** Each line that has more than one character: what is heard, and what comes next. */
async function* lines() {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const symbols = letters.encode(line.replace(/[^ -~]/g, ""));
    if (symbols.length > 1) yield { input: symbols.slice(0, -1), target: symbols.slice(1) };
  }
}
// In a page: windows(async function* () {
//   const { body } = await fetch(url);
//   for await (const part of body.pipeThrough(new TextDecoderStream())) yield letters.encode(part);
// }, { batch: 16, steps: 64 })

const data = examples(lines, { batch: 8, pool: 8 });
const options = { optimizer: adam(5e-3), epochs: 4 };

using net = await compile(
  model({ input: tokens(letters.size), layers: [embedding(16), gru(64), dense(letters.size)], loss: crossEntropy(), seed: 1 }),
);
let saved: Uint8Array = new Uint8Array();
const losses: number[] = [];
for await (const { step, epoch, loss, wasted, position } of net.train(data, options)) {
  losses.push(loss);
  if (step === 50) saved = net.save({ optimizer: true, note: JSON.stringify(position) });
  if (step % 25 === 0) console.log(`step ${step}, pass ${epoch}: ${loss.toFixed(4)} nats a character, ${(100 * wasted).toFixed(1)} % idle`);
}

using again = await open(saved);
const from: Position = JSON.parse(again.note);
let same = true;
for await (const { step, loss } of again.train(data, { ...options, from })) same &&= loss === losses[step - 1];
console.log(
  `taken up after ${from.step} steps, in pass ${from.epoch} behind batch ${from.batch}: ${same ? "the same losses, bit for bit" : "other losses"}`,
);
