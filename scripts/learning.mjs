// Runs the learning figures (test/learning) on a Node that has relaxed SIMD; what is given goes on to vitest, for example a file's name.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { node } from "./nodes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The first Node whose engine has relaxed SIMD; an older one learns the same, but takes longer. */
const NEEDED = 22;
const program = (Number(process.versions.node.split(".")[0]) < NEEDED ? node(NEEDED) : undefined) ?? process.execPath;

function run(script, args) {
  const { status } = spawnSync(program, [join(root, script), ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

run("scripts/build.mjs", ["wasm"]);
// Figures are printed as they come, without vitest's frame around them; two files at a time, each of which keeps one core busy.
const options = ["--project", "learning", "--disable-console-intercept", "--max-workers=2"];
run("node_modules/vitest/vitest.mjs", ["run", ...process.argv.slice(2), ...options]);
