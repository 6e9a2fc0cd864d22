// The package, packed and installed in an empty folder: what is in it, and that it trains with the same bits in every Node.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { node } from "../../scripts/nodes.mjs";
import { echoWith, type Installed, install, root, type Told } from "../support/package.ts";

let installed: Installed;
beforeAll(() => {
  installed = install();
});

describe("the tarball", () => {
  test("has what runs and nothing else", () => {
    const { files } = installed;
    for (const needed of [
      "package.json",
      "README.md",
      "LICENSE",
      "dist/src/index.js",
      "dist/src/index.d.ts",
      "dist/src/inspect/index.js",
      "dist/src/inspect/index.d.ts",
      "dist/src/picture/index.js",
      "dist/src/picture/index.d.ts",
      "dist/src/picture/LICENSES.txt",
      "dist/cli/unrolled.js",
    ])
      expect(files).toContain(needed);
    const strange = files.filter(
      (path) =>
        !/^(dist\/(src|assembly)\/.*\.(js|d\.ts)|dist\/src\/picture\/LICENSES\.txt|dist\/cli\/.*|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(
          path,
        ),
    );
    expect(strange).toEqual([]);
    expect(files.filter((path) => path.startsWith("dist/assembly/"))).toEqual(["dist/assembly/isa.d.ts"]);
  });

  test("is few files to import: the entries, and what they share", () => {
    const scripts = installed.files.filter((path) => path.endsWith(".js"));
    const entries = ["dist/cli/unrolled.js", "dist/src/index.js", "dist/src/inspect/index.js", "dist/src/picture/index.js"];
    expect(scripts).toEqual(expect.arrayContaining(entries));
    const shared = scripts.filter((path) => !entries.includes(path));
    expect(shared.filter((path) => !path.startsWith("dist/src/shared/"))).toEqual([]);
    // Parts that some entries share and others do not: with three entries there are no more kinds than these.
    expect(shared.length).toBeLessThanOrEqual(4);
  });

  test("has nothing whose source is gone, and names no source map", () => {
    for (const path of installed.files.filter((path) => /^dist\/(src|assembly)\/.*s$/.test(path))) {
      const source = path.slice("dist/".length).replace(/\.d\.ts$/, ".ts");
      if (path.endsWith(".d.ts")) expect(existsSync(join(root, source)), path).toBe(true);
      expect(readFileSync(join(installed.folder, "node_modules/unrolled", path), "utf8"), path).not.toContain("sourceMappingURL");
    }
  });

  test("names no place of the machine that built it", () => {
    for (const path of installed.files) {
      const text = readFileSync(join(installed.folder, "node_modules/unrolled", path), "utf8");
      expect(text.includes(root), path).toBe(false);
    }
  });

  test("needs nothing else and runs nothing on installation", () => {
    const described = JSON.parse(readFileSync(join(installed.folder, "node_modules/unrolled/package.json"), "utf8"));
    expect(described.dependencies ?? {}).toEqual({});
    for (const script of ["preinstall", "install", "postinstall", "prepare"]) expect(described.scripts[script]).toBeUndefined();
    const entry: Record<string, string> = described.exports["."];
    expect(Object.keys(entry)).toEqual(["types", "node", "default"]);
    for (const file of Object.values(entry)) expect(existsSync(join(installed.folder, "node_modules/unrolled", file)), file).toBe(true);
    const pictures: Record<string, string> = described.exports["./pictures"];
    for (const file of Object.values(pictures)) expect(existsSync(join(installed.folder, "node_modules/unrolled", file)), file).toBe(true);
    expect(described).toMatchObject({ type: "module", sideEffects: false, license: "MIT" });
  });

  test("has a command that explains itself", () => {
    const command = join(installed.folder, "node_modules/.bin/unrolled");
    expect(existsSync(command)).toBe(true);
    expect(execFileSync(process.execPath, [command, "--help"], { encoding: "utf8", cwd: installed.folder })).toMatch(
      /train[\s\S]*sample[\s\S]*show/,
    );
  });

  test("has pictures that need nothing else, in any Node and, bundled, in a page", async () => {
    const script = `import { dense, features, meanSquared, model, rnn } from "unrolled"; import { folded, unfolded } from "unrolled/pictures";
const definition = model({ input: features(2), layers: [rnn(4), dense(1)], loss: meanSquared() });
console.log([folded(definition), unfolded(definition)].every((svg) => svg.startsWith("<svg ")));`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: installed.folder, encoding: "utf8" });
    expect(printed).toBe("true\n");
    const { outputFiles } = await build({
      stdin: { contents: script, resolveDir: installed.folder },
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
    });
    expect(outputFiles[0].text).not.toMatch(/["']node:/);
  });

  test.each(["nodenext", "bundler"])("has types for a consumer with moduleResolution %s", (resolution) => {
    const file = join(installed.folder, `consumer-${resolution}.mts`);
    writeFileSync(
      file,
      `import { compile, crossEntropy, dense, model, rnn, tokens, windows, type Progress } from "unrolled";
const net = await compile(model({ input: tokens(3), layers: [rnn(4), dense(3)], loss: crossEntropy() }));
import { folded, type Diagram, diagram, unfolded } from "unrolled/pictures";
const record: Diagram = diagram(net.definition); console.log(record.edges[0].weights, folded(net.definition).length, unfolded(net.definition, 3));
for await (const progress of net.train(windows([0, 1, 2, 0, 1, 2], { batch: 1, steps: 2 }))) { const p: Progress = progress; console.log(p.loss.toFixed(2)); }
// @ts-expect-error there is no such activation
rnn(4, { activation: "sine" });
`,
    );
    const options = [
      "--noEmit",
      "--strict",
      "--target",
      "es2022",
      "--lib",
      "es2023,dom",
      "--module",
      resolution === "nodenext" ? "nodenext" : "esnext",
    ];
    execFileSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), ...options, "--moduleResolution", resolution, "--types", "", file],
      {
        cwd: installed.folder,
        stdio: "pipe",
      },
    );
  });
});

