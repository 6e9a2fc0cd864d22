// Bundles what stands outside the core with the libraries it uses: the pictures into dist/src/picture/index.js, the command line into
// dist/cli/unrolled.js. Both import the rest of the package as it is built, so that nothing is in it twice.

import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** One bundle, with the licenses of its libraries beside it. */
async function bundle(entry, outfile, options) {
  mkdirSync(dirname(outfile), { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(root, entry)],
    outfile,
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    metafile: true,
    logLevel: "warning",
    legalComments: "none",
    ...options,
  });
  const licenses = [...librariesOf(metafile)].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
    if (!file) throw new Error(`internal: ${name} is bundled but has no license file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  const text = `${outfile.slice(dirname(outfile).length + 1)} contains these libraries.\n\n${licenses.join(`\n${"-".repeat(80)}\n\n`)}`;
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

const pictures = join(root, "dist/src/picture");
await bundle("src/picture/index.ts", join(pictures, "index.js"), {
  platform: "neutral",
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  target: "es2022",
  plugins: [outside(/^\.\.\//, (path) => path)],
  banner: { js: "// The pictures of unrolled with the libraries they use; their licenses are in LICENSES.txt." },
});
// The compiler leaves the unbundled files beside it; nobody could load them.
for (const file of readdirSync(pictures)) if (file.endsWith(".js") && file !== "index.js") rmSync(join(pictures, file));

const command = join(root, "dist/cli/unrolled.js");
await bundle("src/cli/unrolled.ts", command, {
  platform: "node",
  target: "node20",
  plugins: [outside(/^\.\.\/(index|\w+\/index)\.ts$/, (path) => path.replace(/^\.\./, "../src"))],
  // The bundled libraries are CommonJS and require Node's own modules.
  banner: {
    js: '#!/usr/bin/env node\n// The command line of unrolled with the libraries it uses; their licenses are in LICENSES.txt.\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
});
chmodSync(command, 0o755);
rmSync(join(root, "dist/src/cli"), { recursive: true, force: true });
