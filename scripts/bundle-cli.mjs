// Bundles the command line and the libraries it uses into one file, dist/cli/unrolled.js, which imports the engine from dist/src.

import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outfile = join(root, "dist/cli/unrolled.js");

/** The library is imported as it is built, so that the engine is not in the package twice. */
const library = {
  name: "library",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: "../src/index.js", external: true }));
  },
};

mkdirSync(dirname(outfile), { recursive: true });
const { metafile } = await build({
  entryPoints: [join(root, "src/cli/unrolled.ts")],
  outfile,
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  metafile: true,
  logLevel: "warning",
  legalComments: "none",
  plugins: [library],
  // The bundled libraries are CommonJS and require Node's own modules.
  banner: {
    js: '#!/usr/bin/env node\n// The command line of unrolled with the libraries it uses; their licenses are in LICENSES.txt.\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
});
chmodSync(outfile, 0o755);
// The compiler leaves the unbundled command line beside the library; nobody could run it.
rmSync(join(root, "dist/src/cli"), { recursive: true, force: true });

const names = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/);
  if (match) names.add(match[1]);
}
const licenses = [...names].sort().map((name) => {
  const folder = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  if (!file) throw new Error(`internal: ${name} is bundled but has no license file`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(
  join(dirname(outfile), "LICENSES.txt"),
  `unrolled.js contains these libraries.\n\n${licenses.join(`\n${"-".repeat(80)}\n\n`)}`,
);
