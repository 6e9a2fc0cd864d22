// A loop of one's own around the training: evaluated after every pass, the best kept, ended when nothing gets better or on Ctrl-C, and gone on with later.

import { readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adam, compile, cosineDecay, crossEntropy, dense, embedding, examples, gru, model, open, tokens } from "unrolled";

const path = join(tmpdir(), `unrolled-best-${process.pid}`);
let seed = 1;
const below = (n: number): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((n * seed) / 2 ** 32);
};
/** Brackets of three kinds, well closed, of any length; the network says at each step which comes next. */
function brackets(): { input: number[]; target: number[] } {
  const [all, open]: [number[], number[]] = [[], []];
  for (let t = 0; t < 24 || open.length > 0; t++) {
    const closes = open.length > 0 && (t >= 24 || below(2) === 0);
    if (!closes) open.push(below(3));
    all.push(closes ? 3 + (open.pop() as number) : open[open.length - 1]);
  }
  return { input: all.slice(0, -1), target: all.slice(1) };
}
const [seen, held] = [Array.from({ length: 100 }, brackets), Array.from({ length: 100 }, brackets)].map((list) =>
  examples(list, { batch: 10 }),
);
const leaving = new AbortController();
process.once("SIGINT", () => leaving.abort());
const { signal } = leaving;

/** Where it was: travels in the file, beside weights and what the optimizer remembers. */
interface Past {
  readonly epoch: number;
  readonly best: number;
}

/** Trains from a file, or anew, until three passes in a row have not made it better. */
async function run(file: Uint8Array | null, passes: number): Promise<void> {
  using net = file
    ? await open(file)
    : await compile(model({ input: tokens(6), layers: [embedding(8), gru(32), dense(6)], loss: crossEntropy(), seed: 1 }));
  let { epoch, best }: Past = file ? JSON.parse(net.note) : { epoch: 0, best: Number.POSITIVE_INFINITY };
  console.log(file ? `goes on after pass ${epoch}` : "begins");
  // Trainings of one pass each are one training of as many: order, schedules and the optimizer's memory go on.
  const optimizer = adam(cosineDecay(2e-2, { steps: 40 * 10 }));
  for (let patience = 3; patience > 0 && epoch < passes && !signal.aborted; ) {
    for await (const _ of net.train(seen, { optimizer, clip: { norm: 1 }, signal }));
    epoch++;
    const { loss } = await net.evaluate(held);
    patience = loss < best ? 3 : patience - 1;
    console.log(`pass ${epoch}: ${loss.toFixed(4)} nats on what it does not learn from${loss < best ? "" : `, ${patience} to go`}`);
    if (loss >= best) continue;
    best = loss;
    // Written beside and put in place at once: whoever reads finds a whole file.
    await writeFile(`${path}.new`, net.save({ optimizer: true, note: JSON.stringify({ epoch, best } satisfies Past) }));
    await rename(`${path}.new`, path);
  }
}

await run(null, 4);
// Another day, another process.
if (!signal.aborted) await run(await readFile(path), 40);
using best = await open(await readFile(path));
console.log(`the best, ${best.note}, gives ${(await best.evaluate(held)).loss.toFixed(4)}`);
