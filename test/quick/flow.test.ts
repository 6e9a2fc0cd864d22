// Data flows one way: no cycles among the files, no import against the order of the folders, and every file small, with a sentence on top.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Written by the build: the binaries as text. */
const GENERATED = "src/engine/binaries.ts";

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name).replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && path !== GENERATED)
    .sort();

const source = filesIn("src");
const assembly = filesIn("assembly");
const text = new Map([...source, ...assembly].map((path) => [path, readFileSync(join(root, path), "utf8")]));

/** The files that a file imports or exports from; packages are left out. In assembly the ending ".ts" is. */
function importsOf(path: string): string[] {
  const code = (text.get(path) as string).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.[^"']+)["']/g)].map(([, name]) => name);
  return found.map((name) => normalize(join(dirname(path), name.endsWith(".ts") ? name : `${name}.ts`)).replaceAll("\\", "/"));
}
const imports = new Map([...text.keys()].map((path) => [path, importsOf(path)]));

/** Earlier stages first; a file may import from its own stage and from earlier ones. */
const STAGES = [
  "numeric",
  "graph",
  "define",
  "plan",
  "program",
  "engine",
  "train",
  "use",
  "file",
  "planning.ts",
  "network.ts",
  "compile.ts",
  "index.ts",
  "inspect",
  "picture",
  "cli",
];
const stageOf = (path: string): number => STAGES.indexOf(path.split("/")[1]);

/** A cycle that can be reached from a file, as the list of its files; null if there is none. */
function cycleFrom(path: string, trail: readonly string[], done: Set<string>): string[] | null {
  if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
  if (done.has(path)) return null;
  for (const next of imports.get(path) ?? []) {
    const cycle = cycleFrom(next, [...trail, path], done);
    if (cycle) return cycle;
  }
  done.add(path);
  return null;
}

describe("imports", () => {
  test("are all found", () => {
    expect(source.length).toBeGreaterThan(50);
    expect(assembly.length).toBeGreaterThan(25);
    for (const [path, targets] of imports)
      for (const target of targets) if (target !== GENERATED) expect(text.has(target), `${path} imports ${target}`).toBe(true);
  });

  test("make no cycle", () => {
    const done = new Set<string>();
    for (const path of imports.keys()) expect(cycleFrom(path, [], done)).toBeNull();
  });

  test("follow the flow", () => {
    const against: string[] = [];
    for (const path of source) {
      expect(stageOf(path), `${path} belongs to no stage`).toBeGreaterThanOrEqual(0);
      for (const target of imports.get(path) as string[])
        if (target.startsWith("src/") && stageOf(target) > stageOf(path)) against.push(`${path} imports ${target}`);
    }
    expect(against).toEqual([]);
  });

  test("of the command line see the public names only", () => {
    const inside = source.filter((path) => path.startsWith("src/cli/"));
    const seen = inside.flatMap((path) => importsOf(path)).filter((target) => !target.startsWith("src/cli/"));
    expect([...new Set(seen)].sort()).toEqual(["src/index.ts", "src/inspect/index.ts", "src/picture/index.ts"]);
  });

  test("of the pictures lie flat beside each other, and go to the stages by their folders, as the bundle finds them", () => {
    for (const path of source.filter((path) => path.startsWith("src/picture/"))) {
      expect(path.split("/")).toHaveLength(3);
      for (const target of importsOf(path)) expect(target).toMatch(/^src\/(picture|define|graph|file)\//);
    }
  });

  test("of the library stay within it, and meet the assembly at the instruction set only", () => {
    // What stands outside the core may use libraries, which are bundled (scripts/bundle.mjs).
    const isLibrary = (path: string): boolean => !/^src\/(cli|picture)\//.test(path);
    const met = source.flatMap((path) => importsOf(path)).filter((target) => !target.startsWith("src/"));
    expect(new Set(met)).toEqual(new Set(["assembly/isa.ts"]));
    for (const path of source.filter(isLibrary)) expect(text.get(path), path).not.toMatch(/(?:from\s+|import\s*\(?\s*)["'][^."']/);
    for (const path of assembly) for (const target of importsOf(path)) expect(target).toMatch(/^assembly\//);
  });
});

describe("files", () => {
  test.each([...source, ...assembly])("%s opens with a sentence on what it is", (path) => {
    const lines = (text.get(path) as string).split("\n").filter((line) => !line.startsWith("#!"));
    const head = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith("//")),
    );
    expect(head[0]).toMatch(/^\/\/ \S/);
    expect(head.join(" ")).toMatch(/[.:)]/);
  });

  test.each(source)("%s is small", (path) => {
    expect((text.get(path) as string).split("\n").length - 1).toBeLessThanOrEqual(250);
  });
});
