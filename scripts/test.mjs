// Every test, part by part; ends with one line that counts them all.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const binary = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);

const total = { passed: 0, failed: 0, skipped: 0 };
const count = (passed, failed, skipped = 0) => {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
};

/** Runs a program's own script with this Node. Returns what it printed, too, where that is asked for. */
function run(title, script, args, capture = false) {
  console.log(`\n== ${title}`);
  const start = performance.now();
  const result = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"],
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (capture) process.stdout.write(result.stdout ?? "");
  console.log(`   ${title}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return { ok: result.status === 0, text: result.stdout ?? "" };
}

/** A part that passes or fails as a whole. */
const whole = (title, script, args) => {
  const { ok } = run(title, script, args);
  count(ok ? 1 : 0, ok ? 0 : 1);
  return ok;
};

function kernels() {
  const { ok, text } = run("kernels", binary("@as-pect/cli", "bin/asp.js"), ["--no-logo", "--summary"], true);
  // The summary counts all files together, with colours: "[Tests]: 132 / 132".
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are escape sequences
  const plain = text.replace(/\u001b\[[0-9;]*m/g, "");
  const [, passed, all] = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(plain) ?? [0, 0, 0];
  count(Number(passed), Number(all) - Number(passed) + (ok === (Number(passed) === Number(all) && Number(all) > 0) ? 0 : 1));
}

function vitest(title, projects) {
  const file = join(root, `build/${title}.json`);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const { ok } = run(title, binary("vitest", "vitest.mjs"), [
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  if (!existsSync(file)) {
    count(0, 1);
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, "utf8"));
  // A file that cannot even be loaded has no tests to count.
  count(numPassedTests, ok || numFailedTests > 0 ? numFailedTests : 1, numPendingTests + numTodoTests);
}

if (whole("build", join(root, "scripts/build.mjs"), [])) {
  whole("types", binary("typescript", "bin/tsc"), ["--noEmit", "-p", "tsconfig.json"]);
  whole("lint", binary("@biomejs/biome", "bin/biome"), ["check", "."]);
  whole("size", join(root, "scripts/size.mjs"), []);
  kernels();
  vitest("tests", ["quick", "full"]);
  vitest("package", ["package", "browser"]);
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