describe("unrolled/inspect", () => {
  test("is imported beside the library, and takes its networks", () => {
    const script = `import { compile, dense, features, lstm, meanSquared, model } from "unrolled";
import { paths, setSpectralRadius, spectralRadius } from "unrolled/inspect";
const definition = model({ input: features(2), layers: [lstm(3), dense(2, { name: "square" })], loss: meanSquared() });
const net = await compile(definition);
const square = net.parameters.get("square/b");
const turned = spectralRadius([[0, 2], [-2, 0]]);
console.log(JSON.stringify([paths(definition, { steps: 3 }).recurrent.map(({ layer, state }) => layer + "/" + state), turned, square.shape]));`;
    const told = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: installed.folder, encoding: "utf8" });
    expect(JSON.parse(told)).toEqual([["layer 1/lstm/c", "layer 1/lstm/h"], 2, [1, 2]]);
  });

  test("goes through a bundler, with and without the library", async () => {
    const bundle = async (contents: string): Promise<number> => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: installed.folder },
        bundle: true,
        minify: true,
        write: false,
        format: "esm",
        platform: "browser",
        target: "es2022",
      });
      return outputFiles[0].contents.length;
    };
    const library = 'import * as unrolled from "unrolled"; globalThis.a = unrolled;';
    const inspect = 'import * as inspect from "unrolled/inspect"; globalThis.b = inspect;';
    const [alone, both] = [await bundle(library), await bundle(library + inspect)];
    expect(both).toBeGreaterThan(alone);
    // The modules that both need are there once: what is added is inspection alone.
    expect(both - alone).toBeLessThan(40_000);
  });
});

describe("training", () => {
  const told = new Map<string, Told>();
  const versions = [20, 22, 24, 26].map((version) => ({ version, binary: node(version) }));

  for (const { version, binary } of versions) {
    const missing = binary ? "" : " (it is not here, and npm could not install it)";
    test.skipIf(missing)(`in Node ${version}${missing}`, () => {
      for (const strict of [true, false]) {
        const result = echoWith(binary as string, installed, strict);
        expect(result.accuracy).toBe(1);
        expect(result.binary).toBe(strict || version < 22 ? "simd" : "relaxed");
        const known = told.get(result.binary);
        if (known) expect(result.digest).toBe(known.digest);
        else told.set(result.binary, result);
      }
    });
  }
});
