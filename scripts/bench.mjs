// Runs the bench: builds what is missing or older than its source, bundles bench/, and measures on a Node that has relaxed SIMD.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { node } from "./nodes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
/** The first Node whose engine has relaxed SIMD. */
const NEEDED = 22;

function run(program, options) {
  const { status } = spawnSync(program, options, { cwd: root, stdio: "inherit" });
  return status ?? 1;
}

/** When the newest file under a folder was changed. */
const newest = (folder) =>
  Math.max(...readdirSync(join(root, folder), { recursive: true }).map((name) => statSync(join(root, folder, name)).mtimeMs));

function build() {
  const [binary, embedded] = [join(root, "build/kernels.wasm"), join(root, "src/engine/binaries.ts")];
  if (existsSync(binary) && existsSync(embedded) && statSync(binary).mtimeMs > newest("assembly")) return;
  const status = run(process.execPath, ["scripts/build.mjs", "wasm"]);
  if (status !== 0) process.exit(status);
}

const newer = Number(process.versions.node.split(".")[0]) < NEEDED ? node(NEEDED) : undefined;
if (newer) process.exit(run(newer, [fileURLToPath(import.meta.url), ...args]));

build();
const { build: bundle } = await import("esbuild");
const outfile = resolve(root, "build/bench.mjs");
await bundle({
  entryPoints: [join(root, "bench/suite.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});
const { main } = await import(pathToFileURL(outfile).href);
const { browserBytes } = await import("./size.mjs");
await main({ root, browserBytes }, args);
