// Engines of 2023 have no Symbol.dispose, and audio worklets no TextEncoder: whatever gives back memory of its own accord, and what reads the kernels, must do
// without.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a page does: everything that holds memory only while it works. */
const PROGRAM = `
  import * as u from "./src/index.ts";
  import { memoryCapacity } from "./src/inspect/index.ts";
  globalThis.run = async () => {
    const decoder = await u.compile(
      u.seq2seq({ source: u.tokens(3), target: u.tokens(4), encoder: [u.embedding(3), u.gru(4)], decoder: [u.embedding(3), u.gru(4), u.dense(4)], loss: u.crossEntropy(), stop: u.endSymbol() }),
    );
    const numbers = await u.compile(u.model({ input: u.features(1), layers: [u.rnn(3), u.dense(1)], loss: u.meanSquared() }));
    const letters = await u.compile(u.model({ input: u.tokens(3), layers: [u.rnn(3), u.dense(3)], loss: u.crossEntropy() }));
    return {
      drawn: letters.generate({ prompt: [0], length: 4 }).length,
      found: decoder.generateAll({ sources: [[0, 1], [2]], maximum: 3, beam: { width: 2 } }).length,
      scores: [decoder.score({ source: [0, 1], target: [1, 2] }), letters.score([0, 1, 2])].map(({ logProbabilities }) => logProbabilities.length),
      foreseen: numbers.forecast([[0.1], [0.2]], 3).length,
      capacity: (await memoryCapacity(u.reservoir(5), { delays: 2, steps: 50 })).perDelay.length,
    };
  };
`;

test("an engine without Symbol.dispose and TextEncoder draws, searches, scores and foresees", async () => {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
  });
  const context = createContext({ performance, setImmediate });
  runInContext(
    "globalThis.Symbol = new Proxy(Symbol, { get: (all, name) => (/dispose/i.test(String(name)) ? undefined : Reflect.get(all, name)) });",
    context,
  );
  runInContext(outputFiles[0].text, context);
  const told = await runInContext("Symbol.dispose === undefined && run()", context);
  expect(JSON.parse(JSON.stringify(told))).toMatchObject({ drawn: 4, found: 2, scores: [3, 2], foreseen: 3, capacity: 2 });
});

test("`using` is for users, and for the command line, which runs in Node", () => {
  const names = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) => /^(?!cli\b).*\.ts$/.test(name));
  expect(names.length).toBeGreaterThan(100);
  for (const name of names) expect(readFileSync(join(root, "src", name), "utf8"), name).not.toMatch(/^\s*(await )?using \w+ =/m);
});
