// Builds everything: AssemblyScript to WebAssembly, the binaries as text for embedding, declarations file by file, the library as a few files of
// JavaScript, and the command line as one.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";

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

/**
 * Writes the binaries that a page loads into a source file, unless it holds them already. They are nearly the same, so they are compressed as
 * one: in turns, so that what is the same lies within the window of deflate, 32 kB back. Half the size of what gzip makes of them as text.
 */
function embed() {
  const [simd, relaxed] = ["simd", "relaxed"].map((name) => readFileSync(binaryFile(name)));
  const turn = 8192;
  const turns = Array.from({ length: Math.ceil(Math.max(simd.length, relaxed.length) / turn) }, (_, index) => index * turn);
  const packed = deflateSync(Buffer.concat(turns.flatMap((at) => [simd, relaxed].map((binary) => binary.subarray(at, at + turn)))), {
    level: 9,
  });
  const text = `// The compiled kernels as text, made by scripts/build.mjs from assembly/. Not edited by hand.

/** Bytes of each binary. */
export const SIMD_BYTES = ${simd.length};
export const RELAXED_BYTES = ${relaxed.length};

/** They take turns: so many bytes of the one, as many of the other, until both are at their end. */
export const TURN_BYTES = ${turn};

/** Both binaries, deflated, in base64. */
export const BINARIES =
  "${packed.toString("base64")}";
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
