// Builds everything: AssemblyScript to WebAssembly, the binary as text for embedding, declarations file by file, the library as a few files of
// JavaScript, and the command line as one.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const only = process.argv.slice(2);
const wanted = (part) => only.length === 0 || only.includes(part);

/** Runs a program's own script with this Node, so that no shell or global install is needed. */
function run(script, args) {
  return new Promise((resolve) => {
    spawn(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" }).on("close", (status) => {
      if (status !== 0) process.exit(status ?? 1);
      resolve();
    });
  });
}

const packageFile = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);
const binaryFile = (target) => join(root, "build", `${target}.wasm`);
const changed = (file) => statSync(file).mtimeMs;

/** Compiles the targets that are missing or older than anything they are made from, as many at once as there are cores. */
async function compile() {
  const compiler = packageFile("assemblyscript", "bin/asc.js");
  const sources = readdirSync(join(root, "assembly"), { recursive: true }).map((name) => join(root, "assembly", name));
  const newest = Math.max(...[...sources, join(root, "asconfig.json"), compiler].map(changed));
  const { targets } = JSON.parse(readFileSync(join(root, "asconfig.json"), "utf8"));
  const stale = Object.keys(targets).filter((target) => !existsSync(binaryFile(target)) || changed(binaryFile(target)) < newest);
  mkdirSync(join(root, "build"), { recursive: true });
  const work = async () => {
    for (let target = stale.shift(); target; target = stale.shift()) await run(compiler, ["--config", "asconfig.json", "--target", target]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

/** What any program leaves as it is in a string of a script, whichever quotes it prefers: printable, without quotes, escapes and tags. */
const CHARACTERS = Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code)).filter(
  (character) => !'"$<\\`'.includes(character),
);

/**
 * Writes the binary that a page loads into a source file, unless it holds it already: a byte as one character, or, of the less frequent, as two. So
 * compression sees bytes, which in base64 it does not, and nothing need be inflated.
 */
function embed() {
  const binary = readFileSync(binaryFile("kernels"));
  const counts = new Array(256).fill(0);
  for (const byte of binary) counts[byte]++;
  const single = CHARACTERS.length - Math.ceil(256 / CHARACTERS.length);
  const frequent = [...counts.keys()].sort((a, b) => counts[b] - counts[a]).slice(0, single);
  frequent.sort((a, b) => a - b);
  const symbols = counts.map((_, byte) => {
    const place = frequent.indexOf(byte);
    if (place >= 0) return CHARACTERS[place];
    return CHARACTERS[single + Math.floor(byte / CHARACTERS.length)] + CHARACTERS[byte % CHARACTERS.length];
  });
  const text = `// The compiled kernels as text, made by scripts/build.mjs from assembly/. Not edited by hand.

/** The digits in which they are written. */
export const DIGITS =
  "${CHARACTERS.join("")}";

/**
 * Bytes that the first digits stand for, each by the digit of its distance from the one before, less one. A further digit begins a number of two:
 * byte = (first − how many these are)·(how many digits there are) + second.
 */
export const FREQUENT =
  "${frequent.map((byte, place) => CHARACTERS[byte - (frequent[place - 1] ?? -1) - 1]).join("")}";

/** The binary, with what differs between plain and relaxed SIMD left open. */
export const TEXT =
  "${Array.from(binary, (byte) => symbols[byte]).join("")}";
`;
  const file = join(root, "src/engine/binaries.ts");
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

if (wanted("wasm")) {
  await compile();
  embed();
}
if (wanted("js")) {
  // What a source that is gone has left behind would be packed.
  for (const folder of ["src", "assembly"]) rmSync(join(root, "dist", folder), { recursive: true, force: true });
  await run(packageFile("typescript", "bin/tsc"), ["-p", "tsconfig.build.json"]);
  rmSync(join(root, "dist/src/cli"), { recursive: true, force: true });
  await run(join(root, "scripts/bundle.mjs"), ["library"]);
}
if (wanted("cli")) await run(join(root, "scripts/bundle.mjs"), ["command"]);
