// The examples, each run as a reader runs it: by itself, with the package by its name, in a Node that knows `using`.

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { node } from "../../scripts/nodes.mjs";
import { root } from "../support/package.ts";

const files = readdirSync(join(root, "examples")).filter((file) => file.endsWith(".ts"));
/** The last line that each prints is what it has come to: what must be in it. */
const RESULTS: Readonly<Record<string, RegExp>> = {
  "captions.ts": /^(100|9\d) of 100 /,
  "early-stopping.ts": /^the best, \{"epoch":\d+,/,
  "gestures.ts": /^of 200 unseen, the kind of (200|19\d); of their steps 9\d/,
  "reading.ts": /the same losses, bit for bit/,
  "seq2seq.ts": /^end /,
  "strokes.ts": /^(100|9\d) of 100 drawings are two strokes/,
  "streaming.ts": /here: (\d\.\d+); .* \1$/,
};

const binary = node(24);
const why = binary ? (existsSync(join(root, "dist/src/index.js")) ? "" : " (nothing is built: npm run build)") : " (no Node 24)";

test.skipIf(why).each(files)(`%s${why}`, async (file) => {
  const folder = file === "pictures.ts" ? [mkdtempSync(join(tmpdir(), "unrolled-"))] : [];
  const { stdout, stderr } = await promisify(execFile)(binary as string, [join("examples", file), ...folder], { cwd: root });
  expect(stderr).toBe("");
  if (file in RESULTS) expect(stdout.trimEnd().split("\n").at(-1)).toMatch(RESULTS[file]);
});

test("are all in the README of the folder, and nothing else is", () => {
  const told = [...readFileSync(join(root, "examples/README.md"), "utf8").matchAll(/^\| `([\w-]+\.ts)`/gm)].map(([, file]) => file);
  expect(told.sort()).toEqual([...files].sort());
});
