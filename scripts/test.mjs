// Every test, part by part, or the parts that are named; ends with one line that counts them all.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { node } from "./nodes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const binary = (name, file) => join(root, "node_modules", name, file);

const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed and what was left out, said again at the end. */
const remarks = [];
const times = [];

function count(title, { passed = 0, failed = 0, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (failed > 0) remarks.push(`${title}: ${failed} failed`);
}

/** Runs a program's own script with this Node, or another. Returns what it printed, too, where that is asked for. */
function run(title, script, args, { capture = false, program = process.execPath } = {}) {
  console.log(`\n== ${title}`);
  const start = performance.now();
  const result = spawnSync(program, [script, ...args], {
    cwd: root,
    stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"],
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (capture) process.stdout.write(result.stdout ?? "");
  times.push(`${title} ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return { ok: result.status === 0, text: result.stdout ?? "" };
}

/** A part that passes or fails as a whole. */
function whole(title, script, args) {
  const { ok } = run(title, script, args);
  count(title, ok ? { passed: 1 } : { failed: 1 });
  return ok;
}

function kernels() {
  const { ok, text } = run("kernels", binary("@as-pect/cli", "bin/asp.js"), ["--no-logo", "--summary"], { capture: true });
  // The summary counts all files together, with colours: "[Tests]: 132 / 132".
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are escape sequences
  const plain = text.replace(/\u001b\[[0-9;]*m/g, "");
  const summary = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(plain);
  const [passed, all] = summary ? [Number(summary[1]), Number(summary[2])] : [0, 0];
  // A file that does not compile has no tests to count; a part that found none at all has failed, too.
  count("kernels", { passed, failed: Math.max(all - passed, ok && all > 0 ? 0 : 1) });
}

function vitest(title, projects, { program = process.execPath, except = [] } = {}) {
  const file = join(root, "build", `${title.replace(/\W+/g, "-")}.json`);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const chosen = [...projects.flatMap((project) => ["--project", project]), ...except.flatMap((file) => ["--exclude", file])];
  const options = [...chosen, "--reporter=default", "--reporter=json"];
  const { ok } = run(title, binary("vitest", "vitest.mjs"), ["run", ...options, `--outputFile.json=${file}`], { program });
  if (!existsSync(file)) return count(title, { failed: 1 });
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(readFileSync(file, "utf8"));
  // A file that cannot be loaded has no failed test, nor has an error after the last test.
  const broken = testResults.filter(({ status, assertionResults: tests }) => status === "failed" && !tests.some(failed)).length;
  count(title, { passed, failed: Math.max(numFailedTests + broken, ok ? 0 : 1), skipped: numPendingTests + numTodoTests });
  for (const { name, assertionResults } of testResults)
    for (const test of assertionResults)
      if (failed(test)) remarks.push(`  ${relative(root, name)}: ${test.fullName}`);
      // The reason stands in the test's own name.
      else if (test.status !== "passed") remarks.push(`skipped: ${test.fullName}`);
}

const failed = ({ status }) => status === "failed";

/** The first Node whose engine has relaxed SIMD. */
const NEWER = 22;

/**
 * Tests of what is the same for every binary: the reference and what judges it, data, rows of every length, what is drawn, inspected and claimed,
 * pictures, the command line.
 */
const WITHOUT_BINARY = [
  "bounds",
  "reference",
  "numeric",
  "pictures",
  "cli",
  "data",
  "inspect",
  "claims",
  "exploding",
  "ragged",
  "sampling",
].map((name) => `test/full/${name}.test.ts`);

/** The engine's other binary, which an older Node does not have, is judged by the same tests. */
function newerNode() {
  if (Number(process.versions.node.split(".")[0]) >= NEWER) return;
  const program = node(NEWER);
  if (program) vitest(`tests on Node ${NEWER}`, ["quick", "full"], { program, except: WITHOUT_BINARY });
  else {
    count("newer", { skipped: 1 });
    remarks.push(`skipped: the tests with relaxed SIMD (Node ${NEWER} is not here, and npm could not install it)`);
  }
}

const PARTS = {
  types: () => whole("types", binary("typescript", "bin/tsc"), ["--noEmit", "-p", "tsconfig.json"]),
  lint: () => whole("lint", binary("@biomejs/biome", "bin/biome"), ["check", "."]),
  size: () => whole("size", join(root, "scripts/size.mjs"), []),
  kernels,
  tests: () => vitest("tests", ["quick", "full"]),
  newer: newerNode,
  package: () => vitest("package", ["package"]),
  browser: () => vitest("browser", ["browser"]),
};

const unknown = process.argv.slice(2).filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}. The parts are: ${Object.keys(PARTS).join(", ")}.`);
  process.exit(2);
}
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
if (whole("build", join(root, "scripts/build.mjs"), []))
  for (const name of wanted)
    try {
      PARTS[name]();
    } catch (error) {
      console.error(error);
      count(name, { failed: 1 });
    }

console.log(`\n${times.join(", ")}`);
for (const remark of remarks) console.log(remark);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed > 0 ? 1 : 0;
