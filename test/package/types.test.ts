// The types of the installed package, as a consumer's compiler sees them.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, inject, test } from "vitest";
import { run } from "../support/consumer.ts";

const { folder } = inject("consumer");
const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");

const PROGRAM = `
import { adam, alphabet, type Cell, cell, compile, crossEntropy, dense, features, meanSquared, model, type Network, open, type Progress, rnn, tanh, tokens, windows } from "unrolled";

const letters = alphabet("so it goes");
const net: Network = await compile(model({ input: tokens(letters.size), layers: [rnn(8), dense(letters.size)], loss: crossEntropy() }));
for await (const progress of net.train(windows(letters.encode("so it goes"), { batch: 1, steps: 3 }), { optimizer: adam(1e-3) })) {
  const { step, loss, clipped }: Progress = progress;
  console.log(step + 1, loss.toFixed(3), clipped ? "clipped" : "");
}
const probabilities: Float32Array[] = net.predict([0, 1, 2]);
const symbols: number[] = net.generate({ prompt: [0], length: 5, greedy: true });
const again: Network = await open(net.save());
const plain = cell({ name: "plain", state: { h: 4 }, step: ({ x, h, linear }) => ({ h: tanh(linear("w", x, 4)) }) });
model({ input: features(2), layers: [plain, dense(1)], loss: meanSquared() });
again.close();
// @ts-expect-error: sizes are numbers
tokens("65");
// @ts-expect-error: the names of options are known
compile(model({ input: tokens(2), layers: [dense(2)], loss: crossEntropy() }), { strickt: true });
console.log(probabilities.length, symbols.length);
`.replace("type Cell, ", "").replace("({ x, h, linear })", "({ x, linear })");

test.each([
  ["nodenext", { module: "nodenext", moduleResolution: "nodenext" }],
  ["bundler", { module: "esnext", moduleResolution: "bundler" }],
])("resolve with moduleResolution %s", (name, options) => {
  const compilerOptions = { ...options, target: "es2022", strict: true, noEmit: true, types: [] };
  writeFileSync(join(folder, `consumer-${name}.ts`), PROGRAM);
  const file = `tsconfig-${name}.json`;
  writeFileSync(join(folder, file), JSON.stringify({ compilerOptions, files: [`consumer-${name}.ts`] }));
  expect(run(process.execPath, [compiler, "-p", file], folder)).toBe("");
});
