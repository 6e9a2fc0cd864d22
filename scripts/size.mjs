// What a browser loads for training, minified and compressed, against the budget in package.json: what there is, with two kilobytes of room for what is to
// come. What takes more must earn it elsewhere, or show why it is worth the wait of every page.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const compressed = (data) => gzipSync(data, { level: 9 }).length;

/** What a page of one network needs: the rest is shaken off by its bundler. */
const ONE_NETWORK = "{ adam, alphabet, compile, crossEntropy, dense, lstm, model, tokens, windows }";

/** Bytes, gzip −9, of what `import … from "unrolled"` brings into a page; by default of everything. */
export async function browserBytes(names = "* as unrolled") {
  const used = names.replace("* as ", "");
  const { outputFiles } = await build({
    stdin: { contents: `import ${names} from "./src/index.ts"; globalThis.unrolled = ${used};`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
  return compressed(outputFiles[0].contents);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { limit } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).size;
  const all = await browserBytes();
  const binary = readFileSync(join(root, "build/kernels.wasm"));
  console.log(`kernels    ${kilobytes(binary.length).padStart(9)}, ${kilobytes(compressed(binary))} compressed`);
  console.log(`one network ${kilobytes(await browserBytes(ONE_NETWORK)).padStart(8)} compressed: ${ONE_NETWORK}`);
  console.log(`everything  ${kilobytes(all).padStart(9)} compressed, of ${kilobytes(limit)} allowed`);
  process.exitCode = all <= limit ? 0 : 1;
}
