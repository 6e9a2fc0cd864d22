// What is in the tarball, and what is not: no tests, no sources, nothing that is left over, nothing of the machine that made it.

import { existsSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { root, run } from "../support/consumer.ts";

const { folder, files } = inject("consumer");
const installed = join(folder, "node_modules/unrolled");
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
const NAMED = ["CHANGELOG.md", "LICENSE", "README.md", "package.json", "dist/cli/unrolled.js"];

test("every file is one of those that are meant", () => {
  for (const file of files) {
    if (NAMED.includes(file)) continue;
    expect(file).toMatch(/^dist\/(src|assembly)\/[\w/-]+\.(js|d\.ts)$/);
    const source = file.replace(/^dist\//, "").replace(/(\.d\.ts|\.js)$/, ".ts");
    expect(existsSync(join(root, source)), `${file} has no source`).toBe(true);
    if (source.startsWith("assembly/")) expect(source).toBe("assembly/isa.ts");
  }
  for (const name of ["LICENSE", "README.md", "dist/assembly/isa.js", "dist/src/index.js", "dist/src/index.d.ts"]) expect(files).toContain(name);
});

test("no file tells where it was made", () => {
  const foreign = [root, homedir(), tmpdir()].filter((path) => path.length > 1).map((path) => `${path}/`);
  for (const file of files) {
    const text = readFileSync(join(installed, file), "utf8");
    for (const path of foreign) expect(text.includes(path), `${file} contains ${path}`).toBe(false);
    expect(text, `${file} names a map that is not there`).not.toContain("sourceMappingURL");
  }
});

test("nothing else is installed, and nothing runs while installing", () => {
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.peerDependencies ?? {}).toEqual({});
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) expect(manifest.scripts).not.toHaveProperty(script);
  expect(manifest).toMatchObject({ type: "module", sideEffects: false, license: "MIT" });
});

test("types come first in every entry, and every entry exists", () => {
  const conditions = Object.values(manifest.exports).filter((entry) => typeof entry === "object") as Record<string, string>[];
  expect(conditions.length).toBeGreaterThan(0);
  for (const entry of conditions) {
    const keys = Object.keys(entry);
    expect([keys[0], keys.at(-1)]).toEqual(["types", "default"]);
    expect(keys).toContain("node");
    for (const file of Object.values(entry)) expect(existsSync(join(installed, file)), file).toBe(true);
  }
});

test("the command line answers", () => {
  const help = run("npx", ["--no-install", "unrolled", "--help"], folder);
  for (const command of ["train", "sample", "show"]) expect(help).toContain(command);
  expect(run("npx", ["--no-install", "unrolled", "--version"], folder).trim()).toBe(manifest.version);
});
