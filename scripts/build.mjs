// Builds everything: AssemblyScript to WebAssembly, the binaries as text for embedding, TypeScript to JavaScript, the command line to one file.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Runs a program's own script with this Node, so that no shell or global install is needed. */
function run(script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const packageFile = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);

const only = process.argv.slice(2);
const wanted = (part) => only.length === 0 || only.includes(part);

// For the quick tests: only where nothing has been built yet.
const missing = only.includes("wasm-if-missing") && !existsSync(join(root, "src/engine/binaries.ts"));

if (wanted("wasm") || missing) {
  mkdirSync(join(root, "build"), { recursive: true });
  const asc = packageFile("assemblyscript", "bin/asc.js");
  for (const target of ["debug", "simd", "relaxed", "simd-shared", "relaxed-shared"])
    run(asc, ["--config", "asconfig.json", "--target", target]);
  const embedded = ["simd", "relaxed"].map((name) => {
    const bytes = readFileSync(join(root, "build", `${name}.wasm`));
    return `/** ${bytes.length} bytes. */\nexport const ${name} =\n  "${bytes.toString("base64")}";\n`;
  });
  const text = `// The compiled kernels as text, made by scripts/build.mjs from assembly/. Not edited by hand.\n\n${embedded.join("\n")}`;
  const file = join(root, "src/engine/binaries.ts");
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
if (wanted("js")) run(packageFile("typescript", "bin/tsc"), ["-p", "tsconfig.build.json"]);
if (wanted("cli") && existsSync(join(root, "scripts/bundle-cli.mjs"))) run(join(root, "scripts/bundle-cli.mjs"), []);
