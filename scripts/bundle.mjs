// Bundles the package: its three entries with what they share into few files (a hundred and sixty took three times as long to import), the
// pictures with the libraries they use; and the command line, which imports the entries as they are built, so that nothing is in it twice.
//
//   node scripts/bundle.mjs [library] [command]   both by default

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Leaves imports out of the bundle whose paths match, and gives them the place where they are built. */
const outside = (filter, place) => ({
  name: "outside",
  setup({ onResolve }) {
    onResolve({ filter }, ({ path }) => ({ path: place(path.replace(/\.ts$/, ".js")), external: true }));
  },
});

const common = { absWorkingDir: root, bundle: true, format: "esm", metafile: true, logLevel: "warning", legalComments: "none" };

/** The licenses of the libraries in a bundle, beside it. */
function writeLicenses(metafile, outfile) {
  const licenses = [...librariesOf(metafile)].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
    if (!file) throw new Error(`internal: ${name} is bundled but has no license file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  const text = `${basename(outfile)} contains these libraries.\n\n${licenses.join(`\n${"-".repeat(80)}\n\n`)}`;
  writeFileSync(join(dirname(outfile), "LICENSES.txt"), text);
}

/** Libraries that are in the bundle, and those that one of them was bundled with before. */
function librariesOf({ inputs }) {
  const names = new Set();
  for (const input of Object.keys(inputs)) {
    const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/);
    if (match) names.add(match[1]);
  }
  if (names.has("@dagrejs/dagre")) names.add("@dagrejs/graphlib");
  return names;
}

async function bundleLibrary() {
  const entries = ["index", "inspect/index", "picture/index"];
  const { metafile } = await build({
    ...common,
    entryPoints: Object.fromEntries(entries.map((entry) => [entry, join(root, `src/${entry}.ts`)])),
    outdir: join(root, "dist/src"),
    chunkNames: "shared/[hash]",
    splitting: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
  });
  // Libraries belong to the pictures alone: what is shared must not carry them into every page.
  const pictures = join(root, "dist/src/picture/index.js");
  for (const [output, { inputs }] of Object.entries(metafile.outputs))
    if (join(root, output) !== pictures && librariesOf({ inputs }).size > 0) throw new Error(`internal: ${output} contains a library`);
  writeLicenses(metafile, pictures);
  const banner = "// The pictures of unrolled with the libraries they use; their licenses are in LICENSES.txt.";
  writeFileSync(pictures, `${banner}\n${readFileSync(pictures, "utf8")}`);
}

async function bundleCommand() {
  const command = join(root, "dist/cli/unrolled.js");
  mkdirSync(dirname(command), { recursive: true });
  const { metafile } = await build({
    ...common,
    entryPoints: [join(root, "src/cli/unrolled.ts")],
    outfile: command,
    platform: "node",
    target: "node20",
    plugins: [outside(/^\.\.\/(index|\w+\/index)\.ts$/, (path) => path.replace(/^\.\./, "../src"))],
    // The bundled libraries are CommonJS and require Node's own modules.
    banner: {
      js: '#!/usr/bin/env node\n// The command line of unrolled with the libraries it uses; their licenses are in LICENSES.txt.\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
  });
  writeLicenses(metafile, command);
  chmodSync(command, 0o755);
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ["library", "command"];
if (wanted.includes("library")) await bundleLibrary();
if (wanted.includes("command")) await bundleCommand();
